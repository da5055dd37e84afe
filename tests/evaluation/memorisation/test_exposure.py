"""Exposure in bits."""

import math

import numpy as np
import pytest

from evaluation.memorisation.draws import generator
from evaluation.memorisation.exposure import (
    NULL_EXPOSURE,
    extrapolated_exposure,
    null_mean_exposure,
    sampled_exposure,
)


def test_exposure_is_capped_at_the_logarithm_of_the_references():
    assert sampled_exposure([1, 2, 512, 1024], 1024).tolist() == [10, 9, 1, 0]


def test_the_last_rank_lies_just_below_zero():
    assert sampled_exposure([5], 4)[0] == pytest.approx(math.log2(4 / 5))


@pytest.mark.parametrize("references", [1, 9, 99, 999])
def test_the_null_mean_is_the_mean_over_all_ranks(references):
    mean = sampled_exposure(np.arange(1, references + 2), references).mean()
    assert null_mean_exposure(references) == pytest.approx(mean)


def test_the_null_line_is_reached_with_many_references():
    assert pytest.approx(1.442695, abs=1e-6) == NULL_EXPOSURE
    assert null_mean_exposure(10**6) == pytest.approx(NULL_EXPOSURE, abs=1e-4)


def test_the_fit_agrees_with_the_true_tail_of_normal_references():
    references = generator("normal").normal(size=4_000)
    for z, bits in ((0.0, 1.0), (2.0, 5.458), (4.0, 14.947)):
        assert extrapolated_exposure(z, references) == pytest.approx(bits, rel=0.12)


def test_the_fit_follows_a_skewed_law():
    from scipy.stats import skewnorm

    references = skewnorm.rvs(5, size=4_000, random_state=generator("skew"))
    truth = -math.log2(skewnorm.sf(3.0, 5))
    assert extrapolated_exposure(3.0, references) == pytest.approx(truth, rel=0.1)


def test_the_fit_does_not_care_about_the_unit_of_the_scores():
    references = generator("unit").normal(size=300)
    bits = extrapolated_exposure(3.0, references)
    assert extrapolated_exposure(3e6 - 50, references * 1e6 - 50) == pytest.approx(bits, rel=1e-3)


def test_a_canary_far_out_has_a_finite_exposure_that_grows():
    references = generator("far").normal(size=200)
    bits = [extrapolated_exposure(z, references) for z in (5.0, 20.0, 60.0)]
    assert all(math.isfinite(one) for one in bits)
    assert bits == sorted(bits)
    assert bits[2] > 1_000


@pytest.mark.parametrize("references", [[1.0] * 20, [1.0, 2.0], [np.nan] * 20, [[1.0, 2.0]] * 10])
def test_references_that_cannot_be_fitted_are_refused(references):
    with pytest.raises(ValueError, match="references"):
        extrapolated_exposure(1.0, references)


@pytest.mark.parametrize(("rank", "references"), [([0], 5), ([7], 5), ([1], 0)])
def test_impossible_ranks_are_refused(rank, references):
    with pytest.raises(ValueError, match="ranks"):
        sampled_exposure(rank, references)
