import pytest

AGE, WEIGHT, RACE, GENDER = (f"biometric.{name}" for name in ("age", "weight", "race", "gender"))


@pytest.mark.parametrize(
    ("text", "span", "attribute"),
    [
        ("A 27-year-old woman sits.", "27-year-old", AGE),
        ("The man, 27 yo, sits.", "27 yo", AGE),
        ("The boy is three and a half years old.", "three and a half years old", AGE),
        ("The man is in his late 60s.", "in his late 60s", AGE),
        ("She is in her mid-to-late twenties.", "in her mid-to-late twenties", AGE),
        ("The man appears to be in his middle years.", "in his middle years", AGE),
        ("The man appears to be of older age.", "of older age", AGE),
        ("A person of advanced years sits.", "of advanced years", AGE),
        ("The central figure is a person – likely a few months old.", "likely a few months old", AGE),
        ("We see a person, between 18 months and 3 years old.", "between 18 months and 3 years old", AGE),
        ("The person is in their mid-to-late adulthood.", "in their mid-to-late adulthood", AGE),
        ("A group of people over 40 sits together.", "over 40", AGE),
        ("The man was born in 1980.", " in 1980", AGE),
        ("A third-grader reads.", "third-grader", AGE),
        ("A fifth grade student reads.", "fifth grade", AGE),
        ("He weighs between 70 and 80 kg.", "weighs between 70 and 80 kg", WEIGHT),
        ("The man has a weight of about 80 kg.", "about 80 kg", WEIGHT),
        ("The woman has a BMI of 31.", "31", WEIGHT),
        ("A man in a size XXL shirt.", "size XXL", WEIGHT),
        ("A person of color smiles.", "person of color", RACE),
        ("A man with my girlfreind.", "girlfreind", GENDER),
        ("A yound man sits.", "yound", AGE),
        ("A well-dressed FIANCÉE smiles.", "FIANCÉE", GENDER),
        ("The woman\u2019s hat.", "woman", GENDER),
        ("My mother-in-law cooks.", "mother-in-law", GENDER),
        ("Fun \U0001f468\u200d\U0001f9b3 at the sea", "\U0001f468\u200d\U0001f9b3", GENDER),
        ("Fun \U0001f476 at the sea", "\U0001f476", AGE),
        ("Great \U0001f44d\U0001f3ff work", "\U0001f44d\U0001f3ff", RACE),
    ],
)
def test_measures_and_forms_tell_an_attribute(told, text, span, attribute):
    assert (span, attribute) in told(text, "safe-llava")


@pytest.mark.parametrize(
    "text",
    [
        "A person drives over 40 miles.",
        "The company was born in 1980.",
        "A size 10 shoe lies beside a person.",
        "The box weighs 80 kg.",
        "A person of good taste.",
        "Great \U0001f44d work \U0001f600",
        "The building is 40 years old.",
        "A king size bed and a person.",
        "A person on a first grade road.",
    ],
)
def test_measures_of_things_tell_nothing(told, text):
    assert told(text, "safe-llava") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A women rides a horse.", "A person rides a horse."),
        ("The man was born in 1980.", "The person was born."),
        ("A third-grader reads.", "A student reads."),
        ("A man in a size XXL shirt.", "A person in a shirt."),
        ("Fun \U0001f469\U0001f3fd\u200d\U0001f9b0!", "Fun \U0001f9d1!"),
        ("Great \U0001f44d\U0001f3ff work", "Great \U0001f44d work"),
    ],
)
def test_measures_leave_a_whole_sentence(answer, text, expected):
    assert answer(text, "safe-llava") == expected
