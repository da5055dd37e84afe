"""The frame in which lines are read: turned so that what is printed runs from left to right."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from schemas.finding import Quad
from transforms.engines.protocols import OcrLine

_TALL: Final = 1.5
"""A quad this much taller than wide, with more than one character, holds text that runs down."""
_LEVEL: Final = math.radians(0.3)
"""A page tilted by less is as good as level: its quads stay as they are."""
_APART: Final = 1e6
"""Pixels between lines of different directions in their frames: none of them is the other's neighbour."""


def own_quad(line: OcrLine) -> Quad:
    """The corners as the text is read. An engine that gives a tall quad from its upper left corner is
    taken to have read it from top to bottom."""
    top_left, top_right, bottom_right, bottom_left = line.quad
    width, height = sides(line.quad)
    if height >= _TALL * width and len(line.text.strip()) > 1:
        return top_right, bottom_right, bottom_left, top_left
    return line.quad


def sides(quad: Quad) -> tuple[float, float]:
    """Mean length of the sides along the text, and of those across it."""
    a, b, c, d = quad
    return (math.dist(a, b) + math.dist(d, c)) / 2, (math.dist(a, d) + math.dist(b, c)) / 2


def middle(quad: Quad) -> tuple[float, float]:
    """The mean of the corners."""
    return sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4


def level_quads(quads: Sequence[Quad]) -> tuple[Quad, ...]:
    """Each quad in the frame of its own direction of print, turned to run from left to right.

    Lines in the direction of most of the print come first from the top; lines in another of the four
    directions lie in a frame of their own far below, so that nothing stands beside them by chance."""
    turns = [_turn(quad) for quad in quads]
    lengths = [sides(quad)[0] for quad in quads]
    axis = _axis(turns, lengths)
    groups: dict[int, list[int]] = defaultdict(list)
    for index, turn in enumerate(turns):
        groups[round((turn - axis) / (math.pi / 2)) % 4].append(index)
    by_print = sorted(groups, key=lambda quarter: (-sum(lengths[i] for i in groups[quarter]), quarter))
    level: list[Quad] = list(quads)
    for rank, quarter in enumerate(by_print):
        members = groups[quarter]
        turn = axis + quarter * math.pi / 2
        offs = [(_within(turns[i] - turn), lengths[i]) for i in members]
        turn = _within(turn + _median(offs))
        for i in members:
            level[i] = _turned_back(quads[i], turn, rank * _APART)
    return tuple(level)


def _turn(quad: Quad) -> float:
    a, b, c, d = quad
    return math.atan2(b[1] - a[1] + c[1] - d[1], b[0] - a[0] + c[0] - d[0])


def _axis(turns: Sequence[float], lengths: Sequence[float]) -> float:
    """The direction of the print up to quarter turns: mean of the directions taken four times."""
    east = sum(length * math.cos(4 * turn) for turn, length in zip(turns, lengths, strict=True))
    south = sum(length * math.sin(4 * turn) for turn, length in zip(turns, lengths, strict=True))
    return math.atan2(south, east) / 4


def _within(turn: float) -> float:
    """The same direction between minus and plus half a turn."""
    return (turn + math.pi) % (2 * math.pi) - math.pi


def _median(weighted: Sequence[tuple[float, float]]) -> float:
    half = sum(weight for _, weight in weighted) / 2
    for value, weight in sorted(weighted):
        half -= weight
        if half <= 0:
            return value
    return 0.0


def _turned_back(quad: Quad, turn: float, down: float) -> Quad:
    if abs(turn) < _LEVEL and not down:
        return quad
    cos, sin = math.cos(turn), math.sin(turn)
    a, b, c, d = ((x * cos + y * sin, y * cos - x * sin + down) for x, y in quad)
    return a, b, c, d
