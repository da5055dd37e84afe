"""Which part of a record a turn is: question, answer or caption, the columns of the Safe-LLaVA audit table.

What a human or the system says is a *question*. What gpt says is an *answer*, unless it is all that is said
of an image: one round, whose prompt is empty or asks to describe the picture, gives a *caption*. So a
pretraining pair is a question (its prompt) and a caption; a round of a longer conversation stays question
and answer even if it describes; the reply to "What colour is the car?" is an answer in any record.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import regex
import yaml

from schemas.finding import Field
from schemas.record import Record, Role

_ROUND = 2
_PROMPT_CHARACTERS = 1_000
_TIMEOUT_SECONDS = 2.0
_IMAGE_TOKEN = "<image>"


def turn_fields(record: Record) -> tuple[Field, ...]:
    """The field of each turn, in order."""
    spoken = [turn for turn in record.turns if turn.role is not Role.SYSTEM]
    is_pair = len(spoken) == _ROUND and bool(record.images)
    said = Field.CAPTION if is_pair and asks_for_caption(spoken[0].text) else Field.ANSWER
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
