"""What a split of a given size can show: power, detectable effects, and the sizes an effect needs.

An effect is one number, read in three ways. ``auc``: chance that a planted canary scores above a reference
(0.5: no memory); the share of references above it then follows Lehmann's law, the power 1/a of a uniform
number, with AUC = 1 / (1 + a). ``bits``: mean exposure of the same law with endless references, 1.44 / a, so
1.44 is no memory. ``share``: this share of the canaries is remembered so well that nothing scores above them,
the rest not at all; AUC = (1 + share) / 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np

from evaluation.memorisation.draws import FloatArray, IntArray
from evaluation.memorisation.exposure import NULL_EXPOSURE

_LATTICE: Final = 1 << 15
MOST_IDENTITIES: Final = 4_096
"""Sizes are looked for up to here; a split of more is no trouble, its power is not worth computing."""


class Effect(StrEnum):
    """In what an effect is told."""

    AUC = "auc"
    BITS = "bits"
    SHARE = "share"


_RANGE: Final = {Effect.AUC: (0.5, 1.0), Effect.BITS: (NULL_EXPOSURE, math.inf), Effect.SHARE: (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Alternative:
    """An effect of a kind. Raises ValueError for one that cannot be: AUC outside [0.5, 1), bits below 1.44,
    a share outside [0, 1]."""

    kind: Effect
    size: float

    def __post_init__(self) -> None:
        lowest, highest = _RANGE[self.kind]
        wholly = self.kind is Effect.SHARE and self.size == 1
        if not (lowest - 1e-9 <= self.size < highest or wholly):
            raise ValueError(f"{self.kind.value} must lie in {lowest:.4g} … {highest:g}")

    @property
    def auc(self) -> float:
        """Chance of a win against one reference or one twin."""
        match self.kind:
            case Effect.AUC:
                return self.size
            case Effect.BITS:
                return self.size / (self.size + NULL_EXPOSURE)
            case Effect.SHARE:
                return (1 + self.size) / 2

    def ranks(self, references: int) -> FloatArray:
        """Probabilities [n + 1] of the ranks 1 … n + 1 among n references."""
        from scipy.stats import betabinom

        if self.kind is Effect.SHARE:
            law = np.full(references + 1, (1 - self.size) / (references + 1))
            law[0] += self.size
            return law
        shape = (1 - self.auc) / self.auc
        return np.asarray(betabinom.pmf(np.arange(references + 1), references, shape, 1.0), dtype=np.float64)


class Law(StrEnum):
    """What of a rank is added up over the canaries: the rank, or its -ln p as Fisher does."""

    RANK = "rank"
    SURPRISE = "surprise"


def power_of_rank_sum(identities: int, references: int, alpha: float, effect: Alternative) -> float:
    """Chance that the exact rank sum over ``identities`` canaries has p <= ``alpha``."""
    return _power(Law.RANK, references, identities, alpha, effect)


def power_of_fisher(identities: int, references: int, alpha: float, effect: Alternative) -> float:
    """Chance that Fisher's combination of rank p-values, on its discrete law, has p <= ``alpha``."""
    return _power(Law.SURPRISE, references, identities, alpha, effect)


def _power(law: Law, references: int, identities: int, alpha: float, effect: Alternative) -> float:
    value, critical = _critical(law, references, identities, alpha)
    if critical is None:
        return 0.0
    return float(min(1.0, _sum_law(value, effect.ranks(references), identities)[critical:].sum()))


@lru_cache(maxsize=64)
def _critical(law: Law, references: int, identities: int, alpha: float) -> tuple[IntArray, int | None]:
    """What the ranks 1 … n + 1 add to the statistic, and its least sum with p <= ``alpha``."""
    value: IntArray = np.arange(references, -1, -1)
    if law is Law.SURPRISE:
        surprise = -np.log(np.arange(1, references + 2) / (references + 1))
        step = identities * float(surprise.max()) / _LATTICE
        value = np.rint(surprise / step).astype(np.int64)
    null = _sum_law(value, np.full(references + 1, 1 / (references + 1)), identities)
    beyond = np.flatnonzero(np.cumsum(null[::-1])[::-1] <= alpha)
    return value, int(beyond[0]) if beyond.size else None


