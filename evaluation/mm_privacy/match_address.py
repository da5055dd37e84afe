"""Postal addresses by their parts: street and number, unit, postcode, town, whatever stands between them."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, pairwise
from typing import Final

import regex

from evaluation.mm_privacy.numbers import digit_groups, windows
from evaluation.mm_privacy.tiers import Reading, Sighting, Tier, TypeRules, one_edit
from evaluation.mm_privacy.written import Written, notation, read_written

_WORD: Final = regex.compile(r"[\p{L}\p{N}\p{M}]+")
_SEGMENT: Final = regex.compile(r"[^,;|\n]+")
_POSTCODE: Final = regex.compile(
    r"(?<!\w)(?:\d{5}(?:-\d{4})?|\d{4}\s?\p{Lu}{2}|\d{2}-\d{3}|\d{4}|\d{3}\s\d{2}"
    r"|\p{Lu}{1,2}\d[\p{Lu}\d]?\s?\d\p{Lu}{2}|\p{Lu}\d{2}\s?[\p{Lu}\d]{4})(?!\w)"
)
_PROVINCE: Final = regex.compile(r"\(\p{Lu}{2}\)")
_ORDINAL: Final = regex.compile(r"\d+(?:st|nd|rd|th)")
_NEAR: Final = 4
"""Words between a house number and its street, for a value that is looked up."""
_NEAR_CHARACTERS: Final = 16
"""Characters between them, where they are all that is told."""
_SPREAD: Final = 18
"""Words beside its own over which an address may be spread (keys of JSON, labels of a list)."""
_MOST_ANCHORS: Final = 300
"""Words of an address from which on the rest of it is looked for in one answer."""
_SPECIAL: Final = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})


@dataclass(frozen=True, slots=True)
class _Address:
    """What an address must have: ``number`` and ``street`` words, further ``units``, and one of ``postcode``
    (closed up) and ``town``. Any may be empty."""

    number: str
    street: tuple[str, ...]
    units: tuple[str, ...]
    postcode: str
    town: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int


def bare(word: str) -> str:
    """A word in small letters without accents."""
    spread = unicodedata.normalize("NFKD", word.lower().translate(_SPECIAL))
    return "".join(char for char in spread if not unicodedata.combining(char))


@cache
def _same() -> dict[str, str]:
    return {bare(word): words[0] for words in reversed(notation()["addresses"]["same"]) for word in words}


@cache
def _optional() -> frozenset[str]:
    table = notation()["addresses"]
    regions = {part for name, code in table["regions"].items() for part in (code, *name.split())}
    return frozenset({*table["optional"], *map(bare, table["countries"]), *regions})


@lru_cache(maxsize=4096)
def _plain(word: str) -> str:
    said = bare(word)
    if 3 <= len(said) <= 4 and said.isdigit():
        return said.lstrip("0") or "0"
    for ending, short in notation()["addresses"]["endings"].items():
        if said.endswith(bare(ending)) and len(said) > len(bare(ending)) + 1:
            return said[: -len(bare(ending))] + str(short)
    return _same().get(said, said)


@cache
def _storeys() -> regex.Pattern[str]:
    words = "|".join(notation()["addresses"]["storeys"])
    return regex.compile(rf"(?<!\w)(\d{{1,3}})(?:st|nd|rd|th|o|a|er|e|[eè]me|\.o?)?\s+(?:{words})\b")


def _tokens(written: Written) -> list[_Token]:
    """Words and numbers; numbers in words as figures beside the words themselves."""
    storeys = {one.start(): one[1] for one in _storeys().finditer(written.lower)}
    tokens = [
        _Token(storeys.get(word.start()) or _plain(word[0]), word.start(), word.end())
        for word in _WORD.finditer(written.text)
    ]
    groups = [group for group in digit_groups(written, alone=True) if group.spoken and not group.ordinal]
    spoken = [_Token(digits, start, end) for digits, start, end in windows(groups, 1, 6)]
    return sorted([*tokens, *spoken], key=lambda one: (one.start, -one.end)) if spoken else tokens


@lru_cache(maxsize=8192)
def _read_address(value: str) -> _Address:
    written = read_written(value)
    said = written.text
    provinces = [one.span() for one in _PROVINCE.finditer(said)]
    segments = [one.span() for one in _SEGMENT.finditer(said) if one[0].strip()]
    postcode = _postcode(said, segments)
    needed = [
        token
        for token in _tokens(written)
        if _is_needed(token) and not (postcode and postcode[0] <= token.start < postcode[1])
        if not any(start < token.start < end for start, end in provinces)
    ]
    last = _town_segment(segments, postcode, needed)
    town = tuple(
        token.text for token in needed if last and last[0] <= token.start < last[1] and not _has_digit(token)
    )
    street = [
        token for token in needed if not (last and last[0] <= token.start < last[1]) or _has_digit(token)
    ]
    words = [token for token in street if not _has_digit(token)]
    numbers = [token for token in street if _has_digit(token)]
    if not words:
        words, town = [token for token in needed if token.text in town], ()
    house = min(numbers, key=lambda number: _distance(number, words), default=None)
    closed = "".join(_WORD.findall(said[postcode[0] : postcode[1]])).lower() if postcode else ""
    return _Address(
        house.text if house else "",
        tuple(token.text for token in words),
        tuple(token.text for token in numbers if token is not house),
        closed[:5] if closed[:5].isdigit() else closed,
        town,
    )


def _distance(number: _Token, words: Sequence[_Token]) -> int:
    """Characters between a number and the nearest of ``words``: the house number stands beside its street."""
    return min((max(number.start - word.end, word.start - number.end) for word in words), default=0)


def _is_needed(token: _Token) -> bool:
    return _has_digit(token) or (token.text not in _optional() and len(token.text) > 1)


def _has_digit(token: _Token) -> bool:
    """True for numbers, and not for the name of a street that is one ("5th Avenue")."""
    return any(char.isdigit() for char in token.text) and not _ORDINAL.fullmatch(token.text)


def _postcode(said: str, segments: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The last thing in the form of a postcode, behind the first segment or at the end of the only one."""
    found = list(_POSTCODE.finditer(said))
    if not found:
        return None
    last = found[-1].span()
    first = segments[0]
    only = len(segments) == 1 and (len(found) > 1 or last[0] > first[0] + 12)
    return last if only or last[0] >= first[1] else None


