"""What a form is printed with: rectangles, rules, lines of text, emblems; and how they are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

from transforms.disclosure.typefaces import font

_FINER: Final = 4
"""Emblems are drawn so many times larger and brought down: Pillow does not smooth shapes."""
EMBLEMS: Final = ("rings", "peaks", "leaf", "bars", "wave", "hexagon")


@dataclass(frozen=True, slots=True)
class Rect:
    """``x0, y0`` inclusive to ``x1, y1``; ``fill`` and ``edge`` are colours, empty for none."""

    x0: int
    y0: int
    x1: int
    y1: int
    fill: str = ""
    edge: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line; ``dash``: length of its dashes and gaps, 0 for an unbroken one."""

    x0: int
    y0: int
    x1: int
    y1: int
    colour: str
    weight: int = 1
    dash: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text from the point ``x, y`` of its baseline; ``anchor`` as Pillow names it."""

    x: float
    y: float
    text: str
    face: str
    size: float
    colour: str
    anchor: str = "ls"


@dataclass(frozen=True, slots=True)
class Emblem:
    """An invented mark of an issuer in a square of ``size`` pixels."""

    x: int
    y: int
    size: int
    kind: str
    colour: str


Mark = Rect | Rule | Words | Emblem


def draw_marks(picture: Image.Image, marks: Iterable[Mark]) -> None:
    """Draws on an RGB picture, in order."""
    pen = ImageDraw.Draw(picture)
    for mark in marks:
        if isinstance(mark, Rect):
            pen.rectangle(
                (mark.x0, mark.y0, mark.x1, mark.y1),
                fill=mark.fill or None,
                outline=mark.edge or None,
                width=mark.weight,
            )
        elif isinstance(mark, Rule):
            _rule(pen, mark)
        elif isinstance(mark, Words):
            face = font(mark.face, mark.size)
            pen.text((mark.x, mark.y), mark.text, fill=mark.colour, font=face, anchor=mark.anchor)
        else:
            _emblem(picture, mark)


def _rule(pen: ImageDraw.ImageDraw, rule: Rule) -> None:
    if not rule.dash:
        pen.line((rule.x0, rule.y0, rule.x1, rule.y1), fill=rule.colour, width=rule.weight)
        return
    for x in range(rule.x0, rule.x1, 2 * rule.dash):
        pen.line((x, rule.y0, min(x + rule.dash, rule.x1), rule.y0), fill=rule.colour, width=rule.weight)


def _emblem(picture: Image.Image, emblem: Emblem) -> None:
    large = emblem.size * _FINER
    layer = Image.new("L", (large, large), 0)
    pen = ImageDraw.Draw(layer)
    u = large / 100

    def at(*numbers: float) -> list[float]:
        return [u * number for number in numbers]

    if emblem.kind == "rings":
        pen.ellipse(at(4, 4, 96, 96), outline=255, width=round(6 * u))
        pen.ellipse(at(22, 22, 78, 78), outline=255, width=round(4 * u))
        pen.ellipse(at(40, 40, 60, 60), fill=255)
    elif emblem.kind == "peaks":
        pen.polygon(at(4, 88, 38, 22, 60, 62, 70, 46, 96, 88), fill=255)
        pen.polygon(at(30, 44, 38, 28, 47, 45, 38, 52), fill=90)
    elif emblem.kind == "leaf":
        pen.pieslice(at(-50, -4, 86, 132), 270, 360, fill=255)
        pen.pieslice(at(18, -40, 150, 96), 90, 180, fill=255)
        pen.line(at(20, 92, 82, 24), fill=0, width=round(4 * u))
    elif emblem.kind == "bars":
        for index, tall in enumerate((40, 62, 84, 54)):
            pen.rectangle(at(8 + 22 * index, 92 - tall, 24 + 22 * index, 92), fill=255)
    elif emblem.kind == "wave":
        pen.ellipse(at(6, 6, 94, 94), fill=255)
        pen.arc(at(-4, 34, 54, 84), 200, 340, fill=0, width=round(7 * u))
        pen.arc(at(46, 30, 104, 80), 20, 160, fill=0, width=round(7 * u))
    elif emblem.kind == "dot":
        pen.ellipse(at(4, 4, 96, 96), fill=255)
    else:
        pen.polygon(at(50, 3, 92, 26, 92, 74, 50, 97, 8, 74, 8, 26), outline=255, width=round(8 * u))
        pen.polygon(at(50, 26, 71, 38, 71, 62, 50, 74, 29, 62, 29, 38), fill=255)
    small = layer.resize((emblem.size, emblem.size), Image.Resampling.BOX)
    picture.paste(emblem.colour, (emblem.x, emblem.y), small)
