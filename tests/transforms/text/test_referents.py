from collections.abc import Callable

import pytest

Answer = Callable[..., str]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The man is reading. The woman sleeps.", "One person is reading. The other person sleeps."),
        (
            "The man reads. A woman waits. The man leaves.",
            "One person reads. Another person waits. The first person leaves.",
        ),
        (
            "A man and a woman are sitting. The man is reading and the woman sleeps.",
            "Two people are sitting. One person is reading and the other person sleeps.",
        ),
        ("The older man holds the younger man's hand.", "One person holds the other person's hand."),
        ("A man talks to a person.", "A person talks to another person."),
        ("Woman carrying cake near man.", "Person carrying cake near another person."),
        ("A young girl holds a doll. The child smiles.", "A child holds a doll. The child smiles."),
        ("A man in a hat next to a man in a suit.", "A person in a hat next to a person in a suit."),
        ("The vendor, a man, waits.", "The vendor waits."),
        ("A rose on the coat of a man near a woman.", "A rose on the coat of a person near another person."),
        ("Another man and a woman wait.", "Two other people wait."),
        ("**The man:** We see a young man.", "**The person:** We see a person."),
        (
            "A woman and man play, the man is on the drums.",
            "Two people play, one person is on the drums.",
        ),
        ("A man watches as a young girl sleeps.", "A person watches as a child sleeps."),
        ("A man watches as a woman sleeps.", "A person watches as another person sleeps."),
        ("There is a man and there is a woman.", "There is a person and there is another person."),
        ("A man dressed as a woman.", "A person dressed as a person."),
        ("The man sits. The man waits.", "The person sits. The person waits."),
        (
            "The girl is 7 and the boy is 9.",
            "One child is of unstated age and the other child is of unstated age.",
        ),
    ],
)
def test_people_who_become_the_same_word_stay_apart(answer: Answer, before: str, after: str) -> None:
    once = answer(before)
    assert once == after
    assert answer(once) == once


def test_people_among_people_are_not_named_again(answer: Answer) -> None:
    text = "A group of people, including children, are dancing."
    assert answer(text, "safe-llava") == "A group of people are dancing."
    assert answer("A group of people, including two women, sing.") == (
        "A group of people, including two people, sing."
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("There are two young children, a boy and a girl, playing.", "There are two people playing."),
        ("It shows a young child, likely a toddler, on a ladder.", "It shows a person on a ladder."),
        ("Other individuals, likely children, are dressed in red.", "Other individuals are dressed in red."),
    ],
)
def test_who_somebody_is_is_not_said_again(answer: Answer, before: str, after: str) -> None:
    assert answer(before, "safe-llava") == after


def test_a_child_and_an_adult_stay_apart_where_age_goes_too(answer: Answer) -> None:
    assert answer("The woman is holding the baby.", "safe-llava") == "One person is holding the other person."
