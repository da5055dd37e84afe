"""A lower bound on epsilon from one training run (Steinke, Nasr, Jagielski, arXiv 2305.08846).

Each of m canaries was planted by a fair coin of its own. The auditor guesses the coins of r of them and is
right v times; a model that is (epsilon, delta)-private allows no more than so many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.draws import finite

GUESSED_SHARES: Final = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Shares of the canaries that are guessed, the surest first. Fixed beforehand; each costs part of alpha."""
_LARGEST_EPSILON: Final = 128.0
_STEPS: Final = 50


def audit_p_value(canaries: int, guesses: int, right: int, epsilon: float, delta: float) -> float:
    """P under (epsilon, delta)-privacy of ``right`` or more right guesses, at most 1:

    P[B >= v] + 2 m delta max_i P[v > B >= v - i] / i with B ~ Bin(r, e^eps / (1 + e^eps)).

    Raises ValueError unless 0 <= right <= guesses <= canaries, 1 <= canaries, epsilon >= 0, 0 <= delta <= 1.
    """
    from scipy.special import expit
    from scipy.stats import binom

    if not 0 <= right <= guesses <= canaries or canaries < 1:
        raise ValueError(f"{right} right of {guesses} guesses on {canaries} canaries")
    if not epsilon >= 0 or not 0 <= delta <= 1:
        raise ValueError("epsilon is 0 or more, delta a probability")
    hit = float(expit(epsilon))
    p = float(binom.sf(right - 1, guesses, hit))
    if right and delta:
        below = np.cumsum(binom.pmf(np.arange(right - 1, -1, -1), guesses, hit))
        p += 2 * canaries * delta * float((below / np.arange(1, right + 1)).max())
    return min(p, 1.0)


def epsilon_lower_bound(canaries: int, guesses: int, right: int, delta: float, beta: float = 0.05) -> float:
    """The largest epsilon that is refused at confidence 1 - ``beta``, 0 if none is.

    (1000, 100, 75, 1e-4, .05) gives 0.673 and (100000, 1510, 1439, 1e-5, .05) 2.676. Bisection between an
    epsilon that is refused and one that is not. Raises ValueError as :func:`audit_p_value` does, and for a
    ``beta`` outside (0, 1).
    """
    if not 0 < beta < 1:
        raise ValueError("beta lies between 0 and 1")

    def refused(epsilon: float) -> bool:
        return audit_p_value(canaries, guesses, right, epsilon, delta) < beta

    if not refused(0.0):
        return 0.0
    low, high = 0.0, 1.0
    while refused(high) and high < _LARGEST_EPSILON:
        low, high = high, 2 * high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if refused(middle) else (low, middle)
    return low


@dataclass(frozen=True, slots=True)
class OneRunAudit:
    """The best of several numbers of guesses; ``epsilon`` holds at ``1 - beta`` although it was chosen.
    ``p_value``: of epsilon 0 (nothing at all is remembered), corrected for the choice too."""

    canaries: int
    guesses: int
    right: int
    delta: float
    beta: float
    epsilon: float
    p_value: float


def one_run_audit(
    scores: npt.ArrayLike,
    planted: npt.ArrayLike,
    draws: np.random.Generator,
    delta: float = 1e-5,
    beta: float = 0.05,
    shares: Sequence[float] = GUESSED_SHARES,
) -> OneRunAudit:
    """Guesses the canaries with the highest of ``scores`` [m] planted and as many of the lowest held out.

    ``planted`` [m] holds the coins. Every share of guesses is tried at ``beta`` / (number of shares); equal
    scores fall by a keyed draw. Raises ValueError for fewer than 2 canaries and shapes that do not fit.
    """
    score = finite("scores", scores)
    coin = np.asarray(planted, dtype=bool)
    if score.ndim != 1 or coin.shape != score.shape or score.size < 2:
        raise ValueError("scores and coins are two rows of one length, 2 canaries or more")
    order = np.lexsort((draws.random(score.size), score))
    half = score.size // 2
    # Surest first: the highest, the lowest, the next highest …
    right = coin[order[::-1][:half]].astype(int) + (~coin[order[:half]]).astype(int)
    tried = {2 * k: int(right[:k].sum()) for k in _numbers(shares, half)}
    return _best(score.size, tried, delta, beta)


def pair_audit(
    planted: npt.ArrayLike,
    held_out: npt.ArrayLike,
    delta: float = 1e-5,
    beta: float = 0.05,
    shares: Sequence[float] = GUESSED_SHARES,
) -> OneRunAudit:
    """The same where a coin planted one of each pair; ``planted`` [m] and ``held_out`` [m] are their scores.

    Guesses that the higher of two is the planted one, the widest gaps first; equal scores count as wrong.
    Epsilon is then that of exchanging one identity for another. Raises ValueError for shapes that differ.
    """
    own, other = finite("planted", planted), finite("held_out", held_out)
    if own.shape != other.shape or own.ndim != 1:
        raise ValueError(f"planted {own.shape} and held-out {other.shape} are no pairs")
    gap = own - other
    right = (gap > 0)[np.argsort(-np.abs(gap), kind="stable")]
    tried = {k: int(right[:k].sum()) for k in _numbers(shares, gap.size)}
    return _best(gap.size, tried, delta, beta)


def _numbers(shares: Sequence[float], most: int) -> list[int]:
    return sorted({min(most, max(1, round(share * most))) for share in shares})


def _best(canaries: int, tried: Mapping[int, int], delta: float, beta: float) -> OneRunAudit:
    """The largest bound over ``tried`` (guesses -> right ones), each at its part of ``beta``."""
    audits = []
    for guesses, right in tried.items():
        epsilon = epsilon_lower_bound(canaries, guesses, right, delta, beta / len(tried))
        p = min(1.0, len(tried) * audit_p_value(canaries, guesses, right, 0.0, 0.0))
        audits.append(OneRunAudit(canaries, guesses, right, delta, beta, epsilon, p))
    return max(audits, key=lambda audit: (audit.epsilon, -audit.p_value))
