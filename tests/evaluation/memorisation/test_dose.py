"""Dose and response."""

import math

import numpy as np
import pytest

from evaluation.memorisation.dose import dose_response
from evaluation.memorisation.draws import generator

LADDER = np.repeat([0, 1, 2, 4, 8, 16], 8)


def test_the_slope_is_bits_per_doubling():
    found = dose_response([0, 1, 3, 7], [1.0, 2.0, 3.0, 4.0], generator("line"))
    assert found.slope == pytest.approx(1.0)
    assert found.rho == pytest.approx(1.0)
    # one order of 24 rises throughout
    assert found.p_value == pytest.approx(1 / 24, abs=0.01)


def test_a_rising_response_is_found_with_its_rungs():
    response = np.log2(1 + LADDER) + generator("noise").normal(size=LADDER.size)
    found = dose_response(LADDER, response, generator("rising"))
    assert found.p_value <= 0.001
    assert found.low < 1 < found.high
    assert [rung.dose for rung in found.rungs] == [0, 1, 2, 4, 8, 16]
    assert all(rung.units == 8 and rung.low < rung.mean < rung.high for rung in found.rungs)


@pytest.mark.parametrize("repeats", [1, 2])
def test_no_trend_is_found_where_there_is_none(repeats):
    doses, found = np.tile(LADDER, repeats), 0
    for run in range(40):
        draws = generator("flat", str(run))
        found += dose_response(doses, draws.normal(size=doses.size), draws).p_value <= 0.05
    assert found <= 7


def test_equal_responses_are_no_trend():
    found = dose_response([1, 2, 3], [1.0, 1.0, 1.0], generator("equal"))
    assert (found.rho, found.p_value, found.slope) == (0, 1, 0)


def test_a_rung_of_one_unit_has_no_interval():
    found = dose_response([0, 0, 1], [1.0, 2.0, 3.0], generator("one"))
    assert math.isnan(found.rungs[1].low)


@pytest.mark.parametrize(
    ("dose", "response"), [([1, 2], [1.0, 2.0]), ([1, 1, 1], [1.0, 2.0, 3.0]), ([-1, 1, 2], [1.0, 2.0, 3.0])]
)
def test_what_is_no_ladder_is_refused(dose, response):
    with pytest.raises(ValueError, match="dose"):
        dose_response(dose, response, generator("x"))
