"""Finds postal addresses line by line: street and number, unit, city with postcode, boxes, military mail.

One passage is one line, so the lines of an address are found each for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import regex

from schemas.finding import Kind
from transforms.text.lexicon import read_list
from transforms.text.mentions import Form, Mention

ADDRESS = "pii.address"
TIMEOUT_SECONDS = 2.0
"""Per pattern and passage. Patterns are linear, so only a defect reaches it."""

_NUMBER = r"(?<![\w.,$€£/:-])\d{1,5}(?:[ -]\d{1,4}(?=[ ,]))?[A-Za-z]?"
_WORD = r"\p{Lu}[\p{L}.'-]{0,30}"
_SCORE = 0.85
_DIGIT = regex.compile(r"\d")


@cache
def _lists() -> dict[str, list[str]]:
    return read_list("addresses")


def _either(name: str) -> str:
    words: list[str] = _lists()[name]
    return "|".join(regex.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _after(unit: str, place: str, postcode: str) -> str:
    """What may follow the street on its line: unit, city, state, postcode, country."""
    states = _either("states")
    return (
        rf"(?:[,.]? {unit})?"
        rf"(?:, {postcode} {_WORD}(?: {_WORD})?"
        rf"|,? (?:{place}(?:,? (?:{states}|[A-Z]{{2,3}})\b)?,? {postcode}|{postcode})"
        rf"|(?:, {place}(?=[,.;)]|$)){{1,2}}(?:,? (?:{states})\b)?(?:,? {postcode})?)?"
    )


@cache
def _patterns() -> tuple[tuple[str, regex.Pattern[str]], ...]:
    unit = rf"(?i:{_either('units')})\.? ?#?\d{{1,5}}[A-Za-z]?\b"
    place = rf"(?:{_WORD}[ ]?){{1,4}}"
    postcode = r"(?:\d{4,6}(?:-\d{3,4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})(?![\w-])"
    after = _after(unit, place, postcode)
    name = rf"(?:{_WORD} |\d{{1,3}}(?:st|nd|rd|th) |(?:of|the|de|la) ){{1,4}}"
    way = r"(?:[NSEW]\.? |North |South |East |West )?"
    side = r"(?: (?:North|South|East|West|[NSEW]{1,2})\b)?"
    joined = r"(?:(?:de|du|des|d'|di|da|do|dos|del|della|dei|dalla|la|le|las|los|el|e|of|St\.?) ?){0,3}"
    before = rf"(?i:{_either('types_before')}) {joined}{_WORD}(?: (?:{joined})?{_WORD}){{0,4}}"
    ending = rf"(?:{_WORD} ){{0,3}}\p{{Lu}}?[\p{{L}}'-]{{2,30}}(?: ?(?:{_either('type_endings')}))"
    country = rf"(?:{_either('countries')})"
    number_first = (
        rf"\d{{1,5}}(?: \d{{1,4}}[A-Za-z]?)?,? {way}(?:{joined}{_WORD} ){{0,4}}{_WORD}(?:,? \d{{1,5}})?"
    )
    house = r"(?: ?[A-Z]{0,3}\d{1,4}[A-Za-z]?(?:/\d{1,4}[A-Z]?)?\b)"
    fleet = r"(?:FPO|APO|DPO),? (?:AA|AE|AP) \d{5}"
    rules = {
        "street": rf"{_NUMBER},? {way}{name}(?:{_either('street_types')})\b\.?{side}{after}",
        "street_named": rf"(?<![\w.,$€£/:-])\d{{2,5}}[A-Za-z]? {way}{name}(?:{_either('other_types')})\b"
        rf"(?=[,.;)]|$| {unit}){after}",
        "type_first": rf"{_NUMBER},? {before}{house}?{after}|(?<!\w){before},?{house}{after}",
        "type_last": rf"(?:{_NUMBER} )?(?<![\p{{L}}]){ending} \d{{1,4}}[A-Za-z]?\b(?!\.\d){after}",
        "unit": r"(?<![\w-])(?:Suite|Apt\.?|Apartment) #?\d{1,5}[A-Za-z]?\b" + after,
        "before_unit": rf"{_NUMBER} (?:{_WORD} ){{1,4}}\d{{1,5}},? (?={unit}){after}",
        "city_state": rf"(?<!\w)(?:{_WORD} ){{0,3}}{_WORD},? (?:{_either('states')}),? "
        r"\d{5}(?:-\d{4})?(?!\d)",
        "country": rf"(?:^|, ?)(?:{place}, )?{country},? {postcode}",
        "postcode": r"(?i)\b(?:zip(?: ?code)?|post ?code|postal code)(?: is| of)?\W{1,3}"
        r"(?P<value>(?=\w*\d)[\dA-Z]{3,5}(?:[ -]\d[A-Z]{2}|-\d{4})?)(?!\w)",
        "context": rf"\b(?i:{_either('contexts')})"
        r"(?i: (?:is|are|was|at|to|in|of|with|here|they))*[\s:,]{1,3}"
        rf"(?P<value>{number_first}{after})",
        "military": rf"\b(?:USS|USNS|USNV|USCGC) {_WORD}(?:,? {fleet}|$)"
        rf"|\b(?:PSC \d{{1,5}},? Box \d{{1,5}}|Unit \d{{1,5}},? Box \d{{1,5}})(?:,? {fleet})?|\b{fleet}\b",
    }
    return tuple((f"pattern.address.{rule}", regex.compile(pattern)) for rule, pattern in rules.items())


def address_mentions(text: str) -> Iterator[Mention]:
    """Addresses and parts of addresses in one folded passage. May overlap.

    Raises TimeoutError if a pattern exceeds its time limit.
    """
    if not _DIGIT.search(text):
        return
    for rule, expression in _patterns():
        for match in expression.finditer(text, timeout=TIMEOUT_SECONDS):
            start, end = match.span("value") if "value" in match.groupdict() else match.span()
            value = text[start:end].rstrip(" ,.")
            if any(character.isdigit() for character in value):
                yield Mention(
                    start, start + len(value), ADDRESS, Kind.EXPLICIT, rule, Form.VALUE, score=_SCORE
                )
