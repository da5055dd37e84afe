"""mmscrub against Presidio's image redactor on the same planted images, in the same run.

    python -m benchmarks.presidio_images PEER_PYTHON [--data DATA] [--images N] [--model SPACY_MODEL]

``PEER_PYTHON`` is the interpreter of an environment with ``presidio-image-redactor``; the program
``tesseract`` must be on the path. Without ``--model`` Presidio has a blank spaCy pipeline: its recognisers
by pattern work, those for persons and places, which need a trained one, do not. ``DATA`` holds photographs
to print on, as ``docs/evaluation.md`` describes it. The images are those of the held-out seed.

A value is found if at least 90 % of the area of its ink lies under the boxes that are filled; a harmless
line is touched if 10 % of it does. Each image goes to one program and then to the other; both use one
thread. Some images of another seed go to both before: what is loaded or compiled at first use is not counted.
Seconds are CPU seconds, from the file to the filled file, Tesseract's processes included; below that
the whole way of mmscrub, with its second look at the result.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from evaluation.images.coverage import covered_share, painted_mask
from evaluation.images.planted import HELD_OUT, TUNING, PlantedImage, free_photos, plant
from evaluation.images.product import KEY, audit, engines, filled, find_text, policy
from schemas.finding import Box, Quad
from transforms.image.clean import clean_image
from transforms.image.open import ImageLimits, open_image
from transforms.image.redact import redact_image

COVERED: Final = 0.9
TOUCHED: Final = 0.1
WARM: Final = 12
_PNG: Final = b"\x89PNG"
_WORKER: Final = Path(__file__).with_name("presidio_worker.py")


class Counts:
    """What one program did: values found and values per kind, harmless lines touched and lines, seconds."""

    def __init__(self) -> None:
        self.found: dict[str, int] = defaultdict(int)
        self.values: dict[str, int] = defaultdict(int)
        self.touched = self.lines = self.images = 0
        self.seconds = 0.0
        self.verified = 0.0

    def add(self, image: PlantedImage, boxes: Sequence[Box | Quad], seconds: float) -> None:
        """Counts one image."""
        mask = painted_mask(image.width, image.height, boxes)
        for value in image.values:
            self.values[value.kind] += 1
            self.found[value.kind] += covered_share(mask, value.quads) >= COVERED
        self.lines += len(image.harmless)
        self.touched += sum(covered_share(mask, [line.quad]) >= TOUCHED for line in image.harmless)
        self.seconds += seconds
        self.images += 1


def compare(
    peer: subprocess.Popen[str], images: Sequence[PlantedImage], warm: Sequence[PlantedImage]
) -> dict[str, Counts]:
    """Both programs over ``images``, once they have seen ``warm``."""
    _both(peer, warm)
    return _both(peer, images)


def _both(peer: subprocess.Popen[str], images: Sequence[PlantedImage]) -> dict[str, Counts]:
    counts = {name: Counts() for name in ("Presidio", "mmscrub")}
    assert peer.stdin is not None, "opened as a pipe"
    assert peer.stdout is not None, "opened as a pipe"
    with tempfile.TemporaryDirectory() as folder:
        for index, image in enumerate(images):
            path = Path(folder) / f"{index}{'.png' if image.data.startswith(_PNG) else '.jpg'}"
            path.write_bytes(image.data)
            peer.stdin.write(f"{path}\n")
            peer.stdin.flush()
            answer = json.loads(peer.stdout.readline())
            counts["Presidio"].add(image, [Box(*box) for box in answer["boxes"]], answer["cpu"])
            boxes, seconds = _timed(lambda image=image: _first(image.data))  # type: ignore[misc]
            counts["mmscrub"].add(image, boxes, seconds)
            counts["mmscrub"].verified += _timed(lambda image=image: _verified(image.data))[1]  # type: ignore[misc]
    return counts


def _first(data: bytes) -> tuple[Box | Quad, ...]:
    opened = open_image(data, ImageLimits())
    return filled(redact_image(data, opened, audit(opened, remember=False), policy()).edits)


def _verified(data: bytes) -> None:
    opened = open_image(data, ImageLimits())
    clean_image(
        data,
        opened,
        audit(opened, remember=False),
        policy=policy(),
        engines=engines(remember=False),
        find_text=find_text(),
        value_key=KEY,
    )


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def report(counts: dict[str, Counts]) -> str:
    """The table."""
    both = tuple(counts.values())
    rows = [["", *counts]]
    for kind in sorted(both[0].values):
        rows.append([kind, *(_share(one.found[kind], one.values[kind]) for one in both)])
    rows.append(["all values", *(_share(sum(one.found.values()), sum(one.values.values())) for one in both)])
    rows.append(["harmless lines touched", *(_share(one.touched, one.lines) for one in both)])
    rows.append(["CPU seconds per image", *(f"{one.seconds / one.images:.3f}" for one in both)])
    rows.append(["  with the second look", "-", f"{both[1].verified / both[1].images:.3f}"])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {100 * part / max(1, whole):.1f} %"


def main() -> None:
    """The command line of this script."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("peer_python")
    asked.add_argument("--data", type=Path)
    asked.add_argument("--images", type=int, default=110)
    asked.add_argument("--model")
    options = asked.parse_args()
    environment = os.environ | {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}
    command = [options.peer_python, str(_WORKER), *([options.model] if options.model else [])]
    photos = free_photos(options.data) if options.data else ()
    images = list(plant(HELD_OUT, options.images, photos))
    warm = list(plant(TUNING, WARM, photos))
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as peer:
        assert peer.stdout is not None, "opened as a pipe"
        versions = json.loads(peer.stdout.readline())
        counts = compare(peer, images, warm)
        assert peer.stdin is not None, "opened as a pipe"
        peer.stdin.close()
    told = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True).stdout
    print(
        platform.processor() or platform.machine(), os.cpu_count(), "cores,", told.splitlines()[0], versions
    )
    print(
        "spaCy model of Presidio:",
        options.model or "blank (no persons, no places)",
        "|",
        len(images),
        "images",
    )
    print(report(counts))


if __name__ == "__main__":
    main()
