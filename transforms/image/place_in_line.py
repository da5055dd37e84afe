"""Where some characters of a line stand: by the widths of common typefaces, set right by gaps in the ink."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Quad
from transforms.engines.protocols import RgbArray
from transforms.image.reading_frame import sides

_STRIP: Final = 24
"""Height in pixels to which a line is brought to look at its ink."""
_LONGEST: Final = 3000
"""Pixels of the longest strip; a longer line is looked at more coarsely."""
_FAINTEST: Final = 12.0
"""Levels of grey by which ink must differ from what it stands on."""
_FREE: Final = 0.2
"""A column is a gap with at most this share of the darkness that columns with letters have."""
_WIDTHS: Final = {
    **dict.fromkeys("ijl'`|", 0.222),
    **dict.fromkeys(" !,./:;I[]\\ft·", 0.278),
    **dict.fromkeys("()-r{}*\"“”’", 0.333),
    **dict.fromkeys("Jcksvxyz^", 0.5),
    **dict.fromkeys("FTZ", 0.611),
    **dict.fromkeys("ABEKPSVXY&", 0.667),
    **dict.fromkeys("CDHNRUw", 0.722),
    **dict.fromkeys("GOQ", 0.778),
    **dict.fromkeys("mM", 0.833),
    "%": 0.889, "W": 0.944, "@": 1.015,
}  # fmt: skip
"""Advance widths of Helvetica in ems (Adobe Core 14 AFM)."""
_OTHER: Final = 0.556
_SPACE_SHARE: Final = 3.0
"""How much a gap's width, in heights of the line, counts against its distance from where a blank is due."""
_NEAR: Final = 0.35
"""How far, in heights, the edge of a character may be moved to a gap inside a word."""
_ROOM: Final = 0.08
_GROWTH: Final = 0.1
"""Room left around a span in heights of the line, if its gap has that and what redaction adds to a box."""
_HALF_CHARACTER: Final = 0.55
"""From the middle of a character that a blank follows to where its box ends, in heights of the line; an
engine tells the middle to about a tenth of that height."""
_CLOSE: Final = 0.12
_DOUBT: Final = 0.3
_DRIFT: Final = 0.03
"""Room added where no gap tells the edge, in heights and as a share of the line's length: the larger."""


@dataclass(frozen=True, slots=True)
class _Ink:
    """Columns of a line's strip in shares of its height: where its ink begins and ends, and the gaps inside
    (start, end)."""

    first: float
    last: float
    gaps: tuple[tuple[float, float], ...]


def part_of_line(
    quad: Quad,
    text: str,
    first: int,
    last: int,
    view: RgbArray | None = None,
    places: Sequence[float] = (),
) -> Quad:
    """The quad around characters ``first:last`` of a line of ``text`` in ``quad`` (as it is read).

    ``places``: the middle of each character as a share of the line; empty where the engine does not tell.
    With ``view`` (the image, RGB) the ends are moved into gaps of its ink; else, and where the ink tells
    nothing, they are as far out as is in doubt."""
    known = bool(text) and len(places) == len(text)
    begins, ends = _is_edge(text[:first], known=known), _is_edge(text[last:], known=known)
    if begins and ends:
        return quad
    along, across = sides(quad)
    across = max(across, 1e-6)
    length = max(along, 1e-6) / across
    ink = _ink(view, quad) if view is not None else None
    if known:
        middles = [place * length for place in places]
        gaps = ink.gaps if ink is not None else ()
        low = -_end_of(text[first::-1], [-one for one in middles[first::-1]], _mirrored(gaps))
        high = _end_of(text[last - 1 :], middles[last - 1 :], gaps)
    elif ink is not None:
        low, high = _by_ink(ink, text, first, last)
    else:
        low, high = _by_widths(length, text, first, last)
    low = 0.0 if begins else min(max(low / length, 0.0), 1.0)
    high = 1.0 if ends else min(max(high / length, 0.0), 1.0)
    a, b, c, d = quad
    return between(a, b, low), between(a, b, high), between(d, c, high), between(d, c, low)


def _is_edge(rest: str, *, known: bool) -> bool:
    """True if ``rest`` of a line needs no place of its own; unless places are ``known``, marks go along."""
    return not rest.strip() if known else not any(char.isalnum() for char in rest)


def _mirrored(gaps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(-end, -start) for start, end in reversed(gaps)]


