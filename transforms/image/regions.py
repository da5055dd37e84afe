"""Which pixels are to be filled for a finding."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Box, ImageFinding, Quad, bounds, quad_of_box
from schemas.policy import ImagePolicy, TextFill
from transforms.engines.protocols import OcrLine
from transforms.image.coded_blocks import BlockGrid, whole_blocks
from transforms.image.ocr_text import line_box
from transforms.image.reading_frame import sides
from transforms.image.room import Growth, room

FACE: Final = "image.face"
TEXT: Final = "image.text_pii"
PLATE: Final = "image.plate"
PRINT: Final = (TEXT, PLATE)
_LINE_GAP: Final = 1.0
"""Lines closer than this (in line heights) belong to one block."""

_SOFT_SHARE: Final = 0.35
"""Heights of its print by which a place grows at most because its edges are soft."""


class Bluntness(IntEnum):
    """How much is given up around a finding to make a leak go away."""

    EXACT = 0
    """What the policy says: places grown by its share, filled as it says."""
    WIDER = 1
    """Solid, grown by twice the share."""
    LINE = 2
    """Solid, and of text the whole OCR line."""
    BLOCK = 3
    """Solid, grown by four times the share, of text the whole block of lines."""


@dataclass(frozen=True, slots=True)
class Region:
    """A place to fill: ``quad`` is the finding's own, grown as its level asks, ``hidden`` the part of it that
    holds something. ``method``: a value of ``TextFill`` or ``FaceFill``."""

    finding: ImageFinding
    method: str
    quad: Quad
    hidden: Quad
    upright: bool


@dataclass(frozen=True, slots=True)
class Patch:
    """The pixels of a region: ``mask`` is as large as ``box``, which lies inside the image. ``colour``: those
    around the mask whose colour the coder mixed with that of hidden pixels, in ``colour_box``; None where
    there are none."""

    region: Region
    box: Box
    mask: NDArray[np.bool_]
    colour_box: Box | None = None
    colour: NDArray[np.bool_] | None = None


def quad_of(finding: ImageFinding) -> Quad:
    """The corners of a finding that has a box; a tall box of print is taken to hold a line that runs down."""
    if finding.quad is not None:
        return finding.quad
    if finding.box is None:
        raise ValueError("a finding without a place")
    first, second, third, fourth = quad_of_box(finding.box)
    if finding.attribute in PRINT and finding.box.height > finding.box.width:
        return second, third, fourth, first
    return first, second, third, fourth


def grown(quad: Quad, by: Growth) -> Quad:
    """``quad`` with every side moved out by about as many pixels as ``by`` says of it."""
    moved = []
    for index, (x, y) in enumerate(quad):
        for other, far_by in ((quad[index - 1], by[index]), (quad[(index + 1) % 4], by[index - 1])):
            far = math.dist(quad[index], other)
            if far > 0:
                x += (quad[index][0] - other[0]) / far * far_by
                y += (quad[index][1] - other[1]) / far * far_by
        moved.append((x, y))
    first, second, third, fourth = moved
    return first, second, third, fourth


def region_of(
    finding: ImageFinding,
    level: Bluntness,
    policy: ImagePolicy,
    lines: Sequence[OcrLine],
    staying: Sequence[OcrLine] = (),
    soft: int = 0,
) -> Region:
    """The place to fill. Faces, codes and detected plates grow by a share of their longer side, print by a
    share of its height: a long line would else swallow its neighbours. ``staying``: lines in which nothing
    was found, half the way to which is left free at the first try. ``soft``: pixels by
    which print grows further."""
    quad, upright = quad_of(finding), finding.quad is None
    is_text = finding.attribute == TEXT
    if is_text and level >= Bluntness.LINE:
        box = _with_lines(bounds(quad), lines, level)
        if box != bounds(quad):
            quad, upright = quad_of_box(box), True
    along, across = sides(quad)
    printed = is_text or finding.detector.startswith("ocr.")
    side = min(along, across) if printed else max(along, across)
    factor = {Bluntness.EXACT: 1, Bluntness.WIDER: 2, Bluntness.LINE: 2, Bluntness.BLOCK: 4}[level]
    by = side * policy.box_growth * factor
    softly = min(float(soft), _SOFT_SHARE * side) if printed else 0.0
    by += softly
    if upright:
        by, softly = math.ceil(by), math.ceil(softly)
    free = room(quad, by, staying if printed and level is Bluntness.EXACT else ())
    # What soft letters leave beside their place goes, whatever else stands there.
    above, behind, beneath, before = (max(softly, math.floor(one) if upright else one) for one in free)
    growth = above, behind, beneath, before
    wide = grown(quad, growth)
    return Region(finding, _method(finding.attribute, level, policy), wide, wide, upright)


def _method(attribute: str, level: Bluntness, policy: ImagePolicy) -> str:
    """As the policy says; solid where that let something through, and for codes."""
    ways = {FACE: policy.face_fill, PLATE: policy.plate_fill, TEXT: policy.text_fill}
    way = ways.get(attribute) if level is Bluntness.EXACT else None
    return TextFill.SOLID.value if way is None else way.value


def _with_lines(box: Box, lines: Iterable[OcrLine], level: Bluntness) -> Box:
    others = [line_box(line) for line in lines]
    around = [other for other in others if touches(box, other, 0.0)]
    if level is Bluntness.BLOCK:
        grew = True
        while grew:
            more = [
                other
                for other in others
                if other not in around and any(touches(one, other, _LINE_GAP) for one in around)
            ]
            around.extend(more)
            grew = bool(more)
    for other in around:
        box = Box(min(box.x0, other.x0), min(box.y0, other.y0), max(box.x1, other.x1), max(box.y1, other.y1))
    return box


def touches(one: Box, other: Box, gap: float) -> bool:
    """True if the boxes overlap, ``one`` grown up and down by ``gap`` times its height."""
    by = gap * one.height
    return (
        one.x0 < other.x1
        and other.x0 < one.x1
        and one.y0 - by < other.y1
        and other.y0 < one.y1 + by
        and (gap > 0 or min(one.y1, other.y1) - max(one.y0, other.y0) > 0.3 * min(one.height, other.height))
    )


def patch_of(region: Region, grid: BlockGrid | None, width: int, height: int) -> Patch | None:
    """The pixels of ``region`` in an image of that size; None if it lies outside."""
    window = _inside(bounds(region.quad), width, height)
    if window.width <= 0 or window.height <= 0:
        return None
    if grid is None:
        return Patch(region, window, _filled(region.quad, window, region.upright))
    step = (max(grid.brightness[0], grid.colour[0]), max(grid.brightness[1], grid.colour[1]))
    wide = _on_grid(window, grid, step, width, height)
    mask = _filled(region.quad, wide, region.upright)
    hidden = _filled(region.hidden, wide, region.upright)
    mask |= whole_blocks(hidden, wide.x0, wide.y0, grid, grid.brightness)
    box, mask = _tight(wide, mask)
    if not grid.has_wider_colour:
        return Patch(region, box, mask)
    colour = whole_blocks(hidden, wide.x0, wide.y0, grid, grid.colour)
    around = _inside(Box(wide.x0 - 2, wide.y0 - 2, wide.x1 + 2, wide.y1 + 2), width, height)
    return Patch(region, box, mask, around, _spread(colour, wide, around))


def _inside(box: Box, width: int, height: int) -> Box:
    return Box(max(0, box.x0), max(0, box.y0), min(width, box.x1), min(height, box.y1))


def _on_grid(box: Box, grid: BlockGrid, step: tuple[int, int], width: int, height: int) -> Box:
    """``box`` widened to whole blocks, inside the image."""
    return _inside(
        Box(
            (box.x0 - grid.left) // step[0] * step[0] + grid.left,
            (box.y0 - grid.top) // step[1] * step[1] + grid.top,
            -(-(box.x1 - grid.left) // step[0]) * step[0] + grid.left,
            -(-(box.y1 - grid.top) // step[1]) * step[1] + grid.top,
        ),
        width,
        height,
    )


def _filled(quad: Quad, window: Box, upright: bool) -> NDArray[np.bool_]:
    """Pixels of ``window`` that ``quad`` touches."""
    if upright:
        box = bounds(quad)
        mask = np.zeros((window.height, window.width), bool)
        mask[
            max(0, box.y0 - window.y0) : max(0, box.y1 - window.y0),
            max(0, box.x0 - window.x0) : max(0, box.x1 - window.x0),
        ] = True
        return mask
    import cv2

    # A corner at x lies between pixels x - 1 and x: its pixel's middle is half a pixel further left.
    corners = np.rint((np.array(quad) - (window.x0 + 0.5, window.y0 + 0.5)) * 16).astype(np.int32)
    plane = np.zeros((window.height, window.width), np.uint8)
    cv2.fillConvexPoly(plane, corners, 1, lineType=cv2.LINE_8, shift=4)
    filled: NDArray[np.bool_] = plane.astype(bool)
    return filled


def _tight(window: Box, mask: NDArray[np.bool_]) -> tuple[Box, NDArray[np.bool_]]:
    """The part of ``window`` that ``mask`` fills."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return window, mask
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    box = Box(window.x0 + left, window.y0 + top, window.x0 + right, window.y0 + bottom)
    return box, mask[top:bottom, left:right]


def _spread(mask: NDArray[np.bool_], window: Box, around: Box) -> NDArray[np.bool_]:
    """``mask`` in ``around``, grown by two pixels: readers interpolate colour across the edge of a block."""
    import cv2

    plane = np.zeros((around.height, around.width), np.uint8)
    top, left = window.y0 - around.y0, window.x0 - around.x0
    plane[top : top + window.height, left : left + window.width] = mask
    spread: NDArray[np.bool_] = cv2.dilate(plane, np.ones((5, 5), np.uint8)).astype(bool)
    return spread
