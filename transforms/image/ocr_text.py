"""OCR lines as one text, and the way back from a span of it to boxes of the image."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas.finding import Box
from transforms.engines.protocols import OcrLine

LINE_BREAK: Final = "\n"
_NARROW: Final = frozenset("iljtfrI1.,:;'!|()[] ")
_WIDE: Final = frozenset("mwMW@%")
_TALL: Final = 1.5
"""A box this much taller than wide holds text that runs from top to bottom (RapidOCR turns it to read)."""
_SAME_ROW: Final = 0.5
"""Share of the lower of two lines by which they must overlap in height to stand in one row."""


@dataclass(frozen=True, slots=True)
class OcrText:
    """``text``: the lines in reading order, joined by a line break. ``starts[i]``: offset of line i."""

    text: str
    lines: tuple[OcrLine, ...]
    starts: tuple[int, ...]

    def line_span(self, index: int) -> tuple[int, int]:
        """Start and end offset of line ``index``."""
        start = self.starts[index]
        return start, start + len(self.lines[index].text)

    def boxes(self, start: int, end: int) -> tuple[tuple[int, Box], ...]:
        """Line index and box (pixels, not clipped) of each line that the span ``start:end`` touches.

        The place inside a line follows the character widths of a common typeface, widened on both
        sides, because the engine gives no place per character; the height is the line's."""
        found = []
        for index, line in enumerate(self.lines):
            first, last = self.line_span(index)
            if start < last and end > first:
                inside = (max(start, first) - first, min(end, last) - first)
                found.append((index, _part_of_line(line, *inside)))
        return tuple(found)


def join_lines(lines: Sequence[OcrLine]) -> OcrText:
    """Lines top to bottom, and left to right within a row."""
    clean = [line for line in lines if line.text.strip()]
    ordered = [_one_line(line) for row in _rows(clean) for line in row]
    starts = []
    at = 0
    for line in ordered:
        starts.append(at)
        at += len(line.text) + len(LINE_BREAK)
    return OcrText(LINE_BREAK.join(line.text for line in ordered), tuple(ordered), tuple(starts))


def line_box(line: OcrLine) -> Box:
    """The smallest upright box around a line."""
    return _bounds(line.quad)


def _one_line(line: OcrLine) -> OcrLine:
    if LINE_BREAK not in line.text and "\r" not in line.text:
        return line
    return OcrLine(line.text.replace(LINE_BREAK, " ").replace("\r", " "), line.quad, line.score)


def _rows(lines: Sequence[OcrLine]) -> list[list[OcrLine]]:
    by_height = sorted(lines, key=lambda line: (_middle(line), line.quad, line.text))
    rows: list[list[OcrLine]] = []
    for line in by_height:
        if rows and _overlap(rows[-1][0], line) >= _SAME_ROW:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: (min(x for x, _ in line.quad), line.text)) for row in rows]


def _middle(line: OcrLine) -> float:
    return sum(y for _, y in line.quad) / 4


def _overlap(one: OcrLine, other: OcrLine) -> float:
    a, b = line_box(one), line_box(other)
    shared = min(a.y1, b.y1) - max(a.y0, b.y0)
    return shared / max(1, min(a.height, b.height))


def _part_of_line(line: OcrLine, first: int, last: int) -> Box:
    top_left, top_right, bottom_right, bottom_left = line.quad
    width = (math.dist(top_left, top_right) + math.dist(bottom_left, bottom_right)) / 2
    height = (math.dist(top_left, bottom_left) + math.dist(top_right, bottom_right)) / 2
    along, across = (height, width) if height >= _TALL * width else (width, height)
    widths = [_char_width(char) for char in line.text]
    total = sum(widths) or 1.0
    margin = max(0.6 * across / max(along, 1e-6), 0.03)
    low = sum(widths[:first]) / total - margin
    high = sum(widths[:last]) / total + margin
    # What would be left uncovered at an end is narrower than the doubt about its place.
    low = 0.0 if low < margin / 2 else low
    high = 1.0 if high > 1.0 - margin / 2 else high
    if height >= _TALL * width:
        return _bounds(
            (
                _between(top_left, bottom_left, low),
                _between(top_right, bottom_right, low),
                _between(top_right, bottom_right, high),
                _between(top_left, bottom_left, high),
            )
        )
    return _bounds(
        (
            _between(top_left, top_right, low),
            _between(top_left, top_right, high),
            _between(bottom_left, bottom_right, high),
            _between(bottom_left, bottom_right, low),
        )
    )


def _char_width(char: str) -> float:
    if char in _NARROW:
        return 0.6
    if char in _WIDE or unicodedata.east_asian_width(char) in "WF":
        return 1.6
    return 1.15 if char.isupper() else 1.0


def _between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _bounds(points: Sequence[tuple[float, float]]) -> Box:
    xs = [x for x, _ in points]
    ys = [y for _, y in points]
    return Box(math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys)))
