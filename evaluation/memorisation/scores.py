"""Scores of a model as rows, and the same rows checked and put into arrays, one kind of test each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.draws import FloatArray

CANARY: Final = "canary"
PUBLISHED: Final = "published"
HIDDEN: Final = "hidden"
SHARED: Final = "*"
"""Unit of references that every canary is ranked among."""

COLUMNS: Final = ("test", "unit", "candidate", "score", "shadow", "checkpoint")
REQUIRED: Final = COLUMNS[:4]


class ScoredTest(StrEnum):
    """What a row is for."""

    EXPOSURE = "exposure"
    TWIN = "twin"
    ONE_RUN = "one_run"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One candidate scored by one model.

    ``unit``: identity id, or sha256 of an image, or ``*`` for shared references. ``candidate``: ``canary``,
    ``reference-…``, ``published``, ``hidden`` or ``hidden-…``. ``score``: higher is more familiar.
    ``shadow``: number of the shadow model, None for the model under test.
    """

    test: ScoredTest
    unit: str
    candidate: str
    score: float
    shadow: int | None = None
    checkpoint: str = ""


@dataclass(frozen=True, slots=True)
class ExposureScores:
    """``canary`` [m] and ``references`` [m, n]; ``shared``: all canaries have the same scores of references.
    ``names`` [m][n] of the references, empty where every canary has its own."""

    units: tuple[str, ...]
    canary: FloatArray
    references: FloatArray
    shared: bool = False
    names: tuple[tuple[str, ...], ...] = ()

    @property
    def recurring(self) -> bool:
        """Whether a reference stands beside two canaries: then their ranks hang together."""
        each = [set(row) for row in self.names]
        return sum(len(row) for row in each) > len(set().union(*each))

    def of(self, units: Sequence[str]) -> ExposureScores:
        """The part of these units, in their order."""
        places = _places(self.units, units)
        names = tuple(self.names[place] for place in places) if self.names else ()
        return ExposureScores(tuple(units), self.canary[places], self.references[places], self.shared, names)


@dataclass(frozen=True, slots=True)
class TwinScores:
    """``published`` [m] and ``hidden`` [m, n], n versions that were not published."""

    units: tuple[str, ...]
    published: FloatArray
    hidden: FloatArray

    def of(self, units: Sequence[str]) -> TwinScores:
        """The part of these units, in their order."""
        places = _places(self.units, units)
        return TwinScores(tuple(units), self.published[places], self.hidden[places])


@dataclass(frozen=True, slots=True)
class OneRunScores:
    """``scores`` [m] of the canaries that a coin planted or held out."""

    units: tuple[str, ...]
    scores: FloatArray

    def of(self, units: Sequence[str]) -> OneRunScores:
        """The part of these units, in their order."""
        return OneRunScores(tuple(units), self.scores[_places(self.units, units)])


@dataclass(frozen=True, slots=True)
class ShadowScores:
    """``scores`` [m, s] of s shadow models ``shadows``; ``target`` [m] of the model under test, if scored."""

    units: tuple[str, ...]
    shadows: tuple[int, ...]
    scores: FloatArray
    target: FloatArray | None

    def of(self, units: Sequence[str]) -> ShadowScores:
        """The part of these units, in their order."""
        places = _places(self.units, units)
        target = None if self.target is None else self.target[places]
        return ShadowScores(tuple(units), self.shadows, self.scores[places], target)


@dataclass(frozen=True, slots=True)
class MemoryScores:
    """All scores of one checkpoint; None where a test was not scored."""

    exposure: ExposureScores | None = None
    twin: TwinScores | None = None
    one_run: OneRunScores | None = None
    shadow: ShadowScores | None = None


def _places(known: Sequence[str], asked: Sequence[str]) -> npt.NDArray[np.int64]:
    place = {unit: index for index, unit in enumerate(known)}
    return np.asarray([place[unit] for unit in asked], dtype=np.int64)