def _end_of(text: str, middles: Sequence[float], gaps: Sequence[tuple[float, float]]) -> float:
    """Where the first character of ``text`` ends towards the next: at the widest gap between the two."""
    after = next((index for index in range(1, len(text)) if not text[index].isspace()), None)
    if after is None:
        return math.inf
    between = [gap for gap in gaps if gap[0] < middles[after] and gap[1] > middles[0]]
    if between:
        start, end = max(between, key=lambda gap: (gap[1] - gap[0], -gap[0]))
        return start + min(_ROOM, max(0.0, 0.6 * (end - start) - _GROWTH))
    if after == 1:
        return (middles[0] + middles[1]) / 2 + _CLOSE
    return min(middles[0] + _HALF_CHARACTER, middles[after] - _CLOSE)


def _by_widths(length: float, text: str, first: int, last: int) -> tuple[float, float]:
    edges = _edges(text, 0.0, length)
    margin = max(0.6, 0.03 * length)
    low, high = edges[first] - margin, edges[last] + margin
    # What would be left uncovered at an end is narrower than the doubt about its place.
    return 0.0 if low < margin / 2 else low, length if high > length - margin / 2 else high


def _by_ink(ink: _Ink, text: str, first: int, last: int) -> tuple[float, float]:
    """Start and end of the characters in heights of the line from its left end."""
    spans = _words(text)
    gaps = min(
        (_assigned(_blanks(text, spans, ink, even=even), ink.gaps) for even in (False, True)),
        key=lambda found: found[0],
    )[1]
    # Between gaps that belong to blanks, the words have their ink where it is.
    starts = [ink.first, *(end for _, end in gaps)]
    stops = [*(start for start, _ in gaps), ink.last]
    placed: dict[int, tuple[float, float]] = {}
    for (begin, end), left, right in zip(spans, starts, stops, strict=True):
        inside = _edges(text[begin:end], left, right)
        placed |= {begin + at: pair for at, pair in enumerate(pairwise(inside))}
    return _edge(placed, text, first, ink, -1), _edge(placed, text, last - 1, ink, 1)


def _blanks(
    text: str, spans: Sequence[tuple[int, int]], ink: _Ink, *, even: bool
) -> list[tuple[float, float]]:
    """Where the blanks between words are due. ``even``: in a typeface whose characters are of one width."""
    lead = spans[0][0]
    edges = _edges(text.strip(), ink.first, ink.last, even=even)
    return [(edges[a - lead], edges[b - lead]) for (_, a), (b, _) in pairwise(spans)]


def _edge(placed: dict[int, tuple[float, float]], text: str, at: int, ink: _Ink, side: int) -> float:
    """The left (``side`` -1) or right (1) edge of character ``at``, moved into the gap that is there."""
    while at not in placed and 0 <= at < len(text):
        at -= side
    if at not in placed:
        return ink.first if side < 0 else ink.last
    edge = placed[at][0 if side < 0 else 1]
    middle = sum(placed[at]) / 2
    near = [
        gap
        for gap in ink.gaps
        if gap[0] - _NEAR <= edge <= gap[1] + _NEAR
        # Beyond the middle of the character begins the next one's gap.
        and (gap[1] <= middle if side < 0 else gap[0] >= middle)
    ]
    if not near:
        return edge + side * max(_DOUBT, _DRIFT * (ink.last - ink.first))
    # The widest gap close by; a blank's own gap touches the edge.
    gap = max(near, key=lambda one: one[1] - one[0] - 0.5 * _distance(edge, one))
    ink_edge = gap[1] if side < 0 else gap[0]
    return ink_edge + side * min(_ROOM, max(0.0, 0.6 * (gap[1] - gap[0]) - _GROWTH))


def _distance(edge: float, gap: tuple[float, float]) -> float:
    return max(gap[0] - edge, edge - gap[1], 0.0)


