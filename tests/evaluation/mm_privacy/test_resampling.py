"""Intervals over personas: what they must say at the edges and how often they cover."""

import numpy as np
import pytest

from evaluation.mm_privacy.inconsistency import inconsistency
from evaluation.mm_privacy.pairs import compare, mcnemar, sign_flip
from evaluation.mm_privacy.resampling import Bootstrap, bounded, difference, joined

KEY = b"k" * 32


def drawn(hits, clusters, draws=500):
    cells = np.zeros(len(hits), dtype=np.int64)
    return Bootstrap(np.asarray(clusters), draws, KEY).shares(np.asarray(hits, dtype=bool), cells, 1)


def test_probes_of_one_persona_count_as_one():
    hits = np.arange(50) % 2 == 0
    alone = drawn(hits, np.arange(50)).estimate(0)
    eight_times = drawn(np.repeat(hits, 8), np.repeat(np.arange(50), 8)).estimate(0)
    assert eight_times.value == alone.value == 0.5
    assert eight_times.high - eight_times.low == pytest.approx(alone.high - alone.low, abs=0.02)
    independent = drawn(np.repeat(hits, 8), np.arange(400)).estimate(0)
    assert independent.high - independent.low < 0.5 * (eight_times.high - eight_times.low)


@pytest.mark.parametrize("hit", [False, True])
def test_no_interval_has_width_zero(hit):
    share = drawn(np.full(40, hit), np.repeat(np.arange(20), 2)).estimate(0)
    assert share.value == hit
    assert 0.1 < share.high - share.low < 0.2


def test_a_cell_that_is_empty_has_no_share():
    found = Bootstrap(np.arange(3), 10, KEY).shares(np.ones(3, dtype=bool), np.array([0, 0, -1]), 2)
    assert found.estimate(0).total == 2
    with pytest.raises(ValueError, match="empty"):
        found.estimate(1)


def test_the_draws_follow_from_the_key_alone():
    hits = np.arange(30) % 3 == 0
    assert np.array_equal(drawn(hits, np.arange(30)).draws, drawn(hits, np.arange(30)).draws)
    other = Bootstrap(np.arange(30), 500, b"o" * 32).shares(hits, np.zeros(30, dtype=np.int64), 1)
    assert not np.array_equal(drawn(hits, np.arange(30)).draws, other.draws)


def test_bootstrap_intervals_cover_the_share_about_95_times_in_100():
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        rates = rng.beta(2, 4, size=80)
        share = drawn((rng.random((80, 4)) < rates[:, None]).ravel(), np.repeat(np.arange(80), 4), 300)
        found = share.estimate(0)
        covered += found.low <= 1 / 3 <= found.high
    assert 184 <= covered <= 200


def test_a_difference_of_shares_that_cannot_be_drawn_keeps_its_error():
    all_of_them, none = drawn(np.ones(20), np.arange(20)), drawn(np.zeros(20), np.arange(20))
    gap = difference(all_of_them.estimate(0), none.estimate(0), all_of_them.draws[0] - none.draws[0])
    assert gap.value == 1
    assert 0.7 < gap.low < 0.9
    assert gap.high == 1
    same = difference(none.estimate(0), none.estimate(0), none.draws[0] - none.draws[0])
    assert same.low < 0 < same.high


def test_an_interval_is_never_narrower_than_the_quantiles_of_the_draws():
    found = bounded(1000, 2000, 1000, np.linspace(0, 1, 1001))
    assert found.low <= 0.025
    assert found.high >= 0.975


def test_draws_that_agree_are_worth_one_trial_for_each_persona():
    found = bounded(100, 400, 100, np.full(50, 0.25))
    assert (found.low, found.high) == pytest.approx((0.175, 0.343), abs=0.005)


def test_rare_hits_of_few_personas_are_covered():
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(200):
        hits = rng.random((35, 5)) < rng.beta(0.02, 0.98, size=35)[:, None]
        found = drawn(hits.ravel(), np.repeat(np.arange(35), 5), 200).estimate(0)
        covered += found.low <= 0.02 <= found.high
    assert covered >= 186


def test_twins_are_drawn_together():
    groups = joined([("e1", "d1"), ("d1", "d2"), ("e3", "e3")])
    assert groups["e1"] == groups["d1"] == groups["d2"] != groups["e3"]


def test_mcnemar_is_the_exact_binomial():
    assert mcnemar(0, 0) == 1
    assert mcnemar(5, 0) == pytest.approx(2 / 32)


@pytest.mark.parametrize(
    "sums", [[1, 1, 1, 1, 1], [3, -1, 2, 0, 5], [2, 2, -2, 1], [0, 0], [4], [1, -1, 3, 3, -3, 2, 7]]
)
def test_sign_flips_equal_those_of_every_sign(sums):
    signs = np.array(np.meshgrid(*[[-1, 1]] * len(sums))).reshape(len(sums), -1)
    every = np.abs(signs.T @ np.abs(sums)) >= abs(sum(sums))
    assert sign_flip(np.asarray(sums, dtype=float)) == pytest.approx(every.mean())


def test_one_persona_cannot_make_a_difference():
    first, second = np.ones(12, dtype=bool), np.zeros(12, dtype=bool)
    one = compare(first, second, np.zeros(12, dtype=np.int64))
    assert one.p_items < 0.001
    assert one.p_clusters == 1
    many = compare(first, second, np.arange(12))
    assert many.p_clusters == pytest.approx(one.p_items)
    assert many.difference == 1
    with pytest.raises(ValueError, match="nothing"):
        compare(first[:0], second[:0], np.zeros(0, dtype=np.int64))


def test_framings_that_do_not_matter_show_a_range_by_chance_alone():
    rng = np.random.default_rng(1)
    leaks = rng.random((300, 5)) < 0.3
    found = inconsistency(leaks, np.repeat(np.arange(100), 3), 500, KEY)
    assert found.value > 0
    assert found.low == 0
    assert found.by_chance == pytest.approx(found.value, abs=0.05)
    assert found.p > 0.05


def test_a_framing_that_leaks_more_is_seen():
    leaks = np.zeros((60, 3), dtype=bool)
    leaks[:40, 1] = True
    found = inconsistency(leaks, np.arange(60), 500, KEY)
    assert found.value == pytest.approx(2 / 3)
    assert 0.4 < found.low < found.value < found.high
    assert (found.highest, found.lowest) == (1, 0)
    assert found.p < 0.01


@pytest.mark.parametrize("answer", [False, True])
def test_a_model_that_always_does_the_same_is_consistent(answer):
    found = inconsistency(np.full((40, 5), answer), np.arange(40), 200, KEY)
    assert (found.value, found.low, found.p) == (0, 0, 1)
    assert 0 < found.high < 0.12


def test_the_interval_of_the_range_holds_where_there_is_none_and_where_there_is_one():
    rng = np.random.default_rng(3)
    for rates in ([0.3] * 5, [0.1, 0.3, 0.3, 0.3, 0.4]):
        covered = 0
        for _ in range(60):
            found = inconsistency(rng.random((60, 5)) < rates, np.arange(60), 150, KEY)
            covered += found.low <= np.ptp(rates) <= found.high
        assert covered >= 55
