import math

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, norm
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from schemas.errors import RunFailed
from transforms.watermark.blind_features import BlindFeatures
from transforms.watermark.blind_gate import (
    BlindRow,
    Verdict,
    _forward_auc,
    deviation_of_auc,
    interval_of_auc,
    judge_split,
    require_chance,
    told_apart,
)

KEY = b"a key of the tests"


def rows(size=160, shift=0.0, word=0.0, seed=0, comparison="r50"):
    """``shift``: how far the sizes of files lie apart; ``word``: how often a word tells."""
    draw = np.random.default_rng(seed)
    made = []
    for place in range(size):
        side = bool(draw.random() < 0.5)
        features = BlindFeatures(
            container=(1.0, 0.0),
            size=(float(draw.normal() + shift * side), float(draw.normal())),
            pixels=tuple(draw.normal(size=12)),
            colours=tuple(draw.dirichlet(np.ones(6))),
            ink=(float(draw.normal() + 5 * side),),
        )
        text = " ".join(draw.choice(["cat", "dog", "tree", "a", "red", "house"], 4))
        if side and draw.random() < word:
            text += " watermark"
        made.append(BlindRow(f"{place:04d}", f"{place:04d}", {comparison: side}, features, text))
    return made


def test_an_honest_split_passes_and_every_result_is_printed():
    results = judge_split(rows(), KEY)
    assert {(one.family, one.classifier) for one in results} == {
        (family, classifier)
        for family in ("container", "size", "pixels", "colours", "words", "all")
        for classifier in ("logistic_regression", "gradient_boosting")
    }
    assert {one.verdict for one in results} == {Verdict.CHANCE}
    assert all(one.low <= one.alone_low <= one.auc <= one.alone_high <= one.high for one in results)
    require_chance(results)


def test_files_of_another_size_are_told_apart():
    refused = told_apart(judge_split(rows(shift=2.0), KEY))
    assert {one.family for one in refused} == {"size", "all"}


def test_a_word_on_one_side_is_told_apart():
    assert {one.family for one in told_apart(judge_split(rows(word=0.9), KEY))} == {"words", "all"}


def test_a_refusal_names_comparison_family_and_classifier_and_no_word():
    with pytest.raises(RunFailed, match=r"r50 by (words|all) \(") as caught:
        require_chance(judge_split(rows(word=1.0), KEY))
    assert "watermark" not in str(caught.value)


def test_one_leaking_comparison_of_several_is_found():
    honest = rows(comparison="train against test")
    leaking = [
        BlindRow(f"x{row.name}", row.group, row.sides, row.features, row.text)
        for row in rows(shift=3.0, seed=1, comparison="test1 against test2")
    ]
    refused = told_apart(judge_split([*honest, *leaking], KEY))
    assert {one.comparison for one in refused} == {"test1 against test2"}


def test_the_result_does_not_depend_on_the_order_of_the_rows():
    made = rows(60)
    assert judge_split(made, KEY) == judge_split(made[::-1], KEY)


def test_copies_of_an_image_count_once():
    made = rows(80, shift=0.3)
    copies = [
        BlindRow(f"{row.name}-{copy}", row.group, row.sides, row.features, row.text)
        for row in made
        for copy in range(5)
    ]
    assert {sum(one.sizes) for one in judge_split(copies, KEY)} == {80}


def marked(made, how):
    return [
        BlindRow(row.name, row.group, row.sides, row.features, row.text, how(row.sides["r50"]))
        for row in made
    ]


def test_ink_on_one_side_is_no_reason_to_refuse():
    results = judge_split(marked(rows(), lambda side: side), KEY)
    assert "ink" not in {one.family for one in results}
    require_chance(results)


@pytest.mark.parametrize("everywhere", [True, False])
def test_another_ink_on_either_side_is_told_apart(everywhere):
    refused = told_apart(judge_split(marked(rows(), lambda _: everywhere), KEY))
    assert {one.family for one in refused} == {"ink", "all"}


@pytest.mark.parametrize("size", [0, 1, 4, 12])
def test_too_few_rows_are_said_to_be_too_few(size):
    results = judge_split(rows(size, shift=50.0), KEY)
    assert {one.verdict for one in results} <= {Verdict.TOO_FEW}
    require_chance(results)


def test_a_side_without_rows_is_too_few():
    made = [BlindRow(row.name, row.group, {"r100": True}, row.features, "") for row in rows(50)]
    assert {one.verdict for one in judge_split(made, KEY)} == {Verdict.TOO_FEW}


def test_the_deviation_at_chance_is_that_of_a_rank_sum_test():
    ours, theirs = 30, 50
    assert deviation_of_auc(0.5, [(ours, theirs)]) == pytest.approx(
        math.sqrt((ours + theirs + 1) / (12 * ours * theirs))
    )


def test_an_interval_leaves_out_chance_exactly_where_a_rank_sum_test_does():
    draw = np.random.default_rng(3)
    agreed = []
    for _ in range(200):
        one, other = draw.normal(0.35, 1, 40), draw.normal(0, 1, 45)
        found = mannwhitneyu(one, other, use_continuity=False, method="asymptotic")
        low, _ = interval_of_auc(found.statistic / (40 * 45), [(40, 45)], norm.isf(0.025))
        agreed.append((low > 0.5) == (found.pvalue < 0.05 and found.statistic > 900))
    assert all(agreed)


def test_intervals_stay_between_nothing_and_all():
    low, high = interval_of_auc(1.0, [(10, 10)], 2.0)
    assert 0.6 < low < 1
    assert high == pytest.approx(1)
    assert interval_of_auc(None, [], 2.0) == (0.0, 1.0)


def test_without_a_difference_the_auc_has_the_mean_and_spread_of_a_rank_sum_test():
    draw = np.random.default_rng(8)
    truth = np.arange(40) < 20
    fold = np.tile(np.arange(20) * 5 // 20, 2)
    plain = lambda _: LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1)  # noqa: E731
    found = []
    for _ in range(250):
        auc, folds = _forward_auc(draw.normal(size=(40, 3)), truth, fold, plain, 0)
        found.append((auc - 0.5) / deviation_of_auc(0.5, folds))
    assert abs(np.mean(found)) < 0.2
    assert 0.87 < np.std(found) < 1.13


@pytest.mark.slow
def test_honest_splits_are_refused_at_most_as_often_as_said():
    refused = sum(bool(told_apart(judge_split(rows(40, seed=seed), b"%d" % seed))) for seed in range(60))
    assert refused <= 6
