"""Chooses among the ways to say a passage or a turn anew: the first that is silent and says the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import regex

from schemas.edit import Action, Replacement
from transforms.fidelity.differences import judge
from transforms.text.apply_edits import apply_edits
from transforms.text.mentions import Mention
from transforms.text.nothing_said import LEFT_OUT, without_sentences
from transforms.text.passage_edits import PassageEdit
from transforms.text.proposals import TurnRequest, proposal_edits
from transforms.text.rewrite import rewrite_passage

if TYPE_CHECKING:
    from spacy.tokens import Doc

_UNSAID = 4
"""Faults for which rather nothing is said."""

_BROKEN_OFF = regex.compile(
    r"(?i)\b(?:an?|the|their|and|or|of|for|with|by|on|in|from|as|like|very|about|around|between|(?:their|the|her|his)"
    r" (?:late|early|mid)|appears?(?: to(?: be)?)?|likely|possibly|probably|presumably|seemingly|perhaps)"
    r" ?[.,;!)]"
)
"""What held an attribute and holds nothing now: "in their late.", "likely,"."""

_SIGNS = " \t*_.,;:!?-"

Leaks = Callable[[str], bool]
"""Whether the verifier objects to a text."""


def choose_rewrite(
    text: str,
    doc: Doc | None,
    wanted: Sequence[tuple[Mention, Action]],
    leaks: Leaks,
    *,
    reflexive: str = "themselves",
    may_empty: bool = False,
) -> tuple[PassageEdit, ...]:
    """The edits of the best candidate of ``rewrite_passage``: one that does not leak before one that says
    what the passage said, words before masks, good grammar before bad; of equals the earlier. Where none
    says a sentence well, that goes. ``may_empty``: the whole passage may be left out."""
    told = [(one.start, one.end) for one, _ in wanted]
    candidates = rewrite_passage(text, doc, wanted, reflexive=reflexive, may_empty=may_empty)
    first = chosen = next(candidates)
    least = _faults(text, first, told, leaks)
    for candidate in candidates if any(least) else ():
        faults = _faults(text, candidate, told, leaks)
        if faults < least:
            chosen, least = candidate, faults
        if not any(faults):
            break
    if doc is None or not any(least[:_UNSAID]):
        return chosen

    def is_faulty(start: int, before: str, after: str) -> bool:
        here = [(one - start, other - start) for one, other in told if one < start + len(before)]
        return leaks(after) or _breaks_off(before, after) or judge(before, after, here).changes_meaning

    mended = tuple(without_sentences(doc, first, is_faulty, may_empty=may_empty))
    return mended if _faults(text, mended, told, leaks) < least else chosen


def _faults(
    text: str, candidate: Sequence[PassageEdit], told: Sequence[tuple[int, int]], leaks: Leaks
) -> tuple[bool, ...]:
    """What is wrong with a candidate, the worst first."""
    if says_nothing(text, candidate):
        return (False,) * (_UNSAID + 2)
    new = _applied(text, candidate)
    left_out = [(one.start, one.end) for one in candidate if one.rule.startswith(LEFT_OUT)]
    judged = judge(text, new, [*told, *left_out])
    return (
        leaks(new),
        judged.changes_meaning,
        _hides_words(candidate),
        _breaks_off(text, new),
        bool(judged.doubts),
        bool(judged.objections),
    )


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


def _breaks_off(before: str, after: str) -> bool:
    """True if a phrase of ``after`` lacks its end and none of ``before`` did."""
    return len(_BROKEN_OFF.findall(after)) > len(_BROKEN_OFF.findall(before))


def says_nothing(text: str, edits: Sequence[PassageEdit]) -> bool:
    """True if ``edits`` leave no word of ``text``."""
    return not _applied(text, edits).strip(_SIGNS)


def _hides_words(candidate: Sequence[PassageEdit]) -> bool:
    return any(
        edit.rule.startswith("mask.") and edit.cause.attribute.startswith("biometric.") for edit in candidate
    )


def _applied(text: str, edits: Sequence[PassageEdit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
