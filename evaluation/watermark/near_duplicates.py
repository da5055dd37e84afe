"""Near duplicates: copies of a photograph are found, others are not, and a million hashes take seconds."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation.figures import Figure, share
from evaluation.watermark.photographs import photographs
from transforms.image.open import ImageLimits, open_image
from transforms.watermark.near_duplicates import DISTANCE, duplicate_groups, perceptual_hash

Pixels = NDArray[np.uint8]

_MANY: Final = 1_000_000
_COPIED: Final = 100_000
_BITS: Final = 64


def measure(data: Path) -> list[Figure]:
    """Shares of photographs, and the time for a million hashes. About a minute."""
    images = [open_image(image.data, ImageLimits()).rgb for image in photographs(data)]
    hashes = [perceptual_hash(rgb) for rgb in images]
    rows = []
    for name, (copy, wanted) in _COPIES.items():
        found = sum(
            (one ^ perceptual_hash(copy(rgb))).bit_count() <= DISTANCE
            for one, rgb in zip(hashes, images, strict=True)
        )
        rows.append(share(f"copies found: {name}", found, len(images), ">=", wanted))
    pairs = [(one, other) for place, one in enumerate(hashes) for other in hashes[:place]]
    near = sum((one ^ other).bit_count() <= DISTANCE for one, other in pairs)
    return [
        *rows,
        share("pairs of other photographs taken for copies", near, len(pairs), "<=", 0.1),
        *_many(),
    ]


def _stored(quality: int) -> Callable[[Pixels], Pixels]:
    def copy(rgb: Pixels) -> Pixels:
        out = io.BytesIO()
        Image.fromarray(rgb).save(out, "JPEG", quality=quality)
        return np.asarray(Image.open(io.BytesIO(out.getvalue())))

    return copy


def _scaled(rgb: Pixels) -> Pixels:
    size = (max(1, rgb.shape[1] // 2), max(1, rgb.shape[0] // 2))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def _cut(percent: int) -> Callable[[Pixels], Pixels]:
    def copy(rgb: Pixels) -> Pixels:
        top, left = rgb.shape[0] * percent // 100, rgb.shape[1] * percent // 100
        return rgb[top : rgb.shape[0] - top, left : rgb.shape[1] - left]

    return copy


def _brighter(rgb: Pixels) -> Pixels:
    return np.asarray(np.clip(rgb.astype(np.float32) * 1.2, 0, 255), np.uint8)


_COPIES: Final[Mapping[str, tuple[Callable[[Pixels], Pixels], float]]] = {
    "JPEG of quality 30": (_stored(30), 99),
    "half the size": (_scaled, 99),
    "brighter by a fifth": (_brighter, 90),
    "cut by 1 % on each side": (_cut(1), 75),
    "cut by 5 % on each side (for information)": (_cut(5), 0),
}


def _many() -> list[Figure]:
    """A million hashes, of which a tenth are copies in as many bits as are allowed."""
    draw = np.random.Generator(np.random.PCG64(7))
    hashes = draw.integers(0, 2**_BITS, _MANY, dtype=np.uint64)
    flipped = draw.permuted(np.tile(np.arange(_BITS, dtype=np.uint64), (_COPIED, 1)), axis=1)[:, :DISTANCE]
    masks = np.bitwise_or.reduce(np.uint64(1) << flipped, axis=1)
    hashes[-_COPIED:] = hashes[:_COPIED] ^ masks
    named = {f"{place:07d}": int(value) for place, value in enumerate(hashes)}
    start = time.process_time()
    group = duplicate_groups(named)
    seconds = time.process_time() - start
    found = sum(group[f"{_MANY - _COPIED + place:07d}"] == group[f"{place:07d}"] for place in range(_COPIED))
    return [
        share("of a million hashes, copies in 7 bits found", found, _COPIED, ">=", 100),
        Figure("a million hashes grouped", seconds, "<=", 60, "s"),
    ]
