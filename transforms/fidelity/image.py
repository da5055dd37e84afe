"""How much of a picture stayed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Box

_BLOCK: Final = 8
_SAMPLED: Final = 15
_C1: Final = (0.01 * 255) ** 2
_C2: Final = (0.03 * 255) ** 2
_BAND: Final = 1 << 20
"""Pixels that are compared at a time, about, so that memory does not grow with the image."""


@dataclass(frozen=True, slots=True)
class ImageFidelity:
    """How much of a picture stayed. ``kept``: share of the pixels outside the painted boxes. ``ssim``: mean
    structural similarity there. ``psnr``: peak signal to noise there in dB, infinite if nothing changed."""

    kept: float
    ssim: float
    psnr: float

    @property
    def score(self) -> float:
        """Kept share times similarity, 0 to 1, rounded to four decimals."""
        return round(max(0.0, self.kept * self.ssim), 4)


def image_fidelity(before: NDArray[np.uint8], after: NDArray[np.uint8], painted: Sequence[Box]) -> float:
    """The score of ``compare_images``, 0 to 1."""
    return compare_images(before, after, painted).score


def compare_images(
    before: NDArray[np.uint8], after: NDArray[np.uint8], painted: Sequence[Box]
) -> ImageFidelity:
    """What of ``before`` is in ``after`` (both height x width x 3, of the same size).

    Similarity is SSIM (Wang et al., 2004) of the luma (ITU-R BT.601) over 8 x 8 blocks without overlap that
    hold no painted pixel, and the noise ratio that of their luma; 1 and infinite if there is none. Raises
    ValueError if the sizes differ."""
    if before.shape != after.shape:
        raise ValueError("images of different size")
    height, width = before.shape[:2]
    kept = 0
    total, squares, count = 0.0, 0.0, 0
    step = max(1, _BAND // (_BLOCK * max(1, width))) * _BLOCK
    for top in range(0, height, step):
        hidden = _hidden(top, min(top + step, height), width, painted)
        kept += hidden.size - int(hidden.sum())
        bottom = min(top + step, height - height % _BLOCK)
        if bottom <= top:
            continue
        open_blocks = ~_blocks(hidden[: bottom - top]).any(axis=-1)
        if not open_blocks.any():
            continue
        one = _blocks(_luma(before[top:bottom]))[open_blocks]
        other = _blocks(_luma(after[top:bottom]))[open_blocks]
        total += float(_ssim(one, other).sum())
        squares += float(((one - other) ** 2).sum())
        count += len(one)
    noise = squares / (count * _BLOCK * _BLOCK) if count else 0.0
    return ImageFidelity(
        kept=kept / (height * width) if height * width else 1.0,
        ssim=total / count if count else 1.0,
        psnr=10 * math.log10(255**2 / noise) if noise else math.inf,
    )


def sampled_rows(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A copy of every fifteenth row of blocks of ``image``, one below the other."""
    return np.ascontiguousarray(image[_is_sampled(image.shape[0])])


def sampled_fidelity(
    before: NDArray[np.uint8], after: NDArray[np.uint8], painted: Sequence[Box], size: tuple[int, int]
) -> float:
    """As ``image_fidelity``, the similarity being that of the ``sampled_rows`` of images of ``size`` (height
    and width), for images of which no two are to be held at once."""
    height, width = size
    place = np.concatenate(([0], np.cumsum(_is_sampled(height))))
    moved = [
        Box(box.x0, int(place[max(0, box.y0)]), box.x1, int(place[min(height, box.y1)])) for box in painted
    ]
    step = max(1, _BAND // max(1, width))
    kept = sum(
        int((~_hidden(top, min(top + step, height), width, painted)).sum()) for top in range(0, height, step)
    )
    sample = compare_images(before, after, moved)
    return replace(sample, kept=kept / (height * width) if height * width else 1.0).score


def _is_sampled(height: int) -> NDArray[np.bool_]:
    chosen: NDArray[np.bool_] = np.arange(height) // _BLOCK % _SAMPLED == 0
    return chosen


def _hidden(top: int, bottom: int, width: int, painted: Sequence[Box]) -> NDArray[np.bool_]:
    """Rows ``top`` to ``bottom``: what lies under a box."""
    hidden = np.zeros((bottom - top, width), dtype=bool)
    for box in painted:
        hidden[max(0, box.y0 - top) : max(0, box.y1 - top), max(0, box.x0) : box.x1] = True
    return hidden


def _luma(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    weights = np.array([0.299, 0.587, 0.114])
    luma: NDArray[np.float64] = rgb.astype(np.float64) @ weights
    return luma


def _blocks(plane: NDArray[Any]) -> NDArray[Any]:
    """Rows of blocks x blocks x 64 pixels; what does not fill a block on the right is left out."""
    height, width = plane.shape
    rows, columns = height // _BLOCK, width // _BLOCK
    cut = plane[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    return cut.transpose(0, 2, 1, 3).reshape(rows, columns, _BLOCK * _BLOCK)


def _ssim(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    mean_a, mean_b = a.mean(axis=-1), b.mean(axis=-1)
    spread = ((a - mean_a[..., None]) * (b - mean_b[..., None])).mean(axis=-1)
    luminance = (2 * mean_a * mean_b + _C1) / (mean_a**2 + mean_b**2 + _C1)
    structure: NDArray[np.float64] = luminance * (2 * spread + _C2) / (a.var(axis=-1) + b.var(axis=-1) + _C2)
    return structure
