from collections.abc import Callable

import pytest

from transforms.text.lexicon import load_lexicon, read_list

Told = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    "text",
    [
        "Fresh granny smith apples and ladyfingers.",
        "A bowl of Granny Smith apples.",
        "A ladybug and a lady bird sit on a leaf.",
        "A manhole cover and a man-hole.",
        "Boy Scouts are marching.",
        "King crab, a king-size bed and a queen bed.",
        "The mother board and the daughter card of the brother printer.",
        "The sister ship of the Titanic.",
        "A picture of father christmas.",
        "Happy Mother's Day!",
        "A grandfather clock.",
        "A cowboy hat.",
    ],
)
def test_a_thing_named_after_a_person_tells_nothing(told: Told, text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("The lady waves.", "lady"),
        ("My brother rides a horse.", "brother"),
        ("My mother cooks.", "mother"),
        ("The queen waves.", "queen"),
        ("The old grandfather smiles.", "grandfather"),
    ],
)
def test_the_same_words_alone_tell_a_gender(told: Told, text: str, word: str) -> None:
    assert (word, "biometric.gender") in told(text)


def test_every_compound_is_an_exception_in_all_its_spellings() -> None:
    exceptions = load_lexicon(frozenset({"biometric.gender"}), False).exceptions
    for word, followers in read_list("compounds")["things"].items():
        for follower in followers:
            wanted = (
                (word + follower,)
                if follower.startswith("'")
                else (f"{word} {follower}", f"{word}-{follower}s")
            )
            assert set(wanted) <= set(exceptions)
