"""How far a model's leaks depend on how the question is framed: highest share of a task less lowest.

Such a range is never below 0, and above it by chance alone. So it comes with what it would be if the framing
did not matter (labels of tasks exchanged within each persona), and with that law's p-value. Quantiles of
resampled ranges cover the true one as rarely as never (0 of 400 simulated tables without any difference); the
interval here holds because no range moves further than the largest move of a difference of two tasks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.figures import wilson
from evaluation.mm_privacy.resampling import Codes, Flags, Floats
from transforms import keyed


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """``value`` = max - min of the shares of tasks, ``highest`` and ``lowest`` their places.

    ``low``, ``high``: 95 % over personas. ``by_chance``: mean range if the framing did not matter; ``p``:
    chance of one so large. Of ``items`` asked in every task, of ``clusters`` personas."""

    value: float
    low: float
    high: float
    by_chance: float
    p: float
    highest: int
    lowest: int
    items: int
    clusters: int


def inconsistency(leaks: Flags, clusters: Codes, draws: int, key: bytes) -> Inconsistency:
    """``leaks`` [items, tasks], every item asked in every task; ``clusters`` [items]. Raises ValueError for
    no item or fewer than two tasks."""
    items, tasks = leaks.shape
    if not items or tasks < 2:
        raise ValueError("needs items that were asked in two tasks or more")
    _, who = np.unique(clusters, return_inverse=True)
    size = int(who.max()) + 1
    won = np.zeros((size, tasks))
    np.add.at(won, who, leaks.astype(np.float64))
    asked = np.bincount(who, minlength=size).astype(np.float64)
    shares = won.sum(axis=0) / items
    rng = np.random.Generator(np.random.PCG64(keyed.seed(key, "task inconsistency")))
    weights = rng.multinomial(size, np.full(size, 1 / size), draws).astype(np.float64)
    drawn = (weights @ won) / (weights @ asked)[:, None]
    value = float(np.ptp(shares))
    reach = float(np.quantile(np.ptp(drawn - shares, axis=1), 0.95)) or wilson(0, size)[1]
    chance = _exchanged(won, draws, rng) / items
    p = (1 + int((chance >= value - 1e-12).sum())) / (1 + draws)
    return Inconsistency(
        value,
        max(0.0, value - reach),
        min(1.0, value + reach),
        float(chance.mean()),
        p,
        int(shares.argmax()),
        int(shares.argmin()),
        items,
        size,
    )


def _exchanged(won: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Ranges of the column sums [draws] with the tasks of each persona exchanged as a whole."""
    uneven = won[np.ptp(won, axis=1) > 0]
    same = won.sum(axis=0) - uneven.sum(axis=0)
    ranges = np.empty(draws)
    for draw in range(draws):
        ranges[draw] = np.ptp(same + rng.permuted(uneven, axis=1).sum(axis=0))
    return ranges
