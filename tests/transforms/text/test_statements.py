"""Statements that tell of a body or an age go whole; what is left is good English and tells nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.policy_file import load_policy
from transforms.engines.registry import load_embedder, load_parser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import TurnText


def _cleaned(text: str) -> str:
    policy = load_policy("safe-llava")
    rules, parser = load_text_rules(policy), load_parser("bundled")
    conversation = [[TurnText("Describe the image.", True), TurnText(text, False)]]
    found = audit_conversations(conversation, rules=rules, parser=parser)
    result = clean_conversations(
        conversation,
        found,
        keys=["1"],
        policy=policy,
        rules=rules,
        parser=parser,
        embedder=load_embedder("minilm"),
    )[0]
    assert result.reason is None
    return result.texts[1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "A man smiles. He has a visible six-pack, which is a result of his extreme thinness.",
            "A person smiles.",
        ),
        (
            "A shirtless man stands on a beach with his arms raised, showcasing his strength and fitness.",
            "A shirtless person stands on a beach with their arms raised.",
        ),
        (
            "A man is shirtless, standing in a gym and flexing his muscles.",
            "A person is shirtless, standing in a gym.",
        ),
        (
            "A child sits on the grass, suggesting they may not wear shoes due to their age.",
            "A person sits on the grass.",
        ),
        (
            "A portrait of a man, likely from India or Bangladesh, who smiles.",
            "A portrait of a person who smiles.",
        ),
        (
            "A man sits at a table. He has slightly unkempt hair on his face. He reads a book.",
            "A person sits at a table. They read a book.",
        ),
        (
            "The image shows people at a fire, with a heritage associated with indigenous groups.",
            "The image shows people at a fire.",
        ),
        (
            "A person lies in a baby-friendly space with a toy.",
            "A person lies in a friendly space with a toy.",
        ),
        (
            "A man sits at a table. There is visible stubble on his chin. He reads a book.",
            "A person sits at a table. They read a book.",
        ),
        (
            "He is smiling at the camera, revealing defined muscles, particularly in his arms and chest.",
            "They are smiling at the camera.",
        ),
        (
            "A man stands on a beach. He is wearing red shorts and appears to be in good physical condition.",
            "A person stands on a beach. They are wearing red shorts.",
        ),
        (
            "The man stands at a wall. His ribs are clearly visible beneath his skin. He wears a cap.",
            "The person stands at a wall. They wear a cap.",
        ),
        (
            "**Build:** He is very lean. His chest is massive, with pectoral muscles",
            "**Build:** not stated",
        ),
        (
            "**Ethnicity:** She is likely of Asian descent, judging by her features.",
            "**Ethnicity:** not stated.",
        ),
        ("**Facial Hair:** He has a full, neatly trimmed beard.", "**Facial Hair:** not stated."),
        ("A baby is lying on its stomach in a striped onesie.",
         "A person is lying on their stomach in a striped outfit."),
        ("A baby crawling on a blanket.", "A person moving on a blanket."),
        ("**A Young Woman:** The central figure smiles.", "**A Person:** The central figure smiles."),
        ("Her eyes are a striking, bright green, and she has thick eyebrows.", "They have thick eyebrows."),
    ],
)  # fmt: skip
def test_a_statement_goes_whole(before: str, after: str) -> None:
    assert _cleaned(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "A brown bear shows its muscles beside a river.",
        "A baby elephant reaches for food with its mouth.",
        "A plate of ribs stands on the table.",
        "A crib and a pacifier lie in an empty room.",
    ],
)
def test_what_is_said_of_nobody_stays(text: str) -> None:
    assert _cleaned(text) == text


def test_cleaning_again_changes_nothing() -> None:
    once = _cleaned("He is smiling, revealing defined muscles. His skin is wrinkled. He holds a cup.")
    assert _cleaned(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Their hands are on their hips, which further emphasizes the size of their waist. They smile.",
            "Their hands are on their hips. They smile.",
        ),
        (
            "Three people show a severe case of malnutrition and starvation.",
            "Three people show a severe case of hardship.",
        ),
    ],
)
def test_the_size_of_a_waist_and_starvation_tell_a_build(
    answer: Callable[..., str], text: str, expected: str
) -> None:
    assert answer(text, "safe-llava") == expected
