"""What one turn hides no other turn tells or presupposes: properties of whole conversations."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.policy import Policy
from transforms.text.contract import CleanedText
from transforms.text.refuse import is_refusal
from transforms.text.rounds import follows
from transforms.text.verifier_checks import checks_for
from transforms.text.verify import leaks_in

ROUNDS = (
    ("How old is she?", "She looks about 30 years old."),
    ("Why do you think she is 30?", "She has no wrinkles."),
    ("Are you sure?", "Yes, she is a young woman."),
    ("Is there a woman?", "Yes, a woman in her thirties."),
    ("How many men are there?", "Two men."),
    ("Is it a man or a woman?", "It is a man."),
    ("What is the woman wearing?", "She is wearing a red hat."),
    ("Who is left of the man?", "An old lady with her dog."),
    ("What race is the person?", "He is Asian."),
    ("What about the other person?", "The other man is white."),
    ("What is he holding?", "He is holding his cup."),
    ("Describe the image.", "An elderly Asian man and a little girl sit on a bench."),
    ("What color is the bench?", "The bench is brown."),
    ("What is in the cup?", "Coffee."),
    ("Is the man over 40?\nA. Yes\nB. No", "A"),
    ("What color are her eyes?", "Her eyes are blue."),
    ("Is she overweight?", "No, the woman is slim."),
)  # fmt: skip
HARMLESS = {"What color is the bench?": "The bench is brown.", "What is in the cup?": "Coffee."}

conversations = st.lists(st.sampled_from(ROUNDS), min_size=1, max_size=5)
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(chosen=conversations)
@pytest.mark.parametrize("preset", ["safe-llava", "standard"])
def test_after_cleaning_the_joined_conversation_tells_nothing(
    preset: str,
    chosen: list[tuple[str, str]],
    cleaned: Callable[..., CleanedText],
    policy_of: Callable[..., Policy],
) -> None:
    result = cleaned([text for one in chosen for text in one], preset)
    assert result.reason is None
    checks = checks_for(policy_of(preset))
    answers = result.texts[1::2]
    questions = result.texts[::2]
    said = [*answers, *(q for q, a in zip(questions, answers, strict=True) if not is_refusal(a, ()))]
    assert list(leaks_in(0, "\n".join(said), checks, question=False, refused=False)) == []


@few
@given(chosen=conversations)
def test_no_answer_follows_from_a_refused_one_and_harmless_ones_stay(
    chosen: list[tuple[str, str]], cleaned: Callable[..., CleanedText]
) -> None:
    result = cleaned([text for one in chosen for text in one], "safe-llava")
    before = False
    for (question, answer), now, said in zip(chosen, result.texts[1::2], result.texts[::2], strict=True):
        refused = is_refusal(now, ())
        if before and follows(said):
            assert refused
        if question in HARMLESS:
            assert now == answer
        before = refused


@few
@given(chosen=conversations)
def test_cleaning_a_cleaned_conversation_changes_nothing(
    chosen: list[tuple[str, str]], cleaned: Callable[..., CleanedText]
) -> None:
    once = cleaned([text for one in chosen for text in one], "standard")
    twice = cleaned(list(once.texts), "standard", key="beef")
    assert twice.texts == once.texts
    assert twice.edits == ()


@few
@given(chosen=conversations)
def test_no_question_presupposes_a_number_that_is_hidden(
    chosen: list[tuple[str, str]], cleaned: Callable[..., CleanedText]
) -> None:
    result = cleaned([text for one in chosen for text in one], "safe-llava")
    assert all("30" not in text for text in result.texts)
