import pytest

from evaluation.clustered import ClusterDraws
from evaluation.judging.agreement import agreement


def agreed(first, second):
    names = [str(number) for number in range(len(first))]
    return agreement(first, second, names, ClusterDraws(names))


def test_kappa_and_ac1_of_a_known_table():
    # 20 both, 5 first only, 10 second only, 15 neither: Cohen's textbook case.
    first = [True] * 25 + [False] * 25
    second = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    found = agreed(first, second)
    assert (found.both, found.first_only, found.second_only) == (20, 5, 10)
    assert found.share.value == pytest.approx(0.70)
    assert found.kappa.value == pytest.approx(0.40)
    assert found.ac1.value == pytest.approx((0.7 - 0.495) / (1 - 0.495))
    assert found.kappa.low < 0.40 < found.kappa.high


def test_ac1_stays_high_where_nearly_all_answers_are_alike():
    first = [False] * 100
    found = agreed(first, [True, *first[1:]])
    assert found.kappa.value == pytest.approx(0.0)
    assert found.ac1.value > 0.98


def test_judges_without_a_common_answer_are_an_error():
    with pytest.raises(ValueError, match="no answer"):
        agreed([], [])
