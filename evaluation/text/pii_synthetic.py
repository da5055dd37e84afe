"""Plants invented personal data of many countries into LLaVA-style rounds, with the span of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml

from evaluation.text.contact_values import CONTACT_VALUES
from evaluation.text.document_values import DOCUMENT_VALUES
from evaluation.text.persona_source import PersonaSource
from evaluation.text.pii_gold import GoldSpan, LabelledText

SLOT_ATTRIBUTE = {
    "phone_formed": "pii.phone",
    "ssn_formed": "pii.ssn",
    "date": "pii.date_of_birth",
    "handle": "pii.username",
    "user": "pii.username",
    "password": "pii.secret",
    "key": "pii.secret",
    "private_key": "pii.secret",
    "coordinates": "pii.address",
    **dict.fromkeys(
        ("passport", "licence", "staff", "nino", "national", "imei", "mac", "wallet"), "pii.id_number"
    ),
}
_SLOT = re.compile(r"\{(\w+)(?::(\d+))?\}")


@cache
def _templates() -> dict[str, Any]:
    path = resources.files("evaluation.text").joinpath("pii_templates.yaml")
    content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


def _value(source: PersonaSource, slot: str, argument: str | None) -> str:
    """A value for ``{slot:argument}``. Raises KeyError for an unknown slot."""
    if slot == "digits":
        return str(source.random.randint(1, 9)) + source.digits(int(argument or 1) - 1)
    return (CONTACT_VALUES.get(slot) or DOCUMENT_VALUES[slot])(source)


def _filled(turns: Sequence[str], source: PersonaSource, planted: bool) -> LabelledText:
    shown: list[str] = []
    spans: list[GoldSpan] = []
    for turn, template in enumerate(turns):
        text, rest = "", 0
        for slot in _SLOT.finditer(template):
            text += template[rest : slot.start()]
            label, _, value = _value(source, slot[1], slot[2]).rpartition("\0")
            text += label
            if planted:
                attribute = SLOT_ATTRIBUTE.get(slot[1], f"pii.{slot[1]}")
                spans.append(GoldSpan(turn, len(text), len(text) + len(value), attribute, True))
            text, rest = text + value, slot.end()
        shown.append(text + template[rest:])
    return LabelledText(tuple(shown), tuple(spans), " / ".join(turns))


def planted_rounds(seed: int, copies: int) -> Iterator[LabelledText]:
    """Every template ``copies`` times with values of its own, one group per template."""
    source = PersonaSource(seed)
    for templates in _templates()["rounds"].values():
        for turns in templates:
            for _ in range(copies):
                yield _filled(turns, source, planted=True)


def decoy_rounds(seed: int, copies: int) -> Iterator[LabelledText]:
    """Rounds full of numbers that are nobody's: prices, dates, parts, scores, book numbers."""
    source = PersonaSource(seed)
    for turns in _templates()["decoys"]:
        for _ in range(copies):
            yield _filled(turns, source, planted=False)
