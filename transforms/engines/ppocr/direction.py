"""Reading lines that may stand on their head: the way round that reads better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from transforms.engines.ppocr.line_box import LineBox
from transforms.engines.ppocr.recognition import LineReader, Reading
from transforms.engines.protocols import RgbArray

SURE: Final = 0.9
"""Score of print that is read the right way round; upside down one line in a hundred reaches it."""
_NONSENSE: Final = 0.4
"""What reads with less is no print either way round: print on its head gives half its characters."""
_DOUBTFUL: Final = 0.6
"""Where the way round is known, a line with less is still tried the other way."""
_BETTER: Final = 0.08
_VOTES: Final = 3
_SHORT: Final = 3.0
"""A sideways box shorter than this many heights may be one upright character."""
_SIDEWAYS: Final = 0.7


class DirectedReader:
    """Reads the lines of one image; lines of one slant share the way round that the first of them show."""

    def __init__(self, reader: LineReader, image: RgbArray) -> None:
        self._reader = reader
        self._image = image
        self._votes: dict[int, int] = {}

    def read(self, boxes: Sequence[LineBox], angle: float) -> list[tuple[LineBox, Reading]]:
        """Each of ``boxes``, the way round in which it was read, and what it says, in the order given.
        ``angle``: slant of the area (radians) that they stand in."""
        # Lines of some length tell the way round best; very long ones cost most.
        order = sorted(range(len(boxes)), key=lambda index: _weight(boxes[index]), reverse=True)
        found = {index: self._one(boxes[index], angle) for index in order}
        return [found[index] for index in range(len(boxes))]

    def _one(self, box: LineBox, angle: float) -> tuple[LineBox, Reading]:
        across_area = abs(box.ux * math.sin(angle) - box.uy * math.cos(angle)) > _SIDEWAYS
        if across_area and not box.is_long:
            box, across_area = box.turned(3), False
        slant = round(math.degrees(math.atan2(box.uy, box.ux)) / 30) if across_area else 100
        votes = self._votes.get(slant, 0)
        first = 2 if votes <= -_VOTES else 0
        known = abs(votes) >= _VOTES
        best = box.turned(first), self._reader(self._image, box.turned(first))
        if best[1].score >= (_DOUBTFUL if known else SURE) or (best[1].score < _NONSENSE and not across_area):
            self._vote(slant, first, best[1])
            return best
        ways = [(first + 2) % 4]
        if across_area and box.along < _SHORT * box.across:
            ways.append(3)
        for way in ways:
            other = box.turned(way), self._reader(self._image, box.turned(way))
            if other[1].score > best[1].score + _BETTER:
                best, first = other, way
        self._vote(slant, first, best[1])
        return best

    def _vote(self, slant: int, way: int, reading: Reading) -> None:
        if reading.score >= SURE and len(reading.text) > 1 and way in (0, 2):
            self._votes[slant] = self._votes.get(slant, 0) + (1 if way == 0 else -1)


def _weight(box: LineBox) -> float:
    return min(box.along / max(1.0, box.across), 12.0) * box.score