def _assigned(
    blanks: Sequence[tuple[float, float]], gaps: Sequence[tuple[float, float]]
) -> tuple[float, list[tuple[float, float]]]:
    """For each blank (where it is due) the gap that is taken for it, in order, and the cost of all; the
    blank's own place where no gap is likely enough."""
    if not blanks:
        return 0.0, []
    # Each blank may stay where it is due at no cost; other blanks may not take that place.
    places = sorted([*((gap, -1) for gap in gaps), *((blank, at) for at, blank in enumerate(blanks))])
    best = [0.0] * (len(places) + 1)
    choices: list[list[int]] = []
    for number, blank in enumerate(blanks):
        choice, low, lowest = [], -1, math.inf
        following = [math.inf]
        for at, (place, owner) in enumerate(places):
            if owner in (-1, number):
                cost = 0.0 if owner == number else _mismatch(blank, place)
                if best[at] + cost < lowest:
                    low, lowest = at, best[at] + cost
            choice.append(low)
            following.append(lowest)
        choices.append(choice)
        best = following
    taken: list[tuple[float, float]] = []
    end = len(places) - 1
    for choice in reversed(choices):
        at = choice[end] if end >= 0 else -1
        if at < 0:
            return math.inf, list(blanks)
        taken.append(places[at][0])
        end = at - 1
    return best[-1], taken[::-1]


def _mismatch(blank: tuple[float, float], gap: tuple[float, float]) -> float:
    return abs(sum(blank) - sum(gap)) / 2 - _SPACE_SHARE * min(gap[1] - gap[0], 0.5)


def _words(text: str) -> list[tuple[int, int]]:
    """Start and end of each run of characters without a blank."""
    found: list[tuple[int, int]] = []
    for at, char in enumerate(text):
        if char.isspace():
            continue
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found


def _edges(text: str, left: float, right: float, *, even: bool = False) -> list[float]:
    """Where each character of ``text`` begins between ``left`` and ``right``, and where the last ends."""
    widths = [float(_width(char) > 0) if even else _width(char) for char in text]
    total = sum(widths) or 1.0
    return [left + (right - left) * at / total for at in accumulate(widths, initial=0.0)]


def _width(char: str) -> float:
    known = _WIDTHS.get(char)
    if known is not None:
        return known
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    return 0.278 if char.isspace() else 0.667 if char.isupper() else _OTHER


def _ink(view: RgbArray, quad: Quad) -> _Ink | None:
    """What the strip of ``quad`` shows; None where print and ground cannot be told apart."""
    strip = _strip(view, quad)
    if strip is None:
        return None
    away = np.abs(strip - np.median(strip))
    strongest = float(np.percentile(away, 97))
    if strongest < _FAINTEST:
        return None
    dark = np.minimum(away / strongest, 1.0)
    # Rules above and below the text run through the whole line: they are no ink of a letter.
    dark = dark[np.median(dark, axis=1) < 0.8]
    if dark.shape[0] < _STRIP // 2:
        return None
    profile = dark.mean(axis=0)
    empty, full = np.percentile(profile, (2, 75))
    columns = np.flatnonzero(profile > empty + _FREE * (full - empty))
    if columns.size < 2:
        return None
    jumps = np.flatnonzero(np.diff(columns) > 1)
    gaps = tuple(((int(columns[at]) + 1) / _STRIP, int(columns[at + 1]) / _STRIP) for at in jumps)
    return _Ink(int(columns[0]) / _STRIP, (int(columns[-1]) + 1) / _STRIP, gaps)


def _strip(view: RgbArray, quad: Quad) -> NDArray[Any] | None:
    """The line set level, ``_STRIP`` high, in grey."""
    import cv2

    along, across = sides(quad)
    width = round(along / max(across, 1e-6) * _STRIP)
    if not 4 <= width <= _LONGEST or across < 4:
        return None
    corners = np.array([(0, 0), (width, 0), (width, _STRIP), (0, _STRIP)], np.float32)
    # Only the stretch of the image that holds the line is handed on: the whole would be converted each time.
    xs, ys = zip(*quad, strict=True)
    height, wide = view.shape[:2]
    x0, y0 = max(0, int(min(xs)) - 1), max(0, int(min(ys)) - 1)
    x1, y1 = min(wide, int(max(xs)) + 2), min(height, int(max(ys)) + 2)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    grey = cv2.cvtColor(np.ascontiguousarray(view[y0:y1, x0:x1]), cv2.COLOR_RGB2GRAY)
    placed = np.array(quad, np.float32) - np.array((x0, y0), np.float32)
    matrix = cv2.getPerspectiveTransform(placed, corners)
    return cv2.warpPerspective(
        grey, matrix, (width, _STRIP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)


def between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    """The point at ``share`` of the way from ``a`` to ``b``."""
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
