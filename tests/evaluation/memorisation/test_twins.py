"""Twin tests: exact, sequential and paired."""

import math

import numpy as np
import pytest

from evaluation.memorisation.draws import generator
from evaluation.memorisation.ranks import Ties
from evaluation.memorisation.twins import paired_test, sequential_sign_test, sign_test, twin_wins


def test_the_sign_test_is_the_binomial_tail():
    test = sign_test(9, 10)
    assert test.p_value == pytest.approx(11 / 1024)
    assert test.share == 0.9
    # Clopper-Pearson of 9 of 10
    assert test.low == pytest.approx(0.5550, abs=1e-4)
    assert test.high == pytest.approx(0.9975, abs=1e-4)


def test_no_win_at_all_is_no_evidence():
    assert sign_test(0, 5).p_value == 1


@pytest.mark.parametrize(("wins", "pairs"), [(0, 0), (3, 2), (-1, 2)])
def test_counts_that_cannot_be_are_refused(wins, pairs):
    with pytest.raises(ValueError, match="wins"):
        sign_test(wins, pairs)


def test_a_tie_loses_unless_it_is_drawn():
    same = np.zeros(20_000)
    assert twin_wins(same, same).sum() == 0
    drawn = twin_wins(same, same, Ties.KEYED, generator("ties")).sum()
    assert 9_700 < drawn < 10_300


def test_a_run_of_wins_is_detected_early():
    # After s wins in a row E = 2^(s+1) / (s+1) (1 - 2^-(s+1)): 18.1 at 6, 31.9 at 7 pairs
    test = sequential_sign_test([True] * 30, false_detections=0.05)
    assert test.stopped_at == 7
    assert test.evidence == pytest.approx((2**31 - 1) / 31)
    assert test.p_value == pytest.approx(31 / (2**31 - 1))


def test_losses_never_detect():
    test = sequential_sign_test([False] * 2_000)
    assert test.stopped_at is None
    assert test.p_value == 1


def test_nothing_seen_is_no_evidence():
    assert sequential_sign_test([]).p_value == 1


def test_false_alarms_of_the_sequential_test_stay_below_the_rate_at_any_time():
    coins = generator("coins").random((1_500, 400)) < 0.5
    alarms = sum(sequential_sign_test(row, 0.1).stopped_at is not None for row in coins)
    assert alarms / 1_500 < 0.12
    assert alarms > 0


def test_a_rate_that_is_none_is_refused():
    with pytest.raises(ValueError, match="rate"):
        sequential_sign_test([True], 0)


def test_the_paired_test_is_students():
    # d = 1, 2, 3: mean 2, sd 1, t = 2 sqrt 3; P(T_2 > t) = 0.0371
    test = paired_test([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    assert test.t == pytest.approx(2 * math.sqrt(3))
    assert test.p_value == pytest.approx(0.037090, abs=1e-6)
    assert test.wilcoxon_p_value == pytest.approx(1 / 8)
    assert test.low < 0 < test.mean < test.high


def test_pairs_that_all_tie_are_no_evidence():
    test = paired_test([1.0, 1.0], [1.0, 1.0])
    assert (test.p_value, test.wilcoxon_p_value, test.t) == (1, 1, 0)


def test_equal_differences_count_by_their_number():
    assert paired_test([2.0] * 5, [1.0] * 5).p_value == pytest.approx(1 / 32)
    assert paired_test([1.0] * 5, [2.0] * 5).p_value == 1


@pytest.mark.parametrize(
    ("published", "hidden"), [([1.0], [0.0]), ([1.0, 2.0], [1.0]), ([math.nan, 1.0], [1.0, 2.0]), ([], [])]
)
def test_what_is_no_pairs_is_refused(published, hidden):
    with pytest.raises(ValueError, match=r"pair|published|hidden"):
        paired_test(published, hidden)
