"""What the fidelity gate compares of a conversation: the turns that were rewritten rather than refused."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.edit import TextEdit
from schemas.finding import TextFinding
from transforms.fidelity.text import TextPair, is_measured
from transforms.text.contract import Conversation
from transforms.text.decide import Decision
from transforms.text.mask import mask_of
from transforms.text.nothing_said import LEFT_OUT
from transforms.text.quoted_values import IMAGE_VALUE


def measured_pairs(
    conversation: Conversation, decision: Decision, texts: Sequence[str], edits: Sequence[TextEdit]
) -> dict[int, TextPair]:
    """The pairs by turn. ``texts``: the turns after ``edits``."""
    pairs: dict[int, TextPair] = {}
    hidden = [*(one for one, _ in decision.edited), *decision.restated]
    for turn in sorted({edit.turn for edit in edits}):
        own = tuple(edit for edit in edits if edit.turn == turn)
        if is_measured(own):
            told = _told([one for one in hidden if one.turn == turn], own)
            pairs[turn] = TextPair(conversation[turn].text, _with_masks(texts[turn], own), told)
    return pairs


def _with_masks(text: str, edits: Sequence[TextEdit]) -> str:
    """``text`` with a mask for every surrogate: it says nothing that was to be kept."""
    for edit in sorted(edits, key=lambda one: -one.new_start):
        if edit.rule == IMAGE_VALUE:
            text = text[: edit.new_start] + mask_of(edit.attribute) + text[edit.new_end :]
    return text


def _told(findings: Sequence[TextFinding], edits: Sequence[TextEdit]) -> tuple[tuple[int, int], ...]:
    """Spans that had to go: what was found, what only the verifier saw, what was left out with them."""
    more = [edit for edit in edits if edit.rule.startswith(("blunt.", LEFT_OUT))]
    return (*((one.start, one.end) for one in findings), *((one.start, one.end) for one in more))
