"""Chooses among the ways to say a passage or a turn anew: the first that is silent and says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import regex

from schemas.edit import Action, Replacement
from transforms.fidelity.differences import judge
from transforms.text.apply_edits import apply_edits
from transforms.text.mask import mask_of
from transforms.text.mentions import Form, Mention
from transforms.text.nothing_said import LEFT_OUT, without_sentences
from transforms.text.passage_edits import PassageEdit
from transforms.text.proposals import TurnRequest, proposal_edits
from transforms.text.quoted_values import IMAGE_VALUE
from transforms.text.rewrite import rewrite_passage

if TYPE_CHECKING:
    from spacy.tokens import Doc

Span = tuple[int, int]
Edits = tuple[PassageEdit, ...]
Leaks = Callable[[str], Sequence[Span]]
"""Where the verifier objects to a text."""

_UNSAID = 4
"""Faults for which rather nothing is said."""

_BROKEN_OFF = regex.compile(
    r"(?i)\b(?:an?|the|their|and|or|of|for|with|by|on|in|from|as|like|very|about|around|between|(?:their|the|her|his)"
    r" (?:late|early|mid)|appears?(?: to(?: be)?)?|likely|possibly|probably|presumably|seemingly|perhaps)"
    r" ?[.,;!)]"
)
"""What held an attribute and holds nothing now: "in their late.", "likely,"."""

_CONCLUDES = regex.compile(r"(?i)\b(?:suggest|indicat|impl[yi]|hint)\w*")

_SIGNS = " \t*_.,;:!?-"

MAX_TRIES = 6
"""Rewrites of one passage that are judged, those put together from two others among them."""


_NOTHING = ((0, 0),)


@dataclass(frozen=True, slots=True)
class _Told:
    """``spans``: what is to go; ``narrow``: without the statements that were found whole."""

    spans: tuple[Span, ...]
    narrow: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Tried:
    """``faults``: the fewer the better, the worst first; ``places``: where in the old text they are."""

    edits: Edits
    faults: tuple[int, ...]
    places: tuple[Span, ...]


def choose_rewrite(
    text: str,
    doc: Doc | None,
    wanted: Sequence[tuple[Mention, Action]],
    leaks: Leaks,
    *,
    reflexive: str = "themselves",
    may_empty: bool = False,
) -> Edits:
    """The edits of the best candidate of ``rewrite_passage``: one that does not leak before one that says
    what the passage said, few masks before many, good grammar before bad; of equals the earlier.

    Where a candidate is at fault, the next one is first tried in that place alone; at most ``MAX_TRIES``
    rewrites are judged. Where none says a sentence well, that goes. ``may_empty``: the whole passage may be
    left out."""
    told = _Told(
        tuple((one.start, one.end) for one, _ in wanted),
        tuple((one.start, one.end) for one, _ in wanted if not is_wide(one)),
    )
    candidates = rewrite_passage(text, doc, wanted, reflexive=reflexive, may_empty=may_empty)
    first = next(candidates)
    best = _best_of(text, first, candidates, told, leaks)
    if doc is None or not any(best.faults[:_UNSAID]):
        return best.edits

    def is_faulty(start: int, before: str, after: str) -> bool:
        here = [(one - start, other - start) for one, other in told.spans if one < start + len(before)]
        leaking = bool(leaks(after))
        return leaking or _breaks_off(before, after) or judge(before, after, here).changes_meaning

    mended = tuple(without_sentences(doc, first, is_faulty, may_empty=may_empty))
    return mended if _judged(text, mended, told, leaks).faults < best.faults else best.edits


def _best_of(text: str, first: Edits, others: Iterable[Edits], told: _Told, leaks: Leaks) -> _Tried:
    best = _judged(text, first, told, leaks)
    tries = 1
    for candidate in others if any(best.faults) else ():
        for edits in _with_fallback(best, candidate):
            tried = _judged(text, edits, told, leaks)
            best = tried if tried.faults < best.faults else best
            tries += 1
            if not any(best.faults) or tries == MAX_TRIES:
                return best
    return best


def _with_fallback(best: _Tried, candidate: Edits) -> Iterator[Edits]:
    mixed = _replaced(best, candidate)
    if mixed not in (best.edits, candidate):
        yield mixed
    yield candidate


def _replaced(best: _Tried, candidate: Edits) -> Edits:
    """The best edits so far, but those of ``candidate`` where they are at fault and in what touches that."""
    regions = list(best.places)
    chosen: list[PassageEdit] = []
    pool = [*best.edits, *candidate]
    grown = True
    while grown:
        near = [edit for edit in pool if any(_touch((edit.start, edit.end), region) for region in regions)]
        grown = len(near) > len(chosen)
        chosen = near
        regions = [*best.places, *((edit.start, edit.end) for edit in near)]
    kept = [edit for edit in best.edits if edit not in chosen]
    return tuple(
        sorted([*kept, *(edit for edit in candidate if edit in chosen)], key=lambda one: (one.start, one.end))
    )


def _touch(one: Span, other: Span) -> bool:
    """True for spans with at most a blank between them: an article goes with its noun."""
    return one[0] <= other[1] + 1 and other[0] <= one[1] + 1


def _judged(text: str, edits: Edits, told: _Told, leaks: Leaks) -> _Tried:
    if says_nothing(text, edits):
        return _Tried(edits, (0,) * (_UNSAID + 3), ())
    asked, edits = edits, tuple(_as_mask(edit) for edit in edits)
    new = _applied(text, edits)
    left_out = [one for one in edits if one.rule.startswith(LEFT_OUT)]
    judged = judge(text, new, [*told.spans, *((one.start, one.end) for one in left_out)])
    lost: tuple[Span, ...] = ()
    if not judged.changes_meaning and (left_out or told.spans != told.narrow):
        # What went with an attribute is judged like any rewrite: it may tell something else as well.
        excused = [(one.start, one.end) for one in left_out if not _may_say_more(text, one)]
        narrow = judge(text, new, [*told.narrow, *excused] or _NOTHING)
        lost = narrow.places if narrow.changes_meaning and narrow.kept < 1 else ()
    leaking = leaks(new)
    masked = [(edit.start, edit.end) for edit in edits if _hides_words(edit)]
    faults = (
        bool(leaking),
        judged.changes_meaning,
        len(masked),
        _breaks_off(text, new),
        bool(lost),
        bool(judged.doubts),
        bool(judged.objections),
    )
    places = (*judged.places, *lost, *masked, *(place for span in leaking for place in _in_old(edits, span)))
    return _Tried(asked, faults, places)


def _as_mask(edit: PassageEdit) -> PassageEdit:
    """A surrogate is judged as the mask that it stands for: it says nothing that is to be kept."""
    return replace(edit, text=mask_of(edit.cause.attribute)) if edit.rule == IMAGE_VALUE else edit


def is_wide(mention: Mention) -> bool:
    """True for a statement that was found whole: some of it may tell no attribute."""
    return mention.form is Form.POSTMODIFIER and mention.rule.startswith("statement.")


def _may_say_more(text: str, edit: PassageEdit) -> bool:
    """True for a clause that was left out, unless it draws a conclusion from the attribute in it."""
    clause = text[edit.start : edit.end]
    return edit.rule == f"{LEFT_OUT}clause" and not _CONCLUDES.search(clause)


def _in_old(edits: Edits, span: Span) -> list[Span]:
    """Where ``span`` of the new text comes from: the edits that it touches, or what no edit does."""
    shift = 0
    found: list[Span] = []
    for edit in edits:
        new_start = edit.start + shift
        if new_start >= span[1]:
            break
        if span[0] < new_start + len(edit.text):
            found.append((edit.start, edit.end))
        shift += len(edit.text) - (edit.end - edit.start)
    return found or [(span[0] - shift, span[1] - shift)]


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


def _hides_words(edit: PassageEdit) -> bool:
    return edit.rule.startswith("mask.") and edit.cause.attribute.startswith("biometric.")


def _applied(text: str, edits: Sequence[PassageEdit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
