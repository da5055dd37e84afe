"""Edits for attributes said of a subject: "is overweight", "appears to be in her 60s", "weighs 80 kg"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from transforms.text.agreement import like_case
from transforms.text.mentions import Form, Mention
from transforms.text.passage_edits import PassageEdit
from transforms.text.persons import subject_of, token_range

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

NEUTRAL = "visible"
"""What is said of the subject instead: true of everybody in a picture, and telling nothing."""

_HEDGE = (
    r"(?:[\s,]+(?:to|be|have|been|like|likely|probably|possibly|perhaps|maybe|also|both|very|quite|rather"
    r"|somewhat|slightly|a|bit|little"
    r"|relatively|fairly|around|about|approximately|roughly|not|clearly|still|either|mostly|of|in|more"
    r"|most|noticeably"
    r"|moderately|extremely|severely|too|so|as))*\s*$"
)
_BE = regex.compile(r"(?i)(?:\b(?:is|are|was|were|am|be|been|being)|'s|'re|n't)" + _HEDGE)
_SEEM = regex.compile(
    r"(?i)\b(?P<verb>appears?|appeared|seems?|seemed|looks?|looked|looking|appearing)" + _HEDGE
)
_JOINED_BEFORE = regex.compile(
    r"(?i)(?:,? and|,? or|,)(?: (?:is|are|was|were|likely|probably|very|quite|slightly|also"
    r"|appears? to be))*\s*$"
)
_JOINED_AFTER = regex.compile(
    r"(?i)^(?: in (?:age|color|colour|appearance))?(?:,? (?:and|or|but)|,)\s+(?!the\b|a\b|an\b|they\b"
    r"|he\b|she\b|his\b|her\b|there\b|it\b|is\b|are\b|has\b|have\b|with\b)(?=\w)"
)
_TAIL = regex.compile(r"(?i)^ (?:in age|in appearance|of age|in colou?r)\b")


def predicate_edits(doc: Doc, mention: Mention, pronoun_subject: bool) -> list[PassageEdit]:
    """The edit that takes a predicate back. ``pronoun_subject``: the subject becomes "they"."""
    text = doc.text
    lead = text[: mention.start]
    tail = _TAIL.match(text[mention.end :])
    end = mention.end + (tail.end() if tail else 0)
    if mention.form is Form.VERB_PHRASE:
        joined = regex.search(r"(?i)(?:,? and|,)\s+$", lead)
        if joined:
            return [PassageEdit(joined.start(), end, "", mention, mention.rule, 0)]
        many = pronoun_subject or _many(doc, mention)
        return [
            PassageEdit(mention.start, end, f"{'are' if many else 'is'} {NEUTRAL}", mention, mention.rule, 0)
        ]
    after = _JOINED_AFTER.match(text[end:])
    before = _JOINED_BEFORE.search(lead)
    if before and _predicate_before(doc, before.start()):
        return [PassageEdit(before.start(), end, "", mention, mention.rule, 0)]
    if after and not _clause_follows(doc, end + after.end()):
        hedge = _BE.search(lead)
        start = mention.start
        if hedge:
            kept = regex.match(r"(?i)(?:\w+|'s|'re|n't)(?: to be)?\s*", lead[hedge.start() :])
            start = hedge.start() + (kept.end() if kept else 0)
            if regex.search(r"(?i)\bnot\b", lead[start:]):
                start = mention.start
        return [PassageEdit(start, end + after.end(), "", mention, mention.rule, 0)]
    be = _BE.search(lead)
    seem = _SEEM.search(lead)
    if seem and (be is None or seem.start() < be.start()):
        verb = seem.group("verb")
        shown = _be_for(verb, pronoun_subject)
        return [
            PassageEdit(
                seem.start(), end, like_case(f"{shown} {NEUTRAL}".strip(), verb), mention, mention.rule, 0
            )
        ]
    if be:
        kept = regex.match(r"(?i)(?:\w+|'s|'re|n't)\s*", lead[be.start() :])
        start = be.start() + (kept.end() if kept else 0)
        start = min(start, mention.start)
        space = "" if start == 0 or text[start - 1].isspace() else " "
        return [PassageEdit(start, end, space + NEUTRAL, mention, mention.rule, 0)]
    return [PassageEdit(mention.start, end, NEUTRAL, mention, mention.rule, 0)]


def _be_for(verb: str, pronoun_subject: bool) -> str:
    lower = verb.lower()
    if lower.endswith("ing"):
        return ""
    if lower.endswith("ed"):
        return "were" if pronoun_subject else "was"
    return "is" if lower.endswith("s") and not pronoun_subject else "are"


def _many(doc: Doc, mention: Mention) -> bool:
    verb = _token_at(doc, mention.start)
    subject = subject_of(verb) if verb is not None else None
    if subject is None:
        return False
    return subject.lower_ in ("they", "we", "you", "i") or subject.tag_ in ("NNS", "NNPS")


def _token_at(doc: Doc, position: int) -> Token | None:
    first, last = token_range(doc, position, position + 1)
    return doc[first] if first < last else None


def _predicate_before(doc: Doc, end: int) -> bool:
    """True if the word before ``end`` is another predicate of the same clause, as in "tall and slim"."""
    before = [token for token in doc if token.idx + len(token) <= end]
    if not before:
        return False
    last = before[-1]
    return last.pos_ in ("ADJ", "VERB") and last.lower_ not in ("is", "are", "was", "were")


def _clause_follows(doc: Doc, start: int) -> bool:
    token = _token_at(doc, start)
    if token is None:
        return True
    if token.pos_ in ("PRON", "DET", "SCONJ", "PROPN", "NOUN", "ADP"):
        return True
    return token.tag_ in ("VBZ", "VBP", "VBD", "MD")
