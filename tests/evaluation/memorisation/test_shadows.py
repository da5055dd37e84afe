"""LiRA and counterfactual memorisation from shadow scores."""

import math

import numpy as np
import pytest

from evaluation.memorisation.draws import generator
from evaluation.memorisation.shadows import (
    Variance,
    counterfactual_memory,
    leave_one_out_lira,
    lira,
    logit,
    tpr_at_fpr,
)


def shadow_scores(effect, units=120, models=8, name="shadows"):
    draws = generator(name)
    inside = np.argsort(draws.random((units, models)), axis=1) < models // 2
    scores = draws.normal(size=(units, models)) + draws.normal(size=(units, 1)) + effect * inside
    return scores, inside


def test_lira_by_hand():
    # in: 2, 4 (mean 3, variance 2); out: 0, 2 (mean 1, variance 2)
    # (phi - 1)^2 / 4 - (phi - 3)^2 / 4 at phi = 3: 1
    scores, inside = [[2.0, 4.0, 0.0, 2.0]], [[True, True, False, False]]
    for variance in Variance:
        assert lira([3.0], scores, inside, variance)[0] == pytest.approx(1.0)


def test_each_unit_may_have_its_own_variance():
    scores = [[0.0, 2.0, 0.0, 20.0]]
    inside = [[True, True, False, False]]
    own = lira([1.0], scores, inside, Variance.EACH)[0]
    # variances 2 and 200, means 1 and 10
    assert own == pytest.approx(0.5 * math.log(100) + 81 / 400)


def test_lira_tells_members_from_others():
    scores, inside = shadow_scores(3.0)
    judged = leave_one_out_lira(scores, inside)
    found = tpr_at_fpr(judged[inside], judged[~inside], 0.05)
    assert found.rate > 0.5
    assert found.low < found.rate < found.high


def test_lira_tells_nothing_without_memory():
    scores, inside = shadow_scores(0.0, units=400)
    judged = leave_one_out_lira(scores, inside)
    assert tpr_at_fpr(judged[inside], judged[~inside], 0.05).rate < 0.09


def test_scores_that_do_not_vary_give_no_infinite_ratio():
    assert np.isfinite(lira([1.0], [[1.0, 1.0, 1.0, 1.0]], [[True, True, False, False]])).all()


def test_a_unit_without_models_on_one_side_is_refused():
    with pytest.raises(ValueError, match="0 shadow models"):
        lira([1.0], [[1.0, 2.0]], [[True, True]])
    with pytest.raises(ValueError, match="1 shadow models"):
        lira([1.0], [[1.0, 2.0]], [[True, False]], Variance.EACH)
    with pytest.raises(ValueError, match="too few"):
        lira([1.0], [[1.0, 2.0]], [[True, False]])


def test_the_rate_at_few_false_positives_by_hand():
    members, others = [5.0, 4.0, 3.0, 1.0], np.arange(10) / 2  # highest 4.5, then 4.0
    assert tpr_at_fpr(members, others, 0.0).rate == 0.25
    assert tpr_at_fpr(members, others, 0.1).rate == 0.25  # 4.0 ties with the threshold
    assert tpr_at_fpr(members, others, 0.2).rate == 0.5
    assert tpr_at_fpr(members, others, 0.001).allowed == 0


def test_counterfactual_memory_by_hand():
    found = counterfactual_memory([[1.0, 3.0, 0.0, 2.0], [5.0, 1.0, 5.0, 1.0]], [[1, 1, 0, 0], [1, 0, 1, 0]])
    assert found.memory.tolist() == [1.0, 4.0]
    assert found.test.mean == 2.5


def test_counterfactual_memory_is_found_and_not_invented():
    assert counterfactual_memory(*shadow_scores(1.0)).test.p_value < 1e-6
    p = [counterfactual_memory(*shadow_scores(0.0, 40, 8, str(run))).test.p_value for run in range(200)]
    assert 2 <= sum(one <= 0.05 for one in p) <= 20


def test_the_logit_is_clipped_and_checked():
    assert logit([0.5]).tolist() == [0.0]
    assert np.isfinite(logit([0.0, 1.0])).all()
    with pytest.raises(ValueError, match="probabilities"):
        logit([1.1])
