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
    """``lines`` one below the other, flush left, in a box that holds them; its size follows from the lengths
    of the lines alone. ``em`` in pixels, ``spacing`` between lines in em. The steps from line to line are
    those of Pillow's ``multiline_text``."""
    face = font.at(em)
    stroke = stroke_of(em, backing)
    top, bottom, advance = font.heights(em)
    advance += round(spacing * em)
    # Letters may reach a little over the start and the end that they are counted with.
    pad = math.ceil(em / 3) if backing is Backing.PLATE else stroke + math.ceil(em / 12)
    widths = [max(1, math.ceil(face.getlength(line))) for line in lines]
    size = (max(widths) + 2 * pad, (len(lines) - 1) * advance + bottom - top + 2 * pad)
    fill, backed = Image.new("L", size), Image.new("L", size, 255 if backing is Backing.PLATE else 0)
    ink, behind = ImageDraw.Draw(fill), ImageDraw.Draw(backed)
    starts = [pad + index * advance for index in range(len(lines))]
    for y, line in zip(starts, lines, strict=True):
        ink.text((pad, y - top), line, fill=255, font=face)
        if stroke:
            behind.text((pad, y - top), line, fill=255, font=face, stroke_width=stroke)
    shown = np.asarray(fill)
    spots = tuple(
        _spot(line, shown, (pad, y), (width, bottom - top))
        for line, y, width in zip(lines, starts, widths, strict=True)
    )
    return Ink(shown, np.asarray(backed), spots)


def _spot(line: str, fill: Plane, at: tuple[int, int], size: tuple[int, int]) -> LineSpot:
    """Around a line of ``size`` (width, height) that begins at ``at``: as high as its own letters."""
    rows = np.flatnonzero(fill[at[1] : at[1] + size[1]].any(axis=1))
    if not len(rows):
        return LineSpot(line, *at, *size)
    return LineSpot(line, at[0], at[1] + int(rows[0]), size[0], int(rows[-1] - rows[0]) + 1)


def fitted(ink: Ink, size: tuple[int, int], backing: Backing) -> Ink:
    """``ink`` in a box of ``size`` (width, height), at the upper left; a plate fills all of it, what reaches
    over it is cut."""
    width, height = size
    right, below = width - ink.size[0], height - ink.size[1]
    if not right and not below:
        return ink
    if right < 0 or below < 0:
        cut = replace(ink, fill=ink.fill[:height, :width], backing=ink.backing[:height, :width])
        return fitted(cut, size, backing)
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
