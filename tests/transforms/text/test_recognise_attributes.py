from collections.abc import Callable

import pytest

Told = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "An old man and a young woman sit.",
            [("old", "age"), ("man", "gender"), ("young", "age"), ("woman", "gender")],
        ),
        ("A black man stands.", [("black", "race"), ("man", "gender")]),
        ("An Asian woman eats.", [("Asian", "race"), ("woman", "gender")]),
        ("This is a Caucasian.", [("Caucasian", "race")]),
        ("A person of Asian descent.", [(" of Asian descent", "race")]),
        ("The man is overweight.", [("man", "gender"), ("overweight", "weight")]),
        ("She weighs 80 kg.", [("She", "gender"), ("weighs 80 kg", "weight")]),
        ("A 27-year-old person smiles.", [("27-year-old", "age")]),
        ("The person is 27 years old.", [("27 years old", "age")]),
        ("He is in his 60s.", [("He", "gender"), ("in his 60s", "age")]),
        ("A middle-aged person.", [("middle-aged", "age")]),
        ("The person has bright blue eyes.", [("bright blue", "eye_color")]),
        ("A blue-eyed person.", [("blue-eyed", "eye_color")]),
        ("The person's eyes are green.", [("green", "eye_color")]),
        ("Mrs. Brown waits.", [("Mrs.", "gender")]),
        ("Her mother is an actress.", [("Her", "gender"), ("mother", "gender"), ("actress", "gender")]),
        ("The \uff57oman waits.", [("\uff57oman", "gender")]),
        ("woman", [("woman", "gender")]),
    ],
)
def test_what_tells_an_attribute_of_a_person_is_found(
    told: Told, text: str, wanted: list[tuple[str, str]]
) -> None:
    found = [(span, name.split(".")[1]) for span, name in told(text) if name.startswith("biometric.")]
    assert found == wanted


@pytest.mark.parametrize(
    "text",
    [
        "A brown bear near the White House.",
        "A black shirt on an Asian elephant.",
        "An old building in heavy traffic.",
        "A race car with a male connector.",
        "Baby carrots on a plate.",
        "A man-made lake and a snowman.",
        "A statue near an old tree.",
        "A cat with green eyes.",
        "The black dog has brown eyes.",
        "A young horse and its mother.",
        "The male lion looks at the female.",
        "The building is 100 years old.",
        "A thin crust pizza and a fat cat.",
        "Women's Health is a magazine.",
        "The Old Man and the Sea.",
        'A sign that says "Men at work".',
        "Chinese food in an American kitchen.",
        "A black and white photo.",
    ],
)
def test_the_same_words_said_of_things_are_left_alone(told: Told, text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize("word", ["child", "baby", "teenager", "adult", "kid", "toddler"])
def test_age_nouns_tell_an_age_only_where_the_policy_says_so(told: Told, word: str) -> None:
    text = f"The {word} sleeps."
    assert told(text, "standard") == []
    assert told(text, "safe-llava") == [(word, "biometric.age")]
