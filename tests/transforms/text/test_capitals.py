"""Captions in capitals tell what they would tell in small letters; names and titles tell nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Answer = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Beautiful Young Woman Walking", "Beautiful Person Walking"),
        ("Two Women Sitting At A Table With Food", "Two People Sitting At A Table With Food"),
        ("Portrait Of A Happy Senior Man With Beard", "Portrait Of A Happy Person"),
        ("Aunt Wu is standing in the kitchen.", "Wu is standing in the kitchen."),
        ("A portrait of Queen Elizabeth in a blue coat.", "A portrait of Elizabeth in a blue coat."),
    ],
)
def test_a_caption_in_capitals_and_a_title_before_a_name_tell_an_attribute(
    answer: Answer, text: str, expected: str
) -> None:
    assert answer(text, "safe-llava") == expected


@pytest.mark.parametrize(
    "text",
    [
        "The Old Man and the Sea",
        "Men's Health Magazine",
        "Little Red Riding Hood",
        "The Queen Elizabeth Hospital is a building.",
        "The King George Hotel is closed.",
    ],
)
def test_titles_and_names_of_things_stay(answer: Answer, text: str) -> None:
    assert answer(text, "safe-llava") == text
