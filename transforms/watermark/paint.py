"""Putting ink on pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.engines.protocols import RgbArray
from transforms.watermark.ink import Ink
from transforms.watermark.style import MarkStyle

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
_SAMPLED = 10_000
_HALF = np.uint16(127)
_MIDDLE = 0.179
"""Relative luminance on which black and white have the same WCAG contrast."""


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours and opacities (0 to 255) of a mark."""

    colour: Colour
    alpha: int
    backing_colour: Colour
    backing_alpha: int


def relative_luminance(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Of sRGB values (last axis), 0 to 1 (WCAG 2.2)."""
    luminance: NDArray[np.float32] = _LINEAR[rgb] @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return luminance


def _linear(share: NDArray[Any]) -> NDArray[np.float32]:
    curved = ((share + 0.055) / 1.055) ** 2.4
    linear: NDArray[np.float32] = np.where(share <= 0.04045, share / 12.92, curved).astype(np.float32)
    return linear


_LINEAR = _linear(np.arange(256, dtype=np.float32) / 255)


def sampled(plane: NDArray[Any]) -> NDArray[Any]:
    """Every n-th row and column of ``plane``, so that some ten thousand pixels are left to be measured: the
    mean over a large box needs no more."""
    step = max(1, math.isqrt(plane.shape[0] * plane.shape[1] // _SAMPLED))
    return np.ascontiguousarray(plane[::step, ::step])


def paint_for(ground: RgbArray, style: MarkStyle, fainter: float) -> Paint:
    """Colours on ``ground``, the pixels of the box: those of ``style``, else black or white by WCAG contrast;
    the backing is the opposite of the ink. ``fainter``: factor of the opacities."""
    mean = float(relative_luminance(sampled(ground)).mean())
    colour = style.colour or (BLACK if mean > _MIDDLE else WHITE)
    own = float(relative_luminance(np.array(colour, np.uint8)))
    backing = WHITE if own <= _MIDDLE else BLACK
    return Paint(
        colour, max(1, min(255, round(style.alpha * fainter))), backing, round(style.backing_alpha * fainter)
    )


def painted(ground: RgbArray, ink: Ink, paint: Paint) -> RgbArray:
    """``ground`` (height x width x 3) with ``ink`` of the same size on it: backing first, ink over it.
    Counted in 256ths, in whole numbers."""
    shown = _shares(ink.fill, paint.alpha)
    # 256 x 256 does not fit into 16 bits.
    uncovered = (256 - shown).astype(np.uint32)
    behind = (uncovered * _shares(ink.backing, paint.backing_alpha) >> 8).astype(np.uint16)
    left = 256 - shown - behind
    out = np.empty_like(ground)
    for channel in range(3):
        added = shown * np.uint16(paint.colour[channel]) + behind * np.uint16(paint.backing_colour[channel])
        np.right_shift(
            ground[:, :, channel] * left + added + _HALF, 8, out=out[:, :, channel], casting="unsafe"
        )
    return out


def _shares(coverage: NDArray[np.uint8], alpha: int) -> NDArray[np.uint16]:
    """What of a pixel is covered, 0 to 256."""
    table = (np.arange(256, dtype=np.uint32) * alpha * 256 + 32512) // 65025
    shares: NDArray[np.uint16] = table.astype(np.uint16)[coverage]
    return shares
