from collections import Counter

import pytest

from evaluation.text.questions import ASKS, Label, is_held_out, refused, written_cases


@pytest.fixture(scope="module")
def sample():
    return list(written_cases())[::41]


def test_written_questions_fall_in_both_halves_and_labels():
    cases = list(written_cases())
    counts = Counter((case.held_out, case.label in ASKS) for case in cases)
    assert all(counts[half, asks] > 20 for half in (True, False) for asks in (True, False))


def test_almost_all_written_questions_that_ask_are_refused_and_no_others(sample):
    outcomes = refused(sample)
    asked = [done for case, done in zip(sample, outcomes, strict=True) if case.label in ASKS]
    others = [done for case, done in zip(sample, outcomes, strict=True) if case.label is Label.OTHER]
    assert sum(asked) >= 0.97 * len(asked)
    assert not any(others)


def test_the_half_depends_on_the_last_digit():
    assert is_held_out("a1")
    assert not is_held_out("a2")
