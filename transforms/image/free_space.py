"""Where a box over print may grow longer without hiding anything else, so that its length tells less.

The width of a box over a name in a known typeface says which of some candidates stood there. Both ends are
moved outwards to the next of a row of places that lie several heights of the print apart, as far as the
ground beside is empty."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Quad
from transforms.engines.protocols import RgbArray
from transforms.image.reading_frame import sides

_STEP: Final = 3.0
"""Distance of the places where a box may end, in heights of the print."""
_KEPT_FREE: Final = 0.35
"""Ground left free before what stands beside, in heights of the print."""
_SAMPLES: Final = 24
"""Rows in which a strip of ground is looked at."""
_PLAIN: Final = 22.0
"""Levels by which brightness may differ over a height of plain ground, noise taken off."""


def lengthened(quad: Quad, rgb: RgbArray) -> Quad:
    """``quad`` with its two ends (the first and the third side are those along the print) moved outwards."""
    along, across = sides(quad)
    if along < 1 or across < 4:
        return quad
    a, b, c, d = quad
    ux, uy = (b[0] - a[0] + c[0] - d[0]) / (2 * along), (b[1] - a[1] + c[1] - d[1]) / (2 * along)
    step = _STEP * across
    end = (b[0] + c[0]) / 2 * ux + (b[1] + c[1]) / 2 * uy
    start = (a[0] + d[0]) / 2 * ux + (a[1] + d[1]) / 2 * uy
    after = min(math.ceil(end / step) * step - end, _free(rgb, b, c, (ux, uy), step))
    before = min(start - math.floor(start / step) * step, _free(rgb, a, d, (-ux, -uy), step))
    return (
        (a[0] - ux * before, a[1] - uy * before),
        (b[0] + ux * after, b[1] + uy * after),
        (c[0] + ux * after, c[1] + uy * after),
        (d[0] - ux * before, d[1] - uy * before),
    )


def _free(
    rgb: RgbArray,
    upper: tuple[float, float],
    lower: tuple[float, float],
    direction: tuple[float, float],
    reach: float,
) -> float:
    """How far (pixels) the ground is empty from the side ``upper`` to ``lower`` in ``direction``."""
    across = math.dist(upper, lower)
    kept = _KEPT_FREE * across
    scale = min(1.0, _SAMPLES / across)
    strip = _strip(rgb, upper, lower, direction, reach + kept, scale)
    if strip.shape[0] < 2 or strip.shape[1] < 2:
        return 0.0
    ends = strip.max(axis=0) - strip.min(axis=0)
    means = strip.mean(axis=0)
    steps = np.abs(means - means[0])
    noise = float(np.median(np.abs(np.diff(strip, axis=0)))) * 3.0
    full = (ends > _PLAIN + noise) | (steps > _PLAIN + noise)
    empty = int(full.argmax()) if full.any() else len(full)
    return max(0.0, empty / scale - kept)


def _strip(
    rgb: RgbArray,
    upper: tuple[float, float],
    lower: tuple[float, float],
    direction: tuple[float, float],
    reach: float,
    scale: float,
) -> NDArray[np.float32]:
    """Brightness beside a side, rows from ``upper`` to ``lower``, columns in ``direction``; it ends at the
    edge of the image."""
    import cv2

    across = math.dist(upper, lower)
    vx, vy = (lower[0] - upper[0]) / across, (lower[1] - upper[1]) / across
    columns, rows = max(1, round(reach * scale)), max(1, round(across * scale))
    s = (np.arange(columns, dtype=np.float32) + 0.5) / scale
    t = (np.arange(rows, dtype=np.float32)[:, None] + 0.5) / scale
    xs = (upper[0] + direction[0] * s + vx * t - 0.5).astype(np.float32)
    ys = (upper[1] + direction[1] * s + vy * t - 0.5).astype(np.float32)
    height, width = rgb.shape[:2]
    inside = ((xs > -1) & (xs < width) & (ys > -1) & (ys < height)).all(axis=0)
    columns = int((~inside).argmax()) if not inside.all() else columns
    if columns == 0:
        return np.zeros((0, 0), np.float32)
    left, right = math.floor(float(xs.min())) - 2, math.ceil(float(xs.max())) + 3
    top, bottom = math.floor(float(ys.min())) - 2, math.ceil(float(ys.max())) + 3
    left, top = max(0, left), max(0, top)
    part = rgb[top : min(height, bottom), left : min(width, right)]
    if part.size == 0:
        return np.zeros((0, 0), np.float32)
    grey = cv2.blur(cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY), (3, 3)).astype(np.float32)
    strip = cv2.remap(
        grey, xs[:, :columns] - left, ys[:, :columns] - top, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(strip, np.float32)
