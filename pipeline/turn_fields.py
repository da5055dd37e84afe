"""Which part of a record a turn is: question, answer or caption, the columns of the Safe-LLaVA audit table.

What a human or the system says is a *question*. What gpt says is an *answer*, unless the record does nothing
but describe an image: if each of its prompts is empty or asks to describe the picture, its replies are
*captions*. So a pretraining pair is a question (its prompt) and a caption; a conversation that asks for
something else, too, is questions and answers throughout, and so is every record without an image.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import regex
import yaml

from schemas.finding import Field
from schemas.record import Record, Role

_PROMPT_CHARACTERS = 1_000
_TIMEOUT_SECONDS = 2.0
_IMAGE_TOKEN = "<image>"


def turn_fields(record: Record) -> tuple[Field, ...]:
    """The field of each turn, in order."""
    describes = bool(record.images) and all(
        asks_for_caption(turn.text) for turn in record.turns if turn.role is Role.HUMAN
    )
    said = Field.CAPTION if describes else Field.ANSWER
    return tuple(said if turn.role is Role.GPT else Field.QUESTION for turn in record.turns)


def asks_for_caption(prompt: str) -> bool:
    """True if ``prompt`` is empty but for image tokens, or asks for a description of the picture."""
    shown = prompt[:_PROMPT_CHARACTERS].replace(_IMAGE_TOKEN, " ").strip()
    return not shown or _expression().search(shown, timeout=_TIMEOUT_SECONDS) is not None


@cache
def _expression() -> regex.Pattern[str]:
    text = resources.files("pipeline").joinpath("caption_prompts.yaml").read_text("utf-8")
    forms = yaml.safe_load(text)
    few = r"(?:(?!(?:of|in|on|at|what|that|who|how|why)\b)[\w-]+\s+){0,3}?"
    shown = rf"(?:{forms['parts']}\s+(?:of|in)\s+{few})?(?:{forms['pictures']}|{forms['objects']})\b"
    described = rf"{forms['verbs']}\s+{few}{shown}"
    given = rf"{forms['givers']}\s[^.?!\n]{{0,60}}?\b{forms['nouns']}\b"
    where = rf"(?:\s+(?:in|of))?(?:\s+(?:this|the)\s+{forms['pictures']}|\s+here)?(?=\s*(?:[?.!]|$))"
    asked = rf"(?:{'|'.join(forms['questions'])})(?:\s+\w+ing)?{where}"
    opening = rf"(?:^|[.!?,]\s+)(?:{forms['polite']}\s+)?"
    return regex.compile(rf"(?im){opening}(?:{described}|{given}|{asked})")
