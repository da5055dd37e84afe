"""Values that are compared word by word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from evaluation.mm_privacy.tiers import Reading, Sighting, Tier, TypeRules
from evaluation.mm_privacy.written import Written, read_written

_WORDS: Final = regex.compile(r"[\p{L}\p{N}]+")


def plain_forms(value: str) -> tuple[str, ...]:
    """Words in lower case."""
    return (" ".join(_WORDS.findall(read_written(value).lower)),)


def plain_readings(written: Written) -> Iterator[Reading]:
    """Up to sixteen words in a row."""
    words = list(_WORDS.finditer(written.lower))
    for first in range(len(words)):
        for last in range(first, min(len(words), first + 16)):
            said = " ".join(word[0] for word in words[first : last + 1])
            yield Reading(said, words[first].start(), words[last].end())


def plain_sightings(written: Written, gold: str) -> Iterator[Sighting]:
    """Where the words stand."""
    forms = plain_forms(gold)
    for reading in plain_readings(written):
        if reading.form in forms:
            yield Sighting(Tier.FULL, reading.form, reading.start, reading.end)


PLAIN_RULES: Final = TypeRules(plain_forms, plain_readings, plain_sightings)
