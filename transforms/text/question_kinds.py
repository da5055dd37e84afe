"""Which kind of question a round asks and what was done with it: the counts that the summary publishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import regex

from schemas.edit import Action, TextEdit
from schemas.finding import TextFinding
from transforms.text.contract import Conversation


class QuestionKind(StrEnum):
    """What makes a question turn on who somebody is."""

    EXISTENCE = "existence"
    COUNT = "count"
    CHOICE = "choice"
    COMPARISON = "comparison"
    SEEKING = "seeking"
    """Any other way of asking for an attribute."""
    FOLLOW_UP = "follow_up"
    """Leans on the round before it."""
    REFERENCE = "reference"
    """Asks who or where, and tells somebody by an attribute: "Who is left of the man?"."""
    OTHER = "other"


class RoundOutcome(StrEnum):
    """What was done with a round."""

    REFUSED = "refused"
    LEFT_OUT = "left_out"
    CHANGED = "changed"
    KEPT = "kept"


_KINDS = {
    "existence": QuestionKind.EXISTENCE,
    "qualified": QuestionKind.EXISTENCE,
    "count": QuestionKind.COUNT,
    "choice": QuestionKind.CHOICE,
    "pronouns": QuestionKind.CHOICE,
    "comparison": QuestionKind.COMPARISON,
}
_REFERS = regex.compile(r"(?i)^\s*(?:<image>\s*)?(?:who|whom|whose|which|where)\b")


def round_counts(
    conversation: Conversation, findings: Sequence[TextFinding], edits: Sequence[TextEdit]
) -> Counter[tuple[QuestionKind, RoundOutcome]]:
    """The rounds of a cleaned conversation by kind and outcome."""
    counts: Counter[tuple[QuestionKind, RoundOutcome]] = Counter()
    here: dict[int, list[TextFinding]] = {}
    for finding in findings:
        here.setdefault(finding.turn, []).append(finding)
    done: dict[int, dict[Action, str]] = {}
    for edit in edits:
        done.setdefault(edit.turn, {})[edit.action] = edit.rule
    for turn in range(len(conversation) - 1):
        if not conversation[turn].question or conversation[turn + 1].question:
            continue
        answer = done.get(turn + 1, {})
        outcome = RoundOutcome.CHANGED if answer or turn in done else RoundOutcome.KEPT
        if Action.DROP in answer:
            outcome = RoundOutcome.LEFT_OUT
        elif Action.REFUSE in answer:
            outcome = RoundOutcome.REFUSED
        kind = _kind(conversation[turn].text, here.get(turn, ()), answer.get(Action.REFUSE, ""))
        counts[kind, outcome] += 1
    return counts


def _kind(question: str, findings: Sequence[TextFinding], refused_by: str) -> QuestionKind:
    asked = next((one.detector for one in findings if one.asks), "")
    if asked:
        return _KINDS.get(asked.removeprefix("question."), QuestionKind.SEEKING)
    if refused_by:
        # Options that would read alike are refused by what they tell, a follow-up by what was asked before.
        return QuestionKind.FOLLOW_UP if refused_by.startswith("question.") else QuestionKind.CHOICE
    return QuestionKind.REFERENCE if findings and _REFERS.match(question) else QuestionKind.OTHER
