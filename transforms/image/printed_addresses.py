"""Postal addresses in print, as blocks of lines: one sure line takes its neighbours with it.

A line is weighed by what stands in it (street, house number, unit, quarter, postcode and town, region).
Lines that stand beneath each other and bear marks of an address make a block; a block counts if one of its
lines is sure: a street with a number, or a postcode with its town beside other marks. Who lives there (a
company above) and how to call (telephone beneath) is no part of it. Read by machine, blanks are lost
("NO.53JALANSAGU18") and letters mistaken, so these rules are looser than those for typed text and hold for
print only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import regex

from transforms.image.label_words import find_labels
from transforms.image.ocr_text import OcrText
from transforms.tables import read_table
from transforms.text.alternations import expanded
from transforms.text.lexicon import read_list

TIMEOUT_SECONDS: Final = 1.0
_NAME_NUMBER: Final = regex.compile(
    r"\b\d{1,3}(?:st|nd|rd|th)\b|(?<=\b(?:route|rte|highway|hwy|interstate)[ .\-]{0,2})\d{1,4}\b",
    regex.IGNORECASE,
)
"""A number that is part of a street's name: "5th Ave", "Route 66" on a sign tell nobody's house."""
_LONGEST_LINE: Final = 80
"""Characters; longer lines are running text, which is not read this way."""
_LOOK_ALIKES: Final = {"o": "[o0]", "i": "[i1l|]", "l": "[li1|]", "s": "[s5]"}
_PITCH: Final = 2.3
"""How far one line of a block may begin beneath another, in heights of the taller."""
_ROW_GAP: Final = 1.6
"""Widest gap between pieces of one row, in heights."""


@dataclass(frozen=True, slots=True)
class AddressSpan:
    """Characters ``start:end`` of the joined OCR text that are (a line of) an address."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of print: pieces that stand beside each other. ``text`` without a label before it; ``pieces``:
    start and end of each in the joined text. Edges and height in the frame in which the page is read."""

    text: str
    pieces: tuple[tuple[int, int], ...]
    left: float
    right: float
    top: float
    height: float
    known: bool


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a row holds. ``sure``: enough for an address by itself, beside any other row of one."""

    street: bool = False
    number: bool = False
    unit: bool = False
    area: bool = False
    place: bool = False
    region: bool = False
    comma: bool = False
    known: bool = False
    stop: bool = False

    @property
    def sure(self) -> bool:
        return self.known or (self.street and self.number) or (self.place and (self.region or self.area))

    @property
    def some(self) -> bool:
        return self.sure or self.street or self.unit or self.area or self.place or self.region


def find_addresses(
    ocr: OcrText, known: Sequence[tuple[int, int]] = (), apart: Sequence[tuple[int, int]] = ()
) -> tuple[AddressSpan, ...]:
    """Lines of addresses, in text order. ``known``: spans that are addresses by other rules; the lines around
    them may go on. ``apart``: spans that are something else, such as plates, of which some look like the
    postcode of a state."""
    found: list[AddressSpan] = []
    rows = [row for row in _rows(ocr, known) if not _touches(row, apart)]
    for block in _blocks(rows):
        marks = [_marks(row) for row in block]
        for first, last in _runs(block, marks):
            for row in block[first : last + 1]:
                found.extend(AddressSpan(start, end) for start, end in row.pieces)
    return tuple(sorted(set(found), key=lambda span: (span.start, span.end)))


def _touches(row: _Row, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < until and since < end for start, end in row.pieces for since, until in spans)


def _runs(block: Sequence[_Row], marks: Sequence[_Marks]) -> Iterator[tuple[int, int]]:
    """First and last row of each address of a block."""
    at = 0
    while at < len(block):
        if not marks[at].some or marks[at].stop:
            at += 1
            continue
        last = at
        while last + 1 < len(block):
            step = _step(marks, last)
            if not step:
                break
            last += step
        run = marks[at : last + 1]
        if _is_address(run):
            yield at, last
        at = last + 1


def _step(marks: Sequence[_Marks], at: int) -> int:
    """How many rows further the address goes on after row ``at``; 0 if it ends there."""
    following = marks[at + 1]
    if following.stop:
        return 0
    if following.some or marks[at].comma:
        return 1
    beyond = marks[at + 2] if at + 2 < len(marks) else None
    # One plain row between two of an address, or between its street and the telephone beneath.
    if beyond is not None and ((beyond.place and not beyond.stop) or (beyond.stop and _is_street(marks[at]))):
        return 1
    return 0


def _is_street(marks: _Marks) -> bool:
    return marks.street and marks.number


def _is_address(run: Sequence[_Marks]) -> bool:
    if any(one.sure for one in run):
        return True
    named = any(one.street or one.area for one in run)
    if any(one.place for one in run):
        return named or any(one.region or one.comma or one.unit for one in run)
    streets = any(one.street for one in run)
    return len(run) > 1 and streets and any(one.unit or one.number for one in run)


