"""Faces found and false boxes on COCO photographs with person boxes, for several scales and thresholds.

Run ``python -m benchmarks.face_boxes FOLDER``: FOLDER holds ``images/`` and ``labels/`` (YOLO text files,
class 0 is a person). A person counts as found if the centre of a face box lies inside the person's box; not
every person shows a face, so compare rows rather than read them as recall. ``outside``: boxes in no person's
box on images with people (people in crowds are not all labelled); ``false``: boxes on images without people.
"""

from __future__ import annotations

import platform
import sys
import time
from pathlib import Path

import cv2

from schemas.finding import Box
from transforms.engines.centerface.engine import CenterFaceDetector, CenterFaceOptions

SCALES = ((640,), (960,), (1280,), (640, 1280), (320, 640, 1280))
THRESHOLDS = (0.2, 0.3, 0.4, 0.5)
HEIGHTS = ((128, 1 << 30), (64, 128), (0, 64))
MARGIN = 4


def person_boxes(labels: Path, width: int, height: int) -> list[Box]:
    """The class 0 boxes of a YOLO label file, in pixels, with a small margin."""
    if not labels.exists():
        return []
    found = []
    for line in labels.read_text(encoding="utf-8").splitlines():
        kind, x, y, w, h = (float(part) for part in line.split()[:5])
        if kind == 0:
            x0, y0 = (x - w / 2) * width - MARGIN, (y - h / 2) * height - MARGIN
            x1, y1 = (x + w / 2) * width + MARGIN, (y + h / 2) * height + MARGIN
            found.append(Box(int(x0), int(y0), int(x1), int(y1)))
    return found


def found_people(faces: list[Box], people: list[Box]) -> tuple[set[int], int]:
    """Indices of the people with a face, each face given to the smallest free person; faces of nobody."""
    found: set[int] = set()
    outside = 0
    for face in faces:
        x, y = (face.x0 + face.x1) / 2, (face.y0 + face.y1) / 2
        around = [i for i, box in enumerate(people) if box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1]
        if not around:
            outside += 1
            continue
        found.add(min(around, key=lambda i: (i in found, people[i].width * people[i].height)))
    return found, outside


def measure(folder: Path, long_sides: tuple[int, ...]) -> None:
    """Prints one row per threshold."""
    detector = CenterFaceDetector(CenterFaceOptions(threshold=min(THRESHOLDS), long_sides=long_sides))
    images = sorted((folder / "images").iterdir())
    seconds = 0.0
    results = []
    for path in images:
        pixels = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        start = time.process_time()
        faces = detector.detect(pixels)
        seconds += time.process_time() - start
        height, width = pixels.shape[:2]
        results.append((faces, person_boxes(folder / "labels" / f"{path.stem}.txt", width, height)))
    for threshold in THRESHOLDS:
        per_height = [[0, 0] for _ in HEIGHTS]
        outside = false = 0
        for scored, people in results:
            faces_here = [item.box for item in scored if item.score > threshold]
            if not people:
                false += len(faces_here)
                continue
            found, nobody = found_people(faces_here, people)
            outside += nobody
            for index, box in enumerate(people):
                row = next(
                    i for i, (low, high) in enumerate(HEIGHTS) if low <= box.height - 2 * MARGIN < high
                )
                per_height[row][1] += 1
                per_height[row][0] += index in found
        shares = " ".join(f"{found}/{all_}" for found, all_ in per_height)
        print(
            f"{long_sides!s:18} {threshold} found {shares} outside {outside} false {false}"
            f" {1000 * seconds / len(images):.0f} ms CPU per image"
        )


def main(arguments: list[str]) -> None:
    """The command line of this script."""
    import onnxruntime

    print(platform.processor() or platform.machine(), "onnxruntime", onnxruntime.__version__)
    for long_sides in SCALES:
        measure(Path(arguments[0]), long_sides)


if __name__ == "__main__":
    main(sys.argv[1:])
