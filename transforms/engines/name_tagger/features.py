"""What the name classifier reads beside the word pieces: how a word is written and which name lists hold it.

The encoder folds case and accents away, so both come back as one number per word piece, given to the network
where BERT expects a segment: ``written * 4 + listed``. The same code serves training and use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import regex

LABELS = ("O", "B-PERSON", "I-PERSON", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
"""Classes of the network, in the order of its outputs."""

WRITTEN_KINDS = 7
LISTED_KINDS = 4
FEATURES = WRITTEN_KINDS * LISTED_KINDS
"""Number of distinct features."""

MAX_PIECES = 94
"""Word pieces per window, without the two special ones."""

_WORD = regex.compile(r"[^\W_]+")
_SENTENCE_END = regex.compile(r"[.!?]['\")\]]*\s+|\s{2,}|[\n\r]+|[;:]\s+")


def written_kind(word: str) -> int:
    """1 lower, 2 Capitalised, 3 CAPITALS, 4 one capital, 5 mixed or caseless letters, 6 with a digit."""
    if not word.isalpha():
        return 6
    if word.islower():
        return 1
    if word.isupper():
        return 3 if len(word) > 1 else 4
    return 2 if word[0].isupper() and word[1:].islower() else 5


def word_features(text: str, listed: Mapping[str, int]) -> list[tuple[int, int, int]]:
    """(start, end, feature) of each word of ``text``. ``listed``: lower-case word to 1-3."""
    return [
        (match.start(), match.end(), written_kind(word) * LISTED_KINDS + listed.get(word.lower(), 0))
        for match in _WORD.finditer(text)
        for word in (match.group(),)
    ]


def piece_features(offsets: Sequence[tuple[int, int]], words: Sequence[tuple[int, int, int]]) -> list[int]:
    """The feature of the word in which each piece starts; 0 outside words. Both inputs in text order."""
    features: list[int] = []
    index = 0
    for start, end in offsets:
        while index < len(words) and words[index][1] <= start:
            index += 1
        inside = end > start and index < len(words) and words[index][0] <= start
        features.append(words[index][2] if inside else 0)
    return features


def windows(text: str, offsets: Sequence[tuple[int, int]], limit: int = MAX_PIECES) -> list[tuple[int, int]]:
    """Cuts a text's pieces into ranges of at most ``limit``, after sentence ends where there are any."""
    if len(offsets) <= limit:
        return [(0, len(offsets))] if offsets else []
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    cuts: list[int] = []
    place = 0
    for index, (start, _) in enumerate(offsets):
        while place < len(ends) and ends[place] <= start:
            cuts.append(index)
            place += 1
    ranges: list[tuple[int, int]] = []
    first = 0
    while len(offsets) - first > limit:
        fitting = [cut for cut in cuts if first < cut <= first + limit]
        stop = fitting[-1] if fitting else _word_start(offsets, first + limit, first)
        ranges.append((first, stop))
        first = stop
    ranges.append((first, len(offsets)))
    return ranges


def _word_start(offsets: Sequence[tuple[int, int]], limit: int, first: int) -> int:
    """The last piece at or before ``limit`` that does not continue the one before it."""
    for index in range(limit, first, -1):
        if offsets[index][0] > offsets[index - 1][1]:
            return index
    return limit
