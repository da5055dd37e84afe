"""Personal data in print that the recogniser for typed text misses: OCR errors, and values beside a label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import regex
import yaml

from transforms.image.labelled_values import PrintedSpan, find_labelled
from transforms.image.ocr_text import OcrText
from transforms.image.print_layout import ONE_ROW, Layout

TIMEOUT: Final = 0.5
"""Seconds per pattern and image; they are linear, so only a defect reaches it."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    rule: str
    attribute: str
    expression: Any
    digits: int


def find_printed(ocr: OcrText) -> tuple[PrintedSpan, ...]:
    """Spans by loose patterns, by labels, and names that an e-mail address in the same image tells."""
    found = [*_by_pattern(ocr), *find_labelled(ocr)]
    found.extend(_names_of_emails(ocr, found))
    return tuple(sorted(set(found), key=lambda span: (span.start, span.end, span.attribute, span.rule)))


@cache
def _patterns() -> tuple[_Pattern, ...]:
    return tuple(
        _Pattern(
            rule,
            entry["attribute"],
            regex.compile(entry["pattern"], regex.VERSION1 | (0 if entry.get("case") else regex.IGNORECASE)),
            int(entry.get("digits", 0)),
        )
        for rule, entry in load_printed()["patterns"].items()
    )


@cache
def load_printed() -> dict[str, Any]:
    """The tables of ``printed_pii.yaml``."""
    text = resources.files("transforms.image").joinpath("printed_pii.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _by_pattern(ocr: OcrText) -> Iterator[PrintedSpan]:
    text = _with_rows_joined(ocr)
    for pattern in _patterns():
        for match in pattern.expression.finditer(text, timeout=TIMEOUT):
            if sum(char.isdigit() for char in match[0]) >= pattern.digits:
                yield PrintedSpan(match.start(), match.end(), pattern.attribute, pattern.rule)


def _with_rows_joined(ocr: OcrText) -> str:
    """The text with a blank for each line break inside a row: the engine splits a value at a wide blank."""
    layout = Layout.of(ocr.level)
    text = list(ocr.text)
    for index in range(len(ocr.lines) - 1):
        if layout.places[index].begins_row_of(layout.places[index + 1], ONE_ROW):
            text[ocr.line_span(index)[1]] = " "
    return "".join(text)


def _names_of_emails(ocr: OcrText, found: list[PrintedSpan]) -> Iterator[PrintedSpan]:
    """Words of other lines that are spelled in the local part of an e-mail address of the same image."""
    emails = [span for span in found if span.attribute == "pii.email"]
    parts = {
        part.casefold()
        for span in emails
        for part in regex.split(r"[^\p{L}]+", ocr.text[span.start : span.end].partition("@")[0])
        if len(part) >= 4
    }
    for match in regex.finditer(r"\p{Lu}[\p{L}'’\-]{2,}", ocr.text):
        word = match[0].casefold()
        if any(span.start <= match.start() < span.end for span in emails):
            continue
        if any(part == word or (len(word) >= 4 and part.endswith(word)) for part in parts):
            start, end = _whole_name(ocr.text, match.start(), match.end())
            yield PrintedSpan(start, end, "pii.name", "email.local_part")


def _whole_name(text: str, start: int, end: int) -> tuple[int, int]:
    """The word together with the capitalised words beside it on its line."""
    before = regex.search(r"(?:\p{Lu}[\p{L}'’.\-]*[ \t]){1,3}\Z", text[max(0, start - 60) : start])
    after = regex.match(r"(?:[ \t]\p{Lu}[\p{L}'’.\-]*){1,3}", text[end : end + 60])
    first = start - (len(before[0]) if before else 0)
    return first, end + (len(after[0]) if after else 0)
