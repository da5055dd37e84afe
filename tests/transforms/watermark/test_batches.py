import json
import time

import numpy as np
import pytest

from transforms.watermark.batch_orders import NOBODY, Examples, OrderName, plan_order
from transforms.watermark.batches import batch_report, count_batches, identity_counts, law_of

# Two batches of four: identity 5 twice with one answer and 7 alone; then identity 5 twice with two answers.
CARRIERS = np.array([5, 5, 7, NOBODY, 5, 5, NOBODY, NOBODY])
ANSWERS = np.array([1, 1, 2, 1, 1, 3, 1, 2])
EXAMPLES = Examples(CARRIERS, ANSWERS)
TWO = [np.arange(4), np.arange(4, 8)]


def test_a_small_order_is_counted_by_hand():
    figures = count_batches(EXAMPLES, TWO, 4).figures
    assert figures.present == pytest.approx(3 / 4)
    assert figures.lone == pytest.approx(1 / 3)
    assert figures.repeated == 1
    assert figures.one_answer == 0.5
    assert figures.one_answers == 0.5
    # The commonest answer is 1. Batch 1: identity 5 against it 1/sqrt(3), identity 7 has phi -1; batch 2: 0.
    assert figures.phi == pytest.approx((3**-0.5 + 1 + 0) / 3)


def test_the_gradient_step_is_the_norm_of_summed_residuals():
    shares = np.array([5, 2, 1]) / 8
    one_hot = np.eye(3)[ANSWERS - 1]
    total = 0.0
    for batch in TWO:
        for identity in (5, 7):
            residual = (shares - one_hot[batch])[CARRIERS[batch] == identity].sum(axis=0)
            total += float(residual @ residual) / 16
    assert count_batches(EXAMPLES, TWO, 4).figures.step == pytest.approx(total / 4)


def test_information_is_that_of_the_batch_table():
    # Every carrier has its own answer in a batch of four: information = entropy = 2 bits.
    examples = Examples(np.arange(4), np.arange(4))
    assert count_batches(examples, [np.arange(4)], 4).figures.information == pytest.approx(2.0)


def test_a_last_smaller_batch_is_left_out_and_said_so():
    counted = count_batches(EXAMPLES, [np.arange(4), np.arange(4, 7)], 4)
    assert (counted.batches, counted.left_out) == (1, 1)


def test_identities_are_counted_per_step():
    assert list(identity_counts(EXAMPLES, TWO)) == [(0, 5, 2), (0, 7, 1), (1, 5, 2)]


def test_the_law_is_that_of_the_examples():
    law = law_of(EXAMPLES, 4)
    assert law.carrier_shares == (4 / 8, 1 / 8)
    assert law.answer_shares == (5 / 8, 2 / 8, 1 / 8)


def test_the_report_is_plain_json_and_tells_what_the_order_leaves_out():
    report = json.loads(json.dumps(batch_report(EXAMPLES, [np.array([0, 1, 2, 2])], 4)))
    assert report["examples_never_seen"] == 5
    assert report["examples_seen_again"] == 1
    assert set(report["figures"]["lone"]) == {"predicted", "counted", "error"}


@pytest.mark.parametrize(
    "examples", [Examples(np.full(8, NOBODY), ANSWERS), Examples(CARRIERS[:0], ANSWERS[:0])]
)
def test_a_corpus_without_marks_or_without_examples_gives_zeros(examples):
    batches = plan_order(OrderName.SHUFFLED, examples, 4, b"key")
    report = batch_report(examples, batches, 4)
    assert all(row == {"predicted": 0, "counted": 0, "error": 0} for row in report["figures"].values())


def test_a_shuffled_order_agrees_with_chance_on_a_corpus_whose_answers_are_almost_all_different():
    generator = np.random.Generator(np.random.PCG64(11))
    size = 60_000
    carriers = np.where(generator.random(size) < 0.5, generator.integers(0, 200, size), NOBODY)
    answers = np.where(generator.random(size) < 0.2, 0, np.arange(size))
    start = time.monotonic()
    report = batch_report(
        Examples(carriers, answers), plan_order(OrderName.SHUFFLED, Examples(carriers, answers), 16, b"k"), 16
    )
    assert time.monotonic() - start < 10
    for name, row in report["figures"].items():
        assert row["counted"] == pytest.approx(row["predicted"], rel=0.01, abs=4 * row["error"]), name
