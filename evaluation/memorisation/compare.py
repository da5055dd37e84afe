"""Groups held against each other: fresh watermarks, checkpoints, and sets that are suspected."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.combine import pool_p_value
from evaluation.memorisation.draws import FloatArray, finite


@dataclass(frozen=True, slots=True)
class WatermarkTest:
    """``z`` [m] as published; ``p_value`` [m] and ``combined`` allow for the references being a sample."""

    z: FloatArray
    p_value: FloatArray
    combined: float


def watermark_z_test(canary: npt.ArrayLike, references: npt.ArrayLike) -> WatermarkTest:
    """z = (score - mean of references) / sd of references (arXiv 2402.10892, there with losses).

    ``canary`` [m], ``references`` [m, n]. With n references z sqrt(n / (n + 1)) follows Student's t with
    n - 1 degrees if scores are normal; its p-values are put together by Stouffer's sum. Reads farther than
    1 / (n + 1), at the price of that assumption. Raises ValueError for fewer than 3 references or equal ones.
    """
    from scipy.stats import norm
    from scipy.stats import t as student

    own, others = finite("canary", canary), finite("references", references)
    if own.ndim != 1 or others.ndim != 2 or len(own) != len(others) or others.shape[1] < 3:
        raise ValueError(f"canaries {own.shape} and references {others.shape} do not fit, or are below 3")
    n = others.shape[1]
    spread = others.std(axis=1, ddof=1)
    if (spread <= 1e-12 * np.abs(others).max(axis=1)).any():
        raise ValueError("references that are all equal have no spread")
    z = (own - others.mean(axis=1)) / spread
    t = z * math.sqrt(n / (n + 1))
    p = student.sf(t, n - 1)
    # The smaller tail: isf of a p-value near 1 has no digits left.
    tail = np.maximum(student.sf(np.abs(t), n - 1), 1e-300)
    normal = np.where(t > 0, 1, -1) * norm.isf(tail)
    return WatermarkTest(z, np.asarray(p), float(norm.sf(normal.sum() / math.sqrt(own.size))))


@dataclass(frozen=True, slots=True)
class Auc:
    """P(one of the treated scores above one of the control), ties half; 95 % interval after DeLong 1988."""

    value: float
    low: float
    high: float


def auc(treated: npt.ArrayLike, control: npt.ArrayLike) -> Auc:
    """Area under the curve of ``treated`` [m] against ``control`` [n]; the interval is cut to 0 … 1 and is
    the whole of it for a group of one. Raises ValueError for empty groups."""
    from scipy.stats import rankdata

    own, rest = finite("treated", treated).ravel(), finite("control", control).ravel()
    together = rankdata(np.concatenate([own, rest]))
    above = (together[: own.size] - rankdata(own)) / rest.size
    below = 1 - (together[own.size :] - rankdata(rest)) / own.size
    value = float(above.mean())
    if min(own.size, rest.size) < 2:
        return Auc(value, 0.0, 1.0)
    half = 1.959964 * math.sqrt(above.var(ddof=1) / own.size + below.var(ddof=1) / rest.size)
    return Auc(value, max(0.0, value - half), min(1.0, value + half))


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """Difference of two means with Welch's interval, one-sided p of Welch and of the rank sum."""

    difference: float
    low: float
    high: float
    welch_p_value: float
    p_value: float


def group_difference(
    treated: npt.ArrayLike, control: npt.ArrayLike, draws: np.random.Generator, level: float = 0.95
) -> GroupDifference:
    """mean(``treated`` [m]) - mean(``control`` [n]). The rank sum is exact if a draw made the groups.

    Groups without any spread get a Welch p of 1/2 if equal, else 0 or 1. Raises ValueError for fewer than 2
    in a group.
    """
    from scipy.stats import t as student

    own, rest = finite("treated", treated).ravel(), finite("control", control).ravel()
    if min(own.size, rest.size) < 2:
        raise ValueError("give 2 or more in each group")
    ranked = pool_p_value(own, rest, draws)
    difference = float(own.mean() - rest.mean())
    parts = own.var(ddof=1) / own.size, rest.var(ddof=1) / rest.size
    error = math.sqrt(sum(parts))
    if error <= 1e-12 * abs(difference) or error == 0:
        p = 0.5 if difference == 0 else float(difference < 0)
        return GroupDifference(difference, difference, difference, p, ranked)
    degrees = sum(parts) ** 2 / sum(
        part**2 / (size - 1) for part, size in zip(parts, (own.size, rest.size), strict=True)
    )
    half = float(student.ppf((1 + level) / 2, degrees)) * error
    welch = float(student.sf(difference / error, degrees))
    return GroupDifference(difference, difference - half, difference + half, welch, ranked)


def difference_in_differences(
    treated: tuple[npt.ArrayLike, npt.ArrayLike],
    control: tuple[npt.ArrayLike, npt.ArrayLike],
    draws: np.random.Generator,
) -> GroupDifference:
    """[after - before] of the planted minus [after - before] of the held-out (arXiv 2406.04327).

    Each pair holds scores before and after training of the same units in the same order. What both groups
    gain by training in general falls out. Raises ValueError on shapes that do not fit.
    """
    changes = []
    for before, after in (treated, control):
        first, last = finite("before", before), finite("after", after)
        if first.shape != last.shape:
            raise ValueError(f"before {first.shape} and after {last.shape} are not the same units")
        changes.append(last - first)
    return group_difference(changes[0], changes[1], draws)


def dataset_inference(
    suspect: npt.ArrayLike, held_out: npt.ArrayLike, draws: np.random.Generator
) -> GroupDifference:
    """LLM dataset inference (arXiv 2406.06443): ``suspect`` [m, k] and ``held_out`` [n, k] hold k membership
    scores of items that were drawn alike; one half of each teaches a linear model which scores matter,
    Welch's t-test on the other half says whether the suspect set scores higher (reported there at p < 0.1).

    Scores are standardised and cut to the 2.5 % and 97.5 % points of the first halves. Raises ValueError for
    fewer than 4 items in a set, and for other scores in one than in the other.
    """
    own, rest = finite("suspect", suspect), finite("held_out", held_out)
    if own.ndim != 2 or rest.ndim != 2 or own.shape[1] != rest.shape[1] or min(len(own), len(rest)) < 4:
        raise ValueError(f"suspect {own.shape} and held-out {rest.shape}: 4 items or more, the same scores")
    own, rest = draws.permutation(own), draws.permutation(rest)
    half, other = len(own) // 2, len(rest) // 2
    taught = np.concatenate([own[:half], rest[:other]])
    low, high = np.quantile(taught, [0.025, 0.975], axis=0)
    clipped = np.clip(taught, low, high)
    centre, spread = clipped.mean(axis=0), clipped.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)

    def features(scores: FloatArray) -> FloatArray:
        scaled = (np.clip(scores, low, high) - centre) / spread
        return np.concatenate([scaled, np.ones((len(scores), 1))], axis=1)

    labels = np.concatenate([np.ones(half), np.zeros(other)])
    weights = np.linalg.lstsq(features(taught), labels, rcond=None)[0]
    return group_difference(features(own[half:]) @ weights, features(rest[other:]) @ weights, draws)
