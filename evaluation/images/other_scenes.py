"""Layouts and wordings apart from the recogniser's tables, and things without personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib import resources
from typing import Any, Final

import yaml

from evaluation.images.page import Rgb
from evaluation.images.persona import Persona
from evaluation.images.scenes import Scene
from evaluation.images.typesetting import Planted, Sheet, spread

_RULE: Final[Rgb] = (150, 150, 150)
_KINDS: Final = ("email", "phone", "address", "ssn", "card", "iban", "date_of_birth", "username", "plate",
                 "secret", "ip", "id_number")  # fmt: skip
_ABROAD: Final = ("email", "phone", "address", "date_of_birth", "id_number")
_NARROW: Final = ("phone", "date_of_birth", "id_number", "plate", "ssn")


@cache
def _words() -> Mapping[str, Any]:
    text = resources.files("evaluation.images").joinpath("other_scenes.yaml").read_text("utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def other_scenes(half: int) -> Mapping[str, Scene]:
    """Layouts by name. ``half``: 0 for the labels at even places of their lists, 1 for the others."""
    made: dict[str, Scene] = {scene.__name__: partial(scene, half=half) for scene in _FORMS}
    return made | {scene.__name__: scene for scene in _BARE}


def plain_scenes() -> Mapping[str, Scene]:
    """Things without personal data, by name."""
    return {name: partial(_plain, lines=lines) for name, lines in _words()["plain"].items()}


def _plain(sheet: Sheet, _person: Persona, lines: Sequence[str]) -> None:
    first, *rest = spread(sheet.chance, lines, 7)
    sheet.put(first, size=26, bold=True, centred=sheet.chance.random() < 0.5)
    centred = sheet.chance.random() < 0.3
    for line in rest:
        sheet.put(line, size=sheet.chance.choice((14, 16, 18)), centred=centred)


def _language(sheet: Sheet) -> str:
    return sheet.chance.choice(("en", "en", "en", "en", "es", "de", "fr"))


def _label(sheet: Sheet, kind: str, language: str, half: int) -> str:
    return str(sheet.chance.choice(_words()["labels"][language][kind][half::2]))


def _value(person: Persona, kind: str) -> Planted:
    return Planted(kind, "\n".join(person.address_lines()) if kind == "address" else person.value(kind))


def _fields(sheet: Sheet, language: str, count: int, among: Sequence[str] = _KINDS) -> list[str]:
    kinds = among if language == "en" else [kind for kind in among if kind in _ABROAD]
    return ["name", *spread(sheet.chance, kinds, count)]


def _lines(sheet: Sheet, key: str, language: str, count: int) -> list[str]:
    return spread(sheet.chance, _words()[key][language], count)


def _cells(sheet: Sheet, cells: Sequence[tuple[float, Sequence[str | Planted]]], size: int) -> None:
    """Several starts on one baseline; goes on below the deepest."""
    left, top, deepest = sheet.left, sheet.y, sheet.y
    for x, parts in cells:
        sheet.left, sheet.y = x, top
        sheet.put(*parts, size=size)
        deepest = max(deepest, sheet.y)
    sheet.left, sheet.y = left, deepest


def columns(sheet: Sheet, person: Persona, half: int) -> None:
    """Labels in a left column, values in a right one."""
    language = _language(sheet)
    sheet.put(_lines(sheet, "title", language, 1)[0], size=20, bold=True)
    sheet.gap(8)
    colon = sheet.chance.choice(("", ":"))
    for kind in _fields(sheet, language, 4):
        label = _label(sheet, kind, language, half) + colon
        _cells(sheet, [(sheet.left, [label]), (230, [_value(person, kind)])], 15)
        sheet.gap(5)
    for note in _lines(sheet, "note", language, 3):
        sheet.put(note, size=14)


def captions(sheet: Sheet, person: Persona, half: int) -> None:
    """Values with a small caption beneath, as on printed forms."""
    language = _language(sheet)
    first, second, third = _lines(sheet, "note", language, 3)
    sheet.put(_lines(sheet, "title", language, 1)[0], size=20, bold=True)
    sheet.put(first, size=14)
    sheet.gap(14)
    for kind in _fields(sheet, language, 3):
        sheet.put(_value(person, kind), size=17)
        sheet.put(f"({_label(sheet, kind, language, half).lower()})", size=12, lead=1.3)
        sheet.gap(14)
    sheet.put(second, size=14)
    sheet.put(third, size=14)


def grid(sheet: Sheet, person: Persona, half: int) -> None:
    """Two fields side by side, each label above its value."""
    language = _language(sheet)
    sheet.put(_lines(sheet, "title", language, 1)[0], size=22, bold=True)
    sheet.gap(8)
    upper = sheet.chance.random() < 0.4
    for pair in (["name", *spread(sheet.chance, _NARROW[:3], 1)], spread(sheet.chance, _NARROW[:3], 2)):
        labels = [_label(sheet, kind, language, half) for kind in pair]
        labels = [label.upper() for label in labels] if upper else labels
        _cells(sheet, [(18, [labels[0]]), (260, [labels[1]])], 12)
        _cells(sheet, [(18, [_value(person, pair[0])]), (260, [_value(person, pair[1])])], 16)
        sheet.gap(8)
    for note in _lines(sheet, "note", language, 3):
        sheet.put(note, size=13)


def inline(sheet: Sheet, person: Persona, half: int) -> None:
    """Label and value in one line without a colon, or with another mark."""
    language = _language(sheet)
    sheet.put(_words()["company"][sheet.chance.randrange(7)], size=20, bold=True)
    mark = sheet.chance.choice((" ", " - ", " = ", ": ", " : "))
    notes = _lines(sheet, "note", language, 3)
    for at, kind in enumerate(_fields(sheet, language, 4)):
        sheet.put(f"{_label(sheet, kind, language, half)}{mark}", _value(person, kind), size=16)
        if at < 3:
            sheet.put(notes[at], size=14)


def table(sheet: Sheet, person: Persona, half: int) -> None:
    """A list of people under the heads of its columns."""
    kinds = ["name", *spread(sheet.chance, _NARROW[:3], 1), "email"]
    places = (18, 190, 330)
    sheet.put(sheet.chance.choice(("Staff list", "Guest list", "Members", "Team roster")), size=20, bold=True)
    _cells(sheet, [(x, [_label(sheet, kind, "en", half)]) for x, kind in zip(places, kinds, strict=True)], 14)
    for _ in range(3):
        other = Persona(person.source)
        _cells(sheet, [(x, [_value(other, kind)]) for x, kind in zip(places, kinds, strict=True)], 14)
    sheet.put(_lines(sheet, "note", "en", 1)[0], size=13)


def bare_card(sheet: Sheet, person: Persona) -> None:
    """A card with everything in one or two lines, without any label."""
    mark = sheet.chance.choice((" | ", " · ", "   ", " / "))
    sheet.put(_value(person, "name"), size=26, centred=True)
    sheet.put(sheet.chance.choice(_words()["post"]), size=14, centred=True)
    sheet.put(sheet.chance.choice(_words()["company"]), size=16, bold=True, centred=True)
    sheet.gap(10)
    sheet.put(_value(person, "phone"), mark, _value(person, "email"), size=14, centred=True)
    sheet.put(_value(person, "address"), size=14, lead=1.6)


def hello(sheet: Sheet, person: Persona) -> None:
    """A sticker of a meeting."""
    first, second, third = spread(sheet.chance, _words()["hello"], 3)
    sheet.put(first, size=24, bold=True, centred=True)
    sheet.put(second, size=14, centred=True)
    sheet.gap(20)
    sheet.put(_value(person, "name"), size=36, centred=True)
    if sheet.chance.random() < 0.5:
        sheet.put(_value(person, "username"), size=18, centred=True)
    sheet.put(third, size=16, centred=True)


def parcel(sheet: Sheet, person: Persona) -> None:
    """A label with a block for the sender and one for the receiver."""
    words = sheet.chance.choice(
        (("FROM", "TO"), ("Sender", "Recipient"), ("Ship from", "Ship to"), ("VON", "AN"))
    )
    sheet.put(sheet.chance.choice(("PRIORITY", "EXPRESS", "FRAGILE", "Standard parcel")), size=24, bold=True)
    for word in words:
        other = Persona(person.source)
        sheet.gap(8)
        sheet.put(word + sheet.chance.choice(("", ":")), size=13)
        sheet.put(_value(other, "name"), size=17)
        sheet.put(_value(other, "address"), size=17)
    sheet.gap(12)
    sheet.put("Weight 2.4 kg", size=14)


def chat(sheet: Sheet, person: Persona) -> None:
    """Messages of a telephone in which somebody gives a value away."""
    talk = spread(sheet.chance, _words()["chat"], 4)
    sheet.put(_value(person, "name"), size=18, bold=True, centred=True)
    for at, kind in enumerate(spread(sheet.chance, ("phone", "email", "address"), 2)):
        sheet.put(talk[2 * at], size=15)
        sheet.gap(6)
        sheet.put(sheet.chance.choice(_words()["said"][kind]) + " ", _value(person, kind), size=15)
        sheet.put(talk[2 * at + 1], size=12)
        sheet.gap(6)


def terminal(sheet: Sheet, person: Persona) -> None:
    """Lines of a log."""
    log = spread(sheet.chance, _words()["log"], 4)
    sheet.put(log[0], size=14)
    sheet.put("login ", _value(person, "username"), " from ", _value(person, "ip"), size=14)
    sheet.put(log[1], size=14)
    sheet.put(
        sheet.chance.choice(("export TOKEN=", "Authorization: Bearer ", "key=")),
        _value(person, "secret"),
        size=14,
    )
    sheet.put(log[2], size=14)
    sheet.put(sheet.chance.choice(("ping ", "peer ", "connect to ")), _value(person, "ip"), size=14)
    sheet.put(log[3], size=14)


def rear(sheet: Sheet, person: Persona) -> None:
    """A plate with the name of its state or a dealer's, above or beneath."""
    first, second = spread(sheet.chance, _words()["plate_from"], 2)
    sheet.gap(60)
    top = sheet.y
    sheet.put(first, size=14, centred=True, colour=(20, 60, 140))
    planted = _value(person, "plate")
    size = sheet.chance.randrange(34, 60)
    sheet.put(planted, size=size, bold=True, lead=1.05, centred=True, colour=(20, 30, 90))
    sheet.put(second, size=12, lead=1.4, centred=True, colour=(20, 60, 140))
    half = round(len(planted.text) * sheet.runs[-2].size * 0.42)
    sheet.box(round(top), (245, 245, 240), _RULE, sides=max(6, sheet.width // 2 - half))
    sheet.gap(70)


_FORMS: Final = (columns, captions, grid, inline, table)
_BARE: Final = (bare_card, hello, parcel, chat, terminal, rear)