def _town_segment(
    segments: Sequence[tuple[int, int]], postcode: tuple[int, int] | None, needed: Sequence[_Token]
) -> tuple[int, int] | None:
    """Where the town stands: beside the postcode, or in the segment next to it; the last one without any."""
    if len(segments) < 2:
        rest = (postcode[1], segments[0][1]) if postcode and segments else None
        return rest if rest and any(rest[0] <= one.start for one in needed) else None
    words = [one for one in needed if not _has_digit(one)]
    filled = [any(start <= word.start < end for word in words) for start, end in segments]
    if postcode is None:
        return next(
            (span for span, full in reversed([*zip(segments, filled, strict=True)][1:]) if full), None
        )
    place = next(at for at, (start, end) in enumerate(segments) if start <= postcode[0] < end)
    for at in (place, place + 1, place - 1):
        if 0 < at < len(segments) and filled[at]:
            return segments[at]
    return None


def address_forms(value: str) -> tuple[str, ...]:
    """House number and first word of the street with the postcode, and with the town."""
    address = _read_address(value)
    where = [one for one in (address.postcode, *address.town[:1]) if one]
    if not address.number and address.street and address.postcode:
        return (f"{address.street[0]} {address.postcode}",)
    start = " ".join(part for part in (address.number, *address.street[:1]) if part)
    return tuple(f"{start} {one}" for one in where) if start and where else (start,) if start else ()


def address_readings(written: Written) -> Iterator[Reading]:
    """House numbers with the words near them and what follows."""
    tokens = [token for token in _tokens(written) if _is_needed(token)]
    for at, number in enumerate(tokens):
        if not _has_digit(number):
            continue
        near = range(max(0, at - _NEAR), min(len(tokens), at + _NEAR + 1))
        words = [place for place in near if not _has_digit(tokens[place])]
        for before in tokens[max(0, at - 2 * _NEAR) : at]:
            yield Reading(f"{before.text} {number.text}", before.start, number.end)
        after = _closed_pairs(tokens[at + 1 : at + 1 + _SPREAD])
        for place in words:
            start = min(number.start, tokens[place].start)
            for where in after:
                yield Reading(f"{number.text} {tokens[place].text} {where.text}", start, where.end)


def _closed_pairs(tokens: Sequence[_Token]) -> list[_Token]:
    """``tokens``, and neighbours of which one has a digit as one ("SW1A 1AA")."""
    pairs = [
        _Token(one.text + other.text, one.start, other.end)
        for one, other in pairwise(tokens)
        if (_has_digit(one) or _has_digit(other)) and len(one.text + other.text) <= 8
    ]
    return [*tokens, *pairs]


