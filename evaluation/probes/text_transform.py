"""The text baseline of arXiv 2503.01208: a few words and marks changed, meaning kept, nothing remarked.

The paper asked a language model for it, and its remarks ended up in the answers. Any callable can be that
model here: ``checked`` passes what it gives only if it is a rewording and nothing else. ``WordChanger`` is an
embedded one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import regex

from schemas.errors import ConfigError
from transforms import keyed
from transforms.tables import read_table

TextTransform = Callable[[str, str], str]
"""(text of a turn, name that draws belong to) to the changed text."""

_WORD = regex.compile(r"(?<![\p{L}\p{N}_'’-])\p{L}+(?![\p{L}\p{N}_'’-])")
_NUMBER = regex.compile(r"\d+")
_IMAGE = "<image>"
_LEAST_LENGTH, _MOST_LENGTH = 0.5, 2.0
_ROOM = 12
"""Characters by which a short text may grow or shrink whatever its length."""


class RewordingFault(StrEnum):
    """Why a changed text is not taken."""

    NO_TEXT = "no_text"
    REMARK = "remark"
    PLACEHOLDER = "placeholder"
    NUMBERS = "numbers"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class WordChanger:
    """Changes a share of ``strength`` of the words that have a synonym, and of full stops that end a text. It
    draws per word, so what is changed at one strength is changed at every larger one."""

    key: bytes
    strength: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise ConfigError("strength", self.strength, "give a number from 0 to 1")

    def __call__(self, text: str, name: str) -> str:
        """``text`` reworded; numbers, names, placeholders and line breaks stay."""
        draws = keyed.Draws(self.key, "probe text transform")
        synonyms = _synonyms()
        parts, done = [], 0
        for found in _WORD.finditer(text):
            other = synonyms.get(found.group().lower())
            if other is None or draws.uniform(name, str(found.start())) >= self.strength:
                continue
            parts += [text[done : found.start()], _cased(other, found.group())]
            done = found.end()
        changed = "".join(parts) + text[done:]
        ends = changed.endswith(".") and not changed.endswith("..") and len(changed) > 1
        return changed[:-1] if ends and draws.uniform(name, "full stop") < self.strength else changed


def find_fault(before: str, after: str) -> RewordingFault | None:
    """Why ``after`` is no plain rewording of ``before``; None if it is one."""
    if not isinstance(after, str) or not after.strip():
        return RewordingFault.NO_TEXT
    if after.count(_IMAGE) != before.count(_IMAGE):
        return RewordingFault.PLACEHOLDER
    new_remarks = Counter(_remarks().findall(after.lower())) - Counter(_remarks().findall(before.lower()))
    if new_remarks:
        return RewordingFault.REMARK
    if Counter(_NUMBER.findall(after)) != Counter(_NUMBER.findall(before)):
        return RewordingFault.NUMBERS
    low, high = _LEAST_LENGTH * len(before) - _ROOM, _MOST_LENGTH * len(before) + _ROOM
    return None if low <= len(after) <= high else RewordingFault.LENGTH


def checked(transform: TextTransform, faults: Counter[RewordingFault]) -> TextTransform:
    """``transform``, with the text left as it was where what it gave is no rewording; counts why."""

    def change(text: str, name: str) -> str:
        after = transform(text, name)
        fault = find_fault(text, after)
        if fault is None:
            return after
        faults[fault] += 1
        return text

    return change


@cache
def _synonyms() -> dict[str, str]:
    return dict(read_table("evaluation.probes", "synonyms.yaml")["words"])


@cache
def _remarks() -> regex.Pattern[str]:
    words = read_table("evaluation.probes", "meta_remarks.yaml")["remarks"]
    return regex.compile(r"(?<!\w)(?:" + "|".join(map(regex.escape, words)) + r")(?!\w)")


def _cased(word: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word[0].upper() + word[1:] if like[0].isupper() else word
