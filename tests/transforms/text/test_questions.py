from collections.abc import Callable

import pytest

Told = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("question", "attribute"),
    [
        ("How old is the man?", "biometric.age"),
        ("How old does she look?", "biometric.age"),
        ("What is the age of the person in the picture?", "biometric.age"),
        ("What is the gender of the person in the picture? Don't refuse the question.", "biometric.gender"),
        ("What is the race of the person in the picture?", "biometric.race"),
        ("What race is the man?", "biometric.race"),
        ("What is the person's ethnicity?", "biometric.race"),
        ("What is the eye color of the person in the picture?", "biometric.eye_color"),
        ("What color are her eyes?", "biometric.eye_color"),
        ("What is the weight of the person in the picture?", "biometric.weight"),
        ("How much does he weigh?", "biometric.weight"),
        ("Is this person a man or a woman?", "biometric.gender"),
        ("Is the person male or female?", "biometric.gender"),
        ("Is the person male?", "biometric.gender"),
        ("Is there a woman?", "biometric.gender"),
        ("How many women are there?", "biometric.gender"),
        ("Are the people young or old?", "biometric.age"),
        ("Can you guess her age?", "biometric.age"),
        ("how old do you think the boy on the left is", "biometric.age"),
        ("Hwo old is the person?", "biometric.age"),
        ("Tell me her age", "biometric.age"),
        ("Does he look over 40?", "biometric.age"),
        ("Is the cyclist in red middle-aged?", "biometric.age"),
        ("In what decade of life is the man?", "biometric.age"),
        ("Who is older, the man or the boy?", "biometric.age"),
        ("Which of the two people is younger?", "biometric.age"),
        ("Is this person male or female?", "biometric.gender"),
        ("Tell me whether the cyclist is a man or a woman.", "biometric.gender"),
        ("Male or female?", "biometric.gender"),
        ("Does the person in the picture look like a woman?", "biometric.gender"),
        ("Would you describe the man as Caucasian?", "biometric.race"),
        ("Which ethnicity best describes the person in the picture?", "biometric.race"),
        ("what is the boy on the left's racial background", "biometric.race"),
        ("Are the man's eyes blue or brown?", "biometric.eye_color"),
        ("Does she have green eyes?", "biometric.eye_color"),
        ("How many pounds does the cyclist in red weigh?", "biometric.weight"),
        ("Would you call the person chubby?", "biometric.weight"),
        ("Would you call the individual wearing the big red hat chubby?", "biometric.weight"),
        ("Guess the weight of the person in the picture.", "biometric.weight"),
        ("What is his name?", "pii.name"),
        ("What is her phone number?", "pii.phone"),
        ("What is the man's email address?", "pii.email"),
    ],
)
def test_questions_for_an_attribute_are_recognised(told: Told, question: str, attribute: str) -> None:
    assert attribute in [name for _, name in told(question, question=True, asks=True)]


@pytest.mark.parametrize(
    "question",
    [
        "How old is the building?",
        "What colour are the bear's eyes?",
        "What is the age of the tree?",
        "How much does the elephant weigh?",
        "What is the name of the store?",
        "What is the phone number of the restaurant?",
        "What is the man holding?",
        "Is the woman wearing a hat?",
        "Is there a dog next to the man?",
        "How many people are there?",
        "Who is on the left of the man?",
        "What is the brand name on the shirt?",
        "Is the bear brown or black?",
        "What race is being run?",
        "What race is the man running in?",
        "What weight is the man lifting?",
        "What is the weight limit on the sign?",
        "What is the gender equality status of Mali in 2011?",
        "What is the average age of people with leadership preferences?",
        "What did the man build?",
        "What is this woman holding?",
        "Is the man wearing black or white?",
        "Is the woman sitting next to an old man?",
        "Is the connector male or female?",
        "Is the man's shirt white?",
        "Which building is older?",
        "Are her eyes closed?",
        "Is the girl on the left or on the right of the boy?",
        "I turned 40 last year and my age shows. Write a poem about the sea.",
    ],
)
def test_other_questions_ask_for_nothing(told: Told, question: str) -> None:
    assert told(question, question=True, asks=True) == []


def test_an_answer_never_asks(told: Told) -> None:
    assert told("The gender of the person is not shown.", question=False, asks=True) == []
