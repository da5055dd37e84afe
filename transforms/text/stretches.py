"""Cuts a sentence into clauses and free phrases, from left to right by tags and function words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from transforms.text import clauses
from transforms.text.lexicon import read_list

if TYPE_CHECKING:
    from spacy.tokens import Doc

HEDGES = frozenset({"likely", "possibly", "probably", "perhaps", "presumably", "maybe", "apparently"})
_RELATIVES = frozenset({"who", "which", "whose"})
_ADVERBIAL = frozenset({"while", "although", "though", "because", "since", "whereas", "as"})
DASHES = frozenset({"\u2013", "\u2014", "-", ";"})
_SUBJECT = frozenset({"PRON", "DET", "NOUN", "PROPN", "ADJ"})
_INSIDE = frozenset({"relative", "of clause", "participle", "phrase"})
_SUBJECT_REACH = 9


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tokens ``lead`` to ``after`` of a sentence; its own words begin at ``first``, behind what joins it."""

    lead: int
    first: int
    after: int
    kind: str


@cache
def _of_clauses() -> frozenset[str]:
    return frozenset(read_list("frames")["of_clauses"])


def stretches_of(doc: Doc, start: int, end: int) -> list[Stretch]:
    """The clauses and free phrases of the sentence, in order; together they cover it."""
    cuts: list[tuple[int, int, str]] = [(start, start, "clause")]
    for index in range(start + 1, end):
        if len(cuts) > 1 and index <= cuts[-1][1]:
            continue
        first = _after_joiner(doc, index, end)
        kind = _kind(doc, index, first, end) if first < end else ""
        if not kind and cuts[-1][2] in _INSIDE and _resumes(doc, index, end):
            kind = "main"
        if kind:
            cuts.append((index, first, kind))
    bounds = [lead for lead, _, _ in cuts[1:]] + [end]
    return [
        Stretch(lead, first, after, kind) for (lead, first, kind), after in zip(cuts, bounds, strict=True)
    ]


def _resumes(doc: Doc, index: int, end: int) -> bool:
    """True where the main clause goes on behind what was put in: "people - who are old - are sitting"."""
    sign = doc[index].text == "," or _is_dash(doc, index)
    return sign and index + 1 < end and clauses.is_finite(doc[index + 1])


def _after_joiner(doc: Doc, index: int, end: int) -> int:
    first = index
    while first < end and (
        doc[first].text in ",(" or _is_dash(doc, first) or doc[first].lower_ in clauses.CONJUNCTIONS
    ):
        first += 1
    return first


def _is_dash(doc: Doc, index: int) -> bool:
    """True for a dash or semicolon between clauses, no hyphen."""
    return doc[index].text in DASHES and (doc[index].text != "-" or bool(doc[index - 1].whitespace_))


def _kind(doc: Doc, lead: int, first: int, end: int) -> str:
    """What begins at token ``lead`` (a joiner or not), or "" if the stretch before goes on."""
    token, joined = doc[first], first > lead
    lower = token.lower_
    comma = joined and (doc[lead].text in ",(" or _is_dash(doc, lead))
    if lower in _ADVERBIAL and first + 1 < end:
        verbal = doc[first + 1].tag_ in ("VBN", "VBD") or doc[first + 1].lower_ == "evident"
        if _opens_clause(doc, first + 1, end) or (lower == "as" and verbal):
            return "of clause" if comma and lower == "as" else "adverbial"
    if lower in _RELATIVES and first > 0:
        return "of clause" if lower == "which" and comma else "relative"
    while token.pos_ == "ADV" and token.i + 1 < end and doc[token.i + 1].tag_ in ("VBG", "VBN", "RB"):
        token = doc[token.i + 1]
    of_fact = token.lemma_.lower() in _of_clauses()
    noun_before = lead > 0 and doc[lead - 1].pos_ == "NOUN"
    if token.tag_ in ("VBG", "VBN") and (comma or (of_fact and noun_before and token.tag_ == "VBG")):
        return "of clause" if of_fact else "participle"
    if lower == "with" or (comma and lower in HEDGES) or (comma and lower in ("of", "in")):
        return "phrase"
    asyndetic = first == lead + 1 and doc[lead].text == ","
    if (
        joined
        and not (asyndetic and token.pos_ not in ("PRON", "DET", "CCONJ"))
        and _opens_clause(doc, first, end)
    ):
        return "clause"
    return ""


def _opens_clause(doc: Doc, first: int, end: int) -> bool:
    """True if a subject and its verb begin at token ``first``."""
    subject = first < end and (doc[first].pos_ in _SUBJECT or doc[first].lower_ in ("both", "all", "each"))
    if not subject or doc[first].tag_ in ("WDT", "WP"):
        return False
    for token in doc[first + 1 : min(end, first + _SUBJECT_REACH)]:
        if clauses.is_finite(token):
            return True
        if token.is_punct and token.text != "-":
            return False
        if token.lower_ in _RELATIVES or token.tag_ in ("VBG", "TO"):
            return False
    return False
