"""A short answer to a question about an animal or a thing is said of it, not of anybody."""

from collections.abc import Callable

import pytest

from schemas.policy import Policy
from transforms.text.asked_of_things import asks_of_nobody, tells_of_thing
from transforms.text.audit import load_text_rules
from transforms.text.contract import CleanedText

OF_THINGS = [
    ("What gender is the dog?", "Female."),
    ("What size is the bed?", "Queen."),
    ("What sex is the cat?", "Male"),
    ("Is the cat male or female?", "Male."),
    ("Is the lion male?", "Yes, male."),
    ("Is the elephant an adult or a baby?", "Baby."),
    ("How old is the dog?", "Middle-aged"),
    ("What is the gender of the lion in the picture?", "Male"),
    ("What is the dog's gender?", "Female"),
    ("What is the breed of the dog?", "Great Dane"),
    ("What type of bed is this?", "King"),
    ("Which chess piece is white?", "King"),
    ("What type of connector is it?", "Male."),
    ("Is the connector male or female?", "Female"),
    ("What type of shirt is it?", "Women's"),
    ("What size are the shoes?", "Men's 10"),
    ("What type of bathroom is this?", "Men's"),
    ("What color is the horse?", "White"),
]
OF_PEOPLE = [
    ("What gender is the person?", "Female."),
    ("What gender is the baby with the dog?", "Male"),
    ("What gender is the baby?", "Male"),
    ("What gender is the rider of the horse?", "Male"),
    ("What gender is the dog's owner?", "Female"),
    ("What gender is riding the elephant?", "Male"),
    ("What sex is holding the cat?", "Female"),
    ("What gender is on the bed?", "Female"),
    ("What gender is the skateboarder?", "Male"),
    ("What gender is the character?", "Female"),
    ("Who is on the horse?", "Woman"),
    ("What is next to the dog?", "Man"),
    ("What kind of shirt is it?", "A girl in red"),
    ("What type of shirt is she wearing?", "Women's"),
    ("What size is the man?", "Queen"),
    ("What color is the hair?", "A woman"),
]


@pytest.mark.parametrize(("question", "answer"), OF_THINGS)
def test_an_answer_about_a_thing_is_told_of_nobody(
    question: str, answer: str, policy_of: Callable[..., Policy]
) -> None:
    assert tells_of_thing(question, answer, load_text_rules(policy_of("safe-llava")))


@pytest.mark.parametrize(("question", "answer"), OF_PEOPLE)
def test_an_answer_about_somebody_is_not(
    question: str, answer: str, policy_of: Callable[..., Policy]
) -> None:
    rules = load_text_rules(policy_of("safe-llava"))
    assert not tells_of_thing(question, answer, rules)
    assert not asks_of_nobody(question, rules)


@pytest.mark.parametrize(("question", "answer"), OF_THINGS)
def test_a_round_about_a_thing_stays(question: str, answer: str, cleaned: Callable[..., CleanedText]) -> None:
    assert cleaned([question, answer], "safe-llava").texts == (question, answer)


@pytest.mark.parametrize(("question", "answer"), OF_PEOPLE[:9])
def test_a_round_about_somebody_changes(
    question: str, answer: str, cleaned: Callable[..., CleanedText]
) -> None:
    assert cleaned([question, answer], "safe-llava").texts[1] != answer


def test_the_eyes_of_an_animal_called_her_are_an_animals(cleaned: Callable[..., CleanedText]) -> None:
    of_cat = ("What is on the bed?", "A cat.", "What color are her eyes?", "Green.")
    assert cleaned(of_cat, "safe-llava").texts == of_cat
    with_somebody = (*of_cat[:2], "Who is with the cat?", "Mary.", *of_cat[2:])
    assert cleaned(with_somebody, "safe-llava").texts[-1] != "Green."
