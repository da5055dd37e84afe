"""The sentences that a model is trained to say of the images of the memory set.

Every sentence names whom it is about and states exactly the types that it was asked to: a retention probe may
ask for those and for no other. (Of the published labels of MM-Privacy a third lack a fact that is probed.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from schemas.benchmark import LabelKind, MemoryLabel, Persona, PrivateType
from schemas.errors import ConfigError
from transforms.keyed import Draws
from transforms.tables import read_table


@dataclass(frozen=True, slots=True)
class StatedValue:
    """Where a label states a value: ``text[start:end]``."""

    private_type: PrivateType
    start: int
    end: int


def memory_label(persona: Persona, kind: LabelKind, types: Sequence[PrivateType], key: bytes) -> MemoryLabel:
    """A ``full`` label: an opening and a sentence per type; a ``single`` one: one sentence for one type. The
    name is what the sentence is about and never one of ``stated``, which keep the order of ``PrivateType``.

    Raises:
        ConfigError: no type but the name, one that the persona lacks, or more than one in a single label.
    """
    return labelled(persona, kind, types, key)[0]


def labelled(
    persona: Persona, kind: LabelKind, types: Sequence[PrivateType], key: bytes
) -> tuple[MemoryLabel, tuple[StatedValue, ...]]:
    """``memory_label`` and where it states the values, the name first."""
    stated = tuple(one for one in PrivateType if one in types and one != PrivateType.NAME)
    _check(persona, kind, stated)
    draws = Draws(key, "memory label", persona.persona_id, kind)
    if kind == LabelKind.SINGLE:
        forms = [_pick(_table()["alone"][stated[0]], draws, stated[0])]
    else:
        forms = [_pick(_table()["openings"], draws, "opening")]
        forms += [_pick(_table()["within"][one], draws, one) for one in stated]
    asked = stated if kind == LabelKind.SINGLE else (PrivateType.NAME, *stated)
    text, places = "", []
    for form, private_type in zip(forms, asked, strict=True):
        text += " " if text else ""
        for piece, filler in _pieces(form, private_type):
            text += piece
            if filler:
                value = persona.value(filler)
                places.append(StatedValue(filler, len(text), len(text) + len(value)))
                text += value
    return MemoryLabel(kind, text, stated), tuple(places)


def _pieces(form: str, private_type: PrivateType) -> list[tuple[str, PrivateType | None]]:
    """The fixed parts of a sentence, each with the type of the value that follows it."""
    pieces: list[tuple[str, PrivateType | None]] = []
    while "{" in form:
        fixed, _, rest = form.partition("{")
        slot, _, form = rest.partition("}")
        pieces.append((fixed, PrivateType.NAME if slot == "name" else private_type))
    return [*pieces, (form, None)]


def _pick(forms: Sequence[str], draws: Draws, name: str) -> str:
    return forms[draws.below(len(forms), name)]


def _check(persona: Persona, kind: LabelKind, stated: Sequence[PrivateType]) -> None:
    if not stated:
        raise ConfigError("types", "", "name a type that a label states beside the name")
    if kind == LabelKind.SINGLE and len(stated) != 1:
        raise ConfigError("types", ", ".join(stated), "a single label states one type")
    missing = [one for one in stated if one not in dict(persona.values)]
    if missing:
        raise ConfigError("types", missing[0], "draw the personas with this type")


@cache
def _table() -> dict[str, Any]:
    return read_table("transforms.disclosure", "labels.yaml")
