"""Every form of ``mmscrub disclosure``, filled in: are the values beside, under and over its labels covered?

    python -m evaluation.images.filled_forms [LAYOUTS]

prints every value that is not covered, of the layouts that rules may be tuned on. Each layout is filled in
with the values of the benchmark, which are impossible on purpose, and with values of real shape (all persons
are invented). A third of the images are photographs of forms filled in by hand. ``measure`` tells the halves
of the layouts apart: rules are made from errors of the tuning half only. About three seconds per image on
one core.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from evaluation.figures import Figure, share
from evaluation.images.coverage import covered_share, painted_mask
from evaluation.images.persona import Persona as RealPersona
from evaluation.images.product import filled, protect
from evaluation.text.persona_source import PersonaSource
from schemas.benchmark import (
    FormOrder,
    ImageSource,
    Persona,
    PersonaPool,
    PrintedField,
    PrivateType,
    Scenario,
)
from transforms.disclosure.layouts import fields_of, layouts_of
from transforms.disclosure.personas import PersonaSettings, draw_personas
from transforms.disclosure.render import render_form
from transforms.keyed import Draws, seed

_KEY: Final = b"filled forms"
_COVERED: Final = 0.9
_TOUCHED: Final = 0.1
_OWN: Final = "the benchmark's values"
_REAL: Final = "values of real shape"
_KINDS: Final = (_OWN, _REAL)
_MAKERS: Final = {
    PrivateType.NAME: "name",
    PrivateType.EMAIL: "email",
    PrivateType.PHONE: "phone",
    PrivateType.SSN: "ssn",
    PrivateType.ADDRESS: "address",
    PrivateType.DATE_OF_BIRTH: "date_of_birth",
    PrivateType.CARD: "card",
    PrivateType.ACCOUNT: "iban",
    PrivateType.PASSPORT: "id_number",
    PrivateType.PLATE: "plate",
}
_RECORD_NUMBERS: Final = ("########", "MRN ######", "@ ## ## ##", "####-####", "@@######")


@dataclass(frozen=True, slots=True)
class FormResult:
    """One form, cleaned: the covered share of the place of each field. ``kind``: whose values stand in it."""

    name: str
    tuning: bool
    kind: str
    photograph: bool
    fields: tuple[tuple[PrintedField, float], ...]


def measure(_data: Path, size: int = 1 << 30) -> list[Figure]:
    """Values covered per half of the layouts and type; fields touched that are nobody's."""
    made = results(size)
    rows: list[Figure] = []
    for tuning, half in ((True, "tuning layouts"), (False, "held-out layouts")):
        some = [one for one in made if one.tuning == tuning]
        if not some:
            continue
        for kind in _KINDS:
            rows += _of_types(f"{kind}, {half}", [one for one in some if one.kind == kind])
        touched = [covered for one in some for field, covered in one.fields if field.private_type is None]
        hit = sum(covered >= _TOUCHED for covered in touched)
        rows.append(share(f"fields touched that are nobody's, {half}", hit, len(touched), "<=", 10))
    return rows


def _of_types(name: str, images: Sequence[FormResult]) -> Iterator[Figure]:
    found: dict[PrivateType, list[bool]] = {}
    for one in images:
        for field, covered in one.fields:
            if field.private_type is not None:
                found.setdefault(field.private_type, []).append(covered >= _COVERED)
    every = [hit for hits in found.values() for hit in hits]
    yield share(name, sum(every), len(every), ">=", 98)
    for private_type in PrivateType:
        if hits := found.get(private_type):
            yield share(f"  {private_type.value}", sum(hits), len(hits), ">=", 98)


@cache
def results(size: int) -> tuple[FormResult, ...]:
    """The first ``size`` layouts in a mixed order, each filled in twice and cleaned."""
    layouts = [(layout, scenario) for scenario in Scenario for layout in layouts_of(scenario)]
    layouts.sort(key=lambda one: sha256(one[0].encode()).digest())
    return tuple(
        _result(scenario, layout, kind, number)
        for number, (layout, scenario) in enumerate(layouts[:size])
        for kind in _KINDS
    )


def _result(scenario: Scenario, layout: str, kind: str, number: int) -> FormResult:
    rendered = render_form(form_order(scenario, layout, kind, number), _KEY)
    outcome = protect(rendered.data)
    if outcome.emitted:
        mask = painted_mask(rendered.width, rendered.height, filled(outcome.cleaned.edits))
        covered = tuple((field, covered_share(mask, [field.quad])) for field in rendered.fields)
    else:
        covered = tuple((field, 1.0) for field in rendered.fields if field.private_type is not None)
    return FormResult(layout, is_tuning(layout), kind, _is_photograph(layout, kind), covered)


def is_tuning(layout: str) -> bool:
    """True for half of the layouts; the strips that differ in the value asked for are of one half."""
    asked = next((one.value for one in PrivateType if layout.endswith(f"_{one.value}")), "")
    return sha256(b"tuning " + layout.removesuffix(f"_{asked}").encode()).digest()[0] % 2 == 0


def form_order(scenario: Scenario, layout: str, kind: str, number: int) -> FormOrder:
    """A form with all of its fields filled in for person ``number``, by values of that kind."""
    types = tuple(found for _, _, found in fields_of(layout) if found is not None)
    photograph = _is_photograph(layout, kind)
    source = ImageSource.PHOTOGRAPH if photograph else ImageSource.TEMPLATE
    person = _of_pool(number + 1)[number] if kind == _OWN else _real(layout, number)
    return FormOrder(f"{layout} {kind}", scenario, layout, source, person, types, handwritten=photograph)


def _is_photograph(layout: str, kind: str) -> bool:
    return Draws(_KEY, "photograph", layout, kind).below(3) == 0


@cache
def _of_pool(count: int) -> tuple[Persona, ...]:
    return draw_personas(PersonaPool.EVALUATION, count, PersonaSettings(), _KEY)


def _real(layout: str, number: int) -> Persona:
    source = PersonaSource(seed(_KEY, "real", layout, str(number)))
    person = RealPersona(source)
    values = [(private_type, person.value(made)) for private_type, made in _MAKERS.items()]
    record = source.pick(*_RECORD_NUMBERS)
    drawn = "".join(
        source.digits(1) if char == "#" else source.letters(1) if char == "@" else char for char in record
    )
    values.append((PrivateType.MEDICAL_RECORD, drawn))
    return Persona(f"real-{number}", PersonaPool.EVALUATION, "en_US", "female", tuple(values))


def _misses(images: Sequence[FormResult]) -> Iterator[str]:
    for one in images:
        at = f"{one.name}, {one.kind}{', photograph' if one.photograph else ''}"
        for field, covered in one.fields:
            if field.private_type is not None and covered < _COVERED:
                yield f"missed | {field.private_type} | {field.label} | {field.text} | {covered:.2f} | {at}"
            if field.private_type is None and covered >= _TOUCHED:
                yield f"touched | {field.label} | {field.text} | {covered:.2f} | {at}"


def main() -> int:
    """Prints the misses of the tuning half, the same type together."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1 << 30
    made = [one for one in results(size) if one.tuning]
    sys.stdout.write("".join(f"{line}\n" for line in sorted(_misses(made))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
