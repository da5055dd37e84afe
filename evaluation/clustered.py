"""Shares with two intervals: Wilson, as if answers were independent, and a bootstrap over clusters.

Answers about one image (or one persona) hang together, and every model is asked about the same ones: whole
clusters are drawn, the same for every model, so that differences between models are paired.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.figures import wilson
from evaluation.memorisation.draws import FloatArray, IntArray, generator

DRAWS: Final = 2000
LEVELS: Final = (0.025, 0.975)


def share_interval(value: float, total: int, clusters: int, drawn: FloatArray) -> tuple[float, float]:
    """95 %: the quantiles of ``drawn``, widened to Wilson's interval for as many independent trials as the
    draws say that ``total`` answers are worth: quantiles alone are too narrow for rare hits.

    Where all draws agree, as at 0 and 1, these are as many as there are clusters."""
    if value in (0.0, 1.0):
        return wilson(value * clusters, clusters)
    variance = float(np.nanvar(drawn))
    trials = min(value * (1 - value) / variance, total) if variance > 0 else clusters
    least, most = _wilson_of(value, trials, clusters)
    low, high = (float(one) for one in np.nanquantile(drawn, LEVELS))
    return min(low, least), max(high, most)


def _wilson_of(share: float, trials: float, clusters: int) -> tuple[float, float]:
    """Wilson's interval for a number of trials that need not be whole, with Student's quantile for so many
    clusters (Korn and Graubard 1998 do the same to Clopper and Pearson's)."""
    z = student(max(clusters - 1, 1))
    centre, reach = (
        share + z * z / (2 * trials),
        z * sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2),
    )
    scale = 1 + z * z / trials
    return (centre - reach) / scale, (centre + reach) / scale


@cache
def student(freedom: int) -> float:
    """The upper 95 % quantile, two-sided."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, LEVELS[1]))


@dataclass(frozen=True, slots=True, eq=False)
class Rate:
    """``value`` = ``hits`` / ``total``, NaN where ``total`` is 0. ``draws`` [DRAWS]: what it would be on
    other clusters; ``clusters``: how many it rests on."""

    value: float
    hits: float
    total: int
    clusters: int
    draws: FloatArray

    @property
    def interval(self) -> tuple[float, float]:
        """95 % by ``share_interval``, NaN where ``total`` is 0."""
        if not self.clusters or not np.isfinite(self.draws).any():
            return float("nan"), float("nan")
        return share_interval(self.value, self.total, self.clusters, self.draws)

    @property
    def wilson(self) -> tuple[float, float]:
        """95 % by Wilson (1927) over answers; of what two readers count, their mean is the count."""
        return wilson(self.hits, self.total) if self.total else (float("nan"), float("nan"))

    def other(self) -> Rate:
        """The rate of what did not happen."""
        return Rate(1 - self.value, self.total - self.hits, self.total, self.clusters, 1 - self.draws)


class ClusterDraws:
    """Draws of whole clusters, with replacement. ``names`` are those of all clusters, in any order."""

    def __init__(self, names: Iterable[str]) -> None:
        self.index = {name: place for place, name in enumerate(sorted(set(names)))}
        count = max(1, len(self.index))
        drawn = generator("clusters", str(count)).multinomial(count, np.full(count, 1 / count), DRAWS)
        self._times: npt.NDArray[np.float32] = drawn.astype(np.float32)

    def places(self, names: Iterable[str]) -> IntArray:
        """The places of ``names`` among all clusters, one per answer."""
        return np.asarray([self.index[name] for name in names], dtype=np.int64)

    def sums(self, amounts: npt.ArrayLike, places: IntArray) -> FloatArray:
        """What ``amounts`` [n] of answers in clusters at ``places`` [n] add up to in each draw [DRAWS]."""
        by_cluster = np.bincount(
            places, weights=np.asarray(amounts, dtype=np.float64), minlength=len(self.index)
        )
        # Clusters without an answer would only add zeros.
        used = np.flatnonzero(by_cluster)
        return np.asarray(self._times[:, used] @ by_cluster[used].astype(np.float32), dtype=np.float64)

    def rate(self, hits: npt.ArrayLike, places: IntArray) -> Rate:
        """The mean of ``hits`` [n] (0, 0.5 or 1) of answers in the clusters at ``places`` [n]."""
        told = np.asarray(hits, dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            draws = self.sums(told, places) / self.sums(np.ones(told.size), places)
        value = float(told.mean()) if told.size else float("nan")
        return Rate(value, float(told.sum()), int(told.size), len(np.unique(places)), draws)


def mean_rate(rates: Sequence[Rate]) -> Rate:
    """The macro average: each rate counts the same. Rates of nothing are left out."""
    kept = [one for one in rates if one.total]
    if not kept:
        return Rate(float("nan"), 0.0, 0, 0, np.full(DRAWS, np.nan))
    return Rate(
        float(np.mean([one.value for one in kept])),
        sum(one.hits for one in kept),
        sum(one.total for one in kept),
        max(one.clusters for one in kept),
        np.mean([one.draws for one in kept], axis=0),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """Of two rates on the same clusters: ``value`` with its 95 % interval; twice the share of draws beyond
    zero (two-sided bootstrap p-value)."""

    value: float
    low: float
    high: float
    p: float


def difference(first: Rate, second: Rate) -> Difference:
    """``first`` minus ``second``, paired by cluster. NaN where one of them rests on nothing."""
    if not first.total or not second.total:
        return Difference(float("nan"), float("nan"), float("nan"), float("nan"))
    drawn = first.draws - second.draws
    drawn = drawn[np.isfinite(drawn)]
    low, high = (float(one) for one in np.quantile(drawn, LEVELS))
    beyond = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    p = min(1.0, 2 * (beyond + 1) / (drawn.size + 1))
    return Difference(first.value - second.value, low, high, p)
