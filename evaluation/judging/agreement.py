"""How far two judges agree beyond chance, with intervals over images.

Cohen's kappa (1960) falls where nearly all answers are alike (it is 0 for two judges who agree on 99 of
100, all but one of them "no"); Gwet's AC1 (2008, doi 10.1348/000711006X126600) does not. Both are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.clustered import ClusterDraws
from evaluation.memorisation.draws import FloatArray


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number with its 95 % interval; NaN where it is not defined (both judges say one and the same)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of ``answers`` judged by both: how many both call a hit, only the first, only the second, neither."""

    answers: int
    both: int
    first_only: int
    second_only: int
    share: Statistic
    kappa: Statistic
    ac1: Statistic


def agreement(
    first: Sequence[bool], second: Sequence[bool], clusters: Sequence[str], draws: ClusterDraws
) -> Agreement:
    """Of two judges on the same answers [n]. Raises ValueError where there is none."""
    if not first:
        raise ValueError("no answer was judged by both")
    one, other = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
    places = draws.places(clusters)
    cells = np.stack([one & other, one & ~other, ~one & other, ~one & ~other]).astype(np.float64)
    counts = cells.sum(axis=1)
    drawn = np.stack([draws.sums(cell, places) for cell in cells])
    share, kappa, ac1 = (
        _statistic(number, of_draws)
        for number, of_draws in zip(_statistics(counts), _statistics(drawn), strict=True)
    )
    both, first_only, second_only, _ = (int(count) for count in counts)
    return Agreement(len(one), both, first_only, second_only, share, kappa, ac1)


def _statistics(cells: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share, kappa and AC1 of counts [4, …]: both, first only, second only, neither."""
    both, first_only, second_only, neither = cells
    with np.errstate(invalid="ignore", divide="ignore"):
        total = cells.sum(axis=0)
        same = (both + neither) / total
        first, second = (both + first_only) / total, (both + second_only) / total
        by_chance = first * second + (1 - first) * (1 - second)
        mean = (first + second) / 2
        by_chance_gwet = 2 * mean * (1 - mean)
        return same, (same - by_chance) / (1 - by_chance), (same - by_chance_gwet) / (1 - by_chance_gwet)


def _statistic(value: FloatArray, drawn: FloatArray) -> Statistic:
    usable = drawn[np.isfinite(drawn)]
    if not usable.size:
        return Statistic(float(value), float("nan"), float("nan"))
    low, high = (float(one) for one in np.quantile(usable, (0.025, 0.975)))
    return Statistic(float(value), low, high)
