"""Sets a layout on a page: what is printed on it, and where the values go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from transforms.disclosure.layouts import Block, Cell, Head, Layout, Look
from transforms.disclosure.marks import Emblem, Mark, Rect, Rule, Words
from transforms.disclosure.typefaces import width_of

FACES: Final[Mapping[str, tuple[str, str]]] = {
    "sans": ("arimo", "arimo_bold"),
    "serif": ("tinos", "tinos_bold"),
    "narrow": ("archivo_narrow", "archivo_narrow_bold"),
    "screen": ("public_sans", "public_sans_bold"),
}
"""Plain and bold face of a ``print_face``."""
_HEIGHTS: Final[Mapping[Look, int]] = {
    Look.CELL: 66, Look.LINE: 52, Look.UNDER: 72, Look.BESIDE: 50, Look.TABLE: 92, Look.PLAIN: 48,
}  # fmt: skip
_PORTRAIT: Final = (164, 206)
_INK: Final = "#1b1b1b"
_PALE: Final = "#5c6066"
_GREY: Final = "#8d9299"
_LABEL: Final = 15
_NOTE: Final = 14


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


def compose(layout: Layout, style: Style) -> Page:
    """The page that ``layout`` makes in that style."""
    setter = _Setter(layout, style)
    setter.head()
    for block in layout.blocks:
        setter.block(block)
    return setter.page()


@dataclass
class _Setter:
    layout: Layout
    style: Style
    y: int = 0
    marks: list[Mark] = field(default_factory=list)
    slots: dict[str, Slot] = field(default_factory=dict)
    _headings: int = 0
    _choices: int = 0
    _portrait_end: int = 0

    def __post_init__(self) -> None:
        self.plain, self.bold = FACES[self.layout.print_face]
        self.left = self.layout.margin
        self.right = self.layout.width - self.layout.margin

    def page(self) -> Page:
        """What was set, with the foot."""
        layout = self.layout
        self.y = max(self.y, self._portrait_end)
        if layout.foot:
            self.y += 14
            self.marks.append(Rule(self.left, self.y, self.right, self.y, _GREY))
            self.y += 22
            self.words(self.left, self.y, layout.foot, 13, _PALE)
            self.words(self.right, self.y, "Page 1 of 1", 13, _PALE, anchor="rs")
        height = self.y + max(24, layout.margin // 2)
        frame: list[Mark] = []
        if layout.head is Head.WINDOW:
            frame = [Rect(0, 0, layout.width - 1, height - 1, edge="#b5bac1", weight=2)]
        elif layout.head is Head.BOXED:
            edge = self.left - 14
            frame = [Rect(edge, edge, layout.width - edge, height - 14, edge=self.style.accent, weight=3)]
        return Page(layout.width, height, self.style.paper, (*self.marks, *frame), self.slots)

    def words(
        self, x: float, y: float, text: str, size: float, colour: str, bold: bool = False, anchor: str = "ls"
    ) -> None:
        """A line of print."""
        self.marks.append(Words(x, y, text, self.bold if bold else self.plain, size, colour, anchor))

    def head(self) -> None:
        """What stands above the fields."""
        {
            Head.BAND: self._band,
            Head.LETTERHEAD: self._letterhead,
            Head.SEAL: self._seal,
            Head.BOXED: self._boxed,
            Head.WINDOW: self._window,
            Head.CAPTION: self._caption,
        }[self.layout.head]()

    def block(self, block: Block) -> None:
        """One part of the body."""
        if block.kind == "heading":
            self._heading(block.text)
        elif block.kind == "row":
            self._row(block)
        elif block.kind == "note":
            self._note(block.text)
        elif block.kind == "choice":
            self._choice(block)
        elif block.kind == "sign":
            self._sign(block.options)
        else:
            self._office(block.options)

    def _band(self) -> None:
        width, accent = self.layout.width, self.style.accent
        self.marks.append(Rect(0, 0, width, 104, fill=accent))
        self.marks.append(Rect(0, 108, width, 111, fill=accent))
        self.marks.append(Emblem(self.left, 22, 60, self.style.emblem, "#ffffff"))
        self.words(self.left + 80, 50, self.layout.title, 32, "#ffffff", bold=True)
        self.words(self.left + 80, 80, self.style.issuer, 18, "#e8ecf0")
        self._head_fields(self.right, 22, box="#ffffff")
        self.y = 132

    def _letterhead(self) -> None:
        accent = self.style.accent
        self.marks.append(Emblem(self.left, 30, 64, self.style.emblem, accent))
        self.words(self.left + 80, 72, self.style.issuer, 30, accent, bold=True)
        self._head_fields(self.right, 30)
        self.marks.append(Rule(self.left, 110, self.right, 110, accent, 3))
        self.words(self.left, 152, self.layout.title, 29, _INK, bold=True)
        self.y = 172

    def _seal(self) -> None:
        middle, accent = self.layout.width // 2, self.style.accent
        self.marks.append(Emblem(middle - 34, 24, 68, self.style.emblem, accent))
        self.words(middle, 120, self.style.issuer.upper(), 17, _PALE, anchor="ms")
        self.words(middle, 158, self.layout.title, 31, accent, bold=True, anchor="ms")
        self._head_fields(self.right, 24)
        for y, weight in ((176, 3), (181, 1)):
            self.marks.append(Rule(self.left, y, self.right, y, accent, weight))
        self.y = 196
        if self.layout.portrait:
            self._portrait()

    def _portrait(self) -> None:
        wide, tall = _PORTRAIT
        x, y = self.right - wide, self.y + 8
        self.marks.append(Rect(x, y, self.right, y + tall, fill="#eef0f2", edge=_GREY))
        for row, text in enumerate(("Photograph", "of the holder", "35 x 45 mm")):
            self.words(x + wide / 2, y + 92 + 24 * row, text, 15, _GREY, anchor="ms")
        self._portrait_end = y + tall + 8

    def _boxed(self) -> None:
        top, bottom, accent = self.left - 14, self.left + 92, self.style.accent
        self.marks.append(Rule(self.left - 14, bottom, self.layout.width - self.left + 14, bottom, accent, 2))
        # Three columns: the form's code, its title, and what else the issuer printed.
        wide = 196
        for x in (self.left + wide, self.right - wide):
            self.marks.append(Rule(x, top, x, bottom, accent, 1))
        middle = self.layout.width / 2
        self.words(middle, top + 50, self.layout.title, 32, _INK, bold=True, anchor="ms")
        self.words(middle, top + 82, self.style.issuer, 18, _PALE, anchor="ms")
        for x, name in zip((self.left + 2, self.right - wide + 14), self.layout.head_fields, strict=True):
            self.words(x, top + 32, self.layout.field(name).label, _LABEL, _PALE)
            size = self.layout.value_size
            self.slots[name] = Slot(x, top + 42, x + wide - 22, top + 88, size, False, True)
        self.y = bottom + 16

    def _window(self) -> None:
        width = self.layout.width
        self.marks.append(Rect(0, 0, width, 46, fill="#e4e7eb"))
        for index, colour in enumerate(("#e0685c", "#e6b450", "#63b463")):
            self.marks.append(Emblem(22 + 26 * index, 15, 16, "dot", colour))
        self.words(width / 2, 30, self.style.issuer, 17, "#4a4f57", anchor="ms")
        self.marks.append(Rect(0, 46, width, 108, fill=self.style.accent))
        self.words(self.left, 86, self.layout.title, 25, "#ffffff", bold=True)
        self.words(self.right, 85, "Edit     Print     Close", 16, "#dfe6ee", anchor="rs")
        self.y = 130

    def _caption(self) -> None:
        self.words(self.left, 42, self.layout.title, 24, self.style.accent, bold=True)
        offset = width_of(self.layout.title, self.bold, 24)
        self.words(self.left + offset + 18, 42, self.style.issuer, 17, _PALE)
        self._head_fields(self.right, 10, inline=True)
        self.marks.append(Rule(self.left, 58, self.right, 58, self.style.accent, 2))
        self.y = 74

    def _head_fields(self, right: int, top: int, box: str = "", inline: bool = False) -> None:
        """What the issuer printed into the corner of the head."""
        for name in self.layout.head_fields:
            label = self.layout.field(name).label
            wide = 210
            if inline:
                self.words(right - 150, top + 32, label, _LABEL, _PALE, anchor="rs")
                self.slots[name] = Slot(right - 142, top + 6, right, top + 40, 20, False, True)
            else:
                edge = "" if box else _GREY
                self.marks.append(Rect(right - wide, top, right, top + 64, fill=box, edge=edge))
                self.words(right - wide + 10, top + 20, label, 14, _PALE)
                self.slots[name] = Slot(right - wide + 10, top + 24, right - 8, top + 60, 21, False, True)
            right -= wide + 12

    def _heading(self, text: str) -> None:
        self._headings += 1
        right, accent = self._right(), self.style.accent
        self.y += 12
        if self.layout.headings == "band":
            self.marks.append(Rect(self.left, self.y, right, self.y + 30, fill=_tint(accent)))
            self.marks.append(Rect(self.left, self.y, self.left + 6, self.y + 30, fill=accent))
            self.words(self.left + 16, self.y + 21, text, 17, accent, bold=True)
            self.y += 38
        elif self.layout.headings == "numbered":
            self.marks.append(Rect(self.left, self.y, self.left + 32, self.y + 30, fill=accent))
            number = str(self._headings)
            self.words(self.left + 16, self.y + 22, number, 18, "#ffffff", bold=True, anchor="ms")
            self.words(self.left + 46, self.y + 22, text, 19, _INK, bold=True)
            self.y += 38
        else:
            self.words(self.left, self.y + 22, text, 19, accent, bold=True)
            self.marks.append(Rule(self.left, self.y + 31, right, self.y + 31, accent, 1))
            self.y += 40

    def _row(self, block: Block) -> None:
        height = _HEIGHTS[block.look]
        left, right = self.left, self._right()
        total = sum(cell.weight for cell in block.cells)
        gap = 0 if block.look in (Look.CELL, Look.TABLE, Look.BESIDE) else 22
        room = right - left - gap * (len(block.cells) - 1)
        x = float(left)
        for cell in block.cells:
            wide = room * cell.weight / total
            self._cell(cell, block.look, round(x), round(x + wide), height)
            x += wide + gap
        self.y += height

    def _cell(self, cell: Cell, look: Look, x0: int, x1: int, height: int) -> None:
        y0, y1 = self.y, self.y + height
        label = self.layout.field(cell.field).label if cell.field else cell.label
        size = self.layout.value_size
        if look is Look.CELL:
            self.marks.append(Rect(x0, y0, x1, y1, fill="#ffffff", edge="#3a3f46"))
            self.words(x0 + 9, y0 + 19, label, _LABEL, _PALE)
            slot = Slot(x0 + 12, y0 + 24, x1 - 10, y1 - 5, size, True)
        elif look is Look.LINE:
            start = round(x0 + width_of(label + ": ", self.plain, 18) + 8)
            self.words(x0, y1 - 12, label + ":", 18, _INK)
            self.marks.append(Rule(start, y1 - 7, x1, y1 - 7, "#555a61", 1, dash=3))
            slot = Slot(start + 8, y0 + 2, x1 - 4, y1 - 10, size, True)
        elif look is Look.UNDER:
            self.marks.append(Rule(x0, y1 - 24, x1, y1 - 24, _INK, 1))
            self.words(x0, y1 - 6, label, _LABEL, _PALE)
            slot = Slot(x0 + 6, y0 + 2, x1 - 4, y1 - 28, size, True)
        elif look is Look.BESIDE:
            wide = max(190, round(width_of(label, self.plain, 17)) + 28)
            self.marks.append(Rect(x0, y0, x0 + wide, y1, fill=_tint(self.style.accent), edge="#aab0b8"))
            self.marks.append(Rect(x0 + wide, y0, x1, y1, fill="#ffffff", edge="#aab0b8"))
            self.words(x0 + 12, y0 + height / 2 + 6, label, 17, "#2d3238")
            slot = Slot(x0 + wide + 12, y0 + 3, x1 - 10, y1 - 3, size, False)
        else:
            self.marks.append(Rect(x0, y0, x1, y0 + 36, fill=_tint(self.style.accent), edge="#6b7078"))
            self.marks.append(Rect(x0, y0 + 36, x1, y1, edge="#6b7078"))
            self.words(x0 + 12, y0 + 25, label, 18, _INK, bold=True)
            slot = Slot(x0 + 12, y0 + 38, x1 - 10, y1 - 2, size, False)
        if cell.field:
            self.slots[cell.field] = slot

    def _note(self, text: str) -> None:
        self.y += 10
        for line in _wrapped(text, self.plain, _NOTE, self._right() - self.left):
            self.y += 19
            self.words(self.left, self.y, line, _NOTE, "#3d4248")
        self.y += 10

    def _choice(self, block: Block) -> None:
        tick = self.style.ticks[self._choices]
        self._choices += 1
        self.y += 12
        x = self.left + width_of(block.text + ":", self.bold, 16) + 26
        self.words(self.left, self.y + 18, block.text + ":", 16, _INK, bold=True)
        for index, option in enumerate(block.options):
            box = round(x)
            self.marks.append(Rect(box, self.y + 2, box + 18, self.y + 20, fill="#ffffff", edge=_INK))
            if index == int(tick * len(block.options)):
                for x1, y1, x2, y2 in ((3, 11, 8, 16), (8, 16, 16, 4)):
                    self.marks.append(
                        Rule(box + x1, self.y + 2 + y1, box + x2, self.y + 2 + y2, "#1a2c5b", 3)
                    )
            self.words(box + 27, self.y + 18, option, 16, _INK)
            x += 27 + width_of(option, self.plain, 16) + 36
        self.y += 34

    def _sign(self, labels: tuple[str, ...]) -> None:
        self.y += 66
        wide = (self._right() - self.left - 60 * (len(labels) - 1)) / len(labels)
        for index, label in enumerate(labels):
            x = round(self.left + index * (wide + 60))
            self.marks.append(Rule(x, self.y, round(x + wide), self.y, _INK, 1))
            self.words(x, self.y + 20, label, _LABEL, _PALE)
        self.y += 30

    def _office(self, labels: tuple[str, ...]) -> None:
        self.y += 18
        right = self._right()
        self.marks.append(Rect(self.left, self.y, right, self.y + 84, fill="#ececec", edge=_GREY))
        self.words(self.left + 12, self.y + 22, "Office use only", _LABEL, _INK, bold=True)
        wide = (right - self.left) / len(labels)
        for index, label in enumerate(labels):
            self.words(self.left + 12 + index * wide, self.y + 70, label, _LABEL, _PALE)
        for index in range(1, len(labels)):
            x = round(self.left + index * wide)
            self.marks.append(Rule(x, self.y + 30, x, self.y + 84, _GREY))
        self.y += 84

    def _right(self) -> int:
        """How far a line goes here: not into the photograph."""
        beside = self.y < self._portrait_end
        return self.right - _PORTRAIT[0] - 28 if beside else self.right


def _wrapped(text: str, face: str, size: float, width: float) -> list[str]:
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, face, size) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _tint(colour: str) -> str:
    """A pale shade of ``colour``."""
    parts = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * 0.14):02x}" for part in parts)
