"""The power calculator against simulation, published thresholds and its own limits."""

import math

import numpy as np
import pytest

from evaluation.memorisation.combine import exact_fisher_p_value, rank_sum_p_value
from evaluation.memorisation.compare import group_difference
from evaluation.memorisation.draws import generator
from evaluation.memorisation.power import (
    Alternative,
    Effect,
    critical_wins,
    detectable,
    detectable_slope,
    needed,
    needed_references,
    power_of_fisher,
    power_of_groups,
    power_of_rank_sum,
    power_of_twins,
    significant_auc,
)
from evaluation.memorisation.power_table import (
    Plan,
    effect_asked,
    parse_ladder,
    planted_needed,
    power_rows,
    remarks,
)
from schemas.errors import ConfigError

EFFECT = Alternative(Effect.AUC, 0.62)


def lehmann(auc, shape, draws):
    """Shares of references above canaries that beat a reference with probability ``auc``."""
    return draws.random(shape) ** (auc / (1 - auc))


@pytest.mark.parametrize(
    ("calculated", "test"),
    [(power_of_rank_sum, rank_sum_p_value), (power_of_fisher, exact_fisher_p_value)],
)
def test_calculated_power_agrees_with_simulation(calculated, test):
    draws = generator("power")
    above = draws.binomial(19, lehmann(EFFECT.auc, (300, 15), draws))
    found = np.mean([test(1 + row, 19) <= 0.05 for row in above])
    assert found == pytest.approx(calculated(15, 19, 0.05, EFFECT), abs=0.09)


def test_the_power_of_two_groups_agrees_with_simulation():
    draws = generator("groups")
    p = [
        group_difference(-lehmann(EFFECT.auc, 40, draws), -draws.random(40), draws).p_value
        for _ in range(300)
    ]
    assert np.mean(np.asarray(p) <= 0.05) == pytest.approx(power_of_groups(40, 40, 0.05, EFFECT), abs=0.09)


@pytest.mark.parametrize("kind", list(Effect))
def test_ranks_of_an_effect_have_its_mean(kind):
    effect = Alternative(kind, {Effect.AUC: 0.7, Effect.BITS: 3.0, Effect.SHARE: 0.4}[kind])
    law = effect.ranks(50)
    assert law.sum() == pytest.approx(1)
    beaten = law @ (50 - np.arange(51)) / 50
    assert beaten == pytest.approx(effect.auc)


def test_no_effect_is_found_at_the_error_rate():
    none = Alternative(Effect.AUC, 0.5)
    assert power_of_rank_sum(30, 19, 0.05, none) == pytest.approx(0.05, abs=0.005)
    assert power_of_fisher(30, 19, 0.05, none) == pytest.approx(0.05, abs=0.005)
    assert power_of_groups(30, 30, 0.05, none) == pytest.approx(0.05, abs=0.005)
    assert power_of_twins(30, 0.05, none) <= 0.05


def test_thresholds_of_two_groups_are_the_known_ones():
    assert significant_auc(20, 20, 0.05) == pytest.approx(0.652, abs=0.001)
    assert significant_auc(200, 200, 0.05) == pytest.approx(0.548, abs=0.001)


def test_twins_by_hand():
    # P(Bin(10, 1/2) >= 9) = 11/1024 and P(>= 8) = 56/1024
    assert critical_wins(10, 0.05) == 9
    assert critical_wins(4, 0.05) == 5
    assert power_of_twins(4, 0.05, Alternative(Effect.SHARE, 1.0)) == 0
    assert power_of_twins(10, 0.05, Alternative(Effect.AUC, 0.9)) == pytest.approx(
        10 * 0.9**9 * 0.1 + 0.9**10
    )


def test_detectable_and_needed_are_inverse():
    effect = detectable(lambda one: power_of_rank_sum(50, 99, 0.05, one), Effect.AUC, 0.8)
    size = needed(lambda k: power_of_rank_sum(k, 99, 0.05, Alternative(Effect.AUC, effect)), 0.8)
    assert size == pytest.approx(50, abs=2)


def test_the_planted_identities_an_effect_needs_have_the_power():
    count = planted_needed(0.6, Plan())
    effect = Alternative(Effect.AUC, 0.6)
    assert power_of_rank_sum(count, 99, 0.05, effect) >= 0.8 > power_of_rank_sum(count - 2, 99, 0.05, effect)


def test_what_no_size_shows_is_told():
    assert detectable(lambda one: power_of_rank_sum(1, 9, 0.05, one), Effect.AUC, 0.8) is None
    assert needed(lambda _: 0.1, 0.8) is None


def test_references_for_one_canary_and_for_the_best_of_many():
    assert needed_references(0.05) == 19
    assert needed_references(0.05, 200) == 3_999


def test_a_longer_ladder_shows_flatter_slopes():
    short, long = (detectable_slope(rungs, 100, 0.05, 0.8) for rungs in ((0, 1, 2), (0, 1, 2, 4, 8, 16)))
    assert 0 < long < short
    assert detectable_slope((1,), 100, 0.05, 0.8) is None


def test_rows_say_what_is_seen_and_what_is_needed():
    rows = {row.test: row for row in power_rows(Plan(30, 19), Alternative(Effect.AUC, 0.7))}
    assert rows["one canary"].smallest == 0.05
    assert rows["one canary"].identities is None
    assert 0.5 < rows["Fisher"].auc < rows["twins"].auc < 1
    assert rows["rank sum"].power > 0.8
    assert rows["rank sum"].identities < 30
    assert rows["rank sum"].bits == pytest.approx(
        1.4427 * rows["rank sum"].auc / (1 - rows["rank sum"].auc), rel=1e-3
    )


def test_remarks_are_honest_about_too_little():
    said = " ".join(remarks(Plan(4, 9, ladder=(1, 2, 4, 8, 16))))
    assert "p of one canary cannot be below 0.1" in said
    assert "takes 19 references" in said
    assert "4 twins are too few" in said
    assert "4 identities do not fill 5 rungs" in said


@pytest.mark.parametrize(
    "wrong",
    [
        {"identities": 0},
        {"references": 0},
        {"identities": 4_096, "references": 10_000},
        {"alpha": 0.0},
        {"alpha": math.nan},
        {"power": 1.0},
        {"ladder": (-1,)},
    ],
)
def test_plans_that_cannot_be_are_refused(wrong):
    with pytest.raises(ConfigError):
        Plan(**wrong)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((1.5, None, None), "auc must lie"),
        ((None, 1.0, None), "bits must lie"),
        ((None, None, -0.1), "share must lie"),
        ((math.nan, None, None), "auc must lie"),
        ((0.6, 2.0, None), "one effect"),
    ],
)
def test_effects_that_cannot_be_are_refused(given, said):
    with pytest.raises(ConfigError, match=said):
        effect_asked(*given)


@pytest.mark.parametrize("written", ["", "1,,2", "1;2", "-1", "x", "1e3", "9" * 20])
def test_ladders_that_are_none_are_refused(written):
    with pytest.raises(ConfigError, match="whole numbers"):
        parse_ladder(written)


def test_a_ladder_is_read():
    assert parse_ladder("1, 2,64") == (1, 2, 64)
    assert parse_ladder(None) == ()
