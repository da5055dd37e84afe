from collections.abc import Callable

import pytest

from schemas.edit import Action
from schemas.reasons import Reason
from transforms.text.contract import CleanedText
from transforms.text.refuse import is_refusal

Cleaned = Callable[..., CleanedText]
ROUNDS = [
    "<image>\nHow old is the man?", "40", "What is he holding?", "A cup.", "What race is he?", "White.",
    "What color is the cup?", "Red.",
]  # fmt: skip


def refusals(result: CleanedText) -> int:
    return sum(is_refusal(text, ()) for text in result.texts)


def test_without_a_bound_every_asking_round_is_refused(cleaned: Cleaned) -> None:
    result = cleaned(ROUNDS)
    assert refusals(result) == 2
    assert result.removed == frozenset()


def test_rounds_beyond_the_bound_are_left_out_and_the_others_stay_answered(cleaned: Cleaned) -> None:
    result = cleaned(ROUNDS, max_refusal_share=0.25)
    assert result.reason is None
    assert refusals(result) == 1
    assert len(result.removed) == 2
    assert result.texts[3] == "A cup."
    assert result.texts[7] == "Red."
    assert {edit.turn for edit in result.edits if edit.action is Action.DROP} == result.removed


def test_the_image_token_goes_to_a_question_that_stays(cleaned: Cleaned) -> None:
    result = cleaned(ROUNDS, max_refusal_share=0.0)
    assert result.removed == {0, 1, 4, 5}
    assert result.texts[2] == "<image>\nWhat are they holding?"
    assert result.reason is None


def test_a_record_of_which_nothing_is_left_is_dropped(cleaned: Cleaned) -> None:
    result = cleaned(["How old is the man?", "40"], max_refusal_share=0.0)
    assert result.reason is Reason.DROPPED_BY_POLICY


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_over_many_records_the_share_is_kept(cleaned: Cleaned, share: float) -> None:
    results = [
        cleaned(["How old is the man?", "40"], key=f"{key:08x}", max_refusal_share=share)
        for key in range(300)
    ]
    kept = sum(result.reason is None for result in results)
    assert abs(kept / 300 - share) < 0.08


def test_what_leans_on_a_round_that_is_left_out_goes_with_it(cleaned: Cleaned) -> None:
    turns = ["How old is he?", "40", "Are you sure?", "Yes.", "What is he holding?", "A cup."]
    for key in range(12):
        result = cleaned(turns, key=f"{key:08x}", max_refusal_share=0.34)
        assert not (0 in result.removed and 2 not in result.removed)


def test_cleaning_again_leaves_no_more_out(cleaned: Cleaned) -> None:
    once = cleaned(ROUNDS, max_refusal_share=0.25)
    left = [text for turn, text in enumerate(once.texts) if turn not in once.removed]
    assert cleaned(left, max_refusal_share=0.25, key="77aa").texts == tuple(left)
