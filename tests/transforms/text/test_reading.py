"""What a question asks to read is told of nobody."""

from collections.abc import Callable

import pytest

from transforms.text.contract import CleanedText
from transforms.text.reading import is_read_out

READ_OUT = [
    ("What does the sign say?", "MEN AT WORK"),
    ("What is written on the man's shirt?", "Boys will be boys"),
    ("What is the name of the book?", "The Old Man and the Sea"),
    ("Which magazine is on the table?", "Women's Health"),
    ("What is the title of the movie on the poster?", "The Lion King"),
    ("what brand is this?", "King's Hawaiian"),
]
TOLD = [
    ("What does the man wear?", "A black shirt"),
    ("What brand is the woman wearing?", "The woman is wearing Nike."),
    ("What words describe the person?", "Young woman"),
    ("What is the name of the lady?", "Miss Smith"),
    ("What is the person's gender as written?", "Female"),
    ("Who is on the sign?", "An old man"),
    ("What does the sign say?", "It says that she sells shells."),
    ("What does the sign say?", ""),
]


@pytest.mark.parametrize(("question", "answer"), READ_OUT)
def test_a_short_answer_to_a_question_for_print_is_read_out(question: str, answer: str) -> None:
    assert is_read_out(question, answer)


@pytest.mark.parametrize(("question", "answer"), TOLD)
def test_an_answer_that_tells_of_somebody_is_not(question: str, answer: str) -> None:
    assert not is_read_out(question, answer)


@pytest.mark.parametrize(("question", "answer"), READ_OUT)
def test_print_that_is_asked_for_stays(
    cleaned: Callable[..., CleanedText], question: str, answer: str
) -> None:
    assert cleaned([question, answer], "safe-llava").texts[1] == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [("What brand is the woman wearing?", "The woman is wearing Nike."), ("Who is this?", "A man")],
)
def test_what_an_answer_tells_is_still_hidden(
    cleaned: Callable[..., CleanedText], question: str, answer: str
) -> None:
    assert "man" not in cleaned([question, answer], "safe-llava").texts[1]
