"""Sets lines of label, value and harmless text on a page, one below the other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from evaluation.images.fonts import fonts_of
from evaluation.images.page import Ground, Page, Rgb, Run, Shape, width_of

_MARGIN: Final = 18
_SMALLEST: Final = 12


@dataclass(frozen=True, slots=True)
class Planted:
    """A value that is to be found: its kind and its characters; a line break where it is in two lines."""

    kind: str
    text: str


@dataclass
class Sheet:
    """A page under construction. ``scale`` multiplies sizes, which never fall below 12 pixels."""

    width: int
    chance: random.Random
    ink: Rgb
    scale: float = 1.0
    style: str = "sans"
    shaken: bool = False
    left: float = _MARGIN
    y: float = _MARGIN
    runs: list[Run] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    values: list[Planted] = field(default_factory=list)
    _lines: int = 0
    _rightmost: float = 0.0

    def __post_init__(self) -> None:
        self._fonts = {style: self.chance.choice(fonts_of(style)) for style in ("bold", self.style)}

    def put(
        self,
        *parts: str | Planted,
        size: int = 16,
        bold: bool = False,
        lead: float = 1.45,
        centred: bool = False,
        colour: Rgb | None = None,
        indent: float = 0.0,
    ) -> None:
        """One line: plain strings are labels or harmless text, the rest is planted. A value with a line
        break goes on below, at its own left edge."""
        font = self._fonts["bold" if bold else self.style]
        em = max(_SMALLEST, round(size * self.scale))
        total = sum(width_of(_first(part), font, em) for part in parts)
        x = max(self.left + indent, (self.width - total) / 2 if centred else 0.0)
        self.y += lead * em
        self._lines += 1
        later: list[tuple[float, int, str]] = []
        for part in parts:
            value = None
            if isinstance(part, Planted):
                value = len(self.values)
                self.values.append(part)
                later += [(x, value, rest) for rest in part.text.split("\n")[1:]]
            x = self._run(_first(part), x, font, em, value, colour)
        for x, value, rest in later:
            self.y += 1.3 * em
            self._lines += 1
            self._run(rest, x, font, em, value, colour)

    def gap(self, pixels: float) -> None:
        """Leaves room below the last line."""
        self.y += pixels * self.scale

    def box(self, top: float, fill: Rgb, edge: Rgb | None = None, sides: int = 6) -> None:
        """A filled band from ``top`` to below the last line, under the text."""
        self.shapes.append(
            Shape(sides, round(top), self.width - sides, round(self.y + 8 * self.scale), fill, edge)
        )

    def page(self, ground: Ground, bottom: int = _MARGIN) -> Page:
        """What was set, on a page high and wide enough for it."""
        width = max(self.width, round(self._rightmost) + _MARGIN)
        return Page(width, round(self.y) + bottom, ground, tuple(self.shapes), tuple(self.runs))

    def _run(self, text: str, x: float, font: str, em: int, value: int | None, colour: Rgb | None) -> float:
        shaken = self.chance.randrange(1, 1 << 30) if self.shaken else 0
        self.runs.append(Run(text, x, self.y, font, em, colour or self.ink, self._lines, value, shaken))
        wide = width_of(text, font, em) * (1.05 if shaken else 1.0)
        self._rightmost = max(self._rightmost, x + wide)
        return x + wide


def _first(part: str | Planted) -> str:
    return part if isinstance(part, str) else part.text.split("\n")[0]


def spread(chance: random.Random, choices: Sequence[str], count: int) -> list[str]:
    """``count`` different ones of ``choices`` in a random order."""
    return chance.sample(list(choices), min(count, len(choices)))