def address_sightings(written: Written, gold: str) -> Iterator[Sighting]:
    """Where a text tells an address: all of it, all but one character, or street and number, or most."""
    address = _read_address(gold)
    wanted = [
        one
        for one in (address.number, *address.street, *address.units, address.postcode, *address.town)
        if one
    ]
    if not wanted:
        return
    tokens = _closed_pairs(_tokens(written))
    tokens.sort(key=lambda one: (one.start, one.end))
    span = 40 + 9 * (len(wanted) + _SPREAD)
    starts = [token.start for token in tokens]
    anchors = (place for place, token in enumerate(tokens) if _fits(token.text, wanted))
    for place in islice(anchors, _MOST_ANCHORS):
        end = tokens[place].start + span
        near = tokens[place : bisect_right(starts, end)]
        yield from _judged([token for token in near if token.end <= end], address)


def _fits(text: str, wanted: Sequence[str]) -> bool:
    return any(
        text == one or one_edit(text, one) for one in wanted if len(one) > 2 or one.isdigit() or text == one
    )


def _judged(part: Sequence[_Token], address: _Address) -> Iterator[Sighting]:
    """What the words of ``part`` tell of ``address``."""
    at: dict[str, _Token] = {}
    for token in part:
        at.setdefault(token.text, token)
        if token.text[:5].isdigit() and len(token.text) == 9:
            at.setdefault(token.text[:5], token)
    street = [one for one in (address.number, *address.street, *address.units) if one]
    missing = [one for one in street if one not in at]
    where = _where(at, address)
    near = {one: _one_off(one, part) for one in missing}
    if missing == [address.number] and not near[address.number] and address.street:
        near[address.number] = _other_number(address, at, part)
    told = [at[one] for one in street if one in at] + where
    if not told:
        return
    start, end = min(one.start for one in told), max(one.end for one in told)
    complete = bool(where) or not (address.postcode or address.town)
    form = address_forms_of(address, near)
    if not missing and complete:
        wrong = address.postcode and address.postcode not in at and _one_off(address.postcode, part)
        yield Sighting(Tier.ONE_EDIT if wrong else Tier.FULL, form, start, end)
    elif (len(missing) == 1 and complete and near[missing[0]]) or (
        not missing and _where_but_one(part, address)
    ):
        yield Sighting(Tier.ONE_EDIT, form, start, end)
    elif _is_part(at, address, where):
        yield Sighting(Tier.PARTIAL, form, start, end)


def address_forms_of(address: _Address, near: Mapping[str, str]) -> str:
    """The form of an address of which some words were read otherwise."""
    number = near.get(address.number) or address.number
    street = near.get(address.street[0]) or address.street[0] if address.street else ""
    return " ".join(part for part in (number, street, address.postcode or "".join(address.town[:1])) if part)


def _where(at: Mapping[str, _Token], address: _Address) -> list[_Token]:
    """The words that tell the town, by postcode or by name; none where it is not told."""
    if address.postcode and address.postcode in at:
        return [at[address.postcode]]
    if address.town and all(one in at for one in address.town):
        return [at[one] for one in address.town]
    return []


def _where_but_one(part: Sequence[_Token], address: _Address) -> bool:
    postcode = bool(address.postcode and _one_off(address.postcode, part))
    town = len(address.town) == 1 and bool(_one_off(address.town[0], part))
    return postcode != town


def _one_off(wanted: str, part: Sequence[_Token]) -> str:
    """A word of ``part`` one edit from ``wanted``; "" for none. Short words have no near misses by chance."""
    if len(wanted) < 3 - wanted.isdigit():
        return ""
    return next((token.text for token in part if one_edit(token.text, wanted)), "")


def _other_number(address: _Address, at: Mapping[str, _Token], part: Sequence[_Token]) -> str:
    """A number one edit from a house number of one digit, and beside its street; "" for none."""
    postcode = at.get(address.postcode)
    ends = [at[one] for one in (address.street[0], address.street[-1])]
    return next(
        (
            token.text
            for token in part
            if token.text.isdigit()
            and one_edit(token.text, address.number)
            and any(_are_near(token, one) for one in ends)
            and not (postcode and postcode.start <= token.start < postcode.end)
        ),
        "",
    )


def _is_part(at: Mapping[str, _Token], address: _Address, where: Sequence[_Token]) -> bool:
    """The street with its number or the town; the town with its postcode; or most of what there is."""
    has_street = bool(address.street) and all(one in at for one in address.street)
    if has_street and address.number in at and _are_near(at[address.number], at[address.street[0]]):
        return True
    if has_street and where:
        return True
    has_town = any(one in at for one in address.town)
    if address.postcode not in at:
        return False
    street = (address.number, *address.street, *address.units)
    return has_town or 2 * sum(one in at for one in street) >= len(street)


def _are_near(one: _Token, other: _Token) -> bool:
    """True if little stands between a house number and its street: "12 people under an elm" is none."""
    first, second = sorted((one, other), key=lambda token: token.start)
    return second.start - first.end <= _NEAR_CHARACTERS


ADDRESS_RULES: Final = TypeRules(address_forms, address_readings, address_sightings)
