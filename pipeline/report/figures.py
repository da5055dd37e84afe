"""The geometry of the report's small pictures: where a bar or a box plot starts and ends, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TRACK = 1000.0
"""Length of a full bar, in units of the picture's own axis."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a bar in track units; ``tone`` names its colour in the style sheet."""

    start: float
    length: float
    tone: str


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution on an axis from 0 to 1, in track units: whiskers p01 to p99 or the ends, box, median."""

    low: float
    box_start: float
    box_length: float
    median: float
    high: float


def stacked_bar(parts: Sequence[tuple[str, int]], full: int) -> tuple[Segment, ...]:
    """Segments for ``(tone, count)`` parts one behind the other; ``full`` counts fill the track.

    A count above zero is never shorter than a hundredth of the track, so that it can be seen.
    """
    segments = []
    start = 0.0
    for tone, count in parts:
        if count <= 0 or full <= 0:
            continue
        length = min(max(TRACK * count / full, TRACK / 100), TRACK - start)
        if length <= 0:
            break
        segments.append(Segment(round(start, 1), round(length, 1), tone))
        start += length
    return tuple(segments)


def spread(quantiles: Mapping[str, Any]) -> Spread:
    """The box plot of a fidelity entry with ``min, p25, p50, p75, max``, each 0 to 1."""

    def place(key: str) -> float:
        return round(TRACK * min(max(float(quantiles[key]), 0.0), 1.0), 1)

    return Spread(
        low=place("min"),
        box_start=place("p25"),
        box_length=max(round(place("p75") - place("p25"), 1), 4.0),
        median=place("p50"),
        high=place("max"),
    )
