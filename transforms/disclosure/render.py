"""Fills in a form and renders it, with the place of every value."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from schemas.benchmark import FormOrder, ImageSource, PrintedField, RenderedForm
from schemas.errors import ConfigError, RejectRecord
from schemas.finding import Quad
from schemas.reasons import Reason, Stage
from transforms.disclosure.capture import photograph, through
from transforms.disclosure.compose import compose
from transforms.disclosure.layouts import FormField, Layout, layout_named
from transforms.disclosure.marks import EMBLEMS, draw_marks
from transforms.disclosure.setter import FACES, Page, Slot, Style
from transforms.disclosure.typefaces import can_write, font, typefaces, width_of
from transforms.keyed import Draws

_SMALLEST: Final = 9.0
_WORTH_BREAKING: Final = 1.3
"""A value is broken into lines where its letters become so many times larger by it."""
_LEADING: Final = 1.16
_SHAKE: Final = 0.035
"""How far a letter of handwriting leaves its line, in sizes."""
_CLIMB: Final = 0.012
"""How far a line of handwriting may rise or fall, per pixel of its length."""
_FARTHEST: Final = 6.0
"""The same over the whole line, in pixels."""
_ISSUER_RED: Final = "#a3222b"


@dataclass(frozen=True, slots=True)
class _Pen:
    face: str
    ink: str
    handwritten: bool


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A piece of a value, drawn at once from its baseline point."""

    x: float
    y: float
    letters: str


def render_form(order: FormOrder, key: bytes) -> RenderedForm:
    """The image of ``order``: PNG for a template, JPEG for a photograph.

    Everything left to chance is drawn from ``key`` and ``order.image_id``; values of ``order.persona`` draw
    nothing, so an order that differs from another in its values alone shows the same form.

    Raises:
        ConfigError: the layout does not exist, is another scenario's or has no field for a shown type; the
            persona has no value of it; the source is a scene.
        RejectRecord: a value cannot be printed: no bundled font has its letters, or it is far too long.
    """
    if order.source is ImageSource.SCENE:
        raise ConfigError("source", order.source.value, "a scene has no form; draw_scene makes one")
    layout = layout_named(order.layout)
    texts = _texts(order, layout, key)
    style = style_of(layout, order.image_id, key)
    page, base = _blank(layout, style)
    draws = Draws(key, "form", order.image_id)
    filled_in = [text for field, text in texts if not page.slots[field.name].printed]
    pen = _pen(draws, filled_in, order.handwritten)
    printer = _Pen(FACES[layout.print_face][1], _ISSUER_RED, False)
    picture = base.copy()
    brush = ImageDraw.Draw(picture)
    placed: list[tuple[FormField, str, Quad]] = []
    for field, text in texts:
        slot = page.slots[field.name]
        used = printer if slot.printed and can_write(text, printer.face) else pen
        quad = _write(brush, text, slot, used, Draws(key, "hand", order.image_id, field.name))
        placed.append((field, text, quad))
    if order.source is ImageSource.PHOTOGRAPH:
        shot = photograph(np.asarray(picture), Draws(key, "capture", order.image_id))
        placed = [(field, text, through(shot.matrix, quad)) for field, text, quad in placed]
        data, width, height = shot.data, shot.width, shot.height
    else:
        out = io.BytesIO()
        picture.save(out, "PNG", compress_level=1)
        data, width, height = out.getvalue(), picture.width, picture.height
    fields = tuple(PrintedField(f.name, f.label, f.private_type, text, quad) for f, text, quad in placed)
    return RenderedForm(data, width, height, layout.title, fields)


def style_of(layout: Layout, image_id: str, key: bytes) -> Style:
    """What of the layout's choices the image of that name shows."""
    draws = Draws(key, "form", image_id)

    def one(items: Sequence[str], what: str) -> str:
        return items[draws.below(len(items), what)]

    choices = sum(block.kind == "choice" for block in layout.blocks)
    return Style(
        accent=one(layout.accents, "accent"),
        paper=one(layout.papers, "paper"),
        issuer=one(layout.issuers, "issuer"),
        emblem=one(EMBLEMS, "emblem"),
        ticks=tuple(draws.below(4, f"tick {index}") / 4 for index in range(choices)),
    )


@lru_cache(maxsize=12)
def _blank(layout: Layout, style: Style) -> tuple[Page, Image.Image]:
    page = compose(layout, style)
    picture = Image.new("RGB", (page.width, page.height), page.paper)
    draw_marks(picture, page.marks)
    return page, picture


