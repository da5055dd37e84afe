"""Which characters of a turn go when all that a line says goes: its list mark, its heading, its number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import regex

_HEADING = regex.compile(
    r"\s*(?:#+\s+\S.*|(?:[*+\-\u2022]\s+|\d{1,2}[.)]\s+)?(?:(?:\*\*|__)[^.!?\n]{1,80}(?:\*\*|__):?|[^.!?\n]{1,60}:))\s*"
)
_NUMBER = regex.compile(r"(\s*)(\d{1,2})[.)]\s")
_ITEM = regex.compile(r"\s*(?:[*+\-\u2022]\s|\d{1,2}[.)]\s)")


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def heading(self) -> bool:
        return _HEADING.fullmatch(self.text) is not None

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())


def without_lines(text: str, places: Collection[int]) -> list[tuple[int, int, str]]:
    """Edits (start, end, new text) that take the lines at the character offsets ``places`` out of ``text``.

    A heading over nothing goes too, the numbers of a list close up, and of two blank lines one stays.
    """
    lines = _lines(text)
    gone = {index for index, line in enumerate(lines) if any(line.start <= one <= line.end for one in places)}
    if not gone:
        return []
    for index in range(len(lines) - 1, -1, -1):
        if index not in gone and lines[index].heading and _is_over_nothing(lines, index, gone):
            gone.add(index)
    numbers = _renumbered(lines, gone)
    gone |= _blanks(lines, gone)
    edits: list[tuple[int, int, str]] = []
    for index in sorted(gone):
        start, end = lines[index].start, min(lines[index].end + 1, len(text))
        if edits and edits[-1][1] == start:
            edits[-1] = (edits[-1][0], end, "")
        else:
            edits.append((start, end, ""))
    start, end, _ = edits[-1]
    if end == len(text) and start and not text.endswith("\n"):
        edits[-1] = (len(text[:start].rstrip("\n")), end, "")
    return sorted(edits + numbers)


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    start = 0
    for line in text.split("\n"):
        lines.append(_Line(start, start + len(line), line))
        start += len(line) + 1
    return lines


def _is_over_nothing(lines: Sequence[_Line], index: int, gone: Collection[int]) -> bool:
    """True for a heading all of whose lines, of which there were some, are gone."""
    heading, lost = lines[index], False
    for place in range(index + 1, len(lines)):
        line = lines[place]
        if place in gone:
            lost = True
        elif not line.blank:
            if line.indent > heading.indent:
                return False
            both = _ITEM.match(heading.text) is not None and _ITEM.match(line.text) is not None
            return lost and (line.heading or both)
    return lost


def _renumbered(lines: Sequence[_Line], gone: Collection[int]) -> list[tuple[int, int, str]]:
    """Edits of the numbers of list items that follow one that goes."""
    edits: dict[int, tuple[int, int, str]] = {}
    for index in sorted(gone):
        first = _NUMBER.match(lines[index].text)
        if first is None:
            continue
        expected = int(first.group(2)) + 1
        for place in range(index + 1, len(lines)):
            found = _NUMBER.match(lines[place].text)
            if found is None or found.group(1) != first.group(1):
                continue
            if int(found.group(2)) != expected:
                break
            expected += 1
            if place not in gone:
                start, end = (lines[place].start + offset for offset in found.span(2))
                shown = int(edits[place][2] if place in edits else found.group(2)) - 1
                edits[place] = (start, end, str(shown))
    return list(edits.values())


def _blanks(lines: Sequence[_Line], gone: Collection[int]) -> set[int]:
    """Blank lines behind lines that go where one stands before them already."""
    blanks: set[int] = set()
    for index in sorted(gone):
        if index + 1 >= len(lines) or index + 1 in gone or not lines[index + 1].blank:
            continue
        before = index - 1
        while before in gone or before in blanks:
            before -= 1
        if before < 0 or lines[before].blank:
            blanks.add(index + 1)
    return blanks
