"""Ranks among references and their p-values."""

import numpy as np
import pytest

from evaluation.memorisation.draws import generator
from evaluation.memorisation.ranks import Ties, rank_p_values, ranks, smooth_p_values


def test_a_canary_above_all_references_has_rank_one():
    assert ranks([5.0], [[1.0, 2.0, 3.0]]).tolist() == [1]


def test_a_canary_below_all_references_has_the_last_rank():
    assert ranks([0.0], [[1.0, 2.0, 3.0]]).tolist() == [4]


def test_a_tie_counts_against_the_canary():
    assert ranks([2.0], [[1.0, 2.0, 2.0, 3.0]]).tolist() == [4]


def test_keyed_ties_are_spread_evenly_and_follow_from_the_names_alone():
    references = np.zeros((30_000, 2))
    first = ranks(np.zeros(30_000), references, Ties.KEYED, generator("a"))
    assert np.array_equal(first, ranks(np.zeros(30_000), references, Ties.KEYED, generator("a")))
    counts = np.bincount(first)[1:]
    assert counts.min() > 9_700
    assert counts.sum() == 30_000


def test_the_p_value_counts_the_canary_itself():
    assert rank_p_values([1, 50, 100], 99).tolist() == [0.01, 0.5, 1.0]


def test_smooth_p_values_of_uniform_ranks_are_uniform():
    draws = generator("smooth")
    p = smooth_p_values(draws.integers(1, 11, 20_000), 9, draws)
    assert p.min() > 0
    assert p.max() <= 1
    shares = np.histogram(p, bins=40, range=(0, 1))[0]
    assert shares.min() > 400


def test_p_values_never_claim_more_than_their_size_even_if_all_scores_are_equal():
    assert rank_p_values(ranks([0.0], [[0.0] * 9]), 9).tolist() == [1.0]


@pytest.mark.parametrize(
    ("canary", "references"),
    [
        ([], []),
        ([np.nan], [[1.0]]),
        ([1.0], [[np.inf]]),
        ([1.0], [1.0]),
        ([1.0, 2.0], [[1.0]]),
    ],
)
def test_scores_that_are_no_scores_are_refused(canary, references):
    with pytest.raises(ValueError, match=r"canary|references"):
        ranks(canary, references)


@pytest.mark.parametrize(("rank", "references"), [([0], 9), ([11], 9), ([1], 0), ([], 9)])
def test_ranks_that_cannot_be_are_refused(rank, references):
    with pytest.raises(ValueError, match="ranks must lie"):
        rank_p_values(rank, references)


def test_keyed_ties_need_something_to_draw_from():
    with pytest.raises(ValueError, match="generator"):
        ranks([1.0], [[1.0]], Ties.KEYED)
