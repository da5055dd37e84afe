"""How far a box over print may grow before it lies on print that stays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Quad
from transforms.engines.protocols import OcrLine
from transforms.image.reading_frame import middle

Growth = tuple[float, float, float, float]
"""Pixels by which the sides of a quad move outwards, from the first: above, behind, beneath, before."""

_LEVEL: Final = 0.5
"""Share of the lower of two heights that they have in common where they stand in one row."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Extent of a quad along and across the print of another, in pixels."""

    left: float
    right: float
    top: float
    bottom: float


def staying_lines(lines: Sequence[OcrLine], quads: Sequence[Quad]) -> tuple[OcrLine, ...]:
    """Those of ``lines`` whose middle lies in none of ``quads``: what goes itself needs no room."""
    return tuple(line for line in lines if not any(_holds(quad, middle(line.quad)) for quad in quads))


def room(quad: Quad, by: float, lines: Sequence[OcrLine]) -> Growth:
    """``by`` for every side, less where a line stands close: then up to the middle of the gap between."""
    a, b, c, d = (np.array(corner, float) for corner in quad)
    along = b - a + c - d
    length = math.hypot(*along)
    if length == 0:
        return by, by, by, by
    along /= length
    across = np.array((-along[1], along[0]))
    own = _span(quad, along, across)
    above = behind = beneath = before = by
    for line in lines:
        other = _span(line.quad, along, across)
        if other.left < own.right + by and own.left - by < other.right:
            if (other.top + other.bottom) / 2 < own.top:
                above = min(above, (own.top - other.bottom) / 2)
            elif (other.top + other.bottom) / 2 > own.bottom:
                beneath = min(beneath, (other.top - own.bottom) / 2)
        shared = min(own.bottom, other.bottom) - max(own.top, other.top)
        if shared >= _LEVEL * min(own.bottom - own.top, other.bottom - other.top):
            # The line of which the value is a part stands on both sides.
            if other.left >= own.right:
                behind = min(behind, (other.left - own.right) / 2)
            elif other.right <= own.left:
                before = min(before, (own.left - other.right) / 2)
    return max(0.0, above), max(0.0, behind), max(0.0, beneath), max(0.0, before)


def _span(quad: Quad, along: NDArray[np.float64], across: NDArray[np.float64]) -> _Span:
    corners = np.array(quad, float)
    xs, ys = corners @ along, corners @ across
    return _Span(float(xs.min()), float(xs.max()), float(ys.min()), float(ys.max()))


def _holds(quad: Quad, point: tuple[float, float]) -> bool:
    """True if ``point`` lies in ``quad``, whose corners go round clockwise."""
    x, y = point
    return all(
        (other[0] - corner[0]) * (y - corner[1]) - (other[1] - corner[1]) * (x - corner[0]) >= 0
        for corner, other in zip(quad, (*quad[1:], quad[0]), strict=True)
    )
