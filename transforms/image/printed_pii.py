"""Personal data in print that the recogniser for typed text misses: OCR errors, and values beside a label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import regex

from transforms.image.labelled_values import PrintedSpan, find_labelled
from transforms.image.ocr_text import OcrText
from transforms.image.print_addresses import find_blocks
from transforms.image.print_names import find_bare_names, names_of_emails
from transforms.tables import read_table

TIMEOUT: Final = 0.5
"""Seconds per pattern and image; they are linear, so only a defect reaches it."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    rule: str
    attribute: str
    expression: Any
    digits: int


def find_printed(ocr: OcrText) -> tuple[PrintedSpan, ...]:
    """Spans by loose patterns, by labels, by the place of lines, and names told by lists or e-mails."""
    found = [*_by_pattern(ocr), *find_labelled(ocr), *find_blocks(ocr), *find_bare_names(ocr)]
    found.extend(names_of_emails(ocr, found))
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
    return read_table("transforms.image", "printed_pii.yaml")


def _by_pattern(ocr: OcrText) -> Iterator[PrintedSpan]:
    for pattern in _patterns():
        for match in pattern.expression.finditer(ocr.text, timeout=TIMEOUT):
            if sum(char.isdigit() for char in match[0]) >= pattern.digits:
                yield PrintedSpan(match.start(), match.end(), pattern.attribute, pattern.rule)
