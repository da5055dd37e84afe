"""Chooses among the ways to say a passage or a turn anew: the first that is silent and says the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from schemas.edit import Action, Replacement
from transforms.fidelity.differences import judge
from transforms.text.apply_edits import apply_edits
from transforms.text.mentions import Mention
from transforms.text.passage_edits import PassageEdit
from transforms.text.proposals import TurnRequest, proposal_edits
from transforms.text.rewrite import rewrite_passage

if TYPE_CHECKING:
    from spacy.tokens import Doc

Leaks = Callable[[str], bool]
"""Whether the verifier objects to a text."""


def choose_rewrite(
    text: str,
    doc: Doc | None,
    wanted: Sequence[tuple[Mention, Action]],
    leaks: Leaks,
    *,
    reflexive: str = "themselves",
) -> tuple[PassageEdit, ...]:
    """The edits of the best candidate of ``rewrite_passage``: one that does not leak before one that says
    what the passage said, words before masks, good grammar before bad; of equals the earlier."""
    told = tuple((one.start, one.end) for one, _ in wanted)
    chosen: tuple[PassageEdit, ...] = ()
    least: tuple[bool, ...] | None = None
    for candidate in rewrite_passage(text, doc, wanted, reflexive=reflexive):
        new = _applied(text, candidate)
        judged = judge(text, new, told)
        faults = (
            leaks(new),
            judged.changes_meaning,
            _hides_words(candidate),
            bool(judged.doubts),
            bool(judged.objections),
        )
        if least is None or faults < least:
            chosen, least = candidate, faults
        if not any(faults):
            break
    return chosen


def choose_proposal(
    asked: TurnRequest, proposals: Sequence[str], texts: Sequence[str], leaks: Leaks
) -> tuple[Replacement, ...] | None:
    """The edits of the first of an engine's ``proposals`` for a turn of ``texts`` that neither leaks nor
    leaves anything to doubt; None if there is none and the grammar rules have to do it."""
    before = texts[asked.turn]
    told = tuple((asked.offset + span.start, asked.offset + span.end) for span in asked.request.hide)
    for proposal in proposals:
        edits = proposal_edits(asked, proposal)
        if edits is None:
            continue
        after = apply_edits(texts, edits)[0][asked.turn]
        judged = judge(before, after, told)
        if not judged.objections and not judged.doubts and not leaks(after):
            return edits
    return None


def _hides_words(candidate: Sequence[PassageEdit]) -> bool:
    return any(
        edit.rule.startswith("mask.") and edit.cause.attribute.startswith("biometric.") for edit in candidate
    )


def _applied(text: str, edits: Sequence[PassageEdit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
