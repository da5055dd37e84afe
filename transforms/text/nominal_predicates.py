"""Nouns that say nothing of somebody but an attribute: "she is a young woman", "he appears to be a Catholic".

"They are a person" would be said of everybody and by nobody: such a noun is taken back as a predicate.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from transforms.text import clauses
from transforms.text.agreement import grammar_words
from transforms.text.evidence import evidence_end
from transforms.text.mentions import Form, Mention
from transforms.text.persons import token_range

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_ENDS = frozenset({".", "!", "?", "...", ",", ";", ")", ":"})


def as_predicates(
    doc: Doc, mentions: Sequence[Mention], heads: Mapping[Mention, int]
) -> dict[Mention, Mention]:
    """The mentions among ``mentions`` that are such nouns, each with the predicate that it is."""
    found: dict[Mention, Mention] = {}
    nouns = {heads[one] for one in mentions if one.form is Form.NOUN and one in heads}
    modifiers = {
        index
        for one in mentions
        if one.form is Form.MODIFIER and one in heads
        for index in range(token_range(doc, one.start, one.end)[0], heads[one] + 1)
    }
    for one in mentions:
        if (
            one.form is not Form.NOUN
            or one not in heads
            or one.neutral not in ("person", "child")
            or one.plural
        ):
            continue
        noun = heads[one]
        article = token_range(doc, one.start, one.end)[0] - 1
        while article > 0 and (
            article in modifiers or doc[article].pos_ == "ADV" or doc[article].text in (",", "-")
        ):
            article -= 1
        after = _after_descriptions(doc, noun + 1, mentions)
        if article < 2 or doc[article].lower_ not in ("a", "an") or not _ends(doc, after, nouns):
            continue
        if doc[min(after, len(doc) - 1)].lower_ == "with" and modifiers.intersection(range(after, after + 4)):
            # "is a man with fair skin": the phrase says nothing either.
            continue
        group = clauses.verb_group(doc, article, nouns | modifiers)
        if group is None or group.complement > article or group.first == 0:
            continue
        lead = doc[group.first - 2].lower_ if group.first > 1 else ""
        if lead in ("main", "central", "primary", "focal", "only"):
            # "The main subject is a man." tells who is there.
            continue
        subjects = [doc[group.first - 1], *(one for one in doc[noun].children if one.dep_ == "nsubj")]
        if any(_is_person(subject, nouns) for subject in subjects):
            end = doc[after - 1].idx + len(doc[after - 1])
            found[one] = replace(one, form=Form.PREDICATE, start=doc[article].idx, end=end)
    return found


def _after_descriptions(doc: Doc, after: int, mentions: Sequence[Mention]) -> int:
    """The token behind what goes after the noun: "a man, likely in his sixties"."""
    spans = [token_range(doc, one.start, one.end) for one in mentions if one.form is Form.POSTMODIFIER]
    for first, end in sorted(spans):
        between = doc[after:first] if after <= first <= after + 3 else None
        if between is not None and all(one.text == "," or clauses.is_hedge(one) for one in between):
            after = end
    return after


def _ends(doc: Doc, after: int, nouns: Collection[int]) -> bool:
    if after >= len(doc) or doc[after].text in _ENDS or doc[after].is_sent_start:
        goes_on = after + 1 < len(doc) and doc[after].text == "," and _describes(doc[after + 1])
        end = doc[after - 1].idx + len(doc[after - 1])
        if goes_on and doc[after + 1].lower_ == "with":
            after += 1
        else:
            return not goes_on or evidence_end(doc, end) > end
    if doc[after].lower_ == "with" and after + 1 < len(doc):
        # "is a man with short hair": has short hair.
        return doc[after + 1].pos_ in ("DET", "ADJ", "NOUN")
    if doc[after].lower_ not in ("and", "but"):
        return False
    if after + 1 < len(doc) and doc[after + 1].lower_ in ("a", "an"):
        # "a diabetic and a practising Catholic"
        return any(noun in nouns and _ends(doc, noun + 1, ()) for noun in range(after + 2, after + 5))
    return clauses.begins_verb(doc, after + 1, ())


def _describes(token: Token) -> bool:
    """True if more is said of the noun: "a woman, likely a tourist", "a man, wearing a hat"."""
    relative = token.tag_ in ("WP", "WDT", "WP$", "VBG", "VBN", "IN")
    return relative or token.pos_ == "ADJ" or token.lower_ in grammar_words("hedges") | {"a", "an", "the"}


def _is_person(subject: Token, nouns: set[int]) -> bool:
    return subject.lower_ in grammar_words("person_subjects") or subject.i in nouns
