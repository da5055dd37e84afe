"""Where lines of print stand to each other, on a page turned so that they run from left to right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.finding import Quad

BENEATH: Final = 2.2
"""How far below its label a value may begin, in heights of the taller of both."""
BESIDE: Final = 25.0
"""How far right of its label a value may begin, in heights of the label."""
ONE_ROW: Final = 1.5
"""Pieces of one row closer than this (in heights) are one text that the engine split."""
WORD_GAP: Final = 0.9
"""Pieces closer than this are words of one line."""
_SAME_SIZE: Final = 0.72
_CLOSE: Final = 1.9
"""From the top of a line of a block to that of the next, in heights of the taller."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line by the middles of its left and right side, so that a tilted page does no harm."""

    left: float
    left_y: float
    right: float
    right_y: float
    height: float

    @classmethod
    def of(cls, quad: Quad) -> Place:
        """Of a quad of ``OcrText.level``: the page turned the right way up."""
        top_left, top_right, bottom_right, bottom_left = quad
        return cls(
            (top_left[0] + bottom_left[0]) / 2,
            (top_left[1] + bottom_left[1]) / 2,
            (top_right[0] + bottom_right[0]) / 2,
            (top_right[1] + bottom_right[1]) / 2,
            max(1.0, math.dist(top_left, bottom_left)),
        )

    def with_right(self, other: Place) -> Place:
        """This line and ``other``, which goes on where it ends."""
        return Place(self.left, self.left_y, other.right, other.right_y, max(self.height, other.height))

    def begins_row_of(self, other: Place, reach: float = BESIDE) -> bool:
        """True if ``other`` goes on where this line ends, at most ``reach`` heights farther."""
        gap = other.left - self.right
        drop = abs(other.left_y - self.right_y)
        # A tilted row drifts with the gap: 0.1 is the slope of about 6 degrees.
        level = drop <= 0.6 * max(self.height, other.height) or drop <= 0.1 * gap
        return level and -self.height <= gap <= reach * self.height

    def stands_above(self, other: Place) -> bool:
        """True if ``other`` begins beneath this line, or lies under most of it."""
        drop = other.left_y - self.left_y
        overlap = min(self.right, other.right) - max(self.left, other.left)
        shorter = max(1.0, min(self.right - self.left, other.right - other.left))
        aligned = abs(other.left - self.left) <= 1.5 * self.height or overlap >= 0.5 * shorter
        taller = max(self.height, other.height)
        return 0.6 * taller <= drop <= (1 + BENEATH) * taller and aligned

    def goes_on_in(self, other: Place, left: float) -> bool:
        """True if ``other`` is the next line of the same block: of the same size, close below, and begun at
        ``left`` or where this line begins."""
        drop = other.left_y - self.left_y
        taller = max(self.height, other.height)
        alike = min(self.height, other.height) >= _SAME_SIZE * taller
        begins = min(abs(other.left - left), abs(other.left - self.left)) <= taller
        return alike and begins and 0.6 * taller <= drop <= _CLOSE * taller


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of all lines of a page, in reading order."""

    places: tuple[Place, ...]

    @classmethod
    def of(cls, level: Sequence[Quad]) -> Layout:
        """Of ``OcrText.level``."""
        return cls(tuple(Place.of(quad) for quad in level))

    def beside(self, index: int, reach: float = BESIDE) -> int | None:
        """The nearest line that goes on where line ``index`` ends."""
        own = self.places[index]
        right = [
            (place.left, other) for other, place in self._others(index) if own.begins_row_of(place, reach)
        ]
        return min(right)[1] if right else None

    def beneath(self, index: int) -> int | None:
        """The nearest line below line ``index`` and aligned with it."""
        own = self.places[index]
        below = [(place.left_y, other) for other, place in self._others(index) if own.stands_above(place)]
        return min(below)[1] if below else None

    def above(self, index: int) -> int | None:
        """The nearest line above line ``index`` and aligned with it."""
        own = self.places[index]
        over = [(-place.left_y, other) for other, place in self._others(index) if place.stands_above(own)]
        return min(over)[1] if over else None

    def row_from(self, index: int) -> list[int]:
        """Line ``index`` and the pieces of the same text to its right."""
        row = [index]
        while (more := self.beside(row[-1], ONE_ROW)) is not None and more not in row:
            row.append(more)
        return row

    def next_in_block(self, index: int, left: float) -> int | None:
        """The next line of the block of line ``index``; ``left``: where the block begins."""
        own = self.places[index]
        below = [(place.left_y, other) for other, place in self._others(index) if own.goes_on_in(place, left)]
        return min(below)[1] if below else None

    def above_in_block(self, index: int) -> int | None:
        """The line of the same block right above line ``index``, aligned at any edge or in the middle."""
        own = self.places[index]
        over = [
            (-place.left_y, other)
            for other, place in self._others(index)
            if place.stands_above(own) and place.goes_on_in(own, own.left)
        ]
        return min(over)[1] if over else None

    def _others(self, index: int) -> Iterator[tuple[int, Place]]:
        return ((other, place) for other, place in enumerate(self.places) if other != index)
