"""How soft the edges in an image are: blurred print shows a level or two well beside its place, and which
levels says which letters stood there. Hidden print has no part in it, or the size of a box would tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from schemas.finding import Quad, bounds
from transforms.engines.protocols import RgbArray

_AROUND: Final = 300
"""Pixels around hidden places in which edges are looked at."""
_LONGEST: Final = 1500
"""Sides of the part that is looked at, in pixels: enough edges in every image."""
_TRACES: Final = 18
"""Pixels beside a hidden place that may hold traces of it (coded blocks)."""
_WINDOW: Final = 9
_LEAST_CONTRAST: Final = 40
_LEAST_PIXELS: Final = 200
_SHARPEST: Final = 0.25
"""Share of the edges that are sharper than what is taken for the width."""
_SHARP: Final = 1.2
"""Width in pixels up to which edges are not blurred: 1.0 to 1.16 on prints that were not, tilted ones
included, 1.8 to 2.55 where the deviation of the blur was 0.9 to 1.25 pixels."""
_PER_WIDTH: Final = 2.5
_FARTHEST: Final = 4


def softness(rgb: RgbArray, hidden: Sequence[Quad]) -> int:
    """Pixels (0 to 4) that print around the places ``hidden`` shows beside its letters."""
    if not hidden:
        return 0
    width = edge_width(rgb, hidden)
    return max(0, min(_FARTHEST, math.ceil(_PER_WIDTH * (width - _SHARP))))


def edge_width(rgb: RgbArray, hidden: Sequence[Quad]) -> float:
    """Pixels over which brightness changes at the sharper edges around ``hidden``: contrast by steepest step;
    0 where there are too few edges."""
    import cv2

    boxes = [bounds(quad) for quad in hidden]
    left, right = _part(min(box.x0 for box in boxes), max(box.x1 for box in boxes), rgb.shape[1])
    top, bottom = _part(min(box.y0 for box in boxes), max(box.y1 for box in boxes), rgb.shape[0])
    part = np.ascontiguousarray(rgb[top:bottom, left:right])
    if min(part.shape[:2]) < _WINDOW:
        return 0.0
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    known = np.ones(grey.shape, np.uint8)
    for box in boxes:
        known[
            max(0, box.y0 - _TRACES - top) : max(0, box.y1 + _TRACES - top),
            max(0, box.x0 - _TRACES - left) : max(0, box.x1 + _TRACES - left),
        ] = 0
    # Nearby pixels are looked at together, so that no window may reach into what is hidden.
    square = np.ones((_WINDOW, _WINDOW), np.uint8)
    sure = cv2.erode(known, square).astype(bool)
    contrast = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, square)
    steps = np.maximum(cv2.absdiff(grey, np.roll(grey, 1, 0)), cv2.absdiff(grey, np.roll(grey, 1, 1)))
    steps[0], steps[:, 0] = 0, 0
    steepest = cv2.dilate(steps, square)
    edges = sure & (contrast >= _LEAST_CONTRAST)
    if int(edges.sum()) < _LEAST_PIXELS:
        return 0.0
    widths = contrast[edges].astype(np.float32) / np.maximum(steepest[edges], 1)
    return float(np.quantile(widths, _SHARPEST))


def _part(first: int, last: int, size: int) -> tuple[int, int]:
    """The part of an axis around ``first`` to ``last``, at most ``_LONGEST`` pixels about its middle."""
    middle, half = (first + last) // 2, min(_LONGEST, last - first + 2 * _AROUND) // 2
    start = min(max(0, middle - half), max(0, size - 1))
    return start, min(size, max(start + 1, middle + half))
