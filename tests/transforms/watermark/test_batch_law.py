"""Section 4 of the study of arXiv 2503.01208: formulas against counting, and against the published table."""

import math

import numpy as np
import pytest

from transforms.watermark.batch_law import (
    BatchLaw,
    answer_variance,
    expected_information,
    information_bias,
    predict,
    random_walk,
    uniform_law,
    zipf_shares,
)
from transforms.watermark.batch_orders import NOBODY, Examples
from transforms.watermark.batches import count_batches

IDENTITIES = 20
ANSWERS = zipf_shares(100)
BATCHES = 3000
# Batch size, rate -> P(present), P(lone | present), P(some repeat), P(>= 2 carriers, one answer), mean |phi|,
# information in bits, as printed: rounded to the digits shown, the last three from 3,000 batches or fewer.
TABLE = {
    (12, 0.5): (0.26, 0.87, 0.55, 0.04, 0.23, 1.78),
    (12, 1.0): (0.46, 0.74, 0.985, 0.13, 0.24, 2.59),
    (16, 0.5): (0.33, 0.82, 0.76, 0.06, 0.20, 1.84),
    (16, 1.0): (0.56, 0.66, 1.0, 0.17, 0.21, 2.74),
    (256, 1.0): (1.0, None, 1.0, 0.0, 0.05, 1.84),
    (2048, 1.0): (1.0, None, 1.0, 0.0, 0.017, 0.62),
    # |phi| of the last row is printed as .004, from few batches; sqrt(2 / (pi B)) is .0056.
    (20000, 1.0): (1.0, None, 1.0, 0.0, None, 0.07),
}


def drawn(batch_size, rate, batches, seed=7):
    """Batches drawn with replacement from the law itself."""
    generator = np.random.Generator(np.random.PCG64(seed))
    total = batch_size * batches
    shown = generator.random(total) < rate
    carriers = np.where(shown, generator.integers(0, IDENTITIES, total), NOBODY)
    answers = generator.choice(len(ANSWERS), total, p=ANSWERS)
    return Examples(carriers, answers), np.split(np.arange(total), batches)


@pytest.mark.parametrize(("cell", "printed"), TABLE.items(), ids=str)
def test_the_published_table_is_reproduced(cell, printed):
    figures = predict(uniform_law(*cell, IDENTITIES, ANSWERS))
    found = (
        figures.present,
        figures.lone,
        figures.repeated,
        figures.one_answer,
        figures.phi,
        figures.information,
    )
    shared = 3 * math.sqrt(figures.one_answer * (1 - figures.one_answer) / BATCHES)
    # One identity and one answer, where both are in the batch; a half-normal deviates by 0.76 of its mean.
    phi = 3 * 0.76 * figures.phi / math.sqrt(BATCHES * figures.present)
    allowed = (0.0, 0.0, 0.0, shared, phi, 0.0)
    for value, target, slack in zip(found, printed, allowed, strict=True):
        if target is not None:
            rounding = 0.5 * 10.0 ** -max(2, len(str(target).partition(".")[2]))
            assert value == pytest.approx(target, rel=0.02, abs=rounding + slack)


@pytest.mark.parametrize("cell", [(12, 0.5), (16, 1.0), (64, 1.0)], ids=str)
def test_every_formula_is_what_counting_3000_drawn_batches_gives(cell):
    batch_size, rate = cell
    examples, batches = drawn(batch_size, rate, BATCHES)
    counted = count_batches(examples, batches, batch_size)
    predicted = predict(uniform_law(batch_size, rate, IDENTITIES, ANSWERS))
    for name in predicted.__slots__:
        error = getattr(counted.errors, name)
        assert getattr(counted.figures, name) == pytest.approx(
            getattr(predicted, name), abs=4 * error + 1e-9
        ), name


def test_the_series_gives_the_repeat_probability_of_the_closed_form():
    batch_size, rate = 16, 0.5
    no_repeat = math.fsum(
        math.comb(batch_size, n) * rate**n * (1 - rate) ** (batch_size - n) * math.perm(20, n) / 20**n
        for n in range(batch_size + 1)
    )
    found = predict(uniform_law(batch_size, rate, 20, ANSWERS)).repeated
    assert found == pytest.approx(1 - no_repeat, rel=1e-9)


def test_many_batch_sizes_take_the_same_value_by_both_ways_of_multiplying(monkeypatch):
    law = uniform_law(64, 0.5, 200, ANSWERS)
    direct = predict(law)
    monkeypatch.setattr("transforms.watermark.batch_law._DIRECT_CONVOLUTION", 0)
    assert predict(law).one_answer == pytest.approx(direct.one_answer, rel=1e-6)


def test_phi_nears_its_normal_limit_and_information_its_bias():
    law = uniform_law(20000, 1.0, IDENTITIES, ANSWERS)
    assert predict(law).phi == pytest.approx(math.sqrt(2 / (math.pi * 20000)), rel=0.02)
    large = uniform_law(200_000, 1.0, 4, (0.5, 0.25, 0.25))
    assert information_bias(large) == pytest.approx(3 * 2 / (2 * 200_000 * math.log(2)))
    assert expected_information(large) == pytest.approx(information_bias(large), rel=0.01)


def test_small_batches_saturate_at_the_smaller_entropy():
    law = uniform_law(2, 1.0, 20, ANSWERS)
    assert information_bias(law) == pytest.approx(math.log2(20))


def test_unequal_identities_are_counted_with_their_own_shares():
    law = BatchLaw(8, (0.5, 0.25), (0.5, 0.5))
    figures = predict(law)
    assert figures.present == pytest.approx((2 - 0.5**8 - 0.75**8) / 2)
    assert figures.step == pytest.approx(0.375 * 0.5 / 8)
    assert answer_variance((0.5, 0.5)) == 0.5
    assert random_walk(law, (0.1, 0.2)) == pytest.approx(figures.step * 0.05)


@pytest.mark.parametrize(
    "law",
    [
        BatchLaw(4, (), (1.0,)),
        BatchLaw(1, (1.0,), (1.0,)),
        BatchLaw(3, (0.5, 0.5), (1.0,)),
    ],
    ids=["no identity", "one of everything", "one answer"],
)
def test_degenerate_laws_give_finite_figures(law):
    assert all(math.isfinite(getattr(predict(law), name)) for name in predict(law).__slots__)
