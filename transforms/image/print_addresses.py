"""Postal addresses by the way their lines stand: a street above a postcode with its town."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from transforms.image.label_words import find_labels
from transforms.image.labelled_values import PrintedSpan
from transforms.image.ocr_text import OcrText
from transforms.image.print_layout import Layout

_RULE: Final = "address.town"
_TIMEOUT: Final = 0.2
_CAPITALISED: Final = r"\p{Lu}[\p{L}.'’\-]"
_SMALL: Final = "d[aeiou]|an|am|im|sur|la|le|les|l'|upon|of|the|sul|in"
_WORDS: Final = rf"{_CAPITALISED}+(?:[ \-/](?:\p{{Lu}}|{_SMALL})[\p{{L}}.'’\-]*){{0,5}}"
_CODE: Final = r"(?:[A-Z]{1,2}[\-– ])?\d{4,6}(?:[\- ]\d{3,4})?"
_REGION: Final = r"(?: ?\([A-Z]{2}\)|,? [A-Z]{2})?"
_BRITISH: Final = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{2},? \d{5}(?:-\d{4})?"
_TOWN: Final = regex.compile(
    rf"\W{{0,3}}{_CODE},? ?(?:[A-Z]{{2}} )?{_WORDS}{_REGION}\W{{0,2}}"
    rf"|{_WORDS}(?:, ?\(?\d{{5,6}}|,? \(?(?:{_BRITISH}))\W{{0,2}}"
)
"""A whole line: postcode and town, or town and postcode."""

_TYPES: Final = (
    "rue|avenue|av|boulevard|bd|chemin|place|impasse|quai|allée|via|viale|piazza|corso|strada|vicolo|calle|c/|c\\.|"
    "avenida|plaza|paseo|ronda|camino|pasaje|rua|travessa|largo|flat|studio|apt|unit|suite|p\\.? ?o\\.? ?box"
)
_NUMBER: Final = r"(?:n[.º°r]{1,2} ?)?\d{1,5} ?(?:[A-Za-z]|[/\-]\d{1,4}[a-z]?)?"
_UNIT: Final = r"(?:[ ,]{1,2}(?:\p{L}{2,}\.? ?)?[\w.ºª°]{1,6}){0,3}"
_STREET: Final = regex.compile(
    rf"(?P<value>{_CAPITALISED}{{2,}}(?: [\p{{L}}.'’\-]+){{0,5}},? ?{_NUMBER}{_UNIT})\W{{0,2}}$"
    r"|^\W{0,3}(?P<first>\d{1,6}[a-z]?(?:[ /\-]\d{1,4})?,? ?(?:bis |ter )?\p{L}{2,}[\p{L}.'’\- ]{2,40})"
    r"\W{0,2}$"
    rf"|(?i:(?<!\p{{L}})(?P<typed>(?:{_TYPES})[. ] ?[\p{{L}}\d][^\n]{{2,48}}))$",
    regex.VERSION1,
)


def find_blocks(ocr: OcrText) -> Iterator[PrintedSpan]:
    """Spans of a line that is a postcode with its town, and of the street right above it."""
    towns = [
        index
        for index, line in enumerate(ocr.lines)
        if len(line.text) <= 64 and _TOWN.fullmatch(line.text.strip(), timeout=_TIMEOUT)
    ]
    if not towns:
        return
    layout = Layout.of(ocr.level)
    for town in towns:
        above = layout.above_in_block(town)
        if above is None or any(label.bare for label in find_labels(ocr.lines[above].text)):
            continue
        street = _STREET.search(ocr.lines[above].text, timeout=_TIMEOUT)
        if street is None:
            continue
        start, end = next(street.span(name) for name in ("value", "first", "typed") if street[name])
        at = ocr.starts[above]
        yield PrintedSpan(at + start, at + end, "pii.address", _RULE)
        yield PrintedSpan(*ocr.line_span(town), "pii.address", _RULE)
