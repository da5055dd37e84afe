"""Question, answer or caption: pretraining pairs, instruction rounds, conversations."""

import pytest

from pipeline.turn_fields import asks_for_caption, turn_fields
from schemas.record import ImageRef, Origin, Record, Role, Turn

IMAGE = ImageRef("a.jpg", "", "")


def record(*texts, image=True, system=False):
    roles = [Role.SYSTEM] * system + [Role.HUMAN, Role.GPT] * len(texts)
    turns = tuple(Turn(role, text, ()) for role, text in zip(roles, texts, strict=False))
    return Record("1", turns, (IMAGE,) if image else (), {}, Origin("c.json", 0))


PRETRAINING = [
    "Describe the image concisely.",
    "Provide a brief description of the given image.",
    "Offer a succinct explanation of the picture presented.",
    "Summarize the visual content of the image.",
    "Give a short and clear explanation of the subsequent image.",
    "Share a concise interpretation of the image provided.",
    "Present a compact description of the photo's key features.",
    "Relay a brief, clear account of the picture shown.",
    "Render a clear and concise summary of the photo.",
    "Write a terse but informative summary of the picture.",
    "Create a compact narrative representing the image presented.",
]
DETAILED = [
    "What do you see happening in this image?",
    "What's happening in the scene?",
    "Can you describe the main features of this image for me?",
    "Write a detailed description of the given image.",
    "Please explain this image in detail.",
    "What is in the photo?",
    "Provide a one-sentence caption for the provided image.\nReference OCR token: EXIT",
    "What activity is taking place in the image? Provide a thorough explanation of the scene.",
]
ASKED = [
    "What colour is the car?",
    "What is in the box?",
    "Who is the chairman",
    "What is the year of the examination",
    "Can you describe the hat worn by the man in the picture?",
    "Please provide the bounding box coordinate of the region this sentence describes: a dog.",
    "Is there a caption?\nAnswer the question using a single word or phrase.",
    "Can you explain why this is funny.",
]


@pytest.mark.parametrize("prompt", [*PRETRAINING, *DETAILED, "", "<image>", "<image>\n<image>\n"])
def test_a_round_that_asks_for_the_picture_gives_a_caption(prompt):
    for shown in (prompt, f"<image>\n{prompt}", f"{prompt}\n<image>"):
        assert turn_fields(record(shown, "A dog.")) == ("question", "caption")


@pytest.mark.parametrize("prompt", ASKED)
def test_a_round_that_asks_for_something_gives_an_answer(prompt):
    assert turn_fields(record(f"<image>\n{prompt}", "A dog.")) == ("question", "answer")


def test_a_record_that_only_describes_holds_captions_however_many():
    asked = turn_fields(record("Describe the image.", "A dog.", "Summarize the image.", "A brown dog."))
    assert asked == ("question", "caption", "question", "caption")


def test_a_conversation_is_questions_and_answers_even_where_it_describes():
    asked = turn_fields(record("Describe the image.", "A dog.", "What colour?", "Brown."))
    assert asked == ("question", "answer", "question", "answer")


def test_without_an_image_nothing_is_a_caption():
    assert turn_fields(record("Describe the image.", "A dog.", image=False)) == ("question", "answer")


def test_a_system_turn_is_a_question_and_does_not_make_a_conversation():
    fields = turn_fields(record("You see pictures.", "Describe the image.", "A dog.", system=True))
    assert fields == ("question", "question", "caption")


def test_a_long_prompt_takes_no_time():
    assert not asks_for_caption("describe the " * 100_000)
