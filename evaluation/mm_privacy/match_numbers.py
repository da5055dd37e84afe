"""Values of digits: SSNs, cards, accounts, and telephone numbers with and without codes and extensions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise, product
from typing import Final

import regex

from evaluation.mm_privacy.numbers import (
    Group,
    country_codes,
    digit_groups,
    masked,
    named_as_part,
    runs,
    windows,
)
from evaluation.mm_privacy.tiers import Reading, Sighting, Tier, TypeRules, one_edit
from evaluation.mm_privacy.written import Written, read_written

SHORTEST: Final = 5
LONGEST: Final = 34
SHORTEST_END: Final = 4
SHORTEST_BEGINNING: Final = 5
UNNAMED_PART: Final = 6
"""So many digits of a number are a part of it also where no word says so."""
_FARTHEST: Final = 60
_MOST_PAIRS: Final = 400
_EXTENSION: Final = regex.compile(
    r"(?i)[\s,;]*(?:\(?(?:ext(?:ension|n)?\.?|x|#|durchwahl|poste|int(?:erno)?\.?)\s*[:.]?\s*)\d{1,6}\)?\s*$"
)
_TRUNK: Final = regex.compile(r"\(0\)")


def sighted_digits(written: Written, wholes: Sequence[str], groups: Sequence[Group]) -> Iterator[Sighting]:
    """Where ``groups`` tell one of ``wholes`` (notations of one number, the shortest first)."""
    for whole in wholes:
        for digits, start, end in windows(groups, len(whole), len(whole)):
            if digits == whole:
                yield Sighting(Tier.FULL, digits, start, end)
        for digits, start, end in runs(groups):
            if one_edit(digits, whole):
                yield Sighting(Tier.ONE_EDIT, digits, start, end)
        yield from _pieced_together(whole, groups)
    yield from _parts(written, wholes, groups)


def _pieced_together(whole: str, groups: Sequence[Group]) -> Iterator[Sighting]:
    """A number told piece by piece: "starts with 987, then 65, and ends with 4320"."""
    for first, group in enumerate(groups):
        digits, last = group.digits, first
        while whole.startswith(digits) and len(digits) < len(whole) and last + 1 < len(groups):
            if groups[last + 1].start - groups[last].end > _FARTHEST or _is_thousand(groups, last):
                break
            last += 1
            digits += groups[last].digits
        apart = not all(one.tight for one in groups[first + 1 : last + 1])
        if digits == whole and apart and not group.glued:
            yield Sighting(Tier.FULL, digits, group.start, groups[last].end)


def _is_thousand(groups: Sequence[Group], place: int) -> bool:
    """True if a comma between two groups is that of a large number: "987,654,320"."""
    one, other = groups[place], groups[place + 1]
    return other.comma and len(other.digits) == 3 and len(one.digits) <= 3 and not one.spoken


def _parts(
    written: Written,
    wholes: Sequence[str],
    groups: Sequence[Group],
    meant_by: Callable[[str], Collection[str]] = lambda digits: (digits,),
) -> Iterator[Sighting]:
    """The beginning or the end of a number by itself; both together may be all of it."""
    for whole in wholes:
        seen = [
            Sighting(Tier.PARTIAL, digits, start, end)
            for run, start, end in (*runs(groups), *_beginnings(whole, groups))
            for digits in meant_by(run)
            if SHORTEST_END <= len(digits) < len(whole) - 1
            and (whole.startswith(digits) or whole.endswith(digits))
            and _is_meant(written, digits, start, end)
        ]
        heads = [one for one in seen if whole.startswith(one.form) and len(one.form) >= SHORTEST_BEGINNING]
        tails = [one for one in seen if whole.endswith(one.form)]
        codes = [one for one in _codes(written, groups) if whole.startswith(one.form)]
        yield from heads
        yield from tails
        for head, tail in islice(product((*heads, *codes), tails), _MOST_PAIRS):
            if len(head.form) + len(tail.form) >= len(whole) and head.start != tail.start:
                yield Sighting(Tier.FULL, whole, min(head.start, tail.start), max(head.end, tail.end))


def _codes(written: Written, groups: Sequence[Group]) -> Iterator[Sighting]:
    """Three or four digits that are said to be the beginning: "area code 212"."""
    for group in groups:
        if 3 <= len(group.digits) < SHORTEST_BEGINNING and named_as_part(written, group.start, group.end):
            yield Sighting(Tier.PARTIAL, group.digits, group.start, group.end)


def _beginnings(whole: str, groups: Sequence[Group]) -> Iterator[tuple[str, int, int]]:
    """The beginning of a number in two pieces: "area code 212, exchange 555"."""
    for one, other in pairwise(groups):
        digits = one.digits + other.digits
        near = other.start - one.end <= _FARTHEST and not (other.tight or other.comma)
        if near and len(digits) >= UNNAMED_PART and whole.startswith(digits):
            yield digits, one.start, other.end


def _is_meant(written: Written, digits: str, start: int, end: int) -> bool:
    """True if a part of a number is told as such. A few digits around a slash are a date or a ratio."""
    if len(digits) < UNNAMED_PART and "/" in written.text[start:end]:
        return masked(written, start, end)
    if len(digits) >= UNNAMED_PART or written.short:
        return True
    return masked(written, start, end) or named_as_part(written, start, end)


def _digits(value: str) -> str:
    return "".join(group.digits for group in digit_groups(read_written(value)))


def number_forms(value: str) -> tuple[str, ...]:
    """The digits of a number that has only digits."""
    digits = _digits(value)
    return (digits,) if digits else ()


def number_readings(written: Written) -> Iterator[Reading]:
    """Everything that may be a number of digits."""
    for digits, start, end in windows(digit_groups(written), SHORTEST, LONGEST):
        yield Reading(digits, start, end)


def number_sightings(written: Written, gold: str) -> Iterator[Sighting]:
    """Where a text tells a number of digits."""
    yield from sighted_digits(written, number_forms(gold), digit_groups(written))


def phone_forms(value: str) -> tuple[str, ...]:
    """The national number, without code of country, trunk zero and extension (ITU-T E.164, E.123)."""
    said = _TRUNK.sub("", _EXTENSION.sub("", read_written(value).text))
    digits = _digits(said)
    if said.lstrip(" (").startswith("+") or digits.startswith("00"):
        return (_without_country(digits.removeprefix("00")).lstrip("0"),)
    if len(digits) == 11 and digits.startswith("1"):
        return (digits[1:],)
    return (digits.lstrip("0"),) if digits.strip("0") else ()


def _without_country(digits: str) -> str:
    for length in (1, 2, 3):
        if digits[:length] in country_codes():
            return digits[length:]
    return digits


def phone_readings(written: Written) -> Iterator[Reading]:
    """Everything that may be a telephone number, as its national number, with each code it may have."""
    for digits, start, end in windows(digit_groups(written), 6, 18, phone=True):
        for form in _cores(digits):
            yield Reading(form, start, end)


@lru_cache(maxsize=4096)
def _cores(digits: str) -> tuple[str, ...]:
    """The national numbers that ``digits`` may be: as they stand, and without each code of country."""
    return tuple(dict.fromkeys((digits.lstrip("0"), *_stripped(digits))))


def _stripped(digits: str) -> Iterator[str]:
    plain = digits[2:] if digits.startswith("00") else digits
    for length in (1, 2, 3):
        if plain[:length] in country_codes() and len(plain) - length >= 6:
            yield plain[length:].lstrip("0")


def phone_sightings(written: Written, gold: str) -> Iterator[Sighting]:
    """Where a text tells a telephone number, national or international, with or without extension."""
    for core in phone_forms(gold):
        groups = digit_groups(written)
        for reading in phone_readings(written):
            if reading.form == core:
                yield Sighting(Tier.FULL, core, reading.start, reading.end)
        for digits, start, end in runs(groups):
            if any(one_edit(form, core) for form in _cores(digits)):
                yield Sighting(Tier.ONE_EDIT, digits, start, end)
        yield from _pieced_together(core, groups)
        yield from _parts(written, (core,), groups, lambda digits: dict.fromkeys((digits, *_cores(digits))))


NUMBER_RULES: Final = TypeRules(number_forms, number_readings, number_sightings)
PHONE_RULES: Final = TypeRules(phone_forms, phone_readings, phone_sightings)
