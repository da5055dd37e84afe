"""The edits of one turn: the best rewrite of each passage, and the lines that have nothing left to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.edit import Action, Replacement
from transforms.text.audit import ReadTurn
from transforms.text.choose import Leaks, choose_rewrite, says_nothing
from transforms.text.left_out_lines import without_lines
from transforms.text.mentions import Mention
from transforms.text.nothing_said import LEFT_OUT
from transforms.text.passage_edits import PassageEdit
from transforms.text.passages import Passage

Wanted = Mapping[tuple[int, int, int, str], Action]
"""Turn, offsets and attribute of what is to be hidden -> how."""


@dataclass(frozen=True, slots=True)
class RewrittenTurn:
    """``emptied``: what caused the whole turn to go, if nothing is left of it."""

    replacements: tuple[Replacement, ...]
    emptied: Replacement | None = None


def rewrite_turn(
    turn: int,
    text: str,
    read: ReadTurn,
    wanted: Wanted,
    leaks: Leaks,
    *,
    pronouns_only: bool,
    may_empty: bool,
) -> RewrittenTurn:
    """The replacements for the findings ``wanted`` of a turn with the original ``text``, in no order.

    ``leaks``: the verifier; ``may_empty``: whether the turn may be left without a word.
    """
    replacements: list[Replacement] = []
    emptied: list[Replacement] = []
    whole = may_empty or len(read.passages) > 1
    passages = list(_wanted_passages(turn, read, wanted))
    for index, chosen in passages:
        passage, doc = read.passages[index], read.docs[index]
        # The nouns around a lone pronoun stay singular: "the guard hurt themself" (Sun et al. 2021).
        reflexive = "themself" if pronouns_only else "themselves"
        edits = choose_rewrite(
            passage.text, doc, list(chosen.items()), leaks, reflexive=reflexive, may_empty=whole
        )
        own = list(_replacements(turn, read, passage, edits, chosen))
        if edits and says_nothing(passage.text, edits):
            emptied.append(own[0])
        replacements += own
    if len(emptied) == len(read.passages) and not may_empty:
        return _kept(turn, read, passages, leaks, pronouns_only)
    if emptied and len(emptied) == len(read.passages):
        return RewrittenTurn((), emptied[0])
    return RewrittenTurn(tuple(_with_lines(turn, text, replacements, emptied)))


def _kept(
    turn: int,
    read: ReadTurn,
    passages: Sequence[tuple[int, dict[Mention, Action]]],
    leaks: Leaks,
    pronouns_only: bool,
) -> RewrittenTurn:
    """The same where nothing may be left out whole."""
    replacements: list[Replacement] = []
    for index, chosen in passages:
        passage, doc = read.passages[index], read.docs[index]
        reflexive = "themself" if pronouns_only else "themselves"
        edits = choose_rewrite(passage.text, doc, list(chosen.items()), leaks, reflexive=reflexive)
        replacements += _replacements(turn, read, passage, edits, chosen)
    return RewrittenTurn(tuple(replacements))


def _wanted_passages(
    turn: int, read: ReadTurn, wanted: Wanted
) -> Iterator[tuple[int, dict[Mention, Action]]]:
    for index, (passage, mentions) in enumerate(zip(read.passages, read.mentions, strict=True)):
        chosen: dict[Mention, Action] = {}
        for mention in mentions.told:
            start, end = read.folded.original_span(
                passage.offset + mention.start, passage.offset + mention.end
            )
            action = wanted.get((turn, start, end, mention.attribute))
            if action is not None:
                chosen[mention] = action
        if chosen:
            yield index, chosen


def _replacements(
    turn: int,
    read: ReadTurn,
    passage: Passage,
    edits: Sequence[PassageEdit],
    actions: Mapping[Mention, Action],
) -> Iterator[Replacement]:
    for edit in edits:
        start, end = read.folded.original_span(passage.offset + edit.start, passage.offset + edit.end)
        cause = edit.cause
        action = Action.MASK if edit.rule.startswith("mask.") else actions[cause]
        yield Replacement(turn, start, end, edit.text, cause.attribute, cause.kind, action, edit.rule)


def _with_lines(
    turn: int, text: str, replacements: Sequence[Replacement], emptied: Sequence[Replacement]
) -> Iterator[Replacement]:
    """``replacements``, with the whole lines of those in ``emptied`` taken out."""
    if not emptied:
        yield from replacements
        return
    cause = emptied[0]
    lines = [
        Replacement(turn, start, end, new, cause.attribute, cause.kind, Action.REWRITE, f"{LEFT_OUT}line")
        for start, end, new in without_lines(text, [one.start for one in emptied])
    ]
    spans = [(one.start, one.end) for one in lines]
    for one in replacements:
        if not any(start <= one.start and one.end <= end for start, end in spans):
            yield one
    yield from lines
