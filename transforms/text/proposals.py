"""What a rewriter engine is asked, and its answer as edits: spans, anchored at what had to go.

An answer is a whole text. Only its differences become edits, and each of them must touch a hidden span or
change nothing but grammar (articles, pronouns, auxiliaries, endings): a model that also changes a colour or
drops a clause is not believed, whatever it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

import regex

from schemas.edit import Action, Replacement
from schemas.finding import TextFinding
from transforms.engines.protocols import HiddenSpan, RewriteRequest
from transforms.text.lexicon import read_list

RULE = "rewriter.proposal"
TIMEOUT_SECONDS = 2.0
MAX_CHARACTERS = 4_000
"""A longer turn is left to the rules: models lose parts of long texts."""

_TOKEN = regex.compile(r"\p{L}[\p{L}\p{M}'’]*|\d+|\s+|.")
_IMAGE = regex.compile(r"<(?:image|video)>")
_AROUND = regex.compile(r"(?s)((?:\s*<(?:image|video)>)*\s*)(.*?)((?:\s*<(?:image|video)>)*\s*)")
_ENDING = regex.compile(r"(?:ies|es|s|y|e)$")
_STEM = 4
_NEW_WORDS = 4
"""Words with a meaning that may stand for one hidden passage: "one of the people", "the other person"."""


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """What is asked about a turn: its text from character ``offset`` on, without image tokens."""

    turn: int
    offset: int
    request: RewriteRequest


def request_for(
    turn: int, text: str, findings: Sequence[TextFinding], *, question: bool, pronouns_only: bool
) -> TurnRequest | None:
    """The request for one turn, or None where the rules do better: nothing to hide, too long, or an image
    token in the middle. ``findings`` are those of this turn that are to be rewritten."""
    if not findings or len(text) > MAX_CHARACTERS:
        return None
    around = _AROUND.fullmatch(text, timeout=TIMEOUT_SECONDS)
    if around is None or _IMAGE.search(around.group(2)):
        return None
    offset, stop = around.span(2)
    spans: list[HiddenSpan] = []
    for one in sorted(findings, key=lambda one: (one.start, -one.end)):
        start, end = one.start - offset, min(one.end, stop) - offset
        if start >= (spans[-1].end if spans else 0) and end > start:
            spans.append(HiddenSpan(start, end, one.attribute, one.kind))
    if not spans:
        return None
    return TurnRequest(turn, offset, RewriteRequest(around.group(2), tuple(spans), question, pronouns_only))


def proposal_edits(asked: TurnRequest, proposal: str) -> tuple[Replacement, ...] | None:
    """The differences between the turn and a proposal as replacements, each with the attribute and kind of
    the hidden span it touches or, for mere agreement, of the nearest one. None if the proposal loses or
    changes a word that was not hidden, leaves the text as it is, or adds more than a few words, a line or
    an image token."""
    request = asked.request
    before, after = _tokens(request.text), _tokens(proposal)
    same_lines = request.text.count("\n") == proposal.count("\n")
    if proposal == request.text or not same_lines or _IMAGE.search(proposal):
        return None
    starts = [0]
    for token in before:
        starts.append(starts[-1] + len(token))
    replacements: list[Replacement] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for operation, i, j, k, m in matcher.get_opcodes():
        if operation == "equal":
            continue
        start, end = starts[i], starts[j]
        cause = min(request.hide, key=lambda span: _distance(span, start, end))
        touches = not _distance(cause, start, end)
        kept = _content(
            [
                token
                for token, at in zip(before[i:j], starts[i:j], strict=True)
                if not _hidden(at, token, request)
            ]
        )
        if not _follows(kept, _content(after[k:m]), exactly=not touches):
            return None
        text = "".join(after[k:m])
        replacements.append(
            Replacement(
                asked.turn,
                asked.offset + start,
                asked.offset + end,
                text,
                cause.attribute,
                cause.kind,
                Action.REWRITE,
                RULE,
            )
        )
    return tuple(replacements)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _distance(span: HiddenSpan, start: int, end: int) -> int:
    """Characters between a change and a span; 0 where they touch or share one."""
    return max(0, span.start - end, start - span.end)


def _hidden(start: int, token: str, request: RewriteRequest) -> bool:
    return any(start < span.end and span.start < start + len(token) for span in request.hide)


def _follows(kept: Sequence[str], after: Sequence[str], *, exactly: bool) -> bool:
    """True if the words of ``kept`` come again in their order and few others, ``exactly``: no others."""
    if exactly or len(after) > len(kept) + _NEW_WORDS:
        return list(kept) == list(after)
    rest = iter(after)
    return all(word in rest for word in kept)


@cache
def _grammar() -> frozenset[str]:
    return frozenset(word for words in read_list("proposals")["grammar"].values() for word in words)


def _content(tokens: Sequence[str]) -> list[str]:
    """The words and signs that carry meaning, without their endings."""
    words = [token.lower() for token in tokens if not token.isspace() and token != ","]
    return [_ENDING.sub("", word)[:_STEM] for word in words if word not in _grammar()]
