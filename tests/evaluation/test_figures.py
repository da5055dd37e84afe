import pytest

from evaluation.figures import Figure, share, table, wilson


def test_wilson_interval_of_a_known_case():
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=0.001)


@pytest.mark.parametrize(
    ("value", "better", "met"), [(99.0, ">=", True), (98.9, ">=", False), (0.5, "<=", True), (6, "<=", False)]
)
def test_a_target_is_met_on_its_own_side(value, better, met):
    target = 99.0 if better == ">=" else 0.5
    assert Figure("recall", value, better, target).met is met


def test_the_table_says_which_rows_are_missed():
    shown = table([share("found", 8, 10, ">=", 75), share("lost", 2, 10, "<=", 1)]).splitlines()
    assert shown[1].split()[-5:-3] == ["75", "yes"]
    assert " NO " in shown[2]
    assert "2 of 10" in shown[2]
