"""Two versions of one thing, one of them published by a fair coin: does the model know that one better?

Scores: ``published`` [m] and ``hidden`` [m], higher meaning more familiar. Under the null the coin is all
that tells them apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.draws import FloatArray, IntArray, finite
from evaluation.memorisation.ranks import Ties


@dataclass(frozen=True, slots=True)
class SignTest:
    """``wins`` of ``pairs``, their share with its exact interval (Clopper and Pearson), one-sided p."""

    wins: int
    pairs: int
    low: float
    high: float
    p_value: float

    @property
    def share(self) -> float:
        """Success share; 0.5 is chance."""
        return self.wins / self.pairs


def twin_wins(
    published: npt.ArrayLike,
    hidden: npt.ArrayLike,
    ties: Ties = Ties.CONSERVATIVE,
    draws: np.random.Generator | None = None,
) -> npt.NDArray[np.bool_]:
    """Whether the published twin scores higher, [m]. A tie loses, or falls by a keyed draw.

    Raises ValueError on scores that are empty, not finite or of different shapes.
    """
    own, other = _pairs(published, hidden)
    wins = own > other
    if ties is Ties.KEYED:
        if draws is None:
            raise ValueError("keyed ties need a generator")
        wins = wins | ((own == other) & (draws.random(own.shape) < 0.5))
    return np.asarray(wins)


def sign_test(wins: int, pairs: int, level: float = 0.95) -> SignTest:
    """Exact binomial test of the success share against 1/2, one-sided: P(Bin(pairs, 1/2) >= wins)
    (arXiv 2407.15100). Raises ValueError without pairs or with more wins than pairs."""
    from scipy.stats import binomtest

    if pairs < 1 or not 0 <= wins <= pairs:
        raise ValueError(f"{wins} wins of {pairs} pairs")
    interval = binomtest(wins, pairs).proportion_ci(level, method="exact")
    p_value = binomtest(wins, pairs, alternative="greater").pvalue
    return SignTest(wins, pairs, float(interval.low), float(interval.high), float(p_value))


@dataclass(frozen=True, slots=True)
class SequentialTest:
    """``stopped_at``: pairs after which it detected, None if it never did. ``evidence``: largest e-value over
    all ``pairs``; ``p_value``: 1 / evidence, valid at whatever time one cares to stop."""

    stopped_at: int | None
    pairs: int
    evidence: float
    p_value: float


_LOG_TWO: Final = math.log(2)


def sequential_sign_test(wins: Iterable[bool], false_detections: float = 0.05) -> SequentialTest:
    """Pairs one after the other, stopping as soon as memory is plain; a false alarm, at whatever time, has a
    chance of at most ``false_detections`` (the tunable rate of arXiv 2407.15100).

    Wealth of a bet on a fair coin, mixed evenly over success shares in (1/2, 1]: after s wins and f losses
    E = 2^(n+1) B(s+1, f+1) P(Beta(s+1, f+1) > 1/2), a martingale of mean 1 under the null; Ville's
    inequality gives P(max E >= 1/a) <= a. The order must not depend on the scores. Without pairs E = 1.
    """
    from scipy.special import betaincc, betaln

    if not 0 < false_detections < 1:
        raise ValueError("the rate of false detections lies between 0 and 1")
    won = np.fromiter((bool(one) for one in wins), dtype=np.int64)
    if won.size == 0:
        return SequentialTest(None, 0, 1.0, 1.0)
    s = np.cumsum(won)
    f = np.arange(1, won.size + 1) - s
    with np.errstate(divide="ignore"):
        log_wealth = (s + f + 1) * _LOG_TWO + betaln(s + 1, f + 1) + np.log(betaincc(s + 1, f + 1, 0.5))
    crossed: IntArray = np.flatnonzero(log_wealth >= -math.log(false_detections))
    stopped = int(crossed[0]) + 1 if crossed.size else None
    best = max(0.0, float(log_wealth.max()))
    return SequentialTest(stopped, int(won.size), math.exp(min(best, 700.0)), math.exp(-best))


@dataclass(frozen=True, slots=True)
class PairedTest:
    """Mean difference published - hidden with its interval, Student's t, one-sided p of t and of Wilcoxon."""

    pairs: int
    mean: float
    low: float
    high: float
    t: float
    p_value: float
    wilcoxon_p_value: float


def paired_test(published: npt.ArrayLike, hidden: npt.ArrayLike, level: float = 0.95) -> PairedTest:
    """t = mean(d) / (sd(d) / sqrt m) of d = published - hidden (STAMP, arXiv 2504.13416), and Wilcoxon's
    signed ranks, both one-sided.

    Equal differences have no spread: p is 1 where they are 0 or below, and both tests fall back to the sign
    test, 2^-m, where all are the same amount above. Raises ValueError for fewer than 2 pairs.
    """
    from scipy.stats import t as student
    from scipy.stats import wilcoxon

    own, other = _pairs(published, hidden)
    d = own - other
    if d.size < 2:
        raise ValueError("a paired test needs 2 pairs or more")
    mean, error = float(d.mean()), float(d.std(ddof=1)) / math.sqrt(d.size)
    if error <= 1e-12 * abs(mean) or error == 0:
        p = 0.5**d.size if mean > 0 else 1.0
        return PairedTest(d.size, mean, mean, mean, math.copysign(math.inf, mean) if mean else 0.0, p, p)
    t = mean / error
    half = float(student.ppf((1 + level) / 2, d.size - 1)) * error
    ranked = wilcoxon(d, alternative="greater", zero_method="pratt") if d.any() else None
    return PairedTest(
        d.size,
        mean,
        mean - half,
        mean + half,
        t,
        float(student.sf(t, d.size - 1)),
        float(ranked.pvalue) if ranked is not None else 1.0,
    )


def _pairs(published: npt.ArrayLike, hidden: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    own, other = finite("published", published), finite("hidden", hidden)
    if own.shape != other.shape or own.ndim != 1:
        raise ValueError(f"published {own.shape} and hidden {other.shape} are no pairs")
    return own, other
