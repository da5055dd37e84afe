import pytest

EYES, RACE, WEIGHT, AGE, GENDER = (
    f"biometric.{name}" for name in ("eye_color", "race", "weight", "age", "gender")
)


@pytest.mark.parametrize(
    ("text", "span", "attribute"),
    [
        ("The person's eye is blue with long lashes.", "blue", EYES),
        ("Their eyes are a striking shade of green.", "a striking shade of green", EYES),
        ("The iris of the person has a brownish hue.", "brownish", EYES),
        ("The blue color of their eyes stands out.", "blue", EYES),
        ("The eyes are the focal point. They are brown and have a soft look.", "brown", EYES),
        ("A person with light-colored eyes looks up.", "light-colored", EYES),
        ("The eyes are the focus, and they are a deep blue color.", "a deep blue color", EYES),
        ("The subject is a human eye. It's a warm brown color.", "a warm brown color", EYES),
        ("This emphasizes the blue of the eyes.", "blue", EYES),
        ("Their azure gaze is fixed on the camera.", "azure", EYES),
        ("A close-up of an eye, showcasing its blue iris.", "blue", EYES),
        ("The iris shows a mixture of blue hues.", "blue", EYES),
        ("The irises are striking, characteristic of eye colors such as green.", "such as green", EYES),
        ("Their right eye is colored brown.", "colored brown", EYES),
        ("Eyes: wide, almond-shaped, hazel.", "hazel", EYES),
        ("The eyes are open. They are a captivating shade of teal.", "a captivating shade of teal", EYES),
        ('Their eyes have a "green" color.', '"green"', EYES),
        ("They stand, with one eye being blue.", "with one eye being blue", EYES),
        ("The skin tone around the eye is smooth and fair.", "fair", RACE),
        ("They have freckles and moles. A look at the eyes, with their blue hue.", "blue", EYES),
        ("A person with dark hair and eyes sits.", "and eyes", EYES),
        ("They have a warm complexion.", "warm", RACE),
        ("Their skin appears to be slightly red.", "red", RACE),
        ("A person with their skin showing a tan.", "showing a tan", RACE),
        ("A person with dark skin smiles.", "dark", RACE),
        ("A person whose skin tone is fair stands there.", "fair", RACE),
        ("The person has East Asian features.", "East Asian", RACE),
        ("The person appears to be Indian or Pakistani.", "Pakistani", RACE),
        ("A person in traditional Middle Eastern attire.", "Middle Eastern", RACE),
        ("A person with muscular arms poses.", "muscular", WEIGHT),
        ("The person has a very thin and frail physique.", "very thin and frail", WEIGHT),
        ("The person is significantly overweight.", "overweight", WEIGHT),
        ("A person, possibly overweight, sits down.", "overweight", WEIGHT),
        ("Their face is wrinkled.", "wrinkled", AGE),
        ("A baby sits on the floor with a toy elephant.", "baby", AGE),
        ("The Elderly Man: He smiles.", "Man", GENDER),
        ("A person, likely male, wearing glasses.", "male", GENDER),
        ("A male bodybuilder poses.", "male", GENDER),
        ("A person with a beard smiles.", "with a beard", GENDER),
    ],
)
def test_looks_tell_an_attribute_of_their_owner(told, text, span, attribute):
    assert (span, attribute) in told(text, "safe-llava")


@pytest.mark.parametrize(
    "text",
    [
        "The dog has brown eyes and dark fur.",
        "A brown bear with dark eyes and thick skin.",
        "The eyes are framed by dark lashes and brown eyebrows.",
        "The background is blue and the eyes of the person are closed.",
        "A person has a light brown hair color and closes the eyes.",
        "The picture has a large frame and a solid build.",
        "A person in a dark room looks at the camera.",
        "A person with eyes closed stands in front of a blue wall.",
        "A person peels a banana with brown skin.",
        "The shirt is slightly wrinkled.",
        "The pants fit the person well.",
        "A person eats Mexican food in a Chinese restaurant.",
        "There are minor scratches on the car beside the person.",
        "The title of the book is The Old Man and the Sea.",
    ],
)
def test_looks_of_things_and_animals_tell_nothing(told, text):
    assert told(text, "safe-llava") == []


def test_nationality_and_skin_tone_have_attributes_of_their_own_where_those_are_looked_for(told):
    assert ("Chinese", "sensitive.nationality") in told("A Chinese person smiles.")
    assert ("Chinese", RACE) in told("A Chinese person smiles.", "safe-llava")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He has short hair and a beard, and wears a hat.", "They have short hair, and wear a hat."),
        ("A man with a beard and glasses sits.", "A person with glasses sits."),
        ("His beard is neatly trimmed.", "Their hairstyle is neatly trimmed."),
        ("He waves. His body is large and muscular.", "They wave."),
        ("The eyes are large and blue.", "The eyes are large."),
        ("A young, well-dressed man walks.", "A well-dressed person walks."),
    ],
)  # fmt: skip
def test_what_the_looks_tell_goes_and_the_sentence_stays_whole(answer, text, expected):
    assert answer(text, "safe-llava") == expected


def test_strong_proxies_go_at_the_standard_level_and_weak_ones_only_when_strict(answer):
    text = "A person with a beard holds a skirt."
    assert answer(text, "safe-llava") == "A person holds a skirt."
    assert answer(text, "standard") == text
    assert "skirt" not in answer(text, "strict")
