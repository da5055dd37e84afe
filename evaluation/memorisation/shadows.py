"""What shadow models tell: each was trained with a random half of the identities.

Shapes: ``scores`` [m, s] of m units by s shadow models, higher meaning more familiar; ``inside`` [m, s],
whether the model was trained with the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.draws import FloatArray, finite
from evaluation.memorisation.twins import PairedTest, paired_test

_SMALLEST_VARIANCE: Final = 1e-12

BoolArray = npt.NDArray[np.bool_]


class Variance(StrEnum):
    """``each``: a variance for every unit, good from about 64 shadow models on; ``common``: one for all
    units, better with fewer (arXiv 2112.03570, global variance)."""

    EACH = "each"
    COMMON = "common"


def logit(probability: npt.ArrayLike) -> FloatArray:
    """ln p - ln(1 - p), the scaling under which scores are near normal (arXiv 2112.03570). Clipped at 1e-12
    from 0 and 1. Raises ValueError outside 0 … 1."""
    p = finite("probability", probability)
    if p.min() < 0 or p.max() > 1:
        raise ValueError("probabilities lie in 0 … 1")
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(p) - np.log1p(-p), dtype=np.float64)


def lira(
    target: npt.ArrayLike, scores: npt.ArrayLike, inside: npt.ArrayLike, variance: Variance = Variance.COMMON
) -> FloatArray:
    """ln N(phi; mu_in, s_in) - ln N(phi; mu_out, s_out) of ``target`` [m], one per unit (arXiv 2112.03570).

    Raises ValueError where a unit has no shadow model with it or none without it (two of each for
    ``Variance.EACH``).
    """
    phi = finite("target", target)
    values, within = _checked(scores, inside, 2 if variance is Variance.EACH else 1)
    if phi.shape != values.shape[:1]:
        raise ValueError(f"target {phi.shape} does not fit {values.shape[0]} units")
    return _log_density(phi, values, within, variance) - _log_density(phi, values, ~within, variance)


def leave_one_out_lira(
    scores: npt.ArrayLike, inside: npt.ArrayLike, variance: Variance = Variance.COMMON
) -> FloatArray:
    """[m, s]: each shadow model in turn is the target, the others its shadows. Needs two models with each
    unit and two without (three each for ``Variance.EACH``), else ValueError."""
    values, within = _checked(scores, inside, 2)
    judged = np.empty_like(values)
    for k in range(values.shape[1]):
        judged[:, k] = lira(
            values[:, k], np.delete(values, k, axis=1), np.delete(within, k, axis=1), variance
        )
    return judged


def _log_density(phi: FloatArray, values: FloatArray, mask: BoolArray, variance: Variance) -> FloatArray:
    count = mask.sum(axis=1)
    mean = (values * mask).sum(axis=1) / count
    squares = (((values - mean[:, None]) ** 2) * mask).sum(axis=1)
    if variance is Variance.EACH:
        spread = squares / (count - 1)
    else:
        free = int((count - 1).sum())
        if free < 1:
            raise ValueError("too few shadow models to see how much their scores vary")
        spread = np.full(len(values), squares.sum() / free)
    spread = np.maximum(spread, _SMALLEST_VARIANCE)
    return np.asarray(-0.5 * np.log(spread) - (phi - mean) ** 2 / (2 * spread), dtype=np.float64)


def _checked(scores: npt.ArrayLike, inside: npt.ArrayLike, least: int) -> tuple[FloatArray, BoolArray]:
    values, within = finite("scores", scores), np.asarray(inside, dtype=bool)
    if values.ndim != 2 or within.shape != values.shape:
        raise ValueError(f"scores {values.shape} and inside {within.shape} are not tables of one shape")
    with_it = within.sum(axis=1)
    fewest = int(np.minimum(with_it, within.shape[1] - with_it).min())
    if fewest < least:
        raise ValueError(f"a unit has {fewest} shadow models with it or without it; {least} are needed")
    return values, within


@dataclass(frozen=True, slots=True)
class LowFalsePositives:
    """``rate``: largest true positive rate with at most ``allowed`` of ``others`` false positives, which may
    be 0: then nothing below 1 / ``others`` was really measured. Interval after Clopper and Pearson."""

    rate: float
    low: float
    high: float
    members: int
    others: int
    allowed: int


def tpr_at_fpr(members: npt.ArrayLike, others: npt.ArrayLike, fpr: float = 0.001) -> LowFalsePositives:
    """True positive rate at a false positive rate of at most ``fpr``; a tie with the threshold is no hit.
    Raises ValueError for empty scores or an ``fpr`` outside [0, 1)."""
    from scipy.stats import binomtest

    own, rest = finite("members", members).ravel(), finite("others", others).ravel()
    if not 0 <= fpr < 1:
        raise ValueError("a false positive rate lies in [0, 1)")
    allowed = int(fpr * rest.size + 1e-9)
    threshold = np.sort(rest)[rest.size - 1 - allowed]
    hits = int((own > threshold).sum())
    interval = binomtest(hits, own.size).proportion_ci(method="exact")
    return LowFalsePositives(
        hits / own.size, float(interval.low), float(interval.high), own.size, rest.size, allowed
    )


@dataclass(frozen=True, slots=True)
class CounterfactualMemory:
    """``memory`` [m]: mean score of the models with the unit minus that of the models without it; ``test``
    asks over the units whether it is above 0. Half of the models have each unit by a draw of its own, so
    under the null the sign of each difference is a coin."""

    memory: FloatArray
    test: PairedTest


def counterfactual_memory(scores: npt.ArrayLike, inside: npt.ArrayLike) -> CounterfactualMemory:
    """mem(x) = E[score | x in S] - E[score | x not in S] over the shadow models (arXiv 2112.12938).

    Raises ValueError where a unit has no model with it or none without it, and for fewer than 2 units.
    """
    values, within = _checked(scores, inside, 1)
    count = within.sum(axis=1)
    mean_in = (values * within).sum(axis=1) / count
    mean_out = (values * ~within).sum(axis=1) / (within.shape[1] - count)
    return CounterfactualMemory(np.asarray(mean_in - mean_out), paired_test(mean_in, mean_out))
