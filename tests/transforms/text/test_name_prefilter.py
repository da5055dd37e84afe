from collections.abc import Callable

import pytest

from schemas.policy import Policy
from transforms.text.audit import load_text_rules
from transforms.text.name_prefilter import may_hold_name


@pytest.mark.parametrize(
    "text",
    [
        "Yesterday Yuqing came.",
        "Vinka: what a day",
        "olga sleeps",
        "ask mr. sandgreen about it",
        "her maiden name is nyberg",
        "They saw Zurbarán's painting.",
        "Dear Xu,",
        "we need to add wendy olsen as guardian",
        "marilena: who are you?",
        "what's the name? mark",
    ],
)
def test_a_sign_of_a_name_is_seen(policy_of: Callable[..., Policy], text: str) -> None:
    assert may_hold_name(text, load_text_rules(policy_of("standard")))


@pytest.mark.parametrize(
    "text",
    [
        "A man rides a horse on the beach.",
        "There is a dog. There is a cat.",
        "What is the color of the bus?",
        "Two Asian women smile at the camera.",
        "Parked cars in a lot.",
        "PUMA",
        "color: green;",
    ],
)
def test_plain_captions_are_passed_over(policy_of: Callable[..., Policy], text: str) -> None:
    assert not may_hold_name(text, load_text_rules(policy_of("standard")))