def _sum_law(value: IntArray, weight: FloatArray, count: int) -> FloatArray:
    largest = int(value.max()) * count
    size = 1 << largest.bit_length()
    law = np.zeros(size)
    np.add.at(law, value, weight)
    return np.asarray(np.clip(np.fft.irfft(np.fft.rfft(law) ** count, size)[: largest + 1], 0, None))


def power_of_groups(planted: int, held_out: int, alpha: float, effect: Alternative) -> float:
    """Chance that the rank sum of planted against held-out canaries is significant (normal law; variance
    under the alternative after Hanley and McNeil 1982)."""
    from scipy.stats import norm

    a, product = effect.auc, planted * held_out
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    spread = (a * (1 - a) + (planted - 1) * (q1 - a * a) + (held_out - 1) * (q2 - a * a)) / product
    if spread <= 0:
        return 1.0
    return float(norm.cdf((a - significant_auc(planted, held_out, alpha)) / math.sqrt(spread)))


def significant_auc(planted: int, held_out: int, alpha: float) -> float:
    """Least AUC between two groups with one-sided p <= ``alpha``: 0.652 for 20 and 20, 0.548 for 200 each."""
    from scipy.stats import norm

    error = math.sqrt((planted + held_out + 1) / (12 * planted * held_out))
    return 0.5 + float(norm.isf(alpha)) * error


def critical_wins(pairs: int, alpha: float) -> int:
    """Least number of wins with exact p <= ``alpha``; ``pairs`` + 1 where not even all of them suffice."""
    from scipy.stats import binom

    return int(binom.isf(alpha, pairs, 0.5)) + 1 if 0.5**pairs <= alpha else pairs + 1


def power_of_twins(pairs: int, alpha: float, effect: Alternative) -> float:
    """Chance that the exact sign test over ``pairs`` independent twins has p <= ``alpha``."""
    from scipy.stats import binom

    return float(binom.sf(critical_wins(pairs, alpha) - 1, pairs, effect.auc))


def detectable_slope(
    repetitions: tuple[int, ...], identities: int, alpha: float, power: float
) -> float | None:
    """Least rise of exposure, in bits per doubling, that a trend over a ladder shows with ``power``.

    ``identities`` are spread evenly over the rungs (0 among them for the held-out); exposure scatters by
    1.44 bits. None for a ladder of a single rung."""
    from scipy.stats import norm

    doublings = np.log2(1 + np.asarray(repetitions, dtype=np.float64))
    spread = float(doublings.std())
    if spread == 0:
        return None
    return float(norm.isf(alpha) + norm.ppf(power)) * NULL_EXPOSURE / (spread * math.sqrt(identities))


def detectable(power_at: Callable[[Alternative], float], kind: Effect, power: float) -> float | None:
    """Smallest effect of the kind that ``power_at`` gives ``power``, to 3 digits; None if none does."""
    low, high = {Effect.AUC: (0.5, 1 - 1e-9), Effect.BITS: (NULL_EXPOSURE, 1e3), Effect.SHARE: (0.0, 1.0)}[
        kind
    ]
    if power_at(Alternative(kind, high)) < power:
        return None
    while high - low > 5e-4 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if power_at(Alternative(kind, middle)) >= power else (middle, high)
    return high


def needed(power_at: Callable[[int], float], power: float) -> int | None:
    """Smallest size (of identities, pairs) that ``power_at`` gives ``power``; None above 4,096.

    Power is jagged in the size of a discrete test; what is returned is the end of a bisection, near the
    smallest."""
    low, high = 0, 1
    while power_at(high) < power:
        low, high = high, 2 * high
        if high > MOST_IDENTITIES:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_at(middle) >= power else (middle, high)
    return high


def needed_references(alpha: float, canaries: int = 1) -> int:
    """References that the best of ``canaries`` needs for p <= ``alpha``: p is at least m / (n + 1)."""
    return math.ceil(canaries / alpha - 1e-9) - 1
