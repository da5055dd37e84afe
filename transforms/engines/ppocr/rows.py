"""Lines as people see them: pieces of one line that detection split are joined before they are read, and
what a wide gap parts is parted after it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from transforms.engines.ppocr.line_box import LineBox
from transforms.engines.ppocr.recognition import Reading

_ANGLE: Final = math.cos(math.radians(6))
_SPACE: Final = " "
_TWO_BLANKS: Final = 1.5
"""More than one blank of a typeface whose characters are all as wide, less than two, in its characters."""


@dataclass(frozen=True, slots=True)
class RowOptions:
    """All in heights of a line's box. ``joined_below``: gap between two boxes up to which they are one
    line. ``parted_above``: blank between two characters from which they belong to two. ``unlike``: share by
    which the heights of two boxes of one line may differ. ``shifted``: how far one may stand below the
    other. ``trimmed``: taken off each side of what is told: boxes are made wide for reading."""

    joined_below: float = 0.0
    parted_above: float = 0.6
    unlike: float = 0.3
    shifted: float = 0.25
    trimmed: float = 0.1


def joined_boxes(boxes: Sequence[LineBox], options: RowOptions) -> list[LineBox]:
    """``boxes`` with the pieces of a line joined."""
    waiting = sorted(boxes, key=lambda box: (box.x * box.ux + box.y * box.uy, box.y, box.x))
    done: list[LineBox] = []
    for box in waiting:
        at = next((i for i, other in enumerate(done) if _are_one(other, box, options)), None)
        if at is None:
            done.append(box)
        else:
            done[at] = _joined(done[at], box)
    return done


def parted(box: LineBox, reading: Reading, options: RowOptions) -> Iterator[tuple[LineBox, Reading]]:
    """The pieces of a line that wide gaps part; the line itself if it has none."""
    shown = [index for index, char in enumerate(reading.text) if char != _SPACE]
    steps = [
        (reading.middles[after] - reading.middles[before]) * box.along for before, after in pairwise(shown)
    ]
    if not steps:
        yield box, reading
        return
    pitch = sorted(steps)[len(steps) // 2]
    pitch = min(pitch, box.across)
    begin, low = 0, 0.0
    for step, (before, after) in zip(steps, pairwise(shown), strict=True):
        if step - pitch < max(options.parted_above * box.across, _TWO_BLANKS * pitch):
            continue
        # The blank is nobody's, but for the margin that a box has around its print.
        room = min(step / 2, pitch / 2 + 0.17 * box.across) / box.along
        yield _part(box, reading, begin, before + 1, low, reading.middles[before] + room)
        begin, low = after, reading.middles[after] - room
    yield _part(box, reading, begin, len(reading.text), low, 1.0)


def trimmed(box: LineBox, reading: Reading, options: RowOptions) -> tuple[LineBox, Reading]:
    """``box`` without the margin that reading wants, and what it says, placed in that."""
    by = 2 * options.trimmed * box.across
    along = max(box.along - by, box.along / 2)
    stretch = box.along / along
    middles = tuple(min(1.0, max(0.0, (at - 0.5) * stretch + 0.5)) for at in reading.middles)
    return replace(box, along=along, across=box.across - by), replace(reading, middles=middles)


def _part(
    box: LineBox, reading: Reading, first: int, last: int, low: float, high: float
) -> tuple[LineBox, Reading]:
    if first == 0 and last == len(reading.text):
        return box, reading
    shift = ((low + high) / 2 - 0.5) * box.along
    share = max(high - low, 1e-6)
    middles = tuple(min(1.0, max(0.0, (at - low) / share)) for at in reading.middles[first:last])
    piece = replace(
        box, x=box.x + box.ux * shift, y=box.y + box.uy * shift, along=max(1.0, share * box.along)
    )
    return piece, Reading(reading.text[first:last], reading.score, middles)


def _are_one(one: LineBox, other: LineBox, options: RowOptions) -> bool:
    if one.ux * other.ux + one.uy * other.uy < _ANGLE:
        return False
    tall = min(one.across, other.across)
    if max(one.across, other.across) * (1 - options.unlike) > tall:
        return False
    right, down = _offset(one, other)
    gap = right - (one.along + other.along) / 2
    return abs(down) <= options.shifted * tall and -tall <= gap <= options.joined_below * tall


def _offset(one: LineBox, other: LineBox) -> tuple[float, float]:
    """From the middle of ``one`` to that of ``other``, along ``one`` and across it."""
    dx, dy = other.x - one.x, other.y - one.y
    return dx * one.ux + dy * one.uy, dy * one.ux - dx * one.uy


def _joined(one: LineBox, other: LineBox) -> LineBox:
    longer = one if one.along >= other.along else other
    ends = []
    for box in (one, other):
        right, down = _offset(longer, box)
        ends.append(
            (right - box.along / 2, right + box.along / 2, down - box.across / 2, down + box.across / 2)
        )
    left, right = min(end[0] for end in ends), max(end[1] for end in ends)
    top, bottom = min(end[2] for end in ends), max(end[3] for end in ends)
    shift, drop = (left + right) / 2, (top + bottom) / 2
    return replace(
        longer,
        x=longer.x + longer.ux * shift - longer.uy * drop,
        y=longer.y + longer.uy * shift + longer.ux * drop,
        along=right - left,
        across=bottom - top,
        score=min(one.score, other.score),
    )
