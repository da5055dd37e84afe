"""Finds emoji that show somebody's gender, age or skin tone. Needs no parse."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import regex

from schemas.finding import Kind
from transforms.text.lexicon import read_list
from transforms.text.mentions import Form, Mention

TIMEOUT_SECONDS = 2.0
AGE, GENDER, RACE, SKIN = "biometric.age", "biometric.gender", "biometric.race", "biometric.skin_tone"


@cache
def _sequences() -> regex.Pattern[str]:
    """A person with what follows: zero-width joiners are folded away before this reads the text."""
    content = read_list("emoji")
    people = content["gender"] + content["age"] + content["plain"]
    parts = f"[{content['tones']}]|[{content['hair']}]|[{content['signs']}]"
    return regex.compile(rf"[{people}]\uFE0F?(?:(?:{parts}|\u2764|[{people}])\uFE0F?)*")


def emoji_mentions(text: str, attributes: frozenset[str]) -> Iterator[Mention]:
    """One mention per emoji sequence of the folded ``text`` that shows one of ``attributes``."""
    if text.isascii():
        return
    content = read_list_of_emoji()
    for match in _sequences().finditer(text, timeout=TIMEOUT_SECONDS):
        shown = set(match.group())
        neutral = content["neutral"]
        if GENDER in attributes and shown & set(content["gender"] + content["signs_of_gender"]):
            attribute, kind = GENDER, Kind.IMPLICIT
        elif AGE in attributes and shown & set(content["age"]):
            attribute, kind = AGE, Kind.IMPLICIT
        elif shown & set(content["tones"]) and not attributes.isdisjoint((SKIN, RACE)):
            attribute, kind = (SKIN if SKIN in attributes else RACE), Kind.IMPLICIT
            neutral = match.group()[0]
        else:
            continue
        rule = f"emoji.{attribute.split('.')[1]}"
        yield Mention(*match.span(), attribute, kind, rule, Form.VALUE, neutral)


@cache
def read_list_of_emoji() -> dict[str, str]:
    """The code points of ``emoji.yaml`` by what they show."""
    return {name: str(value) for name, value in read_list("emoji").items()}
