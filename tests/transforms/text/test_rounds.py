from collections.abc import Callable, Sequence

import pytest

from transforms.text.contract import CleanedText
from transforms.text.rounds import denies, follows

Cleaned = Callable[..., CleanedText]
SORRY = "I'm sorry, but I cannot provide information related to biometric attributes."


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is there a woman?", "No"),
        ("Is there a woman in the image?", "Yes, there is."),
        ("Is there a woman wearing a hat?", "No."),
        ("Do you see any boys holding a kite?", "There are no boys holding a kite."),
        ("How many men are in the picture?", "2"),
        ("How many women are wearing glasses?", "There are three."),
        ("Is it a man or a woman?", "woman"),
        ("Who is older, the man or the boy?", "The man."),
        ("Is the person a man?", "no"),
    ],
)
def test_a_round_that_an_edit_would_make_false_is_refused(
    cleaned: Cleaned, question: str, answer: str
) -> None:
    assert cleaned([question, answer], "safe-llava").texts[1] == SORRY


@pytest.mark.parametrize(
    ("question", "answer", "texts"),
    [
        (
            "Is there a man wearing a hat?",
            "Yes.",
            ("Is there a person wearing a hat?", "Yes."),
        ),
        ("Who is sitting on the bench?", "A woman.", ("Who is sitting on the bench?", "A person.")),
        ("How many dogs does the man have?", "2", ("How many dogs does the person have?", "2")),
        ("Is the man wearing a tie?", "No.", ("Is the person wearing a tie?", "No.")),
    ],
)
def test_a_round_that_stays_true_stays_answered(
    cleaned: Cleaned, question: str, answer: str, texts: Sequence[str]
) -> None:
    assert cleaned([question, answer], "safe-llava").texts == tuple(texts)


def test_the_question_of_a_refused_round_keeps_what_it_offers(cleaned: Cleaned) -> None:
    question = "<image>\nIs there a woman in the picture?"
    assert cleaned([question, "No"], "safe-llava").texts[0] == question


@pytest.mark.parametrize(
    "question",
    [
        "What is this?\nA. A man\nB. A woman\nAnswer with the option's letter.",
        "Who holds the ball? (A) the boy (B) the girl (C) the dog",
        "How old is the man?\nA. 10\nB. 30\nC. 60",
        "Is the person in red:\nA. Male\nB. Female",
    ],
)
def test_options_that_would_become_equal_stay_and_the_answer_is_refused(
    cleaned: Cleaned, question: str
) -> None:
    result = cleaned([question, "A"], "safe-llava")
    assert result.texts[1] == SORRY
    options = question[question.index("A. ") if "A. " in question else question.index("(A)") :]
    assert result.texts[0].endswith(options)


def test_options_that_stay_distinct_keep_the_answers_letter(cleaned: Cleaned) -> None:
    question = "What is the man doing?\nA. Talking to a woman\nB. Riding a horse\nAnswer with the letter."
    result = cleaned([question, "B"], "safe-llava")
    assert result.texts[1] == "B"
    assert result.texts[0].splitlines()[1:3] == ["A. Talking to a person", "B. Riding a horse"]


@pytest.mark.parametrize(
    "question",
    ["Are you sure?", "How can you tell?", "And the other person?", "What about the man on the left?",
     "Just guess.", "What makes you think so?", "Why?"],
)  # fmt: skip
def test_a_question_that_leans_on_a_refused_answer_is_refused(cleaned: Cleaned, question: str) -> None:
    result = cleaned(["How old is she?", "About 30.", question, "Her skin has no lines."], "safe-llava")
    assert result.texts[3] == SORRY


def test_a_question_that_leans_on_a_kept_answer_is_answered(cleaned: Cleaned) -> None:
    result = cleaned(
        ["What sport is this?", "Tennis.", "Are you sure?", "Yes, there is a net."], "safe-llava"
    )
    assert result.texts[3] == "Yes, there is a net."


def test_a_question_that_presupposes_a_refused_answer_is_said_without_it(cleaned: Cleaned) -> None:
    turns = ["How old is she?", "About 30.", "Why do you think she is 30?", "She has no wrinkles."]
    result = cleaned(turns, "safe-llava")
    assert result.texts[2:] == ("Why do you think so?", SORRY)


def test_a_refusal_leaves_the_other_rounds_answered(cleaned: Cleaned) -> None:
    turns = ["How old is the man?", "40", "What is he holding?", "A cup.", "What color is the cup?", "Red."]
    assert cleaned(turns, "safe-llava").texts[2:] == (
        "What are they holding?",
        "A cup.",
        "What color is the cup?",
        "Red.",
    )


def test_follow_ups_have_no_object_of_their_own() -> None:
    assert follows("<image>\nHow do you know?")
    assert not follows("How do you know that the sky is cloudy in this picture of a harbour?")
    assert not follows("What is the man holding?")


@pytest.mark.parametrize(
    ("answer", "no"),
    [
        ("No, there isn't.", True),
        ("There are none.", True),
        ("There is no woman.", True),
        ("Not that I can see.", True),
        ("0", True),
        ("Yes.", False),
        ("The nose is red.", False),
    ],
)
def test_denials_are_known(answer: str, no: bool) -> None:
    assert denies(answer) is no


@pytest.mark.parametrize(
    "statement",
    [
        "There are no women in the picture, only two men.",
        "A street without any women.",
        "Not a woman, but a man.",
        "The only woman in the group wears a hat.",
        "Most of the men are sitting, the women are standing.",
    ],
)
def test_a_statement_that_no_wider_word_keeps_true_is_left_out(cleaned: Cleaned, statement: str) -> None:
    result = cleaned(["Describe the street.", statement, "What else?", "A dog."], "safe-llava")
    assert result.texts == ("", "", "What else?", "A dog.")
    assert result.removed == {0, 1}


@pytest.mark.parametrize(
    "statement", ["All men are sitting.", "A lone man rides a bike.", "The man is not smiling."]
)
def test_a_statement_that_stays_true_stays(cleaned: Cleaned, statement: str) -> None:
    assert cleaned(["Describe the street.", statement], "safe-llava").removed == frozenset()


def test_a_statement_in_a_question_is_hidden_and_what_is_asked_is_answered(cleaned: Cleaned) -> None:
    turns = ["Is the person a man?", "Yes.", "So he is a man. What is he doing?", "He is running."]
    result = cleaned(turns, "safe-llava")
    assert "man" not in result.texts[2].split()
    assert result.texts[3] == "They are running."


def test_a_statement_to_confirm_is_refused_and_hidden(cleaned: Cleaned) -> None:
    result = cleaned(["He's a man, isn't he?", "Yes, he is."], "safe-llava")
    assert result.texts == ("They're a person, aren't they?", SORRY)


def test_a_question_for_members_of_a_group_counts(cleaned: Cleaned) -> None:
    question = "How many people are there, and how many of them are women?"
    assert cleaned([question, "Four, two of them women."], "safe-llava").texts == (question, SORRY)
