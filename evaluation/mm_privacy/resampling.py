"""Shares with intervals that treat a persona as one unit: probes of one person are no independent samples.

1,200 published retention probes ask for 291 facts of 99 people (MM-Privacy, arXiv 2606.09125): intervals over
probes would be far too narrow. Here clusters are drawn with replacement, and every cell of a table is counted
again under the same draws, so that cells can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evaluation.clustered import LEVELS, share_interval, student
from transforms import keyed

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

_BLOCK: Final = 256
"""Columns that are drawn at once: bounds memory at 2,000 draws x 256 cells."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval. ``hits`` of ``total`` probes of ``clusters`` personas where it is a
    share, else 0."""

    value: float
    low: float
    high: float
    hits: int = 0
    total: int = 0
    clusters: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """The shares of some cells [m] and the same under every draw [m, draws]; NaN where a cell is empty."""

    hits: Floats
    totals: Floats
    clusters: Codes
    draws: Floats

    def estimate(self, cell: int) -> Estimate:
        """The share of that cell. Raises ValueError where it is empty."""
        total, hits = int(self.totals[cell]), int(self.hits[cell])
        if not total:
            raise ValueError("an empty cell has no share")
        return bounded(hits, total, int(self.clusters[cell]), self.draws[cell])


class Bootstrap:
    """Draws of clusters with replacement: ``weights`` [k, draws] says how often each was drawn."""

    def __init__(self, clusters: Codes, draws: int, key: bytes) -> None:
        self.codes = clusters
        self.size = int(clusters.max()) + 1 if clusters.size else 0
        rng = np.random.Generator(np.random.PCG64(keyed.seed(key, "persona bootstrap")))
        even = np.full(self.size, 1 / self.size) if self.size else np.zeros(0)
        self.weights = rng.multinomial(self.size, even, draws).T.astype(np.float64)

    def shares(self, hits: Flags | Codes, cells: Codes, count: int, of: Codes | None = None) -> Drawn:
        """Share of ``hits`` [n] in each of ``count`` cells; ``cells`` [n] says where a probe belongs, -1 for
        nowhere. Where a probe counts more than once, ``of`` [n] says how often it could hit."""
        from scipy.sparse import csr_matrix

        inside = cells >= 0
        where, who, shape = cells[inside], self.codes[inside], (count, self.size)
        tries = np.ones(len(where)) if of is None else of[inside].astype(np.float64)
        won: Any = csr_matrix((hits[inside].astype(np.float64), (where, who)), shape=shape)
        asked: Any = csr_matrix((tries, (where, who)), shape=shape)
        drawn = np.full((count, self.weights.shape[1]), np.nan)
        for start in range(0, count, _BLOCK):
            part = slice(start, start + _BLOCK)
            below = asked[part] @ self.weights
            np.divide(won[part] @ self.weights, below, out=drawn[part], where=below > 0)
        totals = np.asarray(asked.sum(axis=1)).ravel()
        return Drawn(
            np.asarray(won.sum(axis=1)).ravel(), totals, np.diff(asked.indptr).astype(np.int64), drawn
        )


def bounded(hits: int, total: int, clusters: int, drawn: Floats) -> Estimate:
    """``hits / total`` with ``share_interval``."""
    value = hits / total
    return Estimate(value, *share_interval(value, total, clusters, drawn), hits, total, clusters)


def difference(first: Estimate, second: Estimate, drawn: Floats) -> Estimate:
    """``first`` minus ``second`` with the quantiles of the differences ``drawn`` [draws], widened to
    Student's interval where there are few clusters.

    Where one of them stands at 0 or 1 the draws are blind to its error; then the two intervals are put
    together (Zou and Donner 2008, as for independent shares, which is the careful side for pairs)."""
    value, clusters = first.value - second.value, min(first.clusters, second.clusters)
    usable = drawn[np.isfinite(drawn)]
    if {first.value, second.value} & {0.0, 1.0} or not usable.size:
        low = value - float(np.hypot(first.value - first.low, second.high - second.value))
        high = value + float(np.hypot(first.high - first.value, second.value - second.low))
    else:
        low, high = (float(one) for one in np.quantile(usable, LEVELS))
        freedom = max(clusters - 1, 1)
        reach = student(freedom) * float(usable.std()) * sqrt(clusters / freedom)
        low, high = min(low, value - reach), max(high, value + reach)
    return Estimate(value, max(low, -1.0), min(high, 1.0), clusters=clusters)


def joined(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """A name for each connected group: personas whose items are twins of each other are drawn together."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for left, right in pairs:
        one, other = sorted((find(left), find(right)))
        leader[other] = one
    return {name: find(name) for name in leader}
