from collections.abc import Callable

import pytest

from transforms.text.contract import CleanedText
from transforms.text.refuse import is_refusal

Answer = Callable[..., str]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The man is smiling. His skin is fair, giving him a soft look.", "The person is smiling."),
        ("The man is smiling. His skin is dark, which is common here.", "The person is smiling."),
        ("The woman is of average build, wearing a white shirt.", "The person is wearing a white shirt."),
        ("Two men sing, both have beards, and a dog barks.", "Two people sing, and a dog barks."),
        ("Her eyes are blue, and they have a lively look.", "They have a lively look."),
        (
            "There is a man. The individual appears to be a young adult, based on his attire. He sits.",
            "There is a person. They sit.",
        ),
        ("The image shows a smiling man, likely a young adult.", "The image shows a smiling person."),
        ("The subject is a man \u2013 he is overweight. He waves.", "The subject is a person. They wave."),
        ("He waves. The person has a muscular build indicating high levels of fitness.", "They wave."),
        ("The individual appears to be a young woman with freckles.", "The individual has freckles."),
        ("The man waves. He has a mustache and", "The person waves."),
    ],
)  # fmt: skip
def test_what_says_nothing_without_its_attribute_goes(answer: Answer, before: str, after: str) -> None:
    once = answer(before, "safe-llava")
    assert once == after
    assert answer(once, "safe-llava") == once


@pytest.mark.parametrize(
    "text",
    [
        "The central figure is a man.",
        "There is a man.",
        "It's a boy on a bike.",
        "He has a big smile.",
        "Her eyes are closed.",
        "The man is.",
        "The skin of the apple is red, giving it a shine.",
    ],
)
def test_a_sentence_that_says_something_stays(answer: Answer, text: str) -> None:
    assert len(answer(text, "safe-llava").split()) >= len(text.split()) - 1


def test_somebody_is_named_where_the_sentence_that_did_it_goes(answer: Answer) -> None:
    assert answer("The man is old. He wears a hat.", "safe-llava") == "The person wears a hat."
    assert answer("The man is old. His hat is red.", "safe-llava") == "The person's hat is red."


def test_a_line_goes_with_its_heading_and_the_list_closes_up(answer: Answer) -> None:
    before = (
        "**Look:**\n\n1. The man has a hat.\n2. He is very muscular.\n3. He smiles.\n\n"
        "**Body:**\n\n- He has a slim build.\n\n**Place:**\n\n- A park."
    )
    assert answer(before, "safe-llava") == (
        "**Look:**\n\n1. The person has a hat.\n2. They smile.\n\n**Place:**\n\n- A park."
    )


def test_an_answer_with_nothing_left_is_a_refusal(cleaned: Callable[..., CleanedText]) -> None:
    texts = cleaned(["Describe the person.", "He is overweight."], "standard").texts
    assert is_refusal(texts[1], ())


def test_a_question_is_never_left_without_a_word(cleaned: Callable[..., CleanedText]) -> None:
    texts = cleaned(["She has blue eyes.", "I see."], "safe-llava").texts
    assert texts[0].strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A group of woman are singing.", "A group of people are singing."),
        ("Two man dressed in red sing.", "Two people dressed in red sing."),
        ("Several woman in red wave.", "Several people in red wave."),
    ],
)
def test_a_singular_that_is_meant_as_a_plural_becomes_one(answer: Answer, before: str, after: str) -> None:
    assert answer(before) == after
