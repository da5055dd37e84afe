"""How much of a text's meaning an edit kept: exact checks, and sentence embeddings for what they leave open.

A cosine alone does not see a negation, a colour or swapped roles (measured: .82, .81, .985), so every
difference must be explained (``differences.py``). Only where an unknown word stands in the place of an
attribute does the embedding decide, against a threshold that ``evaluation.text.calibrate_fidelity`` measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import yaml

from schemas.edit import Action, TextEdit
from transforms.engines.protocols import Embedder
from transforms.fidelity.differences import Judgement, judge

DIGITS = 4
"""Decimals of a score: enough for a gate, few enough to be the same on every machine."""

SHORT_WORDS = 4
"""Texts of fewer words are compared together with their question: one word alone has no stable meaning."""

WINDOW = 200
"""Characters of a long text that are compared, from shortly before its first edit."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What ``thresholds.yaml`` holds. ``open_cosine``: the least similarity of texts of which the exact
    checks leave a word open; ``data_sha256``: digest of the pairs that it was measured on."""

    open_cosine: float
    data_sha256: str


@cache
def load_thresholds() -> Thresholds:
    """The calibrated thresholds that ship with the package."""
    path = resources.files("transforms.fidelity").joinpath("thresholds.yaml")
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Thresholds(float(content["open_cosine"]), str(content["data_sha256"]))


@dataclass(frozen=True, slots=True)
class TextPair:
    """A rewritten turn before and after. ``context``: its cleaned question; ``edits``: those of this turn;
    ``told``: the spans of the old text that the policy wants gone."""

    before: str
    after: str
    context: str
    edits: tuple[TextEdit, ...]
    told: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class FidelityParts:
    """A score and what it is made of. ``cosine`` is None where the exact checks decided alone."""

    judgement: Judgement
    cosine: float | None
    score: float


def is_measured(edits: Sequence[TextEdit]) -> bool:
    """True if the turn has a meaning to keep: not that of a refusal or of a round left out."""
    return bool(edits) and all(edit.action not in (Action.REFUSE, Action.DROP) for edit in edits)


def _shown(text: str, context: str, spans: Sequence[tuple[int, int]]) -> str:
    if len(text) > 2 * WINDOW:
        # A model reads only the beginning of a long text: show it where the edits are.
        start = max(0, (spans[0][0] if spans else 0) - WINDOW // 4)
        text = text[start : start + WINDOW]
    short = bool(context) and len(text.split()) < SHORT_WORDS
    return f"{context.strip()[:WINDOW]} {text.strip()}" if short else text.strip()


def text_fidelity(pairs: Sequence[TextPair], embedder: Embedder) -> list[float]:
    """A score in [0, 1] per pair: the share of the words that was to stay and did, 0 where the rewrite
    changed what the text says.

    Only pairs that the exact checks leave open are embedded, all distinct texts in one call; their score is
    the mean of that share and the cosine, 0 below the threshold. Scores are rounded to ``DIGITS`` decimals.
    """
    return [parts.score for parts in fidelity_parts(pairs, embedder)]


def fidelity_parts(pairs: Sequence[TextPair], embedder: Embedder) -> list[FidelityParts]:
    """What ``text_fidelity`` says of each pair, and why."""
    judged = [judge(pair.before, pair.after, pair.told) for pair in pairs]
    cosines = _cosines([pair for pair, one in zip(pairs, judged, strict=True) if _undecided(one)], embedder)
    parts: list[FidelityParts] = []
    for one in judged:
        cosine: float | None = None
        score = 0.0 if one.changes_meaning else one.kept
        if _undecided(one):
            cosine = next(cosines)
            score = (cosine + one.kept) / 2 if cosine >= load_thresholds().open_cosine else 0.0
        parts.append(FidelityParts(one, cosine, round(score, DIGITS)))
    return parts


def _undecided(judgement: Judgement) -> bool:
    return judgement.open and not judgement.changes_meaning


def _cosines(pairs: Sequence[TextPair], embedder: Embedder) -> Iterator[float]:
    texts = [
        (
            _shown(pair.before, pair.context, [(edit.start, edit.end) for edit in pair.edits]),
            _shown(pair.after, pair.context, [(edit.new_start, edit.new_end) for edit in pair.edits]),
        )
        for pair in pairs
    ]
    distinct = sorted({text for pair in texts for text in pair})
    if not distinct:
        return
    vectors = embedder.embed(distinct)
    index = {text: row for row, text in enumerate(distinct)}
    for before, after in texts:
        yield min(1.0, max(0.0, float(np.dot(vectors[index[before]], vectors[index[after]]))))
