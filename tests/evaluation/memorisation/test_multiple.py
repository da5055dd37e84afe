"""Corrections for several tests, against textbook values."""

import pytest

from evaluation.memorisation.multiple import benjamini_hochberg, holm


def test_holm_steps_down_and_keeps_the_order_given():
    assert holm([0.04, 0.01, 0.03]).tolist() == pytest.approx([0.06, 0.03, 0.06])


def test_holm_never_exceeds_one():
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]


def test_benjamini_hochberg_steps_up():
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.5]).tolist() == pytest.approx(
        [0.04, 0.16 / 3, 0.16 / 3, 0.5]
    )


@pytest.mark.parametrize("correct", [holm, benjamini_hochberg])
@pytest.mark.parametrize("p", [[], [2.0], [-0.1], [float("nan")]])
def test_what_is_no_p_value_is_refused(correct, p):
    with pytest.raises(ValueError, match="p-values"):
        correct(p)
