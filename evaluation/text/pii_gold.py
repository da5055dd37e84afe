"""Texts with labelled personal data, and the half of them that may be looked at while rules are written."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ATTRIBUTE_OF = {
    "PERSON": "pii.name",
    "EMAIL_ADDRESS": "pii.email",
    "EMAIL": "pii.email",
    "PHONE_NUMBER": "pii.phone",
    "PHONE": "pii.phone",
    "US_SSN": "pii.ssn",
    "CREDIT_CARD": "pii.card",
    "IBAN_CODE": "pii.iban",
    "IP_ADDRESS": "pii.ip",
    "DOMAIN_NAME": "pii.url",
    "ADDRESS": "pii.address",
    "STREET_ADDRESS": "pii.address",
    "ZIP_CODE": "pii.address",
    "US_DRIVER_LICENSE": "pii.id_number",
    "ID": "pii.id_number",
}
"""Gold types that are wanted whole."""

ALSO_PERSONAL = {
    "PREFIX": "pii.name",
    "TITLE": "pii.name",
    "LOCATION": "pii.address",
    "GPE": "pii.address",
    "DATE_TIME": "pii.date_of_birth",
}
"""Gold types that are no miss when left, and no false alarm when found as this attribute."""

PRESIDIO_FILES = (
    "data/synth_dataset_v2.json",
    "tests/data/generated_large.json",
    "tests/data/generated_small.json",
)
_SLOT = re.compile(r"\{\{?\w+\}?\}")


class Half(StrEnum):
    """Errors of the tuning half may be read; the held-out half is only counted."""

    TUNING = "tuning"
    HELD_OUT = "held out"


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """Characters ``start:end`` of a turn. ``attribute`` is empty for gold that is nobody's personal data."""

    turn: int
    start: int
    end: int
    attribute: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class LabelledText:
    """The turns of one record. ``group`` names what must stay in one half: a template, an author."""

    turns: tuple[str, ...]
    spans: tuple[GoldSpan, ...]
    group: str

    @property
    def half(self) -> Half:
        """By a hash of the group, so that no template is in both halves."""
        return half_of(self.group)


def half_of(group: str) -> Half:
    """The half of a group: the parity of its SHA-256."""
    odd = hashlib.sha256(group.encode()).digest()[0] & 1
    return Half.HELD_OUT if odd else Half.TUNING


def _gold_span(start: int, end: int, kind: str, wanted: bool = True) -> GoldSpan:
    attribute = ATTRIBUTE_OF.get(kind, "")
    return GoldSpan(0, start, end, attribute or ALSO_PERSONAL.get(kind, ""), wanted and bool(attribute))


def read_presidio(folder: Path) -> list[LabelledText]:
    """The generated sentences of presidio-research below ``folder``, one group per template.

    Source: https://github.com/microsoft/presidio-research (MIT). Spans need a letter or a digit.
    """
    texts: list[LabelledText] = []
    for name in PRESIDIO_FILES:
        for sample in json.loads((folder / name).read_text("utf-8")):
            text = sample["full_text"]
            spans = tuple(
                _gold_span(span["start_position"], span["end_position"], span["entity_type"])
                for span in sample["spans"]
                if any(map(str.isalnum, text[span["start_position"] : span["end_position"]]))
            )
            texts.append(LabelledText((text,), spans, _SLOT.sub("{}", sample["masked"]).strip().lower()))
    return texts


def read_lifebench(folder: Path) -> list[LabelledText]:
    """The messages and notes of LifeBench-PII below ``folder``: silver spans, one group per author.

    Its ``ID`` are codes of orders, bookings, flights, trains, meetings, shares and products, besides a policy
    and a few plates and accounts that are masked but for their last digits (the tuning half, read by hand):
    no identifiers of persons, so they are neither wanted nor a false alarm.
    """
    return list(_lifebench(sorted(folder.glob("*.jsonl.gz"))))


def _lifebench(paths: Sequence[Path]) -> Iterator[LabelledText]:
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for sample in map(json.loads, lines):
                spans = tuple(
                    _gold_span(one["start"], one["end"], one["type"], one["type"] != "ID")
                    for one in sample["pii_spans"]
                )
                yield LabelledText((sample["data_to_answer"],), spans, sample["user"])
