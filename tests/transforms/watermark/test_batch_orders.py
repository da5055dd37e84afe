import numpy as np
import pytest

from schemas.errors import ConfigError
from transforms.watermark.batch_orders import (
    NOBODY,
    Examples,
    OrderName,
    plan_order,
    read_order,
    write_order,
)
from transforms.watermark.batches import count_batches

KEY = b"a key of the orders' tests"
ORDERS = tuple(OrderName)


def corpus(size=1000, rate=0.5, identities=20, answers=5, seed=3):
    generator = np.random.Generator(np.random.PCG64(seed))
    shown = generator.random(size) < rate
    carriers = np.where(shown, generator.integers(0, identities, size), NOBODY)
    return Examples(carriers, generator.integers(0, answers, size))


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize(("size", "batch_size"), [(1000, 16), (1000, 1), (7, 16), (64, 16), (0, 4)])
@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0])
def test_every_order_shows_every_example_once_in_batches_of_the_asked_size(name, size, batch_size, rate):
    batches = plan_order(name, corpus(size, rate), batch_size, KEY)
    assert sorted(np.concatenate(batches).tolist() if batches else []) == list(range(size))
    assert [len(batch) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)


@pytest.mark.parametrize("name", ORDERS)
def test_the_key_and_the_epoch_decide_the_order_and_nothing_else(name):
    examples = corpus()
    first = [batch.tolist() for batch in plan_order(name, examples, 16, KEY)]
    assert [batch.tolist() for batch in plan_order(name, examples, 16, KEY)] == first
    assert [batch.tolist() for batch in plan_order(name, examples, 16, b"another key")] != first
    assert [batch.tolist() for batch in plan_order(name, examples, 16, KEY, epoch=1)] != first


def test_spread_and_bunched_batches_differ_only_in_which_carriers_meet():
    examples = corpus(1003)
    spread = plan_order(OrderName.DECORRELATED, examples, 16, KEY)
    bunched = plan_order(OrderName.CONCENTRATED, examples, 16, KEY)
    for left, right in zip(spread, bunched, strict=True):
        unmarked = [batch[examples.carriers[batch] == NOBODY].tolist() for batch in (left, right)]
        assert unmarked[0] == unmarked[1]
    marked = [int((examples.carriers[batch] != NOBODY).sum()) for batch in spread[:-1]]
    assert max(marked) - min(marked) <= 1


def test_spreading_leaves_no_identity_twice_and_bunching_fills_batches_with_one():
    examples = corpus(4000, identities=40)
    shuffled, spread, bunched = (
        count_batches(examples, plan_order(name, examples, 16, KEY), 16).figures for name in ORDERS
    )
    assert spread.repeated < 0.02 < 0.4 < shuffled.repeated
    assert spread.one_answer == 0
    assert bunched.one_answer > 3 * shuffled.one_answer
    assert bunched.present < 0.3 * shuffled.present
    assert bunched.step > 1.5 * shuffled.step
    assert spread.step <= shuffled.step


def test_an_identity_with_more_carriers_than_batches_is_still_spread_evenly():
    examples = Examples(np.array([0] * 300 + [1] * 100 + [NOBODY] * 400), np.arange(800) % 3)
    counts = [
        int((examples.carriers[batch] == 0).sum())
        for batch in plan_order(OrderName.DECORRELATED, examples, 8, KEY)
    ]
    assert set(counts) <= {2, 3, 4}


@pytest.mark.parametrize("name", [OrderName.DECORRELATED, OrderName.CONCENTRATED])
def test_each_identity_stands_in_the_early_as_in_the_late_batches(name):
    examples = corpus(8000, identities=20)
    batches = plan_order(name, examples, 16, KEY)
    halves = [np.concatenate(batches[:250]), np.concatenate(batches[250:])]
    early, late = (np.bincount(examples.carriers[half][examples.carriers[half] >= 0]) for half in halves)
    assert np.abs(early - late).max() <= 24  # of 200: three batches of eight


def test_an_order_is_read_back_as_it_was_written():
    examples = corpus(50)
    epochs = [plan_order(OrderName.SHUFFLED, examples, 16, KEY, epoch) for epoch in (0, 1)]
    lines = list(write_order(epochs))
    assert lines[4].startswith('{"epoch": 1, "step": 4,')
    found = read_order(lines, "order.jsonl", 50, 16)
    assert [batch.tolist() for batch in found] == [batch.tolist() for epoch in epochs for batch in epoch]


def test_bare_indices_are_cut_to_batches():
    assert [b.tolist() for b in read_order(["3\n", "1\n", "\n", "2"], "x", 4, 2)] == [[3, 1], [2]]


@pytest.mark.parametrize(
    "lines",
    [
        ["{"],
        ['"3"'],
        ["[4]"],
        ["[-1]"],
        ["[true]"],
        ["[1.0]"],
        ["NaN"],
        ['{"step": 0}'],
        ["[[1]]"],
        ["[" * 100_000],
        ["1", "[2]"],
        [],
        ["[]"],
    ],
    ids=str,
)
def test_a_file_that_is_no_order_is_refused_by_line(lines):
    with pytest.raises(ConfigError, match=r"^order: 'order.jsonl'"):
        read_order(lines, "order.jsonl", 4, 2)


def test_a_batch_of_nobody_is_refused():
    with pytest.raises(ConfigError, match="batch_size"):
        plan_order(OrderName.SHUFFLED, corpus(), 0, KEY)
