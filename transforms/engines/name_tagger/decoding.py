"""From class probabilities per word piece to spans of text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from transforms.engines.name_tagger.features import LABELS
from transforms.engines.protocols import EntitySpan

LEAST_SCORE = 0.2
"""A word belongs to PERSON from this probability on, if no other kind of name has more."""

_KINDS = ("PERSON", "ORG", "LOC")
_OPENING = np.array([LABELS.index("B-" + kind) for kind in _KINDS])
_INSIDE = np.array([LABELS.index("I-" + kind) for kind in _KINDS])


def probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float32] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def word_groups(text: str, offsets: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges of pieces that touch and make up one word of letters and digits; other pieces stand alone."""
    groups: list[tuple[int, int]] = []
    for index, (start, end) in enumerate(offsets):
        joined = (
            groups
            and start == offsets[index - 1][1]
            and text[start - 1 : start + 1].isalnum()
            and end > start
        )
        if joined:
            groups[-1] = (groups[-1][0], index + 1)
        else:
            groups.append((index, index + 1))
    return groups


def entity_spans(
    text: str, offsets: Sequence[tuple[int, int]], shares: NDArray[np.float32]
) -> list[EntitySpan]:
    """Spans in ``text`` from the shares (pieces x classes) of its pieces at ``offsets``."""
    words: list[tuple[int, int, str, float, bool]] = []
    for first, stop in word_groups(text, offsets):
        part = shares[first:stop]
        kinds = (part[:, _OPENING] + part[:, _INSIDE]).mean(axis=0)
        best = int(kinds.argmax())
        least = LEAST_SCORE if best == 0 else 0.5
        label = _KINDS[best] if kinds[best] >= least else ""
        opens = bool(part[0, _OPENING[best]] > part[0, _INSIDE[best]])
        words.append((offsets[first][0], offsets[stop - 1][1], label, float(kinds[best]), opens))
    spans: list[EntitySpan] = []
    run = 0
    keys: list[tuple[int, str]] = []
    for index, (_, _, label, _, opens) in enumerate(words):
        run += opens or index == 0 or label != words[index - 1][2]
        keys.append((run, label))
    for (_, label), group in groupby(zip(keys, words, strict=True), key=lambda pair: pair[0]):
        if not label:
            continue
        members = [word for _, word in group]
        span = _trimmed(text, members[0][0], members[-1][1])
        letters = [score for start, _, _, score, _ in members if text[start].isalnum()]
        if span and letters:
            spans.append(EntitySpan(*span, label, round(sum(letters) / len(letters), 4)))
    return spans


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not (
        text[end - 1].isalnum() or (text[end - 1] == "." and _is_initial(text, end - 1))
    ):
        end -= 1
    return (start, end) if start < end else None


def _is_initial(text: str, stop: int) -> bool:
    return stop > 0 and text[stop - 1].isupper() and (stop < 2 or not text[stop - 2].isalnum())
