"""Tests that need the coins of one run, the scores of shadow models, or an earlier checkpoint."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evaluation.memorisation.combine import pool_p_value
from evaluation.memorisation.compare import auc, difference_in_differences, group_difference
from evaluation.memorisation.draws import FloatArray, generator
from evaluation.memorisation.judge_exposure import familiarity
from evaluation.memorisation.judge_twins import twin_draws
from evaluation.memorisation.one_run import OneRunAudit, one_run_audit, pair_audit
from evaluation.memorisation.scores import MemoryScores, OneRunScores, ShadowScores
from evaluation.memorisation.shadows import (
    counterfactual_memory,
    leave_one_out_lira,
    lira,
    tpr_at_fpr,
)
from evaluation.memorisation.split_truth import SplitTruth
from evaluation.memorisation.twins import sign_test, twin_wins
from evaluation.memorisation.verdict import Group, Statistic
from schemas.errors import ConfigError

LOW_FPR = 0.001


def judge_one_run(scores: OneRunScores, truth: SplitTruth, alpha: float, delta: float) -> list[Statistic]:
    """AUC of planted against held-out canaries, and the bound on epsilon where their coins are known."""
    planted, held_out = (scores.of(part(scores.units)) for part in (truth.planted, truth.held_out))
    if min(len(planted.units), len(held_out.units)) < 2:
        return []
    m, n = len(planted.units), len(held_out.units)
    area = auc(planted.scores, held_out.scores)
    p = group_difference(planted.scores, held_out.scores, generator("one run", "against")).p_value
    rows = [
        Statistic(
            "one run, rank sum", Group.BOTH, m + n, "AUC", area.value, area.low, area.high, p,
            1 / math.comb(m + n, m),
        )
    ]  # fmt: skip
    return rows + _pairs(scores, truth, alpha, delta) + _coins(scores, truth, alpha, delta)


def _coins(scores: OneRunScores, truth: SplitTruth, alpha: float, delta: float) -> list[Statistic]:
    tossed = [unit for unit in scores.units if truth.of(unit).coin is not None]
    if len(tossed) < 2:
        return []
    planted = [truth.of(unit).planted for unit in tossed]
    audit = one_run_audit(scores.of(tossed).scores, planted, generator("one run"), delta, alpha)
    return [_audited("one run, epsilon", audit)]


def _pairs(scores: OneRunScores, truth: SplitTruth, alpha: float, delta: float) -> list[Statistic]:
    pairs = truth.pairs(scores.units)
    if len(pairs) < 2:
        return []
    own, other = (scores.of([pair[side] for pair in pairs]).scores for side in (0, 1))
    wins = int(twin_wins(own, other).sum())
    sign = sign_test(wins, len(pairs))
    won = Statistic(
        "pairs, sign test", Group.BOTH, len(pairs), "won", sign.share, sign.low, sign.high, sign.p_value,
        0.5 ** len(pairs), "one of each pair was planted by a coin",
    )  # fmt: skip
    return [won, _audited("pairs, epsilon", pair_audit(own, other, delta, alpha))]


def _audited(test: str, audit: OneRunAudit) -> Statistic:
    return Statistic(
        test, Group.BOTH, audit.canaries, "epsilon", audit.epsilon, None, None, audit.p_value,
        0.5**audit.canaries,
        f"{audit.right} of {audit.guesses} guesses right, delta {audit.delta:g}; p is that of epsilon 0",
    )  # fmt: skip


def judge_shadows(path: Path, scores: ShadowScores, truth: SplitTruth) -> list[Statistic]:
    """Counterfactual memory and LiRA. Raises ConfigError for a unit on one side in all shadow models."""
    masks = np.asarray([truth.of(unit).shadow_mask for unit in scores.units], dtype=object)
    inside = np.asarray([[bool(mask >> k & 1) for k in scores.shadows] for mask in masks])
    count = inside.sum(axis=1)
    lonely = np.flatnonzero((count == 0) | (count == len(scores.shadows)))
    if lonely.size:
        raise ConfigError(
            "scores",
            path,
            f"unit {scores.units[lonely[0]]}: no shadow model with it, or none without it, was scored",
        )
    rows = []
    for group, units in _groups(scores.units, truth):
        if len(units) < 2:
            continue
        places = np.isin(scores.units, units)
        found = counterfactual_memory(scores.scores[places], inside[places])
        rows.append(
            Statistic(
                "counterfactual memory", group, len(units), "gain", found.test.mean,
                found.test.low, found.test.high, found.test.wilcoxon_p_value, 0.5 ** len(units),
                f"{len(scores.shadows)} shadow models; Wilcoxon",
            )
        )  # fmt: skip
        rows += _leave_one_out(scores.scores[places], inside[places], group)
    return rows + _target(scores, inside, truth)


def _groups(units: Sequence[str], truth: SplitTruth) -> list[tuple[Group, list[str]]]:
    return [(Group.PLANTED, truth.planted(units)), (Group.HELD_OUT, truth.held_out(units))]


def _leave_one_out(scores: FloatArray, inside: np.ndarray, group: Group) -> list[Statistic]:
    count = inside.sum(axis=1)
    if min(count.min(), (inside.shape[1] - count).min()) < 2:
        return []
    judged = leave_one_out_lira(scores, inside)
    return [_rate("LiRA, shadows in turn", group, judged[inside], judged[~inside])]


def _rate(
    test: str, group: Group, members: FloatArray, others: FloatArray, p: float | None = None
) -> Statistic:
    found = tpr_at_fpr(members, others, LOW_FPR)
    area = auc(members, others)
    note = f"at a FPR of {100 * LOW_FPR:g} %; AUC {area.value:.3f}; {found.members} members"
    note += f", {found.others} others"
    if found.allowed == 0:
        note += f": a rate of 0.1 % needs {round(1 / LOW_FPR):,} others, this is at none wrong"
    measure = "TPR"
    smallest = 1 / math.comb(members.size + others.size, members.size) if p is not None else 0.0
    return Statistic(
        test, group, members.size + others.size, measure, found.rate, found.low, found.high, p, smallest, note
    )


def _target(scores: ShadowScores, inside: np.ndarray, truth: SplitTruth) -> list[Statistic]:
    if scores.target is None or len(scores.shadows) < 3:
        return []
    judged = lira(scores.target, scores.scores, inside)
    planted = np.isin(scores.units, truth.planted(scores.units))
    if min(planted.sum(), (~planted).sum()) < 2:
        return []
    p = pool_p_value(judged[planted], judged[~planted], generator("lira"))
    return [_rate("LiRA of the model", Group.BOTH, judged[planted], judged[~planted], p)]


def judge_change(before: MemoryScores, after: MemoryScores, truth: SplitTruth) -> list[Statistic]:
    """Difference in differences between two checkpoints, for every test that both were scored for."""
    measured = []
    if before.exposure and after.exposure:
        first, last = before.exposure, after.exposure
        pairs = dict(zip(first.units, familiarity(first), strict=True))
        measured.append(("exposure", pairs, dict(zip(last.units, familiarity(last), strict=True))))
    if before.twin and after.twin:
        both = [
            dict(zip(draws.names, draws.margin, strict=True))
            for draws in (twin_draws(one, truth, one.units) for one in (before.twin, after.twin))
        ]
        measured.append(("twins", both[0], both[1]))
    if before.one_run and after.one_run:
        tables = [dict(zip(one.units, one.scores, strict=True)) for one in (before.one_run, after.one_run)]
        measured.append(("one run", tables[0], tables[1]))
    rows = []
    for name, first_scores, last_scores in measured:
        units = sorted(first_scores.keys() & last_scores.keys())
        parts = [truth.planted(units), truth.held_out(units)]
        if min(len(part) for part in parts) < 2:
            continue
        treated, control = (
            ([first_scores[unit] for unit in part], [last_scores[unit] for unit in part]) for part in parts
        )
        found = difference_in_differences(treated, control, generator("change", name))
        rows.append(
            Statistic(
                f"gain, {name}", Group.BOTH, len(units), "gain", found.difference,
                found.low, found.high, found.p_value, 1 / math.comb(len(units), len(parts[0])),
                "difference in differences; rank sum of gains",
            )
        )  # fmt: skip
    return rows
