from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.edit import Action
from schemas.reasons import Reason
from transforms.text.contract import CleanedText

Cleaned = Callable[..., CleanedText]
Answer = Callable[..., str]

REWRITES = [
    ("An old man sits.", "A person sits."),
    ("A man and a woman are standing on a beach.", "Two people are standing on a beach."),
    ("The man is looking at the woman.", "One person is looking at the other person."),
    ("There is a man and a woman.", "There are two people."),
    ("two men and three women", "five people"),
    ("Men and women are walking.", "People are walking."),
    ("The women's bikes.", "The people's bikes."),
    ("The ladies' room.", "The people's room."),
    ("Young man skateboarding.", "Person skateboarding."),
    ("A young, tall and beautiful woman.", "A tall and beautiful person."),
    ("A middle-aged, overweight man wearing a tie.", "A person wearing a tie."),
    ("A boy plays.", "A child plays."),
    ("A baby boy sleeps.", "A baby sleeps."),
    ("A male surfer and a female tennis player.", "A surfer and a tennis player."),
    ("He is running.", "They are running."),
    ("She doesn't like him.", "They don't like them."),
    (
        "She opens the door, walks in and quickly sits down.",
        "They open the door, walk in and quickly sit down.",
    ),
    ("He's been here.", "They've been here."),
    ("He\u2019s smiling.", "They\u2019re smiling."),
    ("She hurt herself.", "They hurt themselves."),
    ("The bike is hers.", "The bike is theirs."),
    ("A woman holds her baby.", "A person holds their baby."),
    ("He or she uses his or her phone.", "They use their phone."),
    ("She is 27 years old, weighs 80 kg and has bright blue eyes. She waves.", "They wave."),
    ("The woman looks young and happy.", "The person looks happy."),
    ("A 27-year-old man, weighing 80 kg, smiles.", "A person smiles."),
    ("In his 60s, he still plays.", "They still play."),
    ("The policeman and the waitress talk.", "The police officer and the server talk."),
    ("woman", "person"),
    ("MAN", "PERSON"),
    ("Mrs. Smith called me at 555-123-4567.", "[NAME] called me at [PHONE]."),
    ("**Age:** around 25-35", "**Age:** not stated"),
]


@pytest.mark.parametrize(("before", "after"), REWRITES)
def test_answers_are_rewritten(answer: Answer, before: str, after: str) -> None:
    assert answer(before) == after


@pytest.mark.parametrize("before", [before for before, _ in REWRITES])
def test_a_cleaned_answer_is_left_alone(answer: Answer, before: str) -> None:
    once = answer(before)
    assert answer(once) == once


_WORDS = st.sampled_from(
    [
        "a",
        "the",
        "old",
        "young",
        "man",
        "woman",
        "she",
        "he",
        "her",
        "his",
        "is",
        "has",
        "and",
        "or",
        ",",
        ".",
        "black",
        "Asian",
        "eyes",
        "blue",
        "child",
        "dog",
        "runs",
        "with",
        "27 years old",
        "overweight",
        "Mr.",
        "Smith",
        "looks",
        "boys",
        "men",
        "him",
        "who",
        "in",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_WORDS, min_size=1, max_size=12))
def test_cleaning_any_word_salad_twice_changes_nothing_more(cleaned: Cleaned, words: list[str]) -> None:
    first = cleaned(["What is shown?", " ".join(words)])
    if first.reason is None:
        second = cleaned(list(first.texts))
        assert (second.texts, second.edits) == (first.texts, ())


@pytest.mark.parametrize("preset", ["standard", "safe-llava", "strict", "pii", "pronouns"])
def test_edits_point_at_what_stands_there(cleaned: Cleaned, preset: str) -> None:
    turns = [
        "<image>\nWhat is the old man doing?",
        "He feeds his dog; a young woman, Jane Miller, watches him.",
    ]
    result = cleaned(turns, preset)
    assert result.reason is None
    for turn, text in enumerate(turns):
        old_at, new_at = 0, 0
        for edit in (one for one in result.edits if one.turn == turn):
            assert text[old_at : edit.start] == result.texts[turn][new_at : edit.new_start]
            old_at, new_at = edit.end, edit.new_end
        assert text[old_at:] == result.texts[turn][new_at:]
    assert result.texts[0].startswith("<image>\n")


def test_age_nouns_become_persons_under_safe_llava(answer: Answer) -> None:
    assert answer("A boy and his dog.", "safe-llava") == "A person and their dog."
    assert answer("A toddler sleeps.", "safe-llava") == "A person sleeps."


def test_the_pronoun_preset_changes_pronouns_and_verbs_only(answer: Answer) -> None:
    assert answer("The old man is tired, so he sits and his dog waits.", "pronouns") == (
        "The old man is tired, so they sit and their dog waits."
    )


def test_a_question_for_an_attribute_gets_a_refusal_and_loses_its_mentions(cleaned: Cleaned) -> None:
    result = cleaned(["How old is the man?", "He is 40."], "safe-llava")
    assert result.texts == (
        "How old is the person?",
        "I'm sorry, but I cannot provide information related to biometric attributes.",
    )
    refusal = result.edits[-1]
    assert (refusal.action, refusal.start, refusal.end) == (Action.REFUSE, 0, 9)


def test_a_closed_question_whose_truth_would_change_is_refused(cleaned: Cleaned) -> None:
    result = cleaned(["Is there a woman?", "No"], "safe-llava")
    assert result.texts[0] == "Is there a woman?"
    assert result.texts[1].startswith("I'm sorry")


def test_a_refused_round_is_refused_once(cleaned: Cleaned) -> None:
    once = cleaned(["Is the person male or female?", "male"])
    twice = cleaned(list(once.texts))
    assert twice.texts == once.texts
    assert twice.edits == ()


def test_the_refusal_depends_on_key_and_turn_only(cleaned: Cleaned) -> None:
    turns = ["How old is the man?", "40"]
    assert cleaned(turns, key="a1").texts == cleaned(turns, key="a1").texts
    assert len({cleaned(turns, key=f"{number:02x}").texts[1] for number in range(12)}) > 1


def test_a_question_about_a_thing_keeps_its_answer(cleaned: Cleaned) -> None:
    turns = ["How old is the building?", "It is 100 years old."]
    result = cleaned(turns)
    assert (result.texts, result.edits, result.fidelity) == (tuple(turns), (), None)


def test_an_unfaithful_rewrite_is_held_back_unchanged(cleaned: Cleaned) -> None:
    turns = ["What is shown?", "An old man sits."]
    result = cleaned(turns, min_text_fidelity=1.1)
    assert result.reason is Reason.TEXT_UNFAITHFUL
    assert (result.texts, result.edits) == (tuple(turns), ())


def test_a_dropping_policy_drops(cleaned: Cleaned) -> None:
    result = cleaned(["What is shown?", "A man."], mentions={"biometric.gender": Action.DROP})
    assert result.reason is Reason.DROPPED_BY_POLICY


def test_reporting_changes_nothing(cleaned: Cleaned) -> None:
    turns = ["Is this a man?", "Yes, he is an old man."]
    result = cleaned(turns, "report-only")
    assert result.texts == tuple(turns)
    assert len(result.findings) > 3


def test_a_bare_number_that_a_question_asks_for_is_masked(cleaned):
    result = cleaned(
        ["What is the fax number?", "It is 320 9254.", "And the phone?", "320 9255"], preset="pii"
    )
    assert result.reason is None
    assert "9254" not in result.texts[1]
    assert "9255" not in result.texts[3]
    assert cleaned(list(result.texts), preset="pii").texts == result.texts
