"""Tests on canaries among references."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.combine import (
    exact_fisher_p_value,
    pool_p_value,
    rank_sum_p_value,
    recurring_p_value,
)
from evaluation.memorisation.compare import auc, group_difference, watermark_z_test
from evaluation.memorisation.dose import dose_response
from evaluation.memorisation.draws import FloatArray, generator
from evaluation.memorisation.exposure import (
    common_extrapolated_exposure,
    null_mean_exposure,
    sampled_exposure,
)
from evaluation.memorisation.ranks import rank_p_values, ranks
from evaluation.memorisation.scores import ExposureScores
from evaluation.memorisation.split_truth import SplitTruth
from evaluation.memorisation.verdict import Group, Statistic


def judge_exposure(scores: ExposureScores, truth: SplitTruth) -> list[Statistic]:
    """Exposure and rank tests of the planted, of the held-out, of one against the other, and over doses."""
    rows = []
    groups = {Group.PLANTED: truth.planted(scores.units), Group.HELD_OUT: truth.held_out(scores.units)}
    for group, units in groups.items():
        if units:
            rows += _one_group(scores.of(units), group)
    if all(len(units) >= 2 for units in groups.values()):
        rows.append(_against(scores, groups))
    return rows + _doses(scores, truth)


def familiarity(scores: ExposureScores) -> FloatArray:
    """Score of each canary above the mean of its references, [m]."""
    return np.asarray(scores.canary - scores.references.mean(axis=1), dtype=np.float64)


def exposures(scores: ExposureScores) -> FloatArray:
    """Sampled exposure of each canary in bits, [m]; ties count against it."""
    return sampled_exposure(ranks(scores.canary, scores.references), scores.references.shape[1])


def mean_interval(values: npt.ArrayLike) -> tuple[float, float | None, float | None]:
    """Mean with Student's 95 % interval, None for a single value."""
    from scipy.stats import t as student

    numbers = np.asarray(values, dtype=np.float64)
    mean = float(numbers.mean())
    if numbers.size < 2:
        return mean, None, None
    half = float(student.ppf(0.975, numbers.size - 1) * numbers.std(ddof=1) / math.sqrt(numbers.size))
    return mean, mean - half, mean + half


def _one_group(scores: ExposureScores, group: Group) -> list[Statistic]:
    m, n = scores.references.shape
    rank = ranks(scores.canary, scores.references)
    bits = sampled_exposure(rank, n)
    p = rank_p_values(rank, n)
    null = f"chance is {null_mean_exposure(n):.2f} bits, the cap {math.log2(n):.2f}"
    if scores.shared or scores.recurring:
        draws = generator("pool", group)
        pooled = (
            pool_p_value(scores.canary, scores.references[0], draws)
            if scores.shared
            else recurring_p_value(rank, n, draws)
        )
        if not scores.shared:
            null += "; references recur, which costs power: give each unit its own, under names of their own"
        together = Statistic(
            "exposure, one pool",
            group,
            m,
            "bits",
            *mean_interval(bits),
            pooled,
            1 / math.comb(m + n, m),
            null,
        )
        rows = [together]
    else:
        smallest = math.exp(-m * math.log(n + 1))
        rows = [
            Statistic(
                "exposure, rank sum", group, m, "bits", *mean_interval(bits), rank_sum_p_value(rank, n),
                smallest, null,
            ),
            Statistic(
                "rank p-values, Fisher", group, m, "chi2", float(-2 * np.log(p).sum()), None, None,
                exact_fisher_p_value(rank, n), smallest, "-2 sum ln p, on its law for discrete ranks",
            ),
        ]  # fmt: skip
    rows.append(
        Statistic(
            "most familiar canary", group, m, "bits", float(bits.max()), None, None,
            min(1.0, m * float(p.min())), min(1.0, m / (n + 1)), f"smallest of {m} rank p-values times {m}",
        )
    )  # fmt: skip
    if n >= 3 and (scores.references.std(axis=1) > 0).all():
        rows += _parametric(scores, group)
    return rows


def _parametric(scores: ExposureScores, group: Group) -> list[Statistic]:
    test = watermark_z_test(scores.canary, scores.references)
    shared = scores.shared or scores.recurring
    note = "no p: canaries share references" if shared else "takes scores of references for normal"
    rows = [
        Statistic(
            "watermark z", group, len(test.z), "z", *mean_interval(test.z),
            None if shared else test.combined, 0.0, note,
        )
    ]  # fmt: skip
    if scores.references.size >= 10:
        bits = common_extrapolated_exposure(scores.canary, scores.references, generator("fit", group))
        rows.append(
            Statistic(
                "exposure, extrapolated", group, len(bits), "bits", *mean_interval(bits), None, 0.0,
                "one skew-normal fit; a figure, no test",
            )
        )  # fmt: skip
    return rows


def _against(scores: ExposureScores, groups: dict[Group, list[str]]) -> Statistic:
    planted, held_out = (familiarity(scores.of(groups[one])) for one in (Group.PLANTED, Group.HELD_OUT))
    area = auc(planted, held_out)
    p = group_difference(planted, held_out, generator("exposure", "against")).p_value
    m, n = planted.size, held_out.size
    return Statistic(
        "canaries, rank sum", Group.BOTH, m + n, "AUC", area.value, area.low, area.high, p,
        1 / math.comb(m + n, m), "sound whatever the references are: the draw of the pools is the null",
    )  # fmt: skip


def _doses(scores: ExposureScores, truth: SplitTruth) -> list[Statistic]:
    repetitions = np.asarray([truth.of(unit).repetitions for unit in scores.units])
    if len(set(repetitions.tolist()) - {0}) < 2 or repetitions.size < 3:
        return []
    found = dose_response(repetitions, exposures(scores), generator("dose"))
    return [
        Statistic(
            "dose and response", Group.BOTH, len(scores.units), "bits/x2", found.slope,
            found.low, found.high, found.p_value, 0.0,
            f"rise per doubling; Spearman's rho {found.rho:.2f}; held-out count as 0",
        )
    ]  # fmt: skip
