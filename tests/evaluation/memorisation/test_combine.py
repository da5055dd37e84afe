"""Combinations of p-values against enumeration and hand-computed values."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import norm

from evaluation.memorisation.combine import (
    exact_fisher_p_value,
    fisher_p_value,
    pool_p_value,
    rank_sum_p_value,
    recurring_p_value,
)
from evaluation.memorisation.draws import generator


def enumerated(ranks, references, statistic):
    seen = statistic(ranks)
    everything = list(itertools.product(range(1, references + 2), repeat=len(ranks)))
    return sum(statistic(one) >= seen - 1e-9 for one in everything) / len(everything)


def test_fisher_of_one_p_value_is_that_p_value():
    assert fisher_p_value([0.03]) == pytest.approx(0.03)


def test_fisher_of_two_follows_the_closed_form():
    # P = k (1 - ln k) with k the product of both
    k = 0.1 * 0.02
    assert fisher_p_value([0.1, 0.02]) == pytest.approx(k * (1 - math.log(k)))


@pytest.mark.parametrize("ranks", [(1, 1, 1), (1, 4, 2), (5, 5, 4), (2, 3, 3)])
def test_exact_fisher_equals_enumeration(ranks):
    truth = enumerated(ranks, 4, lambda r: -sum(math.log(one / 5) for one in r))
    assert exact_fisher_p_value(ranks, 4) == pytest.approx(truth, rel=1e-6)


@pytest.mark.parametrize("ranks", [(1, 1, 1), (1, 4, 2), (5, 5, 4), (5, 5, 5)])
def test_the_exact_rank_sum_equals_enumeration(ranks):
    truth = enumerated(ranks, 4, lambda r: -sum(r))
    assert rank_sum_p_value(ranks, 4) == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("combine", [exact_fisher_p_value, rank_sum_p_value])
def test_a_tiny_p_value_keeps_its_digits(combine):
    log_p = math.log10(combine([1] * 60, 99))
    assert log_p == pytest.approx(-120, abs=0.02)


def test_sizes_may_differ():
    p = rank_sum_p_value([1, 1], [1, 2])
    assert p == pytest.approx(1 / 6)
    assert exact_fisher_p_value([1, 1], [1, 2]) == pytest.approx(1 / 6, rel=1e-6)


def test_the_chi_square_is_conservative_on_ranks_among_few_references():
    for ranks in ([1, 2, 1, 3], [2, 2, 2, 2], [1, 1, 1, 1]):
        assert exact_fisher_p_value(ranks, 3) < fisher_p_value(np.asarray(ranks) / 4)


def test_the_rank_sum_of_many_canaries_agrees_with_the_normal_law():
    ranks = generator("many").integers(1, 96, 400)
    mean, deviation = 400 * 50.5, math.sqrt(400 * (100**2 - 1) / 12)
    expected = norm.cdf((ranks.sum() + 0.5 - mean) / deviation)
    assert rank_sum_p_value(ranks, 99) == pytest.approx(expected, rel=0.01)


def test_a_pool_without_ties_is_enumerated():
    # 2 of 4 on top: one of 6 draws
    assert pool_p_value([3.0, 4.0], [1.0, 2.0], generator("pool")) == pytest.approx(1 / 6)


def test_a_small_pool_with_ties_is_permuted():
    p = pool_p_value([2.0, 2.0], [1.0, 1.0, 2.0], generator("tied"))
    assert p == pytest.approx(3 / 10, abs=0.02)


def test_a_few_among_very_many_are_judged_without_holding_all_permutations():
    others = np.arange(200_000) / 200_000
    for own in ([0.999, 0.98, 0.97], [0.5, 0.5, 0.5]):
        p = pool_p_value(own, others, generator("few"), 999)
        swapped = pool_p_value(-others, [-one for one in own], generator("many"), 999)
        assert p == pytest.approx(swapped, abs=0.05)
    assert recurring_p_value([1, 1, 2], 200_000, generator("few"), 999) == pytest.approx(0.001)


def test_a_large_pool_is_uniform_under_the_null():
    draws = generator("large pool")
    p = [pool_p_value(draws.normal(size=30), draws.normal(size=40), draws) for _ in range(400)]
    assert 0.02 < np.mean(np.asarray(p) <= 0.05) < 0.08


@pytest.mark.parametrize(("canaries", "references"), [(3, 5), (30, 19), (1, 99)])
def test_ranks_among_the_same_references_are_calibrated(canaries, references):
    draws, found, naive = generator("recurring", str(canaries)), [], []
    for _ in range(400):
        scores = draws.normal(size=canaries + references)
        rank = 1 + (scores[canaries:] > scores[:canaries, None]).sum(axis=1)
        found.append(recurring_p_value(rank, references, draws, 999))
        naive.append(rank_sum_p_value(rank, references))
    assert 0.02 <= np.mean(np.asarray(found) <= 0.05) <= 0.08
    if canaries == 30:
        assert np.mean(np.asarray(naive) <= 0.05) > 0.1


@pytest.mark.parametrize("p", [[0.0], [1.1], [np.nan], []])
def test_what_is_no_p_value_is_refused(p):
    with pytest.raises(ValueError, match="p-values"):
        fisher_p_value(p)


@pytest.mark.parametrize(("ranks", "sizes"), [([0], 3), ([5], 3), ([1], 0), ([], 3), ([[1]], 3)])
def test_impossible_ranks_are_refused(ranks, sizes):
    with pytest.raises(ValueError, match="ranks"):
        exact_fisher_p_value(ranks, sizes)
