"""The one-run bound against the published values, hand computation and a private mechanism."""

import math

import numpy as np
import pytest

from evaluation.memorisation.draws import generator
from evaluation.memorisation.one_run import (
    audit_p_value,
    epsilon_lower_bound,
    one_run_audit,
    pair_audit,
)


@pytest.mark.parametrize(
    ("vector", "epsilon"),
    [((1_000, 100, 75, 1e-4, 0.05), 0.673), ((100_000, 1_510, 1_439, 1e-5, 0.05), 2.676)],
)
def test_the_bound_equals_the_published_one(vector, epsilon):
    assert epsilon_lower_bound(*vector) == pytest.approx(epsilon, abs=0.002)


def test_without_delta_the_bound_inverts_the_binomial():
    # 10 of 10 right: q^10 = 0.05, epsilon = ln(q / (1 - q))
    q = 0.05**0.1
    assert epsilon_lower_bound(10, 10, 10, 0.0) == pytest.approx(math.log(q / (1 - q)))


def test_the_p_value_by_hand():
    # r = 2, v = 2, q = 1/2: P = 1/4; below: P[B=1] / 1 = 1/2, P[B>=0] / 2 = 3/8
    assert audit_p_value(4, 2, 2, 0.0, 0.01) == pytest.approx(0.25 + 2 * 4 * 0.01 * 0.5)


def test_chance_gives_no_bound():
    assert epsilon_lower_bound(1_000, 100, 50, 1e-5) == 0
    assert epsilon_lower_bound(1_000, 0, 0, 1e-5) == 0


def test_a_p_value_never_exceeds_one():
    assert audit_p_value(1_000, 10, 5, 0.0, 1.0) == 1


def test_more_right_guesses_never_lower_the_bound():
    bounds = [epsilon_lower_bound(500, 100, v, 1e-5) for v in range(50, 101, 5)]
    assert bounds == sorted(bounds)


@pytest.mark.parametrize(
    "vector", [(0, 0, 0, 0.0), (10, 11, 5, 0.0), (10, 5, 6, 0.0), (10, 5, -1, 0.0), (10, 5, 5, 1.5)]
)
def test_counts_that_cannot_be_are_refused(vector):
    with pytest.raises(ValueError, match=r"right of|epsilon"):
        epsilon_lower_bound(*vector)


def test_perfect_memory_is_bounded_far_from_zero():
    coins = np.arange(200) % 2 == 0
    audit = one_run_audit(coins * 1.0, coins, generator("perfect"))
    assert audit.right == audit.guesses == 200
    assert audit.epsilon > 3
    assert audit.p_value < 1e-50


def test_randomised_response_is_never_called_less_private_than_it_is():
    epsilon, wrong = 1.0, 0
    for run in range(80):
        draws = generator("response", str(run))
        coins = draws.random(300) < 0.5
        told = np.where(draws.random(300) < math.e / (1 + math.e), coins, ~coins)
        wrong += one_run_audit(told + draws.random(300) / 10, coins, draws, delta=0.0).epsilon > epsilon
    assert wrong <= 9


def test_without_memory_the_audit_says_nothing():
    found = 0
    for run in range(200):
        draws = generator("nothing", str(run))
        found += one_run_audit(draws.normal(size=200), draws.random(200) < 0.5, draws).p_value <= 0.05
    assert found <= 16


def test_equal_scores_tell_nothing_even_if_the_coins_are_in_order():
    coins = np.arange(400) < 200
    assert one_run_audit(np.zeros(400), coins, generator("order")).epsilon == 0


@pytest.mark.parametrize(
    ("scores", "coins"), [([1.0], [True]), ([1.0, 2.0], [True]), ([], []), ([math.nan] * 4, [1] * 4)]
)
def test_scores_without_coins_are_refused(scores, coins):
    with pytest.raises(ValueError, match="scores"):
        one_run_audit(scores, coins, generator("bad"))


def test_pairs_are_guessed_by_the_widest_gap():
    # 10 pairs, all right: every share of guesses is right, the largest gives the most
    audit = pair_audit(np.arange(10) + 1.0, np.zeros(10), delta=0.0)
    assert (audit.guesses, audit.right) == (10, 10)
    q = (0.05 / 4) ** 0.1  # numbers of guesses: 1, 2, 5, 10
    assert audit.epsilon == pytest.approx(math.log(q / (1 - q)))


def test_pairs_with_equal_scores_tell_nothing():
    audit = pair_audit(np.zeros(50), np.zeros(50))
    assert (audit.right, audit.epsilon, audit.p_value) == (0, 0, 1)


def test_pairs_without_memory_tell_nothing():
    draws, found = generator("pairs"), 0
    for _ in range(200):
        found += pair_audit(draws.normal(size=100), draws.normal(size=100)).p_value <= 0.05
    assert found <= 16


def test_scores_that_are_no_pairs_are_refused():
    with pytest.raises(ValueError, match="no pairs"):
        pair_audit([1.0, 2.0], [1.0])
