"""Personal data in print that the recogniser for typed text misses: OCR errors, and values beside a label."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import regex
import yaml

from schemas.finding import Quad
from transforms.image.ocr_text import OcrText

_SEPARATORS: Final = " \t:;,.#=-–—|*_/>"
_LOOK_ALIKES: Final = {"o": "[o0]", "i": "[i1l]", "l": "[li1]", "s": "[s5]"}
_BENEATH: Final = 2.2
"""How far below its label a value may begin, in heights of the label."""
_BESIDE: Final = 25.0
"""How far right of its label a value may begin, in heights of the label."""


@dataclass(frozen=True, slots=True)
class PrintedSpan:
    """Characters ``start:end`` of the joined OCR text that tell ``attribute``."""

    start: int
    end: int
    attribute: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    rule: str
    attribute: str
    expression: Any
    digits: int


@dataclass(frozen=True, slots=True)
class _Label:
    attribute: str
    expression: Any
    strong: frozenset[str]
    min_digits: int
    lines: int


def find_printed(ocr: OcrText) -> tuple[PrintedSpan, ...]:
    """Spans by loose patterns, by labels, and names that an e-mail address in the same image tells."""
    found = [*_by_pattern(ocr.text), *_by_label(ocr)]
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
def _labels() -> tuple[_Label, ...]:
    return tuple(
        _Label(
            entry["attribute"],
            _label_expression(entry["words"], number=bool(entry.get("needs_digit"))),
            frozenset(entry["strong"]),
            int(entry.get("min_digits", 3 if entry.get("needs_digit") else 0)),
            int(entry.get("lines", 1)),
        )
        for entry in load_printed()["labels"]
    )


@cache
def load_printed() -> dict[str, Any]:
    """The tables of ``printed_pii.yaml``."""
    text = resources.files("transforms.image").joinpath("printed_pii.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _label_expression(words: list[str], *, number: bool) -> Any:
    # OCR drops the spaces inside a label, and the colon after it, about as often as it keeps them.
    choices = "|".join(
        r"\s?".join(
            "".join(_LOOK_ALIKES.get(char, regex.escape(char)) for char in part) for part in word.split()
        )
        for word in sorted(words, key=len, reverse=True)
    )
    mark = r"[:：;=#]|\.(?=\s|$)|,(?=\s*$)"
    if number:
        # At the start of a line, a number right after the label needs no mark ("DL X123456").
        mark += rf"|(?<=^\W{{0,2}}(?:{choices})(?:\s(?=[A-Z]{{0,3}}\s?\d)|(?=\d)))"
    return regex.compile(rf"(?<![\w@])({choices})\s?(?:(?P<mark>{mark})|(?=\s*$))", regex.IGNORECASE)


def _by_pattern(text: str) -> Iterator[PrintedSpan]:
    for pattern in _patterns():
        for match in pattern.expression.finditer(text):
            if sum(char.isdigit() for char in match[0]) >= pattern.digits:
                yield PrintedSpan(match.start(), match.end(), pattern.attribute, pattern.rule)


def _by_label(ocr: OcrText) -> Iterator[PrintedSpan]:
    for index, line in enumerate(ocr.lines):
        for label in _labels():
            for match in label.expression.finditer(line.text):
                rest = line.text[match.end() :].strip(_SEPARATORS)
                if rest and match["mark"] is not None:
                    begin = ocr.starts[index] + line.text.index(rest, match.end())
                    yield from _value(ocr, label, begin, begin + len(_before_next_label(rest)))
                    below = index if label.lines > 1 else None
                elif not rest and (match["mark"] is not None or _alone(line.text, label)):
                    value = _neighbour(ocr, index)
                    if value is None:
                        continue
                    yield from _value(ocr, label, *ocr.line_span(value))
                    below = value
                else:
                    continue
                if below is not None:
                    for more in _following(ocr, below, label.lines - 1):
                        yield from _value(ocr, label, *ocr.line_span(more))


def _alone(text: str, label: _Label) -> bool:
    return text.strip(_SEPARATORS).casefold() in label.strong


def _before_next_label(rest: str) -> str:
    """``rest`` up to a further label with a colon on the same line ("Name: A B  DOB: …")."""
    cut = len(rest)
    for label in _labels():
        match = label.expression.search(rest)
        if match is not None and match["mark"] in (":", "：") and match.start() > 0:
            cut = min(cut, match.start())
    return rest[:cut].rstrip()


def _value(ocr: OcrText, label: _Label, start: int, end: int) -> Iterator[PrintedSpan]:
    value = ocr.text[start:end]
    digits = sum(char.isdigit() for char in value)
    letters = sum(char.isalpha() for char in value)
    if digits < label.min_digits or digits + letters < 2:
        return
    if label.attribute == "pii.name" and (letters < 3 or digits > letters):
        return
    yield PrintedSpan(start, end, label.attribute, f"label.{label.attribute.removeprefix('pii.')}")


def _is_label(text: str) -> bool:
    bare = text.strip(_SEPARATORS).casefold()
    return any(
        bare in label.strong or label.expression.fullmatch(bare + ":") is not None for label in _labels()
    )


def _neighbour(ocr: OcrText, index: int) -> int | None:
    """The line that holds the value of a label that fills line ``index``: right of it, else beneath."""
    label = _Place.of(ocr.level[index])
    beside: list[tuple[float, int]] = []
    beneath: list[tuple[float, int]] = []
    for other, quad in enumerate(ocr.level):
        place = _Place.of(quad)
        if other == index:
            continue
        if label.begins_row_of(place):
            beside.append((place.left, other))
        elif label.stands_above(place):
            beneath.append((place.left_y, other))
    for found in (beside, beneath):
        if found and not _is_label(ocr.lines[min(found)[1]].text):
            return min(found)[1]
    return None


def _following(ocr: OcrText, index: int, count: int) -> Iterator[int]:
    """Up to ``count`` lines of the same block beneath line ``index``, until a label."""
    current = index
    for _ in range(count):
        above = _Place.of(ocr.level[current])
        places = [(_Place.of(quad), other) for other, quad in enumerate(ocr.level) if other != current]
        below = [(place.left_y, other) for place, other in places if above.stands_above(place)]
        if not below:
            return
        current = min(below)[1]
        text = ocr.lines[current].text
        if _is_label(text) or any(label.expression.search(text) for label in _labels()):
            return
        yield current


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line stands, by the middles of its left and right side, so that a tilted page does no harm."""

    left: float
    left_y: float
    right: float
    right_y: float
    height: float

    @classmethod
    def of(cls, quad: Quad) -> _Place:
        """Of a quad of ``OcrText.level``: the page turned the right way up."""
        top_left, top_right, bottom_right, bottom_left = quad
        return cls(
            (top_left[0] + bottom_left[0]) / 2,
            (top_left[1] + bottom_left[1]) / 2,
            (top_right[0] + bottom_right[0]) / 2,
            (top_right[1] + bottom_right[1]) / 2,
            max(1.0, math.dist(top_left, bottom_left)),
        )

    def begins_row_of(self, other: _Place) -> bool:
        """True if ``other`` goes on where this line ends."""
        gap = other.left - self.right
        drop = abs(other.left_y - self.right_y)
        # A tilted row drifts with the gap: 0.1 is the slope of about 6 degrees.
        level = drop <= 0.6 * max(self.height, other.height) or drop <= 0.1 * gap
        return level and -self.height <= gap <= _BESIDE * self.height

    def stands_above(self, other: _Place) -> bool:
        """True if ``other`` begins beneath this line, or lies under most of it."""
        drop = other.left_y - self.left_y
        overlap = min(self.right, other.right) - max(self.left, other.left)
        shorter = max(1.0, min(self.right - self.left, other.right - other.left))
        aligned = abs(other.left - self.left) <= 1.5 * self.height or overlap >= 0.5 * shorter
        taller = max(self.height, other.height)
        return 0.6 * taller <= drop <= (1 + _BENEATH) * taller and aligned


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
