"""Tests of two framings, arms or models on the same items.

The first test takes items for independent (McNemar 1947, exact); the second does not: it takes the persona as
the unit, and asks how often the sum of the differences would be as far from 0 if each persona's difference
had either sign with equal chance.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from evaluation.mm_privacy.resampling import Codes, Flags, Floats


@dataclass(frozen=True, slots=True)
class Paired:
    """``only_first`` and ``only_second``: pairs of answers of which one alone leaked, of ``items`` pairs of
    ``clusters`` personas. ``p_items``: McNemar's exact p; ``p_clusters``: that of signs of whole personas.
    Two-sided."""

    items: int
    clusters: int
    only_first: int
    only_second: int
    p_items: float
    p_clusters: float

    @property
    def difference(self) -> float:
        """Share of the first minus share of the second."""
        return (self.only_first - self.only_second) / self.items


def compare(first: Flags, second: Flags, clusters: Codes) -> Paired:
    """Compares ``first`` [n] with ``second`` [n] on the same items. Raises ValueError if there are none."""
    if not len(first):
        raise ValueError("nothing to compare")
    one, other = int((first & ~second).sum()), int((second & ~first).sum())
    sums = np.bincount(clusters, weights=first.astype(np.float64) - second)
    return Paired(
        len(first), len(np.unique(clusters)), one, other, mcnemar(one, other), sign_flip(np.rint(sums))
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p of so uneven a split of the pairs that differ; 1 where none does."""
    from scipy.stats import binomtest

    differing = only_first + only_second
    return float(binomtest(only_first, differing).pvalue) if differing else 1.0


def sign_flip(sums: Floats) -> float:
    """Exact two-sided p that ``sums`` [k], whole numbers, add up as far from 0 under random signs.

    Equal sizes are flipped together: their sum is a shifted binomial, and the law of the whole is the
    convolution of a few of these, without any draw."""
    from scipy.stats import binom

    sizes = np.abs(sums).astype(np.int64)
    sizes = sizes[sizes > 0]
    if not sizes.size:
        return 1.0
    law = np.ones(1)
    for size, count in sorted(Counter(sizes.tolist()).items()):
        steps = binom.pmf(np.arange(count + 1), count, 0.5)
        wider = np.zeros(len(law) + 2 * size * count)
        for flipped, chance in enumerate(steps):
            start = 2 * size * flipped
            wider[start : start + len(law)] += chance * law
        law = wider
    reach = int(sizes.sum())
    far = np.abs(np.arange(-reach, reach + 1)) >= abs(int(sums.sum()))
    return float(min(1.0, law[far].sum()))
