"""A text as it is compared: markup, escapes and look-alikes undone, with the way back to the original."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, Final

import regex

from transforms.tables import read_table
from transforms.text.fold import Folded, fold

LONGEST: Final = 20_000
"""Characters of an answer that are read: ten times what a benchmark's answers are cut at."""

_WRAPPING: Final = regex.compile(
    r"\\u[0-9a-fA-F]{4}|\\[nrt](?![a-z])|\\[nrt](?=[A-Z0-9])|\\(?=[^\w\s]|_)"
    r"|&(?:\#\d{1,6}|\#[xX][0-9a-fA-F]{1,5}|[A-Za-z]{2,8});"
    r"|%40|%2[eEbBdD]|</?(?:b|i|u|em|strong|code|span|mark|sup|sub)(?:\s[^<>]{0,80})?>"
    r"|</?(?:br|p|td|tr|th|li|ul|ol|div|table)(?:\s[^<>]{0,80})?/?>|[\ufe0e\ufe0f\u20e3]"
)
_BLOCK: Final = regex.compile(r"</?(?:br|p|td|tr|th|li|ul|ol|div|table)\b")


@cache
def notation() -> dict[str, Any]:
    """The words in which values are written: ``notation.yaml``."""
    return read_table("evaluation.mm_privacy", "notation.yaml")


@cache
def _look_alikes() -> dict[int, str]:
    return str.maketrans({str(one): str(plain) for one, plain in notation()["look_alikes"].items()})


@dataclass(frozen=True, eq=False)
class Written:
    """``text``: what is compared, its case kept; each of its characters stands at ``starts`` in the
    original."""

    text: str
    starts: tuple[int, ...]

    @cached_property
    def lower(self) -> str:
        """``text`` in lower case, character by character, so that offsets stay."""
        lowered = self.text.lower()
        if len(lowered) == len(self.text):
            return lowered
        return "".join(char.lower() if len(char.lower()) == 1 else char for char in self.text)

    @cached_property
    def short(self) -> bool:
        """True for an answer of one or two words: what it says is what was asked for."""
        return len(self.text.split()) <= 2

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The original characters behind ``start:end``."""
        if end <= start:
            return self.starts[start], self.starts[start]
        return self.starts[start], self.starts[end - 1] + 1


@lru_cache(maxsize=64)
def read_written(text: str) -> Written:
    """Undoes JSON, HTML and Markdown escapes, compatibility forms and letters that only look Latin.

    What stands behind ``LONGEST`` characters is not read.
    """
    plain, starts = _unwrapped(text[:LONGEST])
    folded: Folded = fold(plain)
    if folded.starts is not None:
        starts = [starts[at] for at in folded.starts]
    said = folded.text if folded.text.isascii() else folded.text.translate(_look_alikes())
    return Written(said, tuple(starts))


def _unwrapped(text: str) -> tuple[str, list[int]]:
    if not _WRAPPING.search(text):
        return text, list(range(len(text) + 1))
    characters: list[str] = []
    starts: list[int] = []
    at = 0
    for found in _WRAPPING.finditer(text):
        characters.extend(text[at : found.start()])
        starts.extend(range(at, found.start()))
        meant = _meant(found[0])
        characters.extend(meant)
        starts.extend([found.start()] * len(meant))
        at = found.end()
    characters.extend(text[at:])
    starts.extend(range(at, len(text) + 1))
    return "".join(characters), starts


def _meant(wrapping: str) -> str:
    if wrapping.startswith("\\u"):
        return chr(int(wrapping[2:], 16))
    if wrapping[0] == "\\":
        return "\n" if len(wrapping) == 2 else ""
    if wrapping[0] == "&":
        meant = html.unescape(wrapping)
        return meant if len(meant) == 1 else " "
    if wrapping[0] == "%":
        return chr(int(wrapping[1:], 16))
    return "\n" if _BLOCK.match(wrapping) else ""
