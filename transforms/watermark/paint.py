"""Putting ink on pixels."""

from __future__ import annotations

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
_MIDDLE = 0.179
"""Relative luminance on which black and white have the same WCAG contrast."""


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours and opacities (0 to 255) of a mark."""

    colour: Colour
    alpha: int
    backing_colour: Colour
    backing_alpha: int


def relative_luminance(rgb: NDArray[np.generic]) -> NDArray[np.float32]:
    """Of sRGB values 0 to 255 (last axis), 0 to 1 (WCAG 2.2)."""
    values = np.asarray(rgb)
    if values.dtype == np.uint8:
        linear = _LINEAR[values]
    else:
        linear = _linear(values.astype(np.float32) / 255)
    luminance: NDArray[np.float32] = linear @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return luminance


def _linear(share: NDArray[Any]) -> NDArray[np.float32]:
    curved = ((share + 0.055) / 1.055) ** 2.4
    linear: NDArray[np.float32] = np.where(share <= 0.04045, share / 12.92, curved).astype(np.float32)
    return linear


_LINEAR = _linear(np.arange(256, dtype=np.float32) / 255)


def paint_for(ground: RgbArray, style: MarkStyle, fainter: float) -> Paint:
    """Colours on ``ground``, the pixels of the box: those of ``style``, else black or white by WCAG contrast;
    the backing is the opposite of the ink. ``fainter``: factor of the ink's opacity."""
    mean = float(relative_luminance(ground[::2, ::2]).mean())
    colour = style.colour or (BLACK if mean > _MIDDLE else WHITE)
    own = float(relative_luminance(np.array(colour, np.uint8)))
    backing = WHITE if own <= _MIDDLE else BLACK
    return Paint(
        colour, max(1, min(255, round(style.alpha * fainter))), backing, round(style.backing_alpha * fainter)
    )


def painted(ground: RgbArray, ink: Ink, paint: Paint) -> RgbArray:
    """``ground`` (height x width x 3) with ``ink`` of the same size on it: backing first, ink over it."""
    back = ink.backing.astype(np.float32) * (paint.backing_alpha / 65025)
    fill = ink.fill.astype(np.float32) * (paint.alpha / 65025)
    behind, shown = (1 - fill) * back, fill
    left = (1 - fill - behind)[:, :, None]
    out = ground * left
    out += behind[:, :, None] * np.array(paint.backing_colour, np.float32)
    out += shown[:, :, None] * np.array(paint.colour, np.float32)
    return (out + 0.5).astype(np.uint8)
