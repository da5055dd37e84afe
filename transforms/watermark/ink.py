"""What is printed, apart from any image: how much ink and how much backing covers each pixel of a box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from transforms.watermark.font import MarkFont
from transforms.watermark.style import Backing

Plane = NDArray[np.uint8]
"""Height x width, 0 to 255."""


@dataclass(frozen=True, slots=True)
class LineSpot:
    """Where a line of print stands in the box, in pixels of it, and what it says."""

    text: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Ink:
    """Coverage by ink and by what stands behind it, height x width, 0 to 255, and the lines in them."""

    fill: Plane
    backing: Plane
    lines: tuple[LineSpot, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.fill.shape[1], self.fill.shape[0]


def stroke_of(em: float, backing: Backing) -> int:
    """Width of the outline in pixels for letters of size ``em``."""
    return max(1, round(em / 12)) if backing is Backing.OUTLINE else 0


def print_lines(font: MarkFont, lines: Sequence[str], em: float, spacing: float, backing: Backing) -> Ink:
    """``lines`` one below the other, flush left, in the smallest box that holds them. ``em`` in pixels,
    ``spacing`` between lines in em. Without backing it is what Pillow's ``multiline_text`` draws."""
    face = font.at(em)
    stroke = stroke_of(em, backing)
    pad = math.ceil(em / 3) if backing is Backing.PLATE else stroke
    advance = math.ceil(face.getbbox("A")[3] + round(spacing * em))
    boxes = [face.getbbox(line) for line in lines]
    left = min(0, *(math.floor(box[0]) for box in boxes))
    right = max(math.ceil(box[2]) for box in boxes)
    top = min(0, *(math.floor(box[1]) for box in boxes))
    bottom = max(index * advance + math.ceil(box[3]) for index, box in enumerate(boxes))
    size = (right - left + 2 * pad, bottom - top + 2 * pad)
    fill, backed = Image.new("L", size), Image.new("L", size, 255 if backing is Backing.PLATE else 0)
    spots = []
    for index, (line, box) in enumerate(zip(lines, boxes, strict=True)):
        at = (pad - left, pad - top + index * advance)
        ImageDraw.Draw(fill).text(at, line, fill=255, font=face)
        if stroke:
            ImageDraw.Draw(backed).text(at, line, fill=255, font=face, stroke_width=stroke)
        spots.append(_spot(line, box, at))
    return Ink(np.asarray(fill), np.asarray(backed), tuple(spots))


def _spot(line: str, box: tuple[float, float, float, float], at: tuple[int, int]) -> LineSpot:
    x, y = at[0] + math.floor(box[0]), at[1] + math.floor(box[1])
    width, height = math.ceil(box[2]) - math.floor(box[0]), math.ceil(box[3]) - math.floor(box[1])
    return LineSpot(line, x, y, max(1, width), max(1, height))


def widened(ink: Ink, size: tuple[int, int], backing: Backing) -> Ink:
    """``ink`` in a box of ``size`` (width, height), no smaller than its own, at the upper left; a plate fills
    all of it."""
    width, height = size
    right, below = width - ink.size[0], height - ink.size[1]
    if not right and not below:
        return ink
    edges = ((0, below), (0, right))
    plate = 255 if backing is Backing.PLATE else 0
    return replace(
        ink,
        fill=np.pad(ink.fill, edges),
        backing=np.pad(ink.backing, edges, constant_values=plate),
    )


def shuffled(ink: Ink, side: int, draw: np.random.Generator) -> Ink:
    """The same ink, unreadable: the pixels of each line change places, in squares of ``side`` pixels, ink and
    backing together, so that their amounts and nearly their texture stay."""
    fill, backing = ink.fill.copy(), ink.backing.copy()
    areas = {(spot.x, spot.y, spot.width, spot.height): spot for spot in ink.lines}
    for spot in areas.values():
        rows, columns = spot.height // side, spot.width // side
        if rows * columns < 2:
            continue
        order = draw.permutation(rows * columns)
        window = np.s_[spot.y : spot.y + rows * side, spot.x : spot.x + columns * side]
        for plane in (fill, backing):
            plane[window] = _reordered(plane[window], rows, columns, side, order)
    return replace(ink, fill=fill, backing=backing)


def _reordered(plane: Plane, rows: int, columns: int, side: int, order: NDArray[np.int64]) -> Plane:
    squares = plane.reshape(rows, side, columns, side).transpose(0, 2, 1, 3).reshape(-1, side, side)
    moved = squares[order].reshape(rows, columns, side, side).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(moved.reshape(rows * side, columns * side))


def tiled(ink: Ink, size: tuple[int, int], gap: int) -> Ink:
    """``ink`` repeated over a box of ``size`` (width, height), ``gap`` pixels apart, every other row shifted
    by half a step. ``lines`` are those of the first whole one."""
    width, height = size
    step_x, step_y = ink.size[0] + gap, ink.size[1] + gap
    fill, backing = (np.pad(plane, ((0, gap), (0, gap))) for plane in (ink.fill, ink.backing))
    columns = -(-width // step_x) + 1
    rows = []
    for row in range(-(-height // step_y)):
        shift = (row % 2) * (step_x // 2)
        rows.append(
            tuple(np.tile(plane, (1, columns))[:, shift : shift + width] for plane in (fill, backing))
        )
    whole = [np.vstack(planes)[:height] for planes in zip(*rows, strict=True)]
    return Ink(np.ascontiguousarray(whole[0]), np.ascontiguousarray(whole[1]), ink.lines)
