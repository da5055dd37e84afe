"""How much of a quad lies under boxes, by pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation.images.page import Corners
from schemas.finding import Box, Quad


def painted_mask(width: int, height: int, places: Sequence[Box | Quad]) -> NDArray[np.uint8]:
    """Height x width, 1 under any of ``places``."""
    mask = np.zeros((height, width), np.uint8)
    for place in places:
        if isinstance(place, Box):
            mask[max(0, place.y0) : max(0, place.y1), max(0, place.x0) : max(0, place.x1)] = 1
        else:
            mask |= _filled(height, width, [place])
    return mask


def covered_share(mask: NDArray[np.uint8], quads: Sequence[Corners]) -> float:
    """Share (0 to 1) of the area of ``quads`` that is 1 in ``mask``; 0 if they have no area inside it."""
    inside = _filled(mask.shape[0], mask.shape[1], quads)
    total = int(inside.sum())
    return float((inside & mask).sum()) / total if total else 0.0


def bounds(quads: Sequence[Corners], grown: float = 0.0) -> Box:
    """The upright box around ``quads``, grown on all sides by ``grown`` of its shorter side."""
    xs = [x for quad in quads for x, _ in quad]
    ys = [y for quad in quads for _, y in quad]
    by = grown * min(max(xs) - min(xs), max(ys) - min(ys))
    return Box(
        math.floor(min(xs) - by), math.floor(min(ys) - by), math.ceil(max(xs) + by), math.ceil(max(ys) + by)
    )


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.y1, other.y1) - max(one.y0, other.y0)
    shared = max(0, wide) * max(0, high)
    either = one.width * one.height + other.width * other.height - shared
    return shared / either if either else 0.0


def _filled(height: int, width: int, quads: Sequence[Corners]) -> NDArray[np.uint8]:
    import cv2

    inside = np.zeros((height, width), np.uint8)
    for quad in quads:
        cv2.fillConvexPoly(inside, np.rint(np.array(quad)).astype(np.int32), 1)
    return inside
