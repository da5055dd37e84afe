"""Layouts of things that carry personal data in print, filled with an invented person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final

import yaml

from evaluation.images.page import Rgb
from evaluation.images.persona import Persona
from evaluation.images.typesetting import Planted, Sheet, spread

Scene = Callable[[Sheet, Persona], None]
"""Fills a sheet with a layout and what it says of a person."""

_GREY: Final[Rgb] = (205, 205, 205)
_LABELS: Final[Mapping[str, Sequence[str]]] = {
    "name": ("Name", "Full name", "Customer", "Account holder"),
    "email": ("E-mail", "Email", "Mail"),
    "phone": ("Phone", "Tel", "Mobile", "Call"),
    "address": ("Address", "Home address", "Residence"),
    "url": ("Web", "Website"),
    "ssn": ("SSN", "Social Security Number"),
    "card": ("Card", "Card number", "VISA"),
    "iban": ("IBAN", "Account"),
    "date_of_birth": ("Date of birth", "DOB", "Born"),
    "username": ("User", "Username", "Login"),
    "plate": ("Licence plate", "Vehicle reg."),
    "secret": ("API key", "Token", "Secret key"),
    "ip": ("IP address", "IP", "Host"),
    "id_number": ("Passport No.", "ID No.", "Document number"),
}


@cache
def _print() -> Mapping[str, list[str]]:
    content: dict[str, list[str]] = yaml.safe_load(
        resources.files("evaluation.images").joinpath("scenes.yaml").read_text("utf-8")
    )
    return content


def _notes(sheet: Sheet, key: str, count: int) -> list[str]:
    return spread(sheet.chance, _print()[key], count)


def _planted(person: Persona, kind: str) -> Planted:
    if kind == "address":
        return Planted(kind, "\n".join(person.address_lines()))
    return Planted(kind, person.value(kind))


def _field(sheet: Sheet, person: Persona, kind: str, size: int = 16, *, above: bool = False) -> None:
    """A label and its value, beside or above it."""
    label = sheet.chance.choice(_LABELS[kind])
    if above:
        sheet.put(label, size=max(12, size - 4), lead=1.7)
        sheet.put(_planted(person, kind), size=size, lead=1.3)
    else:
        sheet.put(f"{label}: ", _planted(person, kind), size=size)


def card(sheet: Sheet, person: Persona) -> None:
    """A business card: a bare name, and ways to reach it, some with a letter before them."""
    sheet.put(_notes(sheet, "employer", 1)[0], size=18, bold=True)
    sheet.put(_notes(sheet, "slogan", 1)[0], size=13)
    sheet.gap(14)
    sheet.put(_planted(person, "name"), size=24, bold=True)
    sheet.put(_notes(sheet, "job", 1)[0], size=14)
    sheet.gap(10)
    for kind in ("phone", "email", "url", "address"):
        if sheet.chance.random() < 0.8:
            mark = {"phone": "T ", "email": "E ", "url": "W "}.get(kind, "")
            sheet.put(mark if sheet.chance.random() < 0.4 else "", _planted(person, kind), size=15)


def form(sheet: Sheet, person: Persona) -> None:
    """A filled-in form."""
    sheet.put(_notes(sheet, "form_title", 1)[0], size=22, bold=True)
    above = sheet.chance.random() < 0.4
    kinds = ("date_of_birth", "ssn", "address", "phone", "email", "id_number", "plate")
    for kind in ("name", *spread(sheet.chance, kinds, 3)):
        _field(sheet, person, kind, above=above)
        sheet.gap(6)
    for note in _notes(sheet, "form_note", 3):
        sheet.put(note, size=13)


def badge(sheet: Sheet, person: Persona) -> None:
    """A badge worn at work or at a fair."""
    first, second = _notes(sheet, "badge_note", 2)
    sheet.put(first, size=22, bold=True, centred=True)
    sheet.gap(16)
    sheet.put(_planted(person, "name"), size=28, bold=True, centred=True)
    sheet.put(_notes(sheet, "employer", 1)[0], size=16, centred=True)
    sheet.put("ID ", _planted(person, "id_number"), size=15, centred=True)
    if sheet.chance.random() < 0.5:
        sheet.put(_planted(person, "username"), size=16, centred=True)
    sheet.put(second, size=14, centred=True)


def screen(sheet: Sheet, person: Persona) -> None:
    """A window on a computer screen."""
    notes = _notes(sheet, "screen_note", 4)
    sheet.put(_notes(sheet, "screen_title", 1)[0], size=18, bold=True)
    sheet.put(notes[0], size=13)
    sheet.gap(8)
    for kind in spread(sheet.chance, ("username", "ip", "secret", "email", "url", "name", "card"), 4):
        _field(sheet, person, kind, 15)
    for note in notes[1:]:
        sheet.put(note, size=14)


def phone(sheet: Sheet, person: Persona) -> None:
    """A contact or a chat on a telephone."""
    notes = _notes(sheet, "phone_note", 3)
    sheet.put(_planted(person, "name"), size=20, bold=True)
    sheet.put(notes[0], size=13)
    for kind in spread(sheet.chance, ("phone", "email", "address", "username"), 2):
        top = sheet.y + 8
        sheet.put(_planted(person, kind), size=16, lead=1.9, indent=10)
        sheet.box(top, _GREY)
        sheet.gap(8)
    for note in notes[1:]:
        sheet.put(note, size=14)


def receipt(sheet: Sheet, person: Persona) -> None:
    """A till receipt that names the customer and the card."""
    sheet.put(_notes(sheet, "shop", 1)[0], size=20, bold=True, centred=True)
    for item in _notes(sheet, "item", 4):
        sheet.put(f"{item}   {sheet.chance.randrange(100, 9900) / 100:.2f}", size=15)
    sheet.put(f"TOTAL   {sheet.chance.randrange(1000, 9900) / 100:.2f}", size=17, bold=True)
    sheet.gap(8)
    for kind in ("card", *spread(sheet.chance, ("name", "phone", "email", "id_number"), 2)):
        _field(sheet, person, kind, 15)
    for note in _notes(sheet, "receipt_note", 2):
        sheet.put(note, size=14, centred=True)


def sign(sheet: Sheet, person: Persona) -> None:
    """A notice in the street."""
    first, second = _notes(sheet, "sign_note", 2)
    sheet.put(_notes(sheet, "sign_title", 1)[0], size=34, bold=True, centred=True)
    sheet.put(first, size=20, centred=True)
    sheet.put(_planted(person, "phone"), size=28, bold=True, centred=True)
    other = sheet.chance.choice(("name", "email", "url", "address"))
    sheet.put(_planted(person, other), size=20, centred=True)
    sheet.put(second, size=18, centred=True)


def vehicle(sheet: Sheet, person: Persona) -> None:
    """The rear of a vehicle."""
    first, second = _notes(sheet, "plate_note", 2)
    sheet.gap(50)
    sheet.put(first, size=20, bold=True, centred=True, colour=(235, 235, 235))
    sheet.gap(60)
    top = sheet.y + 4
    size = sheet.chance.randrange(30, 54)
    planted = _planted(person, "plate")
    sheet.put(planted, size=size, bold=True, lead=1.2, centred=True, colour=(15, 15, 25))
    run = sheet.runs[-1]
    half = round(len(planted.text) * run.size * 0.42)
    sheet.box(top, (240, 240, 235), (10, 10, 10), sides=max(6, sheet.width // 2 - half))
    sheet.gap(30)
    sheet.put(second, size=18, centred=True, colour=(225, 225, 225))
    sheet.gap(40)


def letter(sheet: Sheet, person: Persona) -> None:
    """A letter with sender, salutation, body and signature."""
    body = _notes(sheet, "letter_body", 4)
    sheet.put(_planted(person, "name"), size=15)
    sheet.put(_planted(person, "address"), size=15)
    sheet.gap(14)
    sheet.put("Dear ", sheet.chance.choice(("Ms. ", "Mr. ", "Dr. ")), Planted("name", person.family), ",")
    for line in body[:2]:
        sheet.put(line, size=15)
    kind = sheet.chance.choice(("iban", "phone", "email"))
    ask = {"iban": "Transfer it to ", "phone": "Call us under ", "email": "Write to "}[kind]
    sheet.put(ask, _planted(person, kind), size=15)
    for line in body[2:]:
        sheet.put(line, size=15)
    sheet.gap(8)
    sheet.put("Yours sincerely,", size=15)


def note(sheet: Sheet, person: Persona) -> None:
    """A handwritten note."""
    body = _notes(sheet, "note_body", 2)
    sheet.put(body[0], size=24)
    sheet.put("Call ", Planted("name", person.name), size=24)
    for kind in spread(sheet.chance, ("phone", "email", "address", "secret"), 2):
        lead = {"secret": "key "}.get(kind, "")
        sheet.put(lead, _planted(person, kind), size=24)
    sheet.put(body[1], size=24)


def bank(sheet: Sheet, person: Persona) -> None:
    """A payment order."""
    notes = _notes(sheet, "bank_note", 3)
    sheet.put(_notes(sheet, "bank_title", 1)[0], size=20, bold=True)
    for kind in ("name", "iban", sheet.chance.choice(("card", "ssn", "address"))):
        _field(sheet, person, kind, 16, above=sheet.chance.random() < 0.3)
    for line in notes:
        sheet.put(line, size=15)


def identity(sheet: Sheet, person: Persona) -> None:
    """An identity card."""
    notes = _notes(sheet, "id_note", 2)
    sheet.put(notes[0], size=14)
    sheet.put(_notes(sheet, "id_title", 1)[0], size=20, bold=True)
    above = sheet.chance.random() < 0.5
    for kind in ("name", "date_of_birth", "id_number", "address"):
        _field(sheet, person, kind, 16, above=above)
    sheet.put(notes[1], size=13)


SCENES: Final[Mapping[str, Scene]] = {
    scene.__name__: scene
    for scene in (card, form, badge, screen, phone, receipt, sign, vehicle, letter, note, bank, identity)
}
"""Layouts by name."""
STYLES: Final[Mapping[str, Sequence[str]]] = {
    "screen": ("sans", "mono"),
    "receipt": ("mono", "narrow"),
    "note": ("hand",),
    "letter": ("serif", "sans"),
}
"""Typefaces of a layout; the others take any printed style."""
WIDTHS: Final[Mapping[str, int]] = {
    "phone": 330, "receipt": 340, "vehicle": 520, "sign": 480, "letter": 560, "columns": 520, "grid": 520,
    "table": 560, "rear": 520,
}  # fmt: skip
"""Width in pixels; the others are 440 wide."""
