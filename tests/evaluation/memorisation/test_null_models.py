"""2,000 simulated models without memory; all tests on some of them. The full table is
``python -m evaluation.memorisation_quality``."""

import numpy as np
import pytest
from scipy.stats import kstest

from evaluation.memorisation.combine import rank_sum_p_value
from evaluation.memorisation.draws import generator
from evaluation.memorisation.exposure import NULL_EXPOSURE
from evaluation.memorisation.null_models import (
    CONSERVATIVE,
    MODELS,
    calibration,
    measure_bound,
    measure_null,
    null_exposures,
    null_scores,
    simulated_power,
)
from evaluation.memorisation.power import Alternative, Effect, power_of_fisher, power_of_rank_sum
from evaluation.memorisation.ranks import Ties, ranks, smooth_p_values

UNITS, REFERENCES = 12, 99


@pytest.fixture(scope="module")
def null_ranks():
    draws = generator("null test")
    scores = np.stack([null_scores(model, (UNITS, REFERENCES + 1), draws) for model in range(MODELS)])
    return ranks(scores[..., 0], scores[..., 1:], Ties.KEYED, draws)


def assert_calibrated(p):
    assert kstest(p, "uniform").pvalue > 0.01
    assert 0.03 <= np.mean(np.asarray(p) <= 0.05) <= 0.07


def test_rank_p_values_of_models_without_memory_are_uniform(null_ranks):
    assert_calibrated(smooth_p_values(null_ranks, REFERENCES, generator("smooth"))[:, 0])


def test_combined_p_values_of_models_without_memory_are_uniform(null_ranks):
    from scipy.special import chdtrc

    smooth = smooth_p_values(null_ranks, REFERENCES, generator("smooth"))
    assert_calibrated(chdtrc(2 * UNITS, -2 * np.log(smooth).sum(axis=1)))
    # The exact law depends on the sum alone: one evaluation per sum.
    sums = null_ranks.sum(axis=1)
    told = {}
    for row, total in zip(null_ranks, sums, strict=True):
        if total not in told:
            told[total] = rank_sum_p_value(row, REFERENCES)
    assert_calibrated([told[total] for total in sums])


def test_the_mean_exposure_of_models_without_memory_is_the_null_line():
    assert null_exposures(MODELS).mean() == pytest.approx(NULL_EXPOSURE, abs=0.1)


def test_every_test_keeps_its_error_rate_on_models_without_memory():
    for test, p in calibration(60).items():
        assert (p <= 0.05).sum() <= (4 if test in CONSERVATIVE else 9), test


@pytest.mark.slow
def test_all_figures_of_models_without_memory_are_met(tmp_path):
    assert [figure for figure in measure_null(tmp_path) if not figure.met] == []


def test_the_published_bounds_are_met(tmp_path):
    assert all(figure.met for figure in measure_bound(tmp_path))


@pytest.mark.parametrize("kind", list(Effect))
def test_simulated_power_is_the_calculated_one(kind):
    effect = Alternative(kind, {Effect.AUC: 0.65, Effect.BITS: 3.0, Effect.SHARE: 0.3}[kind])
    seen = simulated_power(effect, 15, 19, 150)
    assert seen["rank sum"] == pytest.approx(power_of_rank_sum(15, 19, 0.05, effect), abs=0.13)
    assert seen["Fisher"] == pytest.approx(power_of_fisher(15, 19, 0.05, effect), abs=0.13)
