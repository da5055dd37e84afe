"""OCR lines as one text, and the way back from a span of it to places in the image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas.finding import Box, Quad, bounds
from transforms.engines.protocols import OcrLine, RgbArray
from transforms.image.place_in_line import between, part_of_line
from transforms.image.print_layout import ONE_ROW, Layout
from transforms.image.reading_frame import level_quads, own_quad

LINE_BREAK: Final = "\n"
PAINTED: Final = "■"
"""What a line reads of which the redaction left nothing: neither a value nor a label."""
_SAME_ROW: Final = 0.5
"""Share of the lower of two lines by which they must overlap in height to stand in one row."""

_ROOM: Final = 0.1
"""Share of a line's height that is kept free to the next line, at most taken from its own quad."""


@dataclass(frozen=True, slots=True)
class OcrText:
    """``text``: the lines in reading order, joined by a line break; by a blank where they are pieces of one
    row, as the engine splits it at a wide blank. ``starts[i]``: offset of line i.

    ``level[i]``: the corners of line i, as it is read, on a page turned so that the text runs from left to
    right; lines that run another way than most lie far below the others there. What stands beside or
    beneath what is told by these, places in the image by ``lines``."""

    text: str
    lines: tuple[OcrLine, ...]
    starts: tuple[int, ...]
    level: tuple[Quad, ...]

    def line_span(self, index: int) -> tuple[int, int]:
        """Start and end offset of line ``index``."""
        start = self.starts[index]
        return start, start + len(self.lines[index].text)

    def piecewise(self, start: int, end: int) -> str:
        """The text of the span with a line break between any two of ``quads``, in one row or not."""
        spans = map(self.line_span, range(len(self.lines)))
        return LINE_BREAK.join(
            self.text[max(start, first) : min(end, last)]
            for first, last in spans
            if start < last and end > first
        )

    def quads(self, start: int, end: int, view: RgbArray | None = None) -> tuple[tuple[int, Quad], ...]:
        """Line index and quad (pixels, not clipped) of each line that the span ``start:end`` touches.

        The place inside a line follows those of its characters, where the engine tells them, else the widths
        of a common typeface, and with ``view`` (the image that was read) the gaps in the ink. The height is
        the line's, less a little where another line stands close, as engines give a line more room than its
        ink takes."""
        found = []
        for index, line in enumerate(self.lines):
            first, last = self.line_span(index)
            if max(start, first) < min(end, last):
                inside = (max(start, first) - first, min(end, last) - first)
                placed = part_of_line(own_quad(line), line.text, *inside, view, line.places)
                found.append((index, _lower(placed, *self._crowded(index))))
        return tuple(found)

    def _crowded(self, index: int) -> tuple[float, float]:
        """The shares of the height of line ``index`` that give way to lines above and below it."""
        top, bottom = _extent(self.level[index])
        left, right = _reach(self.level[index])
        height = max(1.0, bottom - top)
        above = below = 0.0
        for other, quad in enumerate(self.level):
            over, under = _extent(quad)
            begin, end = _reach(quad)
            if other == index or begin >= right or end <= left:
                continue
            if over + under < top + bottom and under - top < height / 2:
                above = max(above, min(_ROOM, _ROOM - (top - under) / height))
            elif over + under > top + bottom and bottom - over < height / 2:
                below = max(below, min(_ROOM, _ROOM - (over - bottom) / height))
        return above, below

    def boxes(self, start: int, end: int) -> tuple[tuple[int, Box], ...]:
        """The same with the upright box around each quad."""
        return tuple((index, bounds(quad)) for index, quad in self.quads(start, end))


def join_lines(lines: Sequence[OcrLine]) -> OcrText:
    """Lines top to bottom, and left to right within a row, as somebody reads who has turned the page."""
    clean = [_one_line(line) for line in lines if line.text.strip()]
    level = level_quads([own_quad(line) for line in clean])
    order = [index for row in _rows(clean, level) for index in row]
    ordered = tuple(clean[index] for index in order)
    placed = tuple(level[index] for index in order)
    layout = Layout.of(placed)
    text, starts = "", []
    for index, line in enumerate(ordered):
        if index:
            split = layout.places[index - 1].begins_row_of(layout.places[index], ONE_ROW)
            text += " " if split else LINE_BREAK
        starts.append(len(text))
        text += line.text
    return OcrText(text, ordered, tuple(starts), placed)


def line_box(line: OcrLine) -> Box:
    """The smallest upright box around a line."""
    return bounds(line.quad)


def _one_line(line: OcrLine) -> OcrLine:
    if LINE_BREAK not in line.text and "\r" not in line.text:
        return line
    text = line.text.replace(LINE_BREAK, " ").replace("\r", " ")
    return OcrLine(text, line.quad, line.score, line.places)


def _rows(lines: Sequence[OcrLine], level: Sequence[Quad]) -> list[list[int]]:
    """Indices of the lines, row by row."""
    extents = [_extent(quad) for quad in level]
    by_height = sorted(
        range(len(lines)), key=lambda i: (extents[i][0] + extents[i][1], level[i], lines[i].text)
    )
    rows: list[list[int]] = []
    for index in by_height:
        if rows and _overlap(extents[rows[-1][0]], extents[index]) >= _SAME_ROW:
            rows[-1].append(index)
        else:
            rows.append([index])
    return [sorted(row, key=lambda i: (min(x for x, _ in level[i]), lines[i].text)) for row in rows]


def _extent(quad: Quad) -> tuple[float, float]:
    """Upper and lower edge of a level quad, at its middle."""
    a, b, c, d = quad
    return (a[1] + b[1]) / 2, (c[1] + d[1]) / 2


def _reach(quad: Quad) -> tuple[float, float]:
    """Left and right edge of a level quad."""
    a, b, c, d = quad
    return min(a[0], d[0]), max(b[0], c[0])


def _lower(quad: Quad, above: float, below: float) -> Quad:
    """``quad`` without these shares of its height."""
    if not above and not below:
        return quad
    a, b, c, d = quad
    return (
        between(a, d, above),
        between(b, c, above),
        between(b, c, 1.0 - below),
        between(a, d, 1.0 - below),
    )


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared / max(1.0, min(one[1] - one[0], other[1] - other[0]))
