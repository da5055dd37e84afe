"""Fills the whole upright box of tilted print where nothing else stands in its corners.

The manifest gives upright boxes: one that is filled as it is written down can be checked by anybody, and
hides a tilted value even where its slant was read wrongly. Beside other print the tilted quad alone is
filled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from schemas.finding import Quad, bounds, quad_of_box
from transforms.engines.protocols import OcrLine
from transforms.image.regions import PRINT, Region

_TOUCHED: Final = 0.02
"""Share of a line from which it counts as hit by a corner."""
_SLANT: Final = 20.0
"""Degrees from upright up to which a box is not much larger than its print."""


def upright_where_free(region: Region, lines: Sequence[OcrLine]) -> Region:
    """``region`` as the upright box around its quad, unless that hits print which the quad leaves alone."""
    if region.finding.attribute not in PRINT or region.upright or _slant(region.quad) > _SLANT:
        return region
    box = quad_of_box(bounds(region.quad))
    if any(_hit(line.quad, box) - _hit(line.quad, region.quad) > _TOUCHED for line in lines):
        return region
    first = _nearest_turn(region.quad, box)
    turned = (*box[first:], *box[:first])
    return replace(region, quad=(turned[0], turned[1], turned[2], turned[3]), upright=True)


def _slant(quad: Quad) -> float:
    """Degrees between the print and the nearest of the picture's sides."""
    (ax, ay), (bx, by) = quad[0], quad[1]
    turned = math.degrees(math.atan2(by - ay, bx - ax)) % 90.0
    return min(turned, 90.0 - turned)


def _nearest_turn(quad: Quad, box: Quad) -> int:
    """Index of the corner of ``box`` that lies where the print begins."""
    return min(range(4), key=lambda index: math.dist(box[index], quad[0]))


def _hit(line: Quad, place: Quad) -> float:
    """The share of ``line`` that lies in ``place``."""
    import cv2

    area, _ = cv2.intersectConvexConvex(np.array(line, np.float32), np.array(place, np.float32))
    return float(area) / max(1.0, _area(line))


def _area(quad: Quad) -> float:
    xs, ys = zip(*quad, strict=True)
    return abs(sum(xs[i - 1] * ys[i] - xs[i] * ys[i - 1] for i in range(4))) / 2
