"""Models without memory, and what every test says of them: p-values are uniform, alarms rare as promised.

A model without memory knows neither the planted identities nor the others: all its scores follow one law,
which differs from model to model (normal, skewed, heavy-tailed, or rounded so that many scores tie).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.figures import Figure, share
from evaluation.memorisation.combine import (
    exact_fisher_p_value,
    fisher_p_value,
    pool_p_value,
    rank_sum_p_value,
)
from evaluation.memorisation.compare import (
    dataset_inference,
    difference_in_differences,
    group_difference,
    watermark_z_test,
)
from evaluation.memorisation.dose import dose_response
from evaluation.memorisation.draws import FloatArray, generator
from evaluation.memorisation.exposure import NULL_EXPOSURE, sampled_exposure
from evaluation.memorisation.judge import JudgeSettings, judge_scores
from evaluation.memorisation.one_run import epsilon_lower_bound, one_run_audit
from evaluation.memorisation.power import (
    Alternative,
    Effect,
    critical_wins,
    power_of_fisher,
    power_of_groups,
    power_of_rank_sum,
    power_of_twins,
)
from evaluation.memorisation.ranks import Ties, rank_p_values, ranks, smooth_p_values
from evaluation.memorisation.scores import (
    ExposureScores,
    MemoryScores,
    OneRunScores,
    ShadowScores,
    TwinScores,
)
from evaluation.memorisation.shadows import counterfactual_memory, lira
from evaluation.memorisation.split_truth import SplitTruth, UnitTruth
from evaluation.memorisation.twins import paired_test, sequential_sign_test, sign_test, twin_wins
from evaluation.memorisation.verdict import Verdict, with_verdicts

MODELS: Final = 2_000
ALPHA: Final = 0.05
_UNITS: Final = 40
_REFERENCES: Final = 99
_SIMULATIONS: Final = 1_000
_EFFECTS: Final = (
    Alternative(Effect.AUC, 0.6),
    Alternative(Effect.BITS, 2.6),
    Alternative(Effect.SHARE, 0.2),
)

PValues = Mapping[str, float]

CONSERVATIVE: Final = frozenset(
    {"rank p-value, conservative ties", "twins, sign test", "twins, sequential", "one run, epsilon 0"}
)
"""Tests that promise at most 5 % and may give less: discrete ones, and those that allow for several looks."""


def null_scores(model: int, shape: tuple[int, ...], draws: np.random.Generator) -> FloatArray:
    """Scores of one model, all of one law; which one depends on the number of the model."""
    raw = draws.normal(size=shape)
    match model % 4:
        case 1:
            raw = np.exp(raw)
        case 2:
            raw = draws.standard_t(3, size=shape)
        case 3:
            raw = np.round(raw, 1)
    return np.asarray(draws.normal(scale=10) + np.exp(draws.normal()) * raw, dtype=np.float64)


def p_values_of_ranks(model: int) -> PValues:
    """What the tests among references say of one model without memory."""
    draws = generator("null ranks", str(model))
    scores = null_scores(model, (_UNITS, _REFERENCES + 1), draws)
    canary, references = scores[:, 0], scores[:, 1:]
    careful = ranks(canary, references)
    rank = ranks(canary, references, Ties.KEYED, draws)
    smooth = smooth_p_values(rank, _REFERENCES, draws)
    normal = draws.normal(size=(_UNITS, _REFERENCES + 1))
    return {
        "rank p-value, conservative ties": float(rank_p_values(careful[:1], _REFERENCES)[0]),
        "rank p-value, smooth": float(smooth[0]),
        "Fisher of smooth p-values": fisher_p_value(smooth),
        "Fisher, discrete law": exact_fisher_p_value(rank, _REFERENCES),
        "rank sum": rank_sum_p_value(rank, _REFERENCES),
        "one pool": pool_p_value(canary, references[0], draws),
        "planted against held-out": group_difference(canary[:20], canary[20:], draws).p_value,
        "watermark z, normal scores": watermark_z_test(normal[:, 0], normal[:, 1:]).combined,
    }


def p_values_of_pairs(model: int) -> PValues:
    """What the tests on twins, coins, shadow models, checkpoints and doses say of one."""
    draws = generator("null pairs", str(model))
    published, hidden = null_scores(model, (2, 400), draws)
    wins = twin_wins(published, hidden, Ties.KEYED, draws)
    before, after = null_scores(model, (2, 2, 30), draws)
    shadow = null_scores(model, (_UNITS, 8), draws)
    inside = np.argsort(draws.random((_UNITS, 8)), axis=1) < 4
    judged = lira(null_scores(model, (_UNITS,), draws), shadow, inside)
    coins = draws.random(200) < 0.5
    doses = np.repeat([0, 1, 2, 4, 8, 16], 12)
    sets = draws.normal(size=(2, 60, 3))
    return {
        "twins, sign test": sign_test(int(wins.sum()), wins.size).p_value,
        "twins, sequential": sequential_sign_test(wins, ALPHA).p_value,
        "twins, paired t": paired_test(published[:100], hidden[:100]).p_value,
        "twins, Wilcoxon": paired_test(published[:100], hidden[:100]).wilcoxon_p_value,
        "one run, epsilon 0": one_run_audit(published[:200], coins, draws).p_value,
        "counterfactual memory": counterfactual_memory(shadow, inside).test.wilcoxon_p_value,
        "difference in differences": difference_in_differences(
            (before[0], after[0]), (before[1], after[1]), draws
        ).p_value,
        "dose and response": dose_response(doses, null_scores(model, (72,), draws), draws).p_value,
        "LiRA of the model": pool_p_value(judged[:20], judged[20:], draws),
        "dataset inference": dataset_inference(sets[0], sets[1], draws).welch_p_value,
    }


def calibration(
    models: int, judges: Sequence[Callable[[int], PValues]] = (p_values_of_ranks, p_values_of_pairs)
) -> dict[str, FloatArray]:
    """p-values [models] of every test."""
    found = defaultdict(list)
    for model in range(models):
        for judge in judges:
            for test, p in judge(model).items():
                found[test].append(p)
    return {test: np.asarray(p) for test, p in found.items()}


def null_exposures(models: int, references: int = 999) -> FloatArray:
    """Exposure [models] of one canary of each model, ties broken by keyed draws."""
    bits = []
    for start in range(0, models, 100):
        draws = generator("null exposure", str(start))
        scores = np.stack([null_scores(start + k, (references + 1,), draws) for k in range(100)])
        rank = ranks(scores[:, 0], scores[:, 1:], Ties.KEYED, draws)
        bits.append(sampled_exposure(rank, references))
    return np.concatenate(bits)[:models]


def measure_null(_data: Path, models: int = MODELS) -> list[Figure]:
    """Part ``null``: uniformity, false positives, mean exposure. Reads no data."""
    from scipy.stats import kstest

    figures = []
    for test, p in calibration(models).items():
        false = int((p <= ALPHA).sum())
        if test in CONSERVATIVE:
            figures.append(share(f"{test}: at 0.05", false, models, "<=", 7))
            continue
        figures.append(Figure(f"{test}: KS p of uniformity", kstest(p, "uniform").pvalue, ">=", 0.01, ""))
        rate = share(f"{test}: at 0.05, at least", false, models, ">=", 3)
        figures += [rate, share(f"{test}: at 0.05, at most", false, models, "<=", 7)]
    bits = null_exposures(models)
    off = abs(float(bits.mean()) - NULL_EXPOSURE)
    of = f"mean {bits.mean():.3f} of {models:,}, 999 references"
    return [*figures, Figure("mean exposure, off 1.44 by", off, "<=", 0.1, "b", of)]


def measure_verdicts(_data: Path, models: int = 200) -> list[Figure]:
    """Part ``verdicts``: whole files of scores without memory, judged as ``mmscrub score memorisation`` does:
    how often is memory claimed, how often do held-out identities stand out? Reads no data."""
    claimed = stood_out = 0
    for model in range(models):
        rows = with_verdicts(judge_scores(Path(), *null_file(model), JudgeSettings(ALPHA)), ALPHA)
        claimed += any(row.verdict is Verdict.MEMORY for row in rows)
        stood_out += any(row.verdict is Verdict.BROKEN for row in rows)
    return [
        share("memory is claimed of a model without", claimed, models, "<=", 7),
        share("held-out identities stand out", stood_out, models, "<=", 7),
    ]


def null_file(model: int) -> tuple[MemoryScores, SplitTruth]:
    """Scores of one model without memory for every test, and a split of 40 identities, half of it planted."""
    draws = generator("null file", str(model))
    units = tuple(f"U-{place:03d}" for place in range(_UNITS))
    planted = draws.random(_UNITS) < 0.5
    inside = np.argsort(draws.random((_UNITS, 8)), axis=1) < 4
    masks = inside @ (1 << np.arange(8))
    doses = 2 ** draws.integers(0, 6, _UNITS)
    truth = {
        unit: UnitTruth(bool(shown), int(dose) if shown else 0, bool(shown), int(mask))
        for unit, shown, dose, mask in zip(units, planted, doses, masks, strict=True)
    }
    table = null_scores(model, (_UNITS, _REFERENCES + 1), draws)
    pairs = null_scores(model, (_UNITS, 2), draws)
    once, target = null_scores(model, (2, _UNITS), draws)
    shadows = null_scores(model, (_UNITS, 8), draws)
    scores = MemoryScores(
        ExposureScores(units, table[:, 0], table[:, 1:]),
        TwinScores(units, pairs[:, 0], pairs[:, 1:]),
        OneRunScores(units, once),
        ShadowScores(units, tuple(range(8)), shadows, target),
    )
    return scores, SplitTruth(truth, {})


def measure_bound(_data: Path) -> list[Figure]:
    """Part ``bound``: the published vectors of the one-run bound (arXiv 2305.08846). Reads no data."""
    vectors = {(1_000, 100, 75, 1e-4, 0.05): 0.673, (100_000, 1_510, 1_439, 1e-5, 0.05): 2.676}
    figures = []
    for vector, known in vectors.items():
        bound = epsilon_lower_bound(*vector)
        name = f"bound {', '.join(f'{one:g}' for one in vector)}: thousandths off {known}"
        figures.append(Figure(name, 1_000 * abs(bound - known), "<=", 2, "", f"{bound:.5f}"))
    return figures


def measure_power(_data: Path, simulations: int = _SIMULATIONS) -> list[Figure]:
    """Part ``power``: power by simulation against the calculator, in points. Reads no data."""
    figures = []
    for effect in (
        Alternative(Effect.AUC, 0.6),
        Alternative(Effect.BITS, 2.6),
        Alternative(Effect.SHARE, 0.2),
    ):
        for units, references in ((20, 19), (30, 99)):
            seen = simulated_power(effect, units, references, simulations)
            told = {
                "rank sum": power_of_rank_sum(units, references, ALPHA, effect),
                "Fisher": power_of_fisher(units, references, ALPHA, effect),
                "against held-out": power_of_groups(units, units, ALPHA, effect),
                "twins": power_of_twins(units, ALPHA, effect),
            }
            for test, power in told.items():
                name = f"{effect.kind.value} {effect.size:g}, {units} x {references}, {test}: off by"
                of = f"{power:.3f} told, {seen[test]:.3f} seen"
                figures.append(Figure(name, 100 * abs(power - seen[test]), "<=", 5, "pt", of))
    return figures


def simulated_power(effect: Alternative, units: int, references: int, simulations: int) -> dict[str, float]:
    """Share of ``simulations`` in which each test has p <= 0.05, ranks and scores drawn from the effect."""
    draws = generator("power", effect.kind, str(units), str(references))
    hits: dict[str, int] = defaultdict(int)
    for _ in range(simulations):
        above = _shares_above(effect, units, draws)
        rank = 1 + draws.binomial(references, above)
        wins = int((draws.random(units) >= above).sum())
        hits["rank sum"] += rank_sum_p_value(rank, references) <= ALPHA
        hits["Fisher"] += exact_fisher_p_value(rank, references) <= ALPHA
        hits["against held-out"] += pool_p_value(-above, -draws.random(units), draws) <= ALPHA
        hits["twins"] += wins >= critical_wins(units, ALPHA)
    return {test: count / simulations for test, count in hits.items()}


def _shares_above(effect: Alternative, units: int, draws: np.random.Generator) -> FloatArray:
    """Share of all references that score above each canary, [units]."""
    uniform = draws.random(units)
    if effect.kind is Effect.SHARE:
        return np.where(draws.random(units) < effect.size, 0.0, uniform)
    return np.asarray(uniform ** (effect.auc / (1 - effect.auc)), dtype=np.float64)
