"""Entropies of token distributions."""

import math

import numpy as np
import pytest

from evaluation.memorisation.renyi import max_renyi, renyi_entropy

P = np.array([0.5, 0.25, 0.25])


@pytest.mark.parametrize(
    ("order", "nats"),
    [
        (0.0, math.log(3)),
        (0.5, 2 * math.log(math.sqrt(0.5) + 1)),
        (1.0, 1.5 * math.log(2)),
        (2.0, -math.log(0.375)),
        (math.inf, math.log(2)),
    ],
)
def test_entropies_by_hand(order, nats):
    assert renyi_entropy(np.log(P), order) == pytest.approx(nats)


def test_the_order_one_is_the_limit_of_its_neighbours():
    near = [renyi_entropy(np.log(P), 1 + step) for step in (-1e-6, 1e-6)]
    assert near == pytest.approx([float(renyi_entropy(np.log(P)))] * 2, abs=1e-5)


def test_logits_may_be_shifted_huge_and_impossible():
    assert renyi_entropy(np.log(P) + 1e4, 2.0) == pytest.approx(-math.log(0.375))
    for order in (0.0, 0.5, 1.0, 2.0, math.inf):
        assert renyi_entropy([3.0, -math.inf], order) == pytest.approx(0, abs=1e-12)


def test_the_least_sure_tokens_count():
    sure, unsure = [100.0, 0.0], [0.0, 0.0]
    logits = [sure] * 9 + [unsure]
    assert max_renyi(logits, 10) == pytest.approx(math.log(2))
    assert max_renyi(logits, 0) == pytest.approx(math.log(2))
    assert max_renyi(logits, 20) == pytest.approx(math.log(2) / 2)
    assert max_renyi(logits, 100) == pytest.approx(math.log(2) / 10)


@pytest.mark.parametrize(
    "logits", [[], [[math.nan, 1.0]], [[math.inf, 1.0]], [[-math.inf, -math.inf]], [1.0, 2.0]]
)
def test_what_is_no_distribution_per_token_is_refused(logits):
    with pytest.raises(ValueError, match="logits"):
        max_renyi(logits)


def test_orders_and_shares_out_of_range_are_refused():
    with pytest.raises(ValueError, match="order"):
        renyi_entropy([0.0], -1)
    with pytest.raises(ValueError, match="share"):
        max_renyi([[0.0]], 101)
