"""Personal data in print that the recogniser for typed text misses: OCR errors, and values beside a label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import regex
import yaml

from schemas.finding import Box
from transforms.image.ocr_text import OcrText, line_box

_SEPARATORS: Final = " \t:;.#=-–—|*_/>"
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
        for rule, entry in _load()["patterns"].items()
    )


@cache
def _labels() -> tuple[_Label, ...]:
    return tuple(
        _Label(
            entry["attribute"],
            _label_expression(entry["words"]),
            frozenset(entry["strong"]),
            int(entry.get("min_digits", 1 if entry.get("needs_digit") else 0)),
            int(entry.get("lines", 1)),
        )
        for entry in _load()["labels"]
    )


@cache
def _load() -> dict[str, Any]:
    text = resources.files("transforms.image").joinpath("printed_pii.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _label_expression(words: list[str]) -> Any:
    # OCR drops the spaces inside a label, and the colon after it, about as often as it keeps them.
    choices = "|".join(
        r"\s?".join(regex.escape(part) for part in word.split())
        for word in sorted(words, key=len, reverse=True)
    )
    return regex.compile(rf"(?<![\w@])({choices})\s?(?P<mark>[:：;=#]|\.(?=\s|$)|(?=\s*$))", regex.IGNORECASE)


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
                if rest and match["mark"]:
                    begin = ocr.starts[index] + line.text.index(rest, match.end())
                    yield from _value(ocr, label, begin, begin + len(_before_next_label(rest)))
                    below = index if label.lines > 1 else None
                elif not rest and (match["mark"] or _alone(line.text, label)):
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
    label = line_box(ocr.lines[index])
    beside: list[tuple[int, int]] = []
    beneath: list[tuple[int, int]] = []
    for other, line in enumerate(ocr.lines):
        if other == index:
            continue
        box = line_box(line)
        gap = box.x0 - label.x1
        if _share(label.y0, label.y1, box.y0, box.y1) >= 0.5 and -2 <= gap <= _BESIDE * label.height:
            beside.append((gap, other))
        elif _stands_beneath(label, box):
            beneath.append((box.y0, other))
    for found in (beside, beneath):
        if found and not _is_label(ocr.lines[min(found)[1]].text):
            return min(found)[1]
    return None


def _following(ocr: OcrText, index: int, count: int) -> Iterator[int]:
    """Up to ``count`` lines of the same block beneath line ``index``, until a label."""
    current = index
    for _ in range(count):
        above = line_box(ocr.lines[current])
        below = [
            (box.y0, other)
            for other, box in ((i, line_box(line)) for i, line in enumerate(ocr.lines))
            if other != current and _stands_beneath(above, box)
        ]
        if not below:
            return
        current = min(below)[1]
        text = ocr.lines[current].text
        if _is_label(text) or any(label.expression.search(text) for label in _labels()):
            return
        yield current


def _stands_beneath(upper: Box, lower: Box) -> bool:
    gap = lower.y0 - upper.y1
    aligned = (
        abs(lower.x0 - upper.x0) <= 1.5 * upper.height
        or _share(upper.x0, upper.x1, lower.x0, lower.x1) >= 0.5
    )
    return -0.4 * upper.height <= gap <= _BENEATH * upper.height and lower.y0 > upper.y0 and aligned


def _share(a0: int, a1: int, b0: int, b1: int) -> float:
    return (min(a1, b1) - max(a0, b0)) / max(1, min(a1 - a0, b1 - b0))


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
    before = regex.search(r"(?:\p{Lu}[\p{L}'’.\-]*\s){1,3}\Z", text[max(0, start - 60) : start])
    after = regex.match(r"(?:[ \t]\p{Lu}[\p{L}'’.\-]*){1,3}", text[end : end + 60])
    first = start - (len(before[0]) if before and "\n" not in before[0] else 0)
    return first, end + (len(after[0]) if after else 0)
