"""Cuts a turn into the passages that are matched and parsed: one line each, never an image token."""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.text.fold import Folded

MAX_PASSAGE = 2000
"""Characters per passage: bounds the memory and time of one parse."""

_PIECE = re.compile(r"[^\n\r]+")
_IMAGE_TOKEN = re.compile(r"<(?:image|video|im_start|im_end|im_patch)>")
_SENTENCE_END = re.compile(r"[.!?]['\")\]]*\s+(?=\S)")
_BULLET = re.compile(r"\s*(?:[*+\-•#>]+\s+|\d{1,2}[.)]\s+)?(?:\*\*|__|\")?")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a folded turn: ``text`` starts at character ``offset`` of it."""

    offset: int
    text: str


def split_passages(folded: Folded) -> list[Passage]:
    """Lines without list marks, cut at sentence ends where longer than ``MAX_PASSAGE``."""
    passages: list[Passage] = []
    for line in _PIECE.finditer(folded.text):
        start = line.start()
        for token in _IMAGE_TOKEN.finditer(folded.text, line.start(), line.end()):
            _append(passages, folded.text, start, token.start())
            start = token.end()
        _append(passages, folded.text, start, line.end())
    return passages


def _append(passages: list[Passage], text: str, start: int, end: int) -> None:
    mark = _BULLET.match(text, start, end)
    start = mark.end() if mark else start
    while start < end:
        stop = end if end - start <= MAX_PASSAGE else _cut(text, start, start + MAX_PASSAGE)
        piece = text[start:stop].rstrip()
        lead = len(piece) - len(piece.lstrip())
        if len(piece) > lead:
            passages.append(Passage(start + lead, piece[lead:]))
        start = stop


def _cut(text: str, start: int, limit: int) -> int:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, start, limit)]
    if ends:
        return ends[-1]
    space = text.rfind(" ", start, limit)
    return space + 1 if space > start else limit
