"""How much of a text's meaning an edit kept: exact checks, and sentence embeddings for what they leave open.

A cosine alone does not see a negation, a colour or swapped roles (measured: .82, .81, .985), so every
difference must be explained (``differences.py``). Only where an unknown word stands in the place of an
attribute does the embedding decide, against a threshold that ``evaluation.text.calibrate_fidelity`` measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from schemas.edit import Action, TextEdit
from transforms.engines.protocols import Embedder
from transforms.fidelity.differences import Judgement, judge
from transforms.tables import read_table

DIGITS = 4
"""Decimals of a score: enough for a gate, few enough to be the same on every machine."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What ``thresholds.yaml`` holds. ``doubt_cosine``: the least similarity of words that no rule knows to
    those in whose place they stand; ``data_sha256``: digest of the pairs that it was measured on."""

    doubt_cosine: float
    data_sha256: str


@cache
def load_thresholds() -> Thresholds:
    """The calibrated thresholds that ship with the package."""
    content = read_table("transforms.fidelity", "thresholds.yaml")
    return Thresholds(float(content["doubt_cosine"]), str(content["data_sha256"]))


@dataclass(frozen=True, slots=True)
class TextPair:
    """A rewritten turn before and after. ``told``: the spans of the old text that the policy wants gone, None
    if nobody said."""

    before: str
    after: str
    told: tuple[tuple[int, int], ...] | None


@dataclass(frozen=True, slots=True)
class FidelityParts:
    """A score and what it is made of. ``cosine`` is None where the exact checks decided alone."""

    judgement: Judgement
    cosine: float | None
    score: float


def is_measured(edits: Sequence[TextEdit]) -> bool:
    """True if the turn has a meaning to keep: not that of a refusal or of a round left out."""
    return bool(edits) and all(edit.action not in (Action.REFUSE, Action.DROP) for edit in edits)


def text_fidelity(pairs: Sequence[TextPair], embedder: Embedder) -> list[float]:
    """A score in [0, 1] per pair: the share of the words that was to stay and did, 0 where the rewrite
    changed what the text says.

    Only words that the exact checks leave open are embedded, all distinct ones in one call; the score is then
    the mean of that share and the lowest cosine, 0 below the threshold. Scores are rounded to ``DIGITS``
    decimals.
    """
    return [parts.score for parts in fidelity_parts(pairs, embedder)]


def fidelity_parts(pairs: Sequence[TextPair], embedder: Embedder) -> list[FidelityParts]:
    """What ``text_fidelity`` says of each pair, and why."""
    judged = [judge(pair.before, pair.after, pair.told) for pair in pairs]
    cosines = _cosines([doubt for one in judged if not one.changes_meaning for doubt in one.doubts], embedder)
    parts: list[FidelityParts] = []
    for one in judged:
        cosine: float | None = None
        score = 0.0 if one.changes_meaning else one.kept
        if score and one.doubts:
            cosine = min(cosines[doubt] for doubt in one.doubts)
            score = (cosine + one.kept) / 2 if cosine >= load_thresholds().doubt_cosine else 0.0
        parts.append(FidelityParts(one, cosine, round(score, DIGITS)))
    return parts


def _cosines(doubts: Sequence[tuple[str, str]], embedder: Embedder) -> dict[tuple[str, str], float]:
    distinct = sorted({words for doubt in doubts for words in doubt})
    if not distinct:
        return {}
    vectors = dict(zip(distinct, embedder.embed(distinct), strict=True))
    return {
        (went, came): min(1.0, max(0.0, float(np.dot(vectors[went], vectors[came])))) for went, came in doubts
    }
