"""Where a line of print stands: a rectangle at any angle that knows which way it is read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]

LONG: Final = 1.5
"""A box this much longer than high runs along its longer side."""
_LEVEL: Final = math.sin(math.radians(1.0))


@dataclass(frozen=True, slots=True)
class LineBox:
    """Centre ``x, y``, reading direction (``ux, uy``, of length 1, y down), size along it and across it in
    pixels, and how sure the detection is (0 to 1)."""

    x: float
    y: float
    ux: float
    uy: float
    along: float
    across: float
    score: float

    @property
    def is_long(self) -> bool:
        """True if its shape tells the axis along which it is read."""
        return self.along >= LONG * self.across

    @property
    def is_upright(self) -> bool:
        """True if it runs along the image's rows, from left to right."""
        return self.ux > 0 and abs(self.uy) <= _LEVEL

    @property
    def quad(self) -> Quad:
        """Corners, clockwise from the text's own top left."""
        right = (self.ux * self.along / 2, self.uy * self.along / 2)
        down = (-self.uy * self.across / 2, self.ux * self.across / 2)
        return (
            (self.x - right[0] - down[0], self.y - right[1] - down[1]),
            (self.x + right[0] - down[0], self.y + right[1] - down[1]),
            (self.x + right[0] + down[0], self.y + right[1] + down[1]),
            (self.x - right[0] + down[0], self.y - right[1] + down[1]),
        )

    def holds(self, x: float, y: float) -> bool:
        """True if the point lies in the rectangle."""
        dx, dy = x - self.x, y - self.y
        return (
            abs(dx * self.ux + dy * self.uy) <= self.along / 2
            and abs(dy * self.ux - dx * self.uy) <= self.across / 2
        )

    def turned(self, quarters: int) -> LineBox:
        """The same rectangle, read in a direction ``quarters`` turns clockwise from now."""
        ux, uy, along, across = self.ux, self.uy, self.along, self.across
        for _ in range(quarters % 4):
            ux, uy, along, across = -uy, ux, across, along
        return replace(self, ux=ux, uy=uy, along=along, across=across)

    def grown(self, ratio: float) -> LineBox:
        """Wider on all sides by ``ratio`` x area / perimeter, as DBNet enlarges what it finds."""
        by = ratio * self.along * self.across / max(1e-6, self.along + self.across)
        return replace(self, along=self.along + by, across=self.across + by)


def rightward_box(corners: Sequence[Any], score: float) -> LineBox:
    """The box of a rectangle given by four corners in turn, read from left to right: along its longer side
    where that is clear, else along the side nearer to the image's rows. A longer side that stands upright
    is read from top to bottom."""
    (ax, ay), (bx, by), (cx, cy), _ = ((float(x), float(y)) for x, y in corners)
    sides = ((bx - ax, by - ay), (cx - bx, cy - by))
    first, second = math.hypot(*sides[0]), math.hypot(*sides[1])
    if max(first, second) >= LONG * min(first, second):
        chosen = 0 if first >= second else 1
    else:
        chosen = 0 if abs(sides[0][1]) * second <= abs(sides[1][1]) * first else 1
    along, across = (first, second) if chosen == 0 else (second, first)
    ux, uy = (sides[chosen][0] / along, sides[chosen][1] / along) if along else (1.0, 0.0)
    if ux < -1e-6 or (abs(ux) <= 1e-6 and uy < 0):
        ux, uy = -ux, -uy
    if not along:
        ux, uy = 1.0, 0.0
    return LineBox((ax + cx) / 2, (ay + cy) / 2, ux, uy, along, across, score)
