"""Why every edit of a conversation was made, and what verifier and fidelity gate say of it.

For a person at a terminal: what is explained quotes the conversation, so it is printed and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.edit import TextEdit
from schemas.finding import TextFinding
from schemas.policy import Policy
from schemas.reasons import Reason
from transforms.engines.protocols import Embedder
from transforms.fidelity.text import FidelityParts, fidelity_parts
from transforms.text.clean import first_decision, remaining_leaks
from transforms.text.contract import CleanedText, Conversation
from transforms.text.measured import measured_pairs
from transforms.text.verify import Leak


@dataclass(frozen=True, slots=True)
class ExplainedEdit:
    """An edit with the words before and after; ``leaks``: what the verifier still sees in its place."""

    edit: TextEdit
    was: str
    now: str
    leaks: tuple[Leak, ...]


@dataclass(frozen=True, slots=True)
class ExplainedTurn:
    """One turn of the candidate. ``leaks`` are those outside every edit, ``reported`` the findings that no
    edit touches; ``fidelity`` is None where nothing was rewritten."""

    before: str
    after: str
    edits: tuple[ExplainedEdit, ...]
    leaks: tuple[Leak, ...]
    reported: tuple[TextFinding, ...]
    fidelity: FidelityParts | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """``reason``: why the record is held back, None if it passes; the turns are then its last candidate."""

    turns: tuple[ExplainedTurn, ...]
    reason: Reason | None
    least_fidelity: float


def explain(
    conversation: Conversation, cleaned: CleanedText, *, key: str, policy: Policy, embedder: Embedder
) -> Explanation:
    """Takes apart what ``clean_conversations`` made of ``conversation`` with this record ``key``."""
    texts, edits = cleaned.texts, cleaned.edits
    if cleaned.attempt is not None:
        texts, edits = cleaned.attempt.texts, cleaned.attempt.edits
    leaks = remaining_leaks(conversation, texts, policy)
    decision = first_decision(conversation, cleaned.findings, policy, key)
    pairs = measured_pairs(conversation, decision, texts, edits)
    parts = dict(zip(pairs, fidelity_parts(list(pairs.values()), embedder), strict=True))
    turns = tuple(
        _explained_turn(
            said.text,
            texts[turn],
            [edit for edit in edits if edit.turn == turn],
            [leak for leak in leaks if leak.turn == turn],
            [one for one in cleaned.findings if one.turn == turn],
            parts.get(turn),
        )
        for turn, said in enumerate(conversation)
    )
    return Explanation(turns, cleaned.reason, policy.min_text_fidelity)


def _explained_turn(
    before: str,
    after: str,
    edits: Sequence[TextEdit],
    leaks: Sequence[Leak],
    findings: Sequence[TextFinding],
    fidelity: FidelityParts | None,
) -> ExplainedTurn:
    explained = tuple(
        ExplainedEdit(
            edit,
            before[edit.start : edit.end],
            after[edit.new_start : edit.new_end],
            tuple(leak for leak in leaks if leak.start < edit.new_end and edit.new_start < leak.end),
        )
        for edit in edits
    )
    told = {leak for one in explained for leak in one.leaks}
    return ExplainedTurn(
        before,
        after,
        explained,
        tuple(leak for leak in leaks if leak not in told),
        tuple(
            one for one in findings if all(edit.end <= one.start or one.end <= edit.start for edit in edits)
        ),
        fidelity,
    )
