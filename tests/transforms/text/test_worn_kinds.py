"""Clothes for men or women tell something of who wears them, and nothing on a hanger or in a shop."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Answer = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A person in purple men's underwear is standing.", "A person in purple underwear is standing."),
        ("He is wearing a men's shirt.", "They are wearing a shirt."),
        ("The person wears women's shoes and a hat.", "The person wears shoes and a hat."),
        ("A person is wearing a pair of women's boots.", "A person is wearing a pair of boots."),
        ("An individual in attire often associated with indigenous cultures.", "An individual in attire."),
        ("The goggles the boy is wearing are white.", "The goggles the person is wearing are white."),
        (
            "The light is soft, creating a smooth, porcelain-like quality to her skin.",
            "The light is soft, creating a smooth quality to their skin.",
        ),
    ],
)
def test_what_somebody_wears_tells_no_attribute_afterwards(answer: Answer, text: str, expected: str) -> None:
    assert answer(text, "safe-llava") == expected


@pytest.mark.parametrize(
    "text",
    [
        "A mannequin is wearing women's clothing.",
        "A person is looking at women's shoes in a shop.",
        "A person walks in a store for men's shoes while wearing a hat.",
        "A person is sitting on a bed in a child's bedroom.",
        "A person looks at a temple. Dragons are associated with Chinese culture.",
    ],
)
def test_goods_rooms_and_customs_of_nobody_stay(answer: Answer, text: str) -> None:
    assert answer(text, "safe-llava") == text
