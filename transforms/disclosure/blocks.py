"""The parts of a form below its head."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from transforms.disclosure.layouts import Block, Cell, Look
from transforms.disclosure.marks import Rect, Rule
from transforms.disclosure.setter import COLUMN_LABEL, GREY, INK, LABEL, PALE, Setter, Slot, tint
from transforms.disclosure.typefaces import width_of

_HEIGHTS: Final[Mapping[Look, int]] = {
    Look.CELL: 66, Look.LINE: 52, Look.UNDER: 72, Look.BESIDE: 50, Look.TABLE: 92, Look.PLAIN: 40,
}  # fmt: skip
_NOTE: Final = 14


def _heading(setter: Setter, block: Block) -> None:
    setter.headings += 1
    right, accent = setter.right, setter.style.accent
    setter.y += 12
    if setter.layout.headings == "band":
        setter.marks.append(Rect(setter.left, setter.y, right, setter.y + 30, fill=tint(accent)))
        setter.marks.append(Rect(setter.left, setter.y, setter.left + 6, setter.y + 30, fill=accent))
        setter.words(setter.left + 16, setter.y + 21, block.text, 17, accent, bold=True)
        setter.y += 38
    elif setter.layout.headings == "numbered":
        setter.marks.append(Rect(setter.left, setter.y, setter.left + 32, setter.y + 30, fill=accent))
        number = str(setter.headings)
        setter.words(setter.left + 16, setter.y + 22, number, 18, "#ffffff", bold=True, anchor="ms")
        setter.words(setter.left + 46, setter.y + 22, block.text, 19, INK, bold=True)
        setter.y += 38
    else:
        setter.words(setter.left, setter.y + 22, block.text, 19, accent, bold=True)
        setter.marks.append(Rule(setter.left, setter.y + 31, right, setter.y + 31, accent, 1))
        setter.y += 40


def _row(setter: Setter, block: Block) -> None:
    height = _HEIGHTS[block.look]
    left, right = setter.left, setter.right
    total = sum(cell.weight for cell in block.cells)
    gap = 0 if block.look in (Look.CELL, Look.TABLE, Look.BESIDE) else 22
    room = right - left - gap * (len(block.cells) - 1)
    x = float(left)
    for cell in block.cells:
        wide = room * cell.weight / total
        _cell(setter, cell, block.look, round(x), round(x + wide), height)
        x += wide + gap
    setter.y += height


def _cell(setter: Setter, cell: Cell, look: Look, x0: int, x1: int, height: int) -> None:
    y0, y1 = setter.y, setter.y + height
    label = setter.layout.field(cell.field).label if cell.field else cell.label
    size = setter.layout.value_size
    if look is Look.CELL:
        setter.marks.append(Rect(x0, y0, x1, y1, fill="#ffffff", edge="#3a3f46"))
        setter.words(x0 + 9, y0 + 19, label, LABEL, PALE)
        slot = Slot(x0 + 12, y0 + 24, x1 - 10, y1 - 5, size, True)
    elif look is Look.LINE:
        start = round(x0 + width_of(label + ": ", setter.plain, 18) + 8)
        setter.words(x0, y1 - 12, label + ":", 18, INK)
        setter.marks.append(Rule(start, y1 - 7, x1, y1 - 7, "#555a61", 1, dash=3))
        slot = Slot(start + 8, y0 + 2, x1 - 4, y1 - 10, size, True)
    elif look is Look.UNDER:
        setter.marks.append(Rule(x0, y1 - 24, x1, y1 - 24, INK, 1))
        setter.words(x0, y1 - 6, label, LABEL, PALE)
        slot = Slot(x0 + 6, y0 + 2, x1 - 4, y1 - 28, size, True)
    elif look is Look.BESIDE:
        wide = max(190, round(width_of(label, setter.plain, 17)) + 28)
        setter.marks.append(Rect(x0, y0, x0 + wide, y1, fill=tint(setter.style.accent), edge="#aab0b8"))
        setter.marks.append(Rect(x0 + wide, y0, x1, y1, fill="#ffffff", edge="#aab0b8"))
        setter.words(x0 + 12, y0 + height / 2 + 6, label, 17, "#2d3238")
        slot = Slot(x0 + wide + 12, y0 + 3, x1 - 10, y1 - 3, size, False)
    elif look is Look.PLAIN:
        setter.words(x0, y0 + height / 2 + 7, label, COLUMN_LABEL, setter.style.accent, bold=True)
        slot = Slot(x0 + setter.column, y0 + 1, x1 - 4, y1 - 1, size, False)
    else:
        setter.marks.append(Rect(x0, y0, x1, y0 + 36, fill=tint(setter.style.accent), edge="#6b7078"))
        setter.marks.append(Rect(x0, y0 + 36, x1, y1, edge="#6b7078"))
        setter.words(x0 + 12, y0 + 25, label, 18, INK, bold=True)
        slot = Slot(x0 + 12, y0 + 38, x1 - 10, y1 - 2, size, False)
    if cell.field:
        setter.slots[cell.field] = slot


def _note(setter: Setter, block: Block) -> None:
    setter.y += 10
    for line in _wrapped(block.text, setter.plain, _NOTE, setter.right - setter.left):
        setter.y += 19
        setter.words(setter.left, setter.y, line, _NOTE, "#3d4248")
    setter.y += 10


def _choice(setter: Setter, block: Block) -> None:
    tick = setter.style.ticks[setter.choices]
    setter.choices += 1
    setter.y += 12
    x = setter.left + width_of(block.text + ":", setter.bold, 16) + 26
    setter.words(setter.left, setter.y + 18, block.text + ":", 16, INK, bold=True)
    for index, option in enumerate(block.options):
        box = round(x)
        setter.marks.append(Rect(box, setter.y + 2, box + 18, setter.y + 20, fill="#ffffff", edge=INK))
        if index == int(tick * len(block.options)):
            for x1, y1, x2, y2 in ((3, 11, 8, 16), (8, 16, 16, 4)):
                setter.marks.append(
                    Rule(box + x1, setter.y + 2 + y1, box + x2, setter.y + 2 + y2, "#1a2c5b", 3)
                )
        setter.words(box + 27, setter.y + 18, option, 16, INK)
        x += 27 + width_of(option, setter.plain, 16) + 36
    setter.y += 34


def _ledger(setter: Setter, block: Block) -> None:
    """Lines of a bank's book: nobody's days and amounts, the same on every form of a style."""
    setter.y += 14
    right = setter.right
    places = (setter.left + 12, setter.left + 190, right - 14)
    setter.marks.append(Rect(setter.left, setter.y, right, setter.y + 32, fill=tint(setter.style.accent)))
    for cell, x, anchor in zip(block.cells, places, ("ls", "ls", "rs"), strict=True):
        setter.words(x, setter.y + 22, cell.label, 16, INK, bold=True, anchor=anchor)
    setter.y += 32
    for index, text in enumerate(block.options):
        part = setter.style.ticks[index % len(setter.style.ticks)] if setter.style.ticks else 0.5
        day, amount = f"{2 + 5 * index:02d}.", f"{18.4 + 97.35 * index * (1 + part):,.2f}"
        for what, x, anchor in zip((day, text, amount), places, ("ls", "ls", "rs"), strict=True):
            setter.words(x, setter.y + 22, what, 16, "#3d4248", anchor=anchor)
        setter.marks.append(Rule(setter.left, setter.y + 31, right, setter.y + 31, "#c9cdd2"))
        setter.y += 32
    setter.y += 8


def _sign(setter: Setter, block: Block) -> None:
    setter.y += 66
    labels = block.options
    wide = (setter.right - setter.left - 60 * (len(labels) - 1)) / len(labels)
    for index, label in enumerate(labels):
        x = round(setter.left + index * (wide + 60))
        setter.marks.append(Rule(x, setter.y, round(x + wide), setter.y, INK, 1))
        setter.words(x, setter.y + 20, label, LABEL, PALE)
    setter.y += 30


def _office(setter: Setter, block: Block) -> None:
    setter.y += 18
    labels, right = block.options, setter.right
    setter.marks.append(Rect(setter.left, setter.y, right, setter.y + 84, fill="#ececec", edge=GREY))
    setter.words(setter.left + 12, setter.y + 22, "Office use only", LABEL, INK, bold=True)
    wide = (right - setter.left) / len(labels)
    for index, label in enumerate(labels):
        setter.words(setter.left + 12 + index * wide, setter.y + 70, label, LABEL, PALE)
    for index in range(1, len(labels)):
        x = round(setter.left + index * wide)
        setter.marks.append(Rule(x, setter.y + 30, x, setter.y + 84, GREY))
    setter.y += 84


def _wrapped(text: str, face: str, size: float, width: float) -> list[str]:
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, face, size) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


BLOCKS: Final[Mapping[str, Callable[[Setter, Block], None]]] = {
    "heading": _heading,
    "row": _row,
    "note": _note,
    "choice": _choice,
    "ledger": _ledger,
    "sign": _sign,
    "office": _office,
}
