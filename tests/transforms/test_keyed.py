"""Keyed draws: uniform, unbiased, and of nothing but key and names."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest

from schemas.errors import ConfigError
from transforms.keyed import Draws, below, order, pick, seed, uniform

KEY = b"a key for tests"
KNOWN = (332298, ["d", "b", "c", "a", "f", "e"])


def test_draws_are_the_same_in_another_process():
    code = (
        "from transforms.keyed import *; "
        f"print(uniform({KEY!r}, 'a', 'b'), below({KEY!r}, 10**6, 'a'), order({KEY!r}, 'abcdef', 'p'))"
    )
    said = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert said == {f"{uniform(KEY, 'a', 'b')} {below(KEY, 10**6, 'a')} {order(KEY, 'abcdef', 'p')}\n"}


def test_known_values_hold():
    assert (below(KEY, 10**6, "rate", "x"), order(KEY, "abcdef", "p")) == KNOWN


def test_names_are_told_apart_by_where_they_end():
    drawn = {
        uniform(KEY, *names) for names in (("a", "bc"), ("ab", "c"), ("abc",), ("a", "b", "c"), ("1:a",))
    }
    assert len(drawn) == 5


def test_key_and_names_all_matter():
    assert len({uniform(b"k", "x"), uniform(b"l", "x"), uniform(b"k", "y"), uniform(b"k" * 65, "x")}) == 4


def test_a_purpose_kept_for_many_draws_changes_nothing():
    draws = Draws(KEY, "rate")
    assert [draws.uniform("x"), draws.below(7, "x")] == [
        uniform(KEY, "rate", "x"),
        below(KEY, 7, "rate", "x"),
    ]


def test_uniform_draws_are_uniform():
    drawn = [uniform(KEY, "u", str(number)) for number in range(20_000)]
    assert kstest(drawn, "uniform").pvalue > 0.001
    assert 0 <= min(drawn) <= max(drawn) < 1


@pytest.mark.parametrize("bound", [1, 2, 3, 10, 97])
def test_whole_numbers_are_equally_likely(bound):
    counts = [0] * bound
    for number in range(20_000):
        counts[below(KEY, bound, "b", str(number))] += 1
    assert bound == 1 or chisquare(counts).pvalue > 0.001


def test_a_bound_that_would_favour_low_numbers_does_not():
    bound = 3 * 2**62  # taken modulo the bound, the lowest third would come twice as often
    low = sum(below(KEY, bound, "big", str(number)) < 2**62 for number in range(3000))
    assert 900 < low < 1100


@pytest.mark.parametrize("bound", [0, -1, 2**64 + 1])
def test_a_bound_without_values_is_refused(bound):
    with pytest.raises(ConfigError, match="bound"):
        below(KEY, bound, "x")


def test_an_empty_key_is_refused():
    with pytest.raises(ConfigError, match="key"):
        uniform(b"", "x")


def test_nothing_to_pick_from_is_refused():
    assert pick(KEY, ["only"], "x") == "only"
    with pytest.raises(ConfigError, match="bound"):
        pick(KEY, [], "x")


@given(
    st.lists(st.text(), unique=True).flatmap(lambda names: st.tuples(st.just(names), st.permutations(names)))
)
def test_order_depends_on_the_names_alone(both):
    names, shuffled = both
    assert order(KEY, names, "p") == order(KEY, shuffled, "p")
    assert sorted(order(KEY, names, "p")) == sorted(names)


def test_text_that_is_no_unicode_can_be_a_name():
    assert 0 <= uniform(KEY, "\udcff") < 1


def test_seeds_have_128_bits():
    assert max(seed(KEY, str(number)).bit_length() for number in range(64)) > 120