def _blocks(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Chains of rows, each beneath the one before."""
    taken: set[int] = set()
    for begin in range(len(rows)):
        if begin in taken:
            continue
        block = [begin]
        while (below := _beneath(rows, block[-1])) is not None and below not in taken and below not in block:
            block.append(below)
        taken.update(block)
        yield [rows[index] for index in block]


def _beneath(rows: Sequence[_Row], index: int) -> int | None:
    """The nearest row under ``index`` that stands over the same stretch."""
    above = rows[index]
    for other in range(index + 1, len(rows)):
        row = rows[other]
        drop, taller = row.top - above.top, max(row.height, above.height)
        if drop > _PITCH * taller:
            return None
        shared = min(row.right, above.right) - max(row.left, above.left)
        shorter = min(row.right - row.left, above.right - above.left)
        if drop >= 0.5 * taller and shared >= 0.4 * max(1.0, shorter):
            return other
    return None


def _rows(ocr: OcrText, known: Sequence[tuple[int, int]]) -> list[_Row]:
    """Rows in reading order; pieces of one row with a small gap between them are one."""
    rows: list[_Row] = []
    for index, line in enumerate(ocr.lines):
        a, b, c, d = ocr.level[index]
        left, right = min(a[0], d[0]), max(b[0], c[0])
        top, bottom = (a[1] + b[1]) / 2, (c[1] + d[1]) / 2
        start, end = ocr.line_span(index)
        told = any(start < until and since < end for since, until in known)
        label = _expressions()["label"].match(line.text)
        cut = label.end() if label and label.end() < len(line.text) else 0
        row = _Row(line.text[cut:], ((start + cut, end),), left, right, top, max(1.0, bottom - top), told)
        before = rows[-1] if rows else None
        if before is not None and not cut and _goes_on(before, row):
            row = _Row(
                f"{before.text} {row.text}",
                (*before.pieces, *row.pieces),
                min(before.left, left),
                max(before.right, right),
                min(before.top, top),
                max(before.height, row.height),
                before.known or told,
            )
            rows.pop()
        rows.append(row)
    return _without_prices(rows)


def _without_prices(rows: Sequence[_Row]) -> list[_Row]:
    """Rows that do not stand level with an amount of money: those tell what was bought."""
    amount = _expressions()["amount"]
    priced = [row for row in rows if amount.fullmatch(row.text)]
    return [
        row
        for row in rows
        if row.known or not any(abs(row.top - price.top) <= 0.4 * row.height for price in priced)
    ]


def _goes_on(before: _Row, row: _Row) -> bool:
    taller = max(before.height, row.height)
    gap = row.left - before.right
    return abs(row.top - before.top) <= 0.4 * taller and -0.5 * taller <= gap <= _ROW_GAP * taller


def _marks(row: _Row) -> _Marks:
    text = row.text.strip()
    label = any(found.bare for found in find_labels(text))
    if label or len(text) > _LONGEST_LINE or not any(char.isalpha() for char in text):
        return _Marks(known=row.known, stop=not row.known)
    seen = _expressions()

    def has(name: str) -> bool:
        return seen[name].search(text, timeout=TIMEOUT_SECONDS) is not None

    if has("other") or has("amount"):
        return _Marks(known=row.known, stop=True)
    street = has("street")
    number = any(char.isdigit() for char in text)
    if has("company") and not (street and number):
        return _Marks(known=row.known, stop=True)
    return _Marks(
        street=street,
        number=any(char.isdigit() for char in _NAME_NUMBER.sub("", text)),
        unit=has("unit"),
        area=has("area"),
        place=number and has("place"),
        region=has("region"),
        comma=text.endswith((",", "，")),
        known=row.known,
    )


@cache
def _expressions() -> dict[str, Any]:
    """The patterns of ``printed_addresses.yaml`` with its word lists put in, by name."""
    lists = _load()
    # Short legal forms are other words with a letter misread ("srl", "Sri"): they count as they are written.
    parts = {name: _any(words, exact=name == "companies") for name, words in lists["words"].items()}
    parts |= lists["parts"]
    parts["countries"] = _any(read_list("addresses")["countries"])
    return {
        name: regex.compile(expanded(pattern, parts), regex.IGNORECASE | regex.VERSION1)
        for name, pattern in lists["patterns"].items()
    }


def _any(words: Sequence[str], *, exact: bool = False) -> str:
    """Any of ``words``, the longest first, with look-alikes unless they are to be ``exact``; blanks and stops
    between them may be lost."""
    spelled = regex.escape if exact else _misread
    choices = sorted({str(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(
        r"[\s.]{0,2}".join(spelled(part) for part in regex.split(r"[\s.]+", word)) for word in choices
    )


def _misread(word: str) -> str:
    if len(word) < 3:
        return regex.escape(word)
    return "".join(_LOOK_ALIKES.get(char, regex.escape(char)) for char in word)


@cache
def _load() -> dict[str, Any]:
    return read_table("transforms.image", "printed_addresses.yaml")
