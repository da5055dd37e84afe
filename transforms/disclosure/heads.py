"""What a form begins with, by kind of head."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from transforms.disclosure.layouts import Head
from transforms.disclosure.marks import Emblem, Rect, Rule
from transforms.disclosure.setter import GREY, INK, LABEL, PALE, Setter, Slot, tint
from transforms.disclosure.typefaces import width_of


def _band(setter: Setter) -> None:
    width, accent = setter.layout.width, setter.style.accent
    setter.marks.append(Rect(0, 0, width, 104, fill=accent))
    setter.marks.append(Rect(0, 108, width, 111, fill=accent))
    setter.marks.append(Emblem(setter.left, 22, 60, setter.style.emblem, "#ffffff"))
    setter.words(setter.left + 80, 50, setter.layout.title, 32, "#ffffff", bold=True)
    setter.words(setter.left + 80, 80, setter.style.issuer, 18, "#e8ecf0")
    _head_fields(setter, setter.right, 22, box="#ffffff")
    setter.y = 132


def _letterhead(setter: Setter) -> None:
    accent = setter.style.accent
    setter.marks.append(Emblem(setter.left, 30, 64, setter.style.emblem, accent))
    setter.words(setter.left + 80, 72, setter.style.issuer, 30, accent, bold=True)
    _head_fields(setter, setter.right, 30)
    setter.marks.append(Rule(setter.left, 110, setter.right, 110, accent, 3))
    setter.words(setter.left, 152, setter.layout.title, 29, INK, bold=True)
    setter.y = 172


def _seal(setter: Setter) -> None:
    middle, accent = setter.layout.width // 2, setter.style.accent
    setter.marks.append(Emblem(middle - 34, 24, 68, setter.style.emblem, accent))
    setter.words(middle, 120, setter.style.issuer.upper(), 17, PALE, anchor="ms")
    setter.words(middle, 158, setter.layout.title, 31, accent, bold=True, anchor="ms")
    _head_fields(setter, setter.right, 24)
    for y, weight in ((176, 3), (181, 1)):
        setter.marks.append(Rule(setter.left, y, setter.right, y, accent, weight))
    setter.y = 196


def _boxed(setter: Setter) -> None:
    top, bottom, accent = setter.left - 14, setter.left + 92, setter.style.accent
    setter.marks.append(
        Rule(setter.left - 14, bottom, setter.layout.width - setter.left + 14, bottom, accent, 2)
    )
    # Three columns: the form's code, its title, and what else the issuer printed.
    wide = 196
    for x in (setter.left + wide, setter.right - wide):
        setter.marks.append(Rule(x, top, x, bottom, accent, 1))
    middle = setter.layout.width / 2
    setter.words(middle, top + 50, setter.layout.title, 32, INK, bold=True, anchor="ms")
    setter.words(middle, top + 82, setter.style.issuer, 18, PALE, anchor="ms")
    for x, name in zip((setter.left + 2, setter.right - wide + 14), setter.layout.head_fields, strict=True):
        setter.words(x, top + 32, setter.layout.field(name).label, LABEL, PALE)
        size = setter.layout.value_size
        setter.slots[name] = Slot(x, top + 42, x + wide - 22, top + 88, size, False, True)
    setter.y = bottom + 16


def _window(setter: Setter) -> None:
    width = setter.layout.width
    setter.marks.append(Rect(0, 0, width, 46, fill="#e4e7eb"))
    for index, colour in enumerate(("#e0685c", "#e6b450", "#63b463")):
        setter.marks.append(Emblem(22 + 26 * index, 15, 16, "dot", colour))
    setter.words(width / 2, 30, setter.style.issuer, 17, "#4a4f57", anchor="ms")
    setter.marks.append(Rect(0, 46, width, 108, fill=setter.style.accent))
    setter.words(setter.left, 86, setter.layout.title, 25, "#ffffff", bold=True)
    setter.words(setter.right, 85, "Edit     Print     Close", 16, "#dfe6ee", anchor="rs")
    setter.y = 130


def _caption(setter: Setter) -> None:
    setter.words(setter.left, 42, setter.layout.title, 24, setter.style.accent, bold=True)
    offset = width_of(setter.layout.title, setter.bold, 24)
    setter.words(setter.left + offset + 18, 42, setter.style.issuer, 17, PALE)
    _head_fields(setter, setter.right, 10, inline=True)
    setter.marks.append(Rule(setter.left, 58, setter.right, 58, setter.style.accent, 2))
    setter.y = 74


def _side(setter: Setter) -> None:
    """A stripe down the left edge; it is drawn again when the page's height is known."""
    setter.left += 34
    setter.marks.append(Emblem(setter.left, 28, 52, setter.style.emblem, setter.style.accent))
    setter.words(setter.left + 68, 52, setter.layout.title, 28, INK, bold=True)
    setter.words(setter.left + 68, 78, setter.style.issuer, 17, PALE)
    _head_fields(setter, setter.right, 22)
    setter.y = 100


def _card(setter: Setter) -> None:
    """The strip of an identity card over a faint pattern."""
    width, accent = setter.layout.width, setter.style.accent
    for index in range(0, width + 700, 26):
        setter.marks.append(Rule(index, 96, index - 700, 796, tint(accent), 2))
    setter.marks.append(Rect(0, 0, width, 96, fill=accent))
    setter.marks.append(Emblem(setter.left, 20, 56, setter.style.emblem, "#ffffff"))
    setter.words(setter.left + 74, 46, setter.layout.title, 25, "#ffffff", bold=True)
    setter.words(setter.left + 74, 74, setter.style.issuer, 17, "#f2f4f6")
    _head_fields(setter, setter.right, 16, box="#ffffff")
    setter.y = 106


def _head_fields(setter: Setter, right: int, top: int, box: str = "", inline: bool = False) -> None:
    """What the issuer printed into the corner of the head."""
    for name in setter.layout.head_fields:
        label = setter.layout.field(name).label
        wide = 210
        if inline:
            setter.words(right - 150, top + 32, label, LABEL, PALE, anchor="rs")
            setter.slots[name] = Slot(right - 142, top + 6, right, top + 40, 20, False, True)
        else:
            edge = "" if box else GREY
            setter.marks.append(Rect(right - wide, top, right, top + 64, fill=box, edge=edge))
            setter.words(right - wide + 10, top + 20, label, 14, PALE)
            setter.slots[name] = Slot(right - wide + 10, top + 24, right - 8, top + 60, 21, False, True)
        right -= wide + 12


HEADS: Final[Mapping[Head, Callable[[Setter], None]]] = {
    Head.BAND: _band,
    Head.LETTERHEAD: _letterhead,
    Head.SEAL: _seal,
    Head.BOXED: _boxed,
    Head.WINDOW: _window,
    Head.CAPTION: _caption,
    Head.SIDE: _side,
    Head.CARD: _card,
}
