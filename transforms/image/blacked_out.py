"""Places of an image that were painted over in one colour, as lines of print of which nothing is left.

Without them a label whose value is gone would announce the next line of print, and cleaning a cleaned image
would take more of it every time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Quad, bounds
from transforms.engines.protocols import OcrLine, RgbArray
from transforms.image.ocr_text import PAINTED
from transforms.image.reading_frame import middle

_MOST_PIXELS: Final = 16_000_000
"""A larger image is looked at in every second, third … row and column, which bounds the memory it takes."""
_NEAR: Final = 12
"""Levels by which a painted pixel may have moved when it was coded."""
_LOWEST: Final = 7
"""Pixels a painted line is high at least: what is lower holds no print that can be read."""
_LONGEST: Final = 0.5
"""Share of the image that one place may take; more is a dark page."""
_FULL: Final = 0.97
_COVERED: Final = 0.6
"""Share of an area that its boxes must make up."""
_STEP: Final = 3
_STEP_TILTED: Final = 12
"""Pixels by which the ends of rows of one box may differ; a tilted box in JPEG ends in steps of 8."""
_FEW: Final = 6
"""Boxes up to which they are no bars: the shortest barcodes in use have over twenty."""
_LEVEL: Final = 0.01
"""Tilt (radians) of a page that is as good as level."""


def painted_lines(
    rgb: RgbArray, lines: Sequence[OcrLine], colour: tuple[int, int, int] = (0, 0, 0)
) -> tuple[OcrLine, ...]:
    """A line that reads ``PAINTED`` for every box of ``colour`` in which none of ``lines`` stands, in the
    direction of most of the print; none where there is no print, or where most of it stands on ``colour``: a
    box on ground of its own colour cannot be told from free space."""
    if not lines:
        return ()
    colour = _as_shown(rgb, colour)
    step = math.ceil(math.sqrt(rgb.shape[0] * rgb.shape[1] / _MOST_PIXELS))
    if step > 1:
        small = [replace(line, quad=_scaled(line.quad, 1 / step)) for line in lines]
        found = _painted_lines(_mask(np.ascontiguousarray(rgb[::step, ::step]), colour), small)
        return tuple(replace(line, quad=_scaled(line.quad, step)) for line in found)
    return _painted_lines(_mask(rgb, colour), lines)


def painted_share(rgb: RgbArray, colour: tuple[int, int, int]) -> float:
    """Share of ``rgb`` that lies in boxes of ``colour``; 0 where they are many, as the bars of a code."""
    import cv2

    mask = _mask(rgb, _as_shown(rgb, colour))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    areas = []
    for number in range(1, len(stats)):
        left, top, width, height, _ = stats[number].tolist()
        if min(width, height) >= _LOWEST:
            bands = _bands(labels[top : top + height, left : left + width] == number, _STEP)
            areas.append(max((_area([band]) for band in bands), default=0))
    return sum(areas) / mask.size if 0 < len(areas) <= _FEW else 0.0


def _mask(rgb: RgbArray, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    import cv2

    low = np.clip(np.array(colour) - _NEAR, 0, 255)
    high = np.clip(np.array(colour) + _NEAR, 0, 255)
    return np.asarray(cv2.inRange(rgb, low, high), np.uint8)


def _painted_lines(mask: NDArray[np.uint8], lines: Sequence[OcrLine]) -> tuple[OcrLine, ...]:
    import cv2

    if not mask.any() or _is_ground(mask, lines):
        return ()
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    direction = _direction(lines)
    tilt = _within_an_eighth(math.atan2(direction[1], direction[0]))
    middles = [middle(line.quad) for line in lines]
    most = _LONGEST * mask.size
    boxes = []
    sides = stats[:, 2:4]
    large = (sides.min(axis=1) >= _LOWEST) & (sides.max(axis=1) >= 2 * _LOWEST) & (stats[:, 4] <= most)
    large[0] = False  # the ground
    for number in np.flatnonzero(large).tolist():
        left, top, width, height, _ = stats[number].tolist()
        part = labels[top : top + height, left : left + width] == number
        for quad in _boxes(part, tilt):
            first, second, third, fourth = ((x + left, y + top) for x, y in quad)
            turned = _as_read((first, second, third, fourth), direction)
            if not any(_holds(turned, place) for place in middles):
                boxes.append(OcrLine(PAINTED, turned, 1.0))
    return tuple(boxes)


def _as_shown(rgb: RgbArray, colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """``colour`` as it stands in a picture without colours."""
    red, green, blue = colour
    if red == green == blue or not np.array_equal(rgb[..., 0], rgb[..., 1]):
        return colour
    if not np.array_equal(rgb[..., 1], rgb[..., 2]):
        return colour
    luma = (299 * red + 587 * green + 114 * blue + 500) // 1000  # ITU-R BT.601, as ``Raster.colour``
    return luma, luma, luma


def _is_ground(mask: NDArray[np.uint8], lines: Sequence[OcrLine]) -> bool:
    """True if more than half of the lines have more of the masked colour in their boxes than of others."""
    on_it = 0
    for line in lines:
        box = bounds(line.quad)
        part = mask[max(0, box.y0) : max(0, box.y1), max(0, box.x0) : max(0, box.x1)]
        on_it += part.size > 0 and 2 * int(np.count_nonzero(part)) > part.size
    return 2 * on_it > len(lines)


def _scaled(quad: Quad, factor: float) -> Quad:
    first, second, third, fourth = ((x * factor, y * factor) for x, y in quad)
    return first, second, third, fourth


def _boxes(part: NDArray[np.bool_], tilt: float) -> Iterator[Quad]:
    """The boxes that make up a connected area: itself if it is one, else bands of rows that end alike, of the
    area as it is or turned back by ``tilt`` (radians)."""
    height, width = part.shape
    if part.mean() >= _FULL:
        yield (0, 0), (width, 0), (width, height), (0, height)
        return
    level = list(_bands(part, _STEP))
    if _area(level) >= _COVERED * part.sum():
        for start, end, left, right in level:
            yield (left, start), (right, start), (right, end), (left, end)
        return
    if abs(tilt) < _LEVEL:
        return
    turned, back = _turned(part, tilt)
    tilted = list(_bands(turned, _STEP_TILTED))
    if _area(tilted) >= _COVERED * part.sum():
        for start, end, left, right in tilted:
            corners = np.array([(left, start), (right, start), (right, end), (left, end)], float)
            first, second, third, fourth = (corners @ back[:, :2].T + back[:, 2]).tolist()
            yield tuple(first), tuple(second), tuple(third), tuple(fourth)


def _area(bands: Sequence[tuple[int, int, int, int]]) -> int:
    return sum((end - start) * (right - left) for start, end, left, right in bands)


def _turned(part: NDArray[np.bool_], tilt: float) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """``part`` turned so that what is tilted by ``tilt`` is level, and the way back (2 x 3)."""
    import cv2

    height, width = part.shape
    side = math.ceil(math.hypot(height, width)) + 2
    turn = np.array([[math.cos(tilt), math.sin(tilt)], [-math.sin(tilt), math.cos(tilt)]])
    shift = np.array([side / 2, side / 2]) - turn @ np.array([width / 2, height / 2])
    there = np.hstack([turn, shift[:, None]])
    turned = cv2.warpAffine(part.astype(np.uint8), there, (side, side), flags=cv2.INTER_NEAREST)
    back = np.hstack([turn.T, -(turn.T @ shift)[:, None]])
    return np.asarray(turned, np.uint8).astype(bool), back


def _bands(part: NDArray[np.bool_], step: int) -> Iterator[tuple[int, int, int, int]]:
    """Runs that lie in rows one beneath another and whose ends differ by ``step`` at most: first and last
    row, left and right end. A row may hold several: coded blocks give the ends of boxes steps."""
    begun: list[tuple[int, int, int, int, int]] = []
    for row in range(len(part) + 1):
        going: list[tuple[int, int, int, int, int]] = []
        for left, right in _runs(part[row]) if row < len(part) else ():
            near = (one for one in begun if abs(one[1] - left) <= step and abs(one[2] - right) <= step)
            above = next(near, None)
            if above is None:
                going.append((row, left, right, left, right))
            else:
                begun.remove(above)
                start, first_left, first_right, least, most = above
                going.append((start, first_left, first_right, min(least, left), max(most, right)))
        for start, _, _, least, most in begun:
            if row - start >= _LOWEST:
                yield start, row, least, most
        begun = going


def _runs(row: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where ``row`` is full, each run with its end; a coder may have lifted out single pixels."""
    edges = np.flatnonzero(np.diff(row.astype(np.int8), prepend=0, append=0))
    runs: list[tuple[int, int]] = []
    for left, right in edges.reshape(-1, 2).tolist():
        if runs and left - runs[-1][1] <= 1:
            runs[-1] = (runs[-1][0], right)
        else:
            runs.append((left, right))
    return [(left, right) for left, right in runs if right - left >= _LOWEST]


def _direction(lines: Sequence[OcrLine]) -> tuple[float, float]:
    """Mean direction of the print, longer lines counting more."""
    right = sum(line.quad[1][0] - line.quad[0][0] for line in lines)
    down = sum(line.quad[1][1] - line.quad[0][1] for line in lines)
    return right, down


def _within_an_eighth(turn: float) -> float:
    """``turn`` without whole quarters: between minus and plus an eighth of a circle."""
    return (turn + math.pi / 4) % (math.pi / 2) - math.pi / 4


def _as_read(quad: Quad, direction: tuple[float, float]) -> Quad:
    """``quad`` from the corner from which its first side runs most nearly in ``direction``."""

    def along(first: int) -> float:
        a, b = quad[first], quad[(first + 1) % 4]
        side = math.dist(a, b) or 1.0
        return ((b[0] - a[0]) * direction[0] + (b[1] - a[1]) * direction[1]) / side

    first = max(range(4), key=along)
    return quad[first], quad[(first + 1) % 4], quad[(first + 2) % 4], quad[(first + 3) % 4]


def _holds(quad: Quad, point: tuple[float, float]) -> bool:
    box = bounds(quad)
    return box.x0 <= point[0] < box.x1 and box.y0 <= point[1] < box.y1
