"""Faces found and false boxes on COCO photographs with person boxes, for several ways to look.

Run ``python -m benchmarks.face_boxes FOLDER``: FOLDER holds ``images/`` and ``labels/`` (YOLO text files,
class 0 is a person). Visible faces stand in ``evaluation/images/visible_faces.tsv``. Each photograph is taken
at its own size and at half of it, which makes every face half as large. ``outside``: boxes in no person's
box on images with people (people in crowds are not all labelled); ``false``: boxes on images without people.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2

from evaluation.images.faces import Person, found_people, people_of
from schemas.finding import Box
from transforms.engines.centerface.engine import CenterFaceDetector, CenterFaceOptions
from transforms.engines.protocols import RgbArray

_ONE = {"weak": 1.0, "fine_side": 0}
WAYS: tuple[dict[str, Any], ...] = (
    *({"coarse_side": side, "threshold": score, **_ONE} for side in (640, 1280) for score in (0.2, 0.4)),
    {},
    {"twice": 1.0},
    {"confirmed": 0.22},
    {"confirmed": 0.4},
    {"weak": 0.08},
    {"margin": 24},
    {"coarse_side": 480, "margin": 24},
    {"coarse_side": 640, "weak": 0.08},
    {"coarse_side": 512},
)
"""What differs from the default options."""


def measure(photographs: Sequence[tuple[RgbArray, Sequence[Person]]], way: dict[str, Any], zoom: int) -> str:
    """One row. ``zoom``: how many times smaller than its labels each photograph is."""
    sides = {
        name: way.get(name, getattr(CenterFaceOptions(), name)) // zoom
        for name in ("coarse_side", "fine_side")
    }
    detector = CenterFaceDetector(CenterFaceOptions(**(way | sides)))
    detector.detect(photographs[0][0])
    seconds = 0.0
    hits = visible = outside = false = 0
    for pixels, people in photographs:
        start = time.process_time()
        scored = detector.detect(pixels)
        seconds += time.process_time() - start
        faces = [
            Box(item.box.x0 * zoom, item.box.y0 * zoom, item.box.x1 * zoom, item.box.y1 * zoom)
            for item in scored
        ]
        if not people:
            false += len(faces)
            continue
        found, nobody = found_people(faces, people)
        outside += nobody
        visible += sum(person.visible is True for person in people)
        hits += sum(person.visible is True and at in found for at, person in enumerate(people))
    milliseconds = 1000 * seconds / len(photographs)
    return f"found {hits}/{visible} outside {outside} false {false} {milliseconds:.0f} ms CPU"


def main(arguments: list[str]) -> None:
    """The command line of this script."""
    import onnxruntime

    print(platform.processor() or platform.machine(), "onnxruntime", onnxruntime.__version__)
    cv2.setNumThreads(1)
    folder = Path(arguments[0])
    whole: list[tuple[RgbArray, Sequence[Person]]] = []
    half: list[tuple[RgbArray, Sequence[Person]]] = []
    for path in sorted((folder / "images").iterdir()):
        pixels: Any = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        height, width = pixels.shape[:2]
        people = people_of(folder / "labels" / f"{path.stem}.txt", width, height)
        small: Any = cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        whole.append((pixels, people))
        half.append((small, people))
    for way in WAYS:
        print(
            way or "default", "|", measure(whole, way, 1), "| half size:", measure(half, way, 2), flush=True
        )


if __name__ == "__main__":
    main(sys.argv[1:])
