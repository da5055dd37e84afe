"""Groups against each other."""

import math

import numpy as np
import pytest

from evaluation.memorisation.compare import (
    dataset_inference,
    difference_in_differences,
    group_difference,
    watermark_z_test,
)
from evaluation.memorisation.draws import generator


def test_z_by_hand():
    # references 1, 2, 3: mean 2, sd 1; t = 2 sqrt(3/4) with 2 degrees of freedom
    test = watermark_z_test([4.0], [[1.0, 2.0, 3.0]])
    assert test.z.tolist() == [2.0]
    t = 2 * math.sqrt(3 / 4)
    assert test.p_value[0] == pytest.approx(0.5 - t / (2 * math.sqrt(2 + t * t)))
    assert test.combined == pytest.approx(test.p_value[0])


def test_z_is_calibrated_on_normal_scores_with_few_references():
    draws = generator("z")
    p = [watermark_z_test(draws.normal(size=10), draws.normal(size=(10, 9))).combined for _ in range(1_000)]
    assert 30 <= sum(one <= 0.05 for one in p) <= 70


def test_z_of_many_canaries_far_below_their_references_is_finite():
    test = watermark_z_test([-1e6] * 3, [[1.0, 2.0, 3.0, 4.0]] * 3)
    assert test.combined == pytest.approx(1)


@pytest.mark.parametrize(
    "references", [[[1.0, 2.0]], [[1.0, 1.0, 1.0]], [[1.0, 2.0, math.nan]], [1.0, 2.0, 3.0]]
)
def test_references_without_spread_are_refused(references):
    with pytest.raises(ValueError, match="references"):
        watermark_z_test([1.0], references)


def test_welch_by_hand():
    # means 4 and 2, variances 1 and 1 of 3 each: t = 2 / sqrt(2/3), 4 degrees of freedom
    test = group_difference([3.0, 4.0, 5.0], [1.0, 2.0, 3.0], generator("welch"))
    assert test.difference == 2
    assert test.welch_p_value == pytest.approx(0.035242, abs=1e-5)
    assert test.low == pytest.approx(2 - 2.776445 * math.sqrt(2 / 3), abs=1e-5)


@pytest.mark.parametrize(("treated", "p"), [([1.0, 1.0], 0.5), ([2.0, 2.0], 0.0), ([0.0, 0.0], 1.0)])
def test_groups_without_spread(treated, p):
    assert group_difference(treated, [1.0, 1.0], generator("flat")).welch_p_value == p


def test_what_all_gain_falls_out_of_the_difference_in_differences():
    draws = generator("did")
    base = draws.normal(loc=[[30.0], [0.0]], size=(2, 60))
    gain = 5 + draws.normal(size=(2, 60))
    none = difference_in_differences((base[0], base[0] + gain[0]), (base[1], base[1] + gain[1]), draws)
    assert none.low < 0 < none.high
    some = difference_in_differences((base[0], base[0] + gain[0] + 1.5), (base[1], base[1] + gain[1]), draws)
    assert some.difference == pytest.approx(none.difference + 1.5)
    assert some.p_value < 1e-6


def test_other_units_before_than_after_are_refused():
    with pytest.raises(ValueError, match="same units"):
        difference_in_differences(([1.0], [1.0, 2.0]), ([1.0], [1.0]), generator("x"))


def test_dataset_inference_learns_which_scores_matter():
    draws = generator("inference")
    held_out, suspect = draws.normal(size=(400, 6)), draws.normal(size=(400, 6))
    suspect[:, 2] += 0.6
    suspect[0, 4] = 1e9
    assert dataset_inference(suspect, held_out, draws).welch_p_value < 0.001


def test_dataset_inference_finds_nothing_in_sets_drawn_alike():
    draws = generator("alike")
    p = [
        dataset_inference(draws.normal(size=(40, 4)), draws.normal(size=(40, 4)), draws).welch_p_value
        for _ in range(300)
    ]
    assert 4 <= sum(one <= 0.05 for one in p) <= 27


def test_sets_with_other_scores_are_refused():
    with pytest.raises(ValueError, match="the same scores"):
        dataset_inference(np.ones((9, 2)), np.ones((9, 3)), generator("x"))