def _texts(order: FormOrder, layout: Layout, key: bytes) -> list[tuple[FormField, str]]:
    """Every field that is filled, with what stands in it."""
    if layout.scenario is not order.scenario:
        raise ConfigError("layout", layout.name, f"take a layout of {order.scenario.value}")
    missing = set(order.shown) - {field.private_type for field in layout.fields}
    if missing:
        raise ConfigError("shown", sorted(missing), f"the layout {layout.name} has no such field")
    values = dict(order.persona.values)
    found = []
    for field in layout.fields:
        if field.private_type is None:
            found.append((field, _drawn(field, Draws(key, "field", order.image_id, field.name))))
        elif field.private_type in order.shown:
            if not values.get(field.private_type, "").strip():
                raise ConfigError("persona", field.private_type.value, "has no value of this type")
            found.append((field, values[field.private_type]))
    return found


def _drawn(field: FormField, draws: Draws) -> str:
    """What stands in a field that is nobody's."""
    pattern = field.prints[draws.below(len(field.prints), "pattern")]
    letters = "ABCDEFHJKLMNPRTUVWXY"
    drawn = []
    for index, char in enumerate(pattern):
        if char == "#":
            char = str(1 + draws.below(9, f"digit {index}"))
        elif char == "@":
            char = letters[draws.below(len(letters), f"letter {index}")]
        drawn.append(char)
    return "".join(drawn)


def _pen(draws: Draws, texts: Sequence[str], handwritten: bool) -> _Pen:
    """A face that can write all of ``texts``, and an ink."""
    faces = typefaces().handwritten if handwritten else typefaces().typed
    inks = typefaces().handwritten_inks if handwritten else typefaces().typed_inks
    able = [face for face in faces if all(can_write(text, face) for text in texts)]
    if not able:
        raise RejectRecord(Stage.RENDER, Reason.VALUE_NOT_PRINTABLE)
    # The face drawn among all, where it is able: what a value says must not choose another for the others.
    wanted = faces[draws.below(len(faces), "face")]
    face = wanted if wanted in able else able[0]
    return _Pen(face, inks[draws.below(len(inks), "ink")], handwritten)


def _write(brush: ImageDraw.ImageDraw, text: str, slot: Slot, pen: _Pen, draws: Draws) -> Quad:
    """Writes ``text`` into ``slot``; the corners of its ink."""
    size, lines = _fitted(text, slot, pen)
    strokes = _strokes(lines, size, slot, pen, draws)
    face = font(pen.face, size)
    boxes = []
    for stroke in strokes:
        brush.text((stroke.x, stroke.y), stroke.letters, fill=pen.ink, font=face, anchor="ls")
        left, top, right, bottom = face.getbbox(stroke.letters, anchor="ls")
        boxes.append((stroke.x + left, stroke.y + top, stroke.x + right, stroke.y + bottom))
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, y1 = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def _fitted(text: str, slot: Slot, pen: _Pen) -> tuple[float, list[str]]:
    """The size at which ``text`` stands in ``slot``, and its lines."""
    # Handwriting is set letter by letter and shaken.
    room = (slot.x1 - slot.x0) * (0.94 if pen.handwritten else 1.0)
    one = several = (0.0, [""])
    size = slot.size
    while size >= _SMALLEST and not one[0]:
        lines = _lines(text, pen.face, size, room)
        fits = len(lines) > 0 and len(lines) * size * _LEADING <= slot.y1 - slot.y0
        if fits and len(lines) == 1:
            one = (size, lines)
        elif fits and not several[0]:
            several = (size, lines)
        size -= 0.5
    best = several if several[0] > _WORTH_BREAKING * one[0] else one
    if not best[0]:
        raise RejectRecord(Stage.RENDER, Reason.VALUE_NOT_PRINTABLE)
    return best


def _lines(text: str, face: str, size: float, room: float) -> list[str]:
    """``text`` broken at blanks into lines of ``room`` pixels; none if a word is longer."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, face, size) <= room:
            lines[-1] = longer
        elif width_of(word, face, size) <= room:
            lines.append(word)
        else:
            return []
    return lines


def _strokes(lines: Sequence[str], size: float, slot: Slot, pen: _Pen, draws: Draws) -> list[_Stroke]:
    lead = size * _LEADING
    block = lead * len(lines)
    top = slot.y1 - block if slot.bottom else (slot.y0 + slot.y1 - block) / 2
    strokes = []
    for row, line in enumerate(lines):
        baseline = top + lead * row + 0.86 * lead
        if not pen.handwritten:
            strokes.append(_Stroke(slot.x0, round(baseline), line))
            continue
        steepest = min(_CLIMB, _FARTHEST / width_of(line, pen.face, size))
        climb = (draws.uniform(f"climb {row}") - 0.5) * steepest
        x = slot.x0 + 6 * draws.uniform(f"start {row}")
        for index, letter in enumerate(line):
            shake = (draws.uniform(f"letter {row} {index}") - 0.5) * 2 * _SHAKE * size
            if not letter.isspace():
                strokes.append(_Stroke(x, baseline + shake - climb * (x - slot.x0), letter))
            x += width_of(letter, pen.face, size) * (1 + 0.04 * draws.uniform(f"step {row} {index}"))
    return strokes
