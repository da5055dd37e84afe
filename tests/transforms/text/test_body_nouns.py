from collections.abc import Callable

import pytest

Answer = Callable[..., str]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("She has blonde hair and blue eyes.", "They have blonde hair."),
        ("A child with light brown eyes and dark hair.", "A child with dark hair."),
        ("A man with blue eyes, a big smile and a hat.", "A person with a big smile and a hat."),
        ("A man with blue eyes smiles.", "A person smiles."),
        ("He has long hair, a beard, and green eyes.", "They have long hair and a beard."),
        ("The man has a muscular physique and is wearing shorts.", "The person is wearing shorts."),
        ("She has a slim build and a wide smile.", "They have a wide smile."),
        ("He appears to be a larger build. He smiles.", "They smile."),
        ("They smile. They appear to be of Middle Eastern or Mediterranean descent.", "They smile."),
        ("She has blue eyes. She smiles.", "They smile."),
        ("His blue eyes shine.", "Their eyes shine."),
        ("A man with blue eyes that shine.", "A person with eyes that shine."),
    ],
)
def test_a_part_of_the_body_goes_with_its_only_modifier(answer: Answer, before: str, after: str) -> None:
    once = answer(before)
    assert once == after
    assert answer(once) == once


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("She appears to be a woman. She smiles.", "They smile."),
        ("He is a Catholic. He smiles.", "They smile."),
        ("She is a young woman with a hat.", "They have a hat."),
        ("The man is a young man, likely in his late 20s. He smiles.", "The person smiles."),
        ("The central figure is a man, appearing to be in his late 20s.", "The central figure is a person."),
        ("The central figure is a man.", "The central figure is a person."),
        ("**Age:** The baby appears to be around 8-10 months old.", "**Age:** not stated."),
        (
            "The person appears to be middle-aged with wrinkles and fine lines.",
            "The person has wrinkles and fine lines.",
        ),
        ("The image shows a young, well-dressed man.", "The image shows a well-dressed person."),
    ],
)
def test_nobody_is_said_to_be_a_person(answer: Answer, before: str, after: str) -> None:
    once = answer(before)
    assert once == after
    assert answer(once) == once


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A man with a beard and glasses.", "A person with glasses."),
        (
            "He has graying hair, a friendly smile, and a beard.",
            "They have graying hair and a friendly smile.",
        ),
        ("They have a neatly trimmed, white beard and mustache. They smile.", "They smile."),
        ("A man with fair skin, dark hair pulled back, and a beard.", "A person with dark hair pulled back."),
        ("This man doesn't have any beard at all and has no glasses.", "This person has no glasses."),
        ("He has big lips and has no beard at all.", "They have big lips."),
    ],
)
def test_facial_hair_goes_with_what_only_speaks_of_it(answer: Answer, before: str, after: str) -> None:
    assert answer(before, "safe-llava") == after
