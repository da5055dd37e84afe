"""The planted values once more in layouts and wordings that the rules were not made from, and none at all.

``measure`` reports both halves of the labels apart: rules may be made from errors of the tuning half only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evaluation.figures import Figure, share
from evaluation.images.other_scenes import other_scenes, plain_scenes
from evaluation.images.planted import HELD_OUT, TUNING, free_photos, plant
from evaluation.images.redaction import COVERED, ImageResult, result_of

SIZE: Final = 160
"""Images of a full measurement: half of each seed, a quarter of them without personal data."""
_TOUCHED: Final = 0.1


def measure(data: Path, size: int = SIZE) -> list[Figure]:
    """Values covered and harmless lines touched, per half; lines touched on images without personal data."""
    photos = free_photos(data)
    rows: list[Figure] = []
    plain: list[ImageResult] = []
    for name, half, seed in (("tuning", 0, TUNING), ("held-out", 1, HELD_OUT)):
        private = max(1, 3 * size // 8)
        images = [result_of(image, seed) for image in plant(seed, private, photos, other_scenes(half))]
        values = [value for one in images for value in one.values]
        covered = sum(value.covered >= COVERED for value in values)
        rows.append(share(f"values covered, {name} wordings", covered, len(values), ">=", 98))
        rows.append(_touched(f"  harmless lines touched, {name} wordings", images))
        some = max(1, size // 2 - private)
        plain += [result_of(image, seed) for image in plant(seed, some, photos, plain_scenes())]
    return [*rows, _touched("lines touched on images without personal data", plain)]


def _touched(name: str, images: Sequence[ImageResult]) -> Figure:
    lines = [covered for one in images for covered in one.harmless]
    return share(name, sum(covered >= _TOUCHED for covered in lines), len(lines), "<=", 3)
