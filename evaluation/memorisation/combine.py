"""Many canaries, one verdict: p-values of independent draws put together.

Fisher and the rank sum need references of its own draw for every unit. Where units were ranked among the same
references their p-values hang together: :func:`pool_p_value` and :func:`recurring_p_value` allow for it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.draws import FloatArray, IntArray, finite

_CELLS_EACH: Final = 1 << 12
_MOST_CELLS: Final = 1 << 19
"""Cells of the lattice on which Fisher's statistic is added up. Rounding makes p larger, by less than 5 % of
itself up to 200 canaries."""
_STEEPEST_TILT: Final = 50.0
"""Log of the weight of the largest value over the next one, at most."""
_SMALL_POOL: Final = 400
"""Products of sizes below which the rank sum is enumerated or permuted instead of taken as normal."""
_MOST_ENUMERATED: Final = 500
_HELD_AT_ONCE: Final = 5_000_000


def fisher_p_value(p_values: npt.ArrayLike) -> float:
    """P(chi2 with 2m degrees of freedom >= -2 sum ln p) of m independent p-values (Fisher 1932).

    Exact for continuous ones, conservative for rank p-values, the more so the fewer references there are.
    Raises ValueError for a p-value outside (0, 1].
    """
    from scipy.special import chdtrc

    p = finite("p-values", p_values)
    if p.min() <= 0 or p.max() > 1:
        raise ValueError("p-values lie above 0 and at most at 1")
    return float(chdtrc(2 * p.size, -2 * np.log(p).sum()))


@dataclass(frozen=True, slots=True)
class Lattice:
    """``count`` independent draws of one law: ``value`` [k], whole numbers from 0, with ``weight`` [k]."""

    value: IntArray
    weight: FloatArray
    count: int


def tail_of_sum(laws: Sequence[Lattice], at_least: int) -> float:
    """P(sum of all draws >= at_least), by Fourier transform under an exponential tilt.

    The tilt moves the mean of the sum onto ``at_least``, so the answer keeps its leading digits however small
    it is. 1 at or below 0, 0 above the largest possible sum.
    """
    largest = sum(int(law.value.max()) * law.count for law in laws)
    if at_least <= 0:
        return 1.0
    if at_least > largest:
        return 0.0
    tilt = _tilt(laws, at_least)
    size = 1 << largest.bit_length()
    spectrum = np.ones(size // 2 + 1, dtype=np.complex128)
    log_norm = 0.0
    for law in laws:
        tilted, log_mass = _tilted(law, tilt)
        density = np.zeros(size)
        np.add.at(density, law.value, tilted)
        spectrum *= np.fft.rfft(density) ** law.count
        log_norm += law.count * log_mass
    density = np.clip(np.fft.irfft(spectrum, size)[at_least : largest + 1], 0, None)
    beyond = np.arange(density.size)
    tail = float((density * np.exp(-tilt * beyond)).sum())
    return min(1.0, math.exp(math.log(max(tail, 1e-300)) + log_norm - tilt * at_least))


def _tilted(law: Lattice, tilt: float) -> tuple[FloatArray, float]:
    with np.errstate(divide="ignore"):
        exponent = np.log(law.weight) + tilt * law.value
    top = float(exponent.max())
    raised = np.exp(exponent - top)
    return np.asarray(raised / raised.sum()), top + math.log(float(raised.sum()))


def _tilt(laws: Sequence[Lattice], target: int) -> float:
    from scipy.optimize import brentq

    gap = min(int(np.diff(np.unique(law.value)[-2:], prepend=0)[-1]) for law in laws)

    def beyond(tilt: float) -> float:
        return sum(law.count * float(_tilted(law, tilt)[0] @ law.value) for law in laws) - target

    if beyond(0.0) >= 0:
        return 0.0
    steepest = _STEEPEST_TILT / max(gap, 1)
    return steepest if beyond(steepest) <= 0 else float(brentq(beyond, 0.0, steepest, rtol=1e-6))


def exact_fisher_p_value(rank: npt.ArrayLike, references: npt.ArrayLike) -> float:
    """P(Fisher's statistic of uniform ranks >= the one seen), without the loss of the chi-square on discrete
    p-values. ``rank`` [m] among ``references`` [m] (or one number for all). m ranks of 1 give the product of
    1 / (n + 1). Raises ValueError for ranks outside 1 … n + 1.
    """
    place, sizes = _ranks_and_sizes(rank, references)
    step = float(np.log(sizes + 1).sum()) / min(_MOST_CELLS, _CELLS_EACH * place.size)

    def cells(number: IntArray | int, size: IntArray | int) -> IntArray:
        surprise = -np.log(np.asarray(number) / (np.asarray(size) + 1))
        return np.asarray(np.rint(surprise / step), dtype=np.int64)

    laws = [
        Lattice(cells(np.arange(1, n + 2), n), np.full(n + 1, 1 / (n + 1)), count)
        for n, count in Counter(sizes.tolist()).items()
    ]
    # Equal products of ranks may round apart: give way by what rounding can add up to (4 deviations).
    slack = min(place.size, math.ceil(4 * math.sqrt(place.size / 6)))
    return tail_of_sum(laws, int(cells(place, sizes).sum()) - slack)


def rank_sum_p_value(rank: npt.ArrayLike, references: npt.ArrayLike) -> float:
    """P(sum of uniform ranks <= the one seen), exactly. Stronger than Fisher where many canaries are
    remembered a little, weaker where a few are remembered well. Shapes and errors as above."""
    place, sizes = _ranks_and_sizes(rank, references)
    laws = [
        Lattice(np.arange(n + 1), np.full(n + 1, 1 / (n + 1)), count)
        for n, count in Counter(sizes.tolist()).items()
    ]
    return tail_of_sum(laws, int((sizes + 1 - place).sum()))


def _ranks_and_sizes(rank: npt.ArrayLike, references: npt.ArrayLike) -> tuple[IntArray, IntArray]:
    place = np.asarray(rank, dtype=np.int64)
    sizes = np.broadcast_to(np.asarray(references, dtype=np.int64), place.shape)
    if place.ndim != 1 or place.size == 0 or sizes.min() < 1 or place.min() < 1 or (place > sizes + 1).any():
        raise ValueError("ranks must lie in 1 … n + 1, one row of them, with 1 reference or more each")
    return place, sizes


def pool_p_value(
    canaries: npt.ArrayLike, others: npt.ArrayLike, draws: np.random.Generator, permutations: int = 9_999
) -> float:
    """One-sided rank-sum test (Mann and Whitney 1947): do ``canaries`` [m] score above ``others`` [n]?

    Sound where m of m + n exchangeable candidates were drawn to be planted: canaries against held-out ones,
    or against references that all canaries share. Small pools without ties are enumerated, small ones with
    ties permuted (p >= 1 / (permutations + 1)), large ones taken as normal with the correction for ties.
    """
    from scipy.stats import mannwhitneyu, rankdata

    own, rest = finite("canaries", canaries).ravel(), finite("others", others).ravel()
    if own.size * rest.size >= _SMALL_POOL and min(own.size, rest.size) >= 8:
        return float(mannwhitneyu(own, rest, alternative="greater", method="asymptotic").pvalue)
    everyone = rankdata(np.concatenate([own, rest]))
    if np.unique(everyone).size == everyone.size and everyone.size <= _MOST_ENUMERATED:
        return float(mannwhitneyu(own, rest, alternative="greater", method="exact").pvalue)
    sums = _drawn_sums(everyone, min(own.size, rest.size), draws, permutations)
    if own.size <= rest.size:
        above = sums >= everyone[: own.size].sum() - 1e-9
    else:
        above = sums <= everyone[own.size :].sum() + 1e-9
    return float((1 + above.sum()) / (permutations + 1))


def _drawn_sums(numbers: FloatArray, count: int, draws: np.random.Generator, times: int) -> FloatArray:
    """Sums [times] of ``count`` of ``numbers``, drawn without putting back; all at once where they fit."""
    if numbers.size * times <= _HELD_AT_ONCE:
        order = draws.random((times, numbers.size)).argpartition(count - 1, axis=1)[:, :count]
        return np.asarray(numbers[order].sum(axis=1), dtype=np.float64)
    picks = (draws.choice(numbers.size, count, replace=False, shuffle=False) for _ in range(times))
    return np.asarray([numbers[places].sum() for places in picks], dtype=np.float64)


def recurring_p_value(
    rank: npt.ArrayLike, references: int, draws: np.random.Generator, permutations: int = 9_999
) -> float:
    """Rank sum of canaries whose ``rank`` [m] was taken among the same n references, each in a setting of its
    own (another image, say), so that their scores do not form one pool.

    If a setting shifts all scores alike, the counts of references below are those of Mann and Whitney, whose
    variance m n (m + n + 1) / 12 is (m + n + 1) / (n + 2) times that of separate references; if it also
    reorders them, the ranks hang together less and this is conservative. Fewer than 8 canaries or references
    are drawn by key, more taken as normal. Raises ValueError for ranks outside 1 … n + 1.
    """
    from scipy.stats import norm

    place, _ = _ranks_and_sizes(rank, references)
    m, n = place.size, references
    below = int((n + 1 - place).sum())
    if min(m, n) >= 8:
        spread = math.sqrt(m * n * (m + n + 1) / 12)
        return float(norm.sf((below - m * n / 2 - 0.5) / spread))
    places = np.arange(m + n, dtype=np.float64)
    sums = _drawn_sums(places, min(m, n), draws, permutations)
    drawn = sums if m <= n else places.sum() - sums
    above = drawn - m * (m - 1) / 2 >= below - 1e-9
    return float((1 + above.sum()) / (permutations + 1))
