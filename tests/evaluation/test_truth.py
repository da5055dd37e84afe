import pytest

from evaluation.text.truth import SCENES, Round, cleaned_rounds, rounds, still_true

WOMAN = next(scene for scene in SCENES if [one.noun for one in scene] == ["woman"])


@pytest.mark.parametrize(
    ("question", "answer", "true"),
    [
        ("Is there a person in the picture?", "Yes.", True),
        ("Is there a person in the picture?", "No.", False),
        ("How many people are in the picture?", "One", True),
        ("How many people are in the picture?", "No", False),
        ("Is there a person wearing a hat?", "Yes.", True),
        ("Is there a person wearing gloves?", "Yes.", False),
        ("What else is there?", "Nothing.", False),
        ("Is there a man?", "I can't tell that about a person from a picture.", True),
        ("", "", True),
    ],
)
def test_a_cleaned_round_is_judged_by_its_scene(question, answer, true):
    assert still_true(Round(WOMAN, "", ""), question, answer) is true


def test_no_round_of_a_sample_is_false_after_cleaning():
    asked = list(rounds())[::9]
    done = cleaned_rounds(asked)
    assert [one for one, texts in zip(asked, done, strict=True) if not still_true(one, *texts)] == []
