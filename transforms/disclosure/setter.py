"""A page being set: where the next part goes, what is printed so far, where values go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from transforms.disclosure.layouts import Head, Layout, Look
from transforms.disclosure.marks import Mark, Rect, Rule, Words
from transforms.disclosure.typefaces import width_of

FACES: Final[Mapping[str, tuple[str, str]]] = {
    "sans": ("arimo", "arimo_bold"),
    "serif": ("tinos", "tinos_bold"),
    "narrow": ("archivo_narrow", "archivo_narrow_bold"),
    "screen": ("public_sans", "public_sans_bold"),
}
"""Plain and bold face of a ``print_face``."""
INK: Final = "#1b1b1b"
PALE: Final = "#5c6066"
GREY: Final = "#8d9299"
LABEL: Final = 15
"""Size of small labels, in pixels."""
COLUMN_LABEL: Final = 17
"""Size of labels in a column without lines."""
_PORTRAIT: Final = (164, 206)


@dataclass(frozen=True, slots=True)
class Style:
    """What of a layout's choices an image shows."""

    accent: str
    paper: str
    issuer: str
    emblem: str
    ticks: tuple[float, ...]
    """One number in [0, 1) for each choice of the layout: which option is ticked."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value stands: inside ``x0, y0, x1, y1``, at the bottom of it or in the middle. ``printed``: the
    issuer printed it with the form."""

    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bottom: bool
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A form without values. ``slots`` by name of the field."""

    width: int
    height: int
    paper: str
    marks: tuple[Mark, ...]
    slots: Mapping[str, Slot]


@dataclass
class Setter:
    """``y``: where the next part begins; ``left``, ``right``: the edges of the text, in pixels."""

    layout: Layout
    style: Style
    y: int = 0
    marks: list[Mark] = field(default_factory=list)
    slots: dict[str, Slot] = field(default_factory=dict)
    headings: int = 0
    choices: int = 0
    _portrait_end: int = 0

    def __post_init__(self) -> None:
        self.plain, self.bold = FACES[self.layout.print_face]
        self.left = self.layout.margin
        self._right = self.layout.width - self.layout.margin
        labels = [
            self.layout.field(cell.field).label if cell.field else cell.label
            for block in self.layout.blocks
            for cell in block.cells
            if block.look is Look.PLAIN
        ]
        widths = [width_of(label, self.bold, COLUMN_LABEL) for label in labels]
        self.column = round(max(widths, default=0)) + 28

    @property
    def right(self) -> int:
        """How far a line goes at this height: not into the place of the photograph."""
        return self._right - _PORTRAIT[0] - 28 if self.y < self._portrait_end else self._right

    def words(
        self, x: float, y: float, text: str, size: float, colour: str, bold: bool = False, anchor: str = "ls"
    ) -> None:
        """A line of print, its baseline at ``y``."""
        self.marks.append(Words(x, y, text, self.bold if bold else self.plain, size, colour, anchor))

    def portrait(self) -> None:
        """An empty place for a photograph of the holder, at the right from here on."""
        wide, tall = _PORTRAIT
        x, y = self._right - wide, self.y + 8
        self.marks.append(Rect(x, y, self._right, y + tall, fill="#eef0f2", edge=GREY))
        for row, text in enumerate(("Photograph", "of the holder", "35 x 45 mm")):
            self.words(x + wide / 2, y + 92 + 24 * row, text, LABEL, GREY, anchor="ms")
        self._portrait_end = y + tall + 8

    def page(self) -> Page:
        """What was set, with the foot and the frame."""
        layout = self.layout
        self.y = max(self.y, self._portrait_end)
        if layout.foot:
            self.y += 14
            self.marks.append(Rule(self.left, self.y, self._right, self.y, GREY))
            self.y += 22
            self.words(self.left, self.y, layout.foot, 13, PALE)
            self.words(self._right, self.y, "Page 1 of 1", 13, PALE, anchor="rs")
        height = self.y + max(24, layout.margin // 2)
        frame: list[Mark] = []
        if layout.head is Head.SIDE:
            frame = [Rect(0, 0, 17, height, fill=self.style.accent)]
        elif layout.head is Head.WINDOW:
            frame = [Rect(0, 0, layout.width - 1, height - 1, edge="#b5bac1", weight=2)]
        elif layout.head is Head.BOXED:
            edge = self.left - 14
            frame = [Rect(edge, edge, layout.width - edge, height - 14, edge=self.style.accent, weight=3)]
        return Page(layout.width, height, self.style.paper, (*self.marks, *frame), self.slots)


def tint(colour: str) -> str:
    """A pale shade of ``colour`` ("#rrggbb")."""
    parts = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * 0.14):02x}" for part in parts)
