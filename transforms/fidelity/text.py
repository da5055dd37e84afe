"""How much of a text's meaning an edit kept: sentence embeddings, and hard checks of what no edit may lose.

A cosine alone does not see a negation, a colour or swapped roles (measured: .82, .81, .985), so numbers,
negations, colours and spatial words outside the edited spans must all be there again. It also falls where
nothing but the attribute itself is taken out ("He weighs 80 kg"), so half of the score is the share of the
content words outside the findings that is still there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex

from schemas.edit import Action, TextEdit
from transforms.engines.protocols import Embedder

DIGITS = 4
"""Decimals of a score: enough for a gate, few enough to be the same on every machine."""

SHORT_WORDS = 4
"""Texts of fewer words are compared together with their question: one word alone has no stable meaning."""

WINDOW = 200
"""Characters of a long text that are compared, from shortly before its first edit."""

_KEPT = regex.compile(
    r"(?i)\b(?:\d[\d.,]*|no|not|never|none|nobody|nothing|without|n't|red|green|blue|yellow|orange|purple"
    r"|pink|brown|black|white|gr[ae]y"
    r"|left|right|above|below|under|behind|front|near|inside|outside|top|bottom|between|over|beside)\b"
)
_CONTENT = regex.compile(
    r"(?i)\b(?!(?:appear|seem|look|like|probab|about|around|approx|have|been|being|were|with|their|them"
    r"|they|this|that|very|early|late)"
    r"\w*\b)(?:\p{L}{4,}|\d+)"
)
SMOOTHING = 2
"""Words that every text is taken to keep: a loss weighs less where there are few words."""

_STEM = 4


@dataclass(frozen=True, slots=True)
class TextPair:
    """A rewritten turn before and after. ``context``: its cleaned question; ``edits``: those of this turn;
    ``told``: the spans of the old text that the policy wants gone."""

    before: str
    after: str
    context: str
    edits: tuple[TextEdit, ...]
    told: tuple[tuple[int, int], ...]


def is_measured(edits: Sequence[TextEdit]) -> bool:
    """True if the turn has a meaning to keep: refusals replace it on purpose."""
    return bool(edits) and all(edit.action is not Action.REFUSE for edit in edits)


def kept_words(text: str, spans: Sequence[tuple[int, int]]) -> Counter[str]:
    """Numbers, negations, colours and spatial words of ``text`` outside ``spans``, counted.

    Each span is cut to one space first: what touches it ("39,47400" where 39 goes) must read alike before and
    after.
    """
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return Counter(match.group().lower() for match in _KEPT.finditer(text))


def retains(pair: TextPair) -> bool:
    """True if everything that must stay outside the edited spans did, and the length stayed plausible."""
    before = kept_words(pair.before, [(edit.start, edit.end) for edit in pair.edits])
    after = kept_words(pair.after, [(edit.new_start, edit.new_end) for edit in pair.edits])
    longest, shortest = 3 * len(pair.before) + 40, len(pair.before) // 6
    return before == after and bool(pair.after.strip()) and shortest <= len(pair.after) <= longest


def content_kept(pair: TextPair) -> float:
    """The share of the content words outside ``told`` that the new text still has, by their first letters."""
    wanted = Counter(
        match.group().lower()[:_STEM]
        for match in _CONTENT.finditer(pair.before)
        if all(match.end() <= start or end <= match.start() for start, end in pair.told)
    )
    found = Counter(match.group().lower()[:_STEM] for match in _CONTENT.finditer(pair.after))
    total = wanted.total()
    return ((wanted & found).total() + SMOOTHING) / (total + SMOOTHING)


def _shown(text: str, context: str, spans: Sequence[tuple[int, int]]) -> str:
    if len(text) > 2 * WINDOW:
        # A model reads only the beginning of a long text: show it where the edits are.
        start = max(0, spans[0][0] - WINDOW // 4)
        text = text[start : start + WINDOW]
    short = bool(context) and len(text.split()) < SHORT_WORDS
    return f"{context.strip()[:WINDOW]} {text.strip()}" if short else text.strip()


def text_fidelity(pairs: Sequence[TextPair], embedder: Embedder) -> list[float]:
    """A score in [0, 1] per pair: the mean of the cosine and ``content_kept``, 0 where ``retains`` says no.

    One call of the embedder for all distinct texts. Scores are rounded to ``DIGITS`` decimals.
    """
    texts = [
        (
            _shown(pair.before, pair.context, [(edit.start, edit.end) for edit in pair.edits]),
            _shown(pair.after, pair.context, [(edit.new_start, edit.new_end) for edit in pair.edits]),
        )
        for pair in pairs
    ]
    distinct = sorted({text for pair in texts for text in pair})
    if not distinct:
        return []
    vectors = embedder.embed(distinct)
    index = {text: row for row, text in enumerate(distinct)}
    scores: list[float] = []
    for pair, (before, after) in zip(pairs, texts, strict=True):
        cosine = float(np.dot(vectors[index[before]], vectors[index[after]]))
        score = (min(1.0, max(0.0, cosine)) + content_kept(pair)) / 2 if retains(pair) else 0.0
        scores.append(round(score, DIGITS))
    return scores
