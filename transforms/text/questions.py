"""Finds out whether a question asks for somebody's attribute, in any form whose answer would tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from schemas.finding import Kind
from transforms.text.lexicon import LexiconEntry, WordRole
from transforms.text.mentions import Form, Mention
from transforms.text.persons import (
    head_counts,
    is_person,
    phrase_head,
    sentence_bounds,
    subject_of,
    token_range,
)
from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

ASKS = "question."
"""Prefix of the rule ids of this module."""

_DEGREE = regex.compile(
    r"(?i)\bhow (?P<word>old|young|heavy|fat|tall|much)\b(?P<verb> (?:do you think |would you say )?(?:is"
    r"|are|was|were|does|do|might|would|could))?"
)
_DEGREE_ATTRIBUTE = {"old": "biometric.age", "young": "biometric.age", "heavy": "biometric.weight",
    "fat": "biometric.weight",
                     "much": "biometric.weight", "tall": "biometric.height"}  # fmt: skip
_COLOR_OF_EYES = regex.compile(
    r"(?i)\b(?:what|which)(?:'s| is| are)? (?:the )?colou?rs?\b|\bcolou?rs? (?:of|are|is)\b"
)
_EYES = regex.compile(r"(?i)\beyes?\b")
_BORN = regex.compile(
    r"(?i)\b(?P<word>when|where) (?:was|were|is|are|does|do|did) (?P<who>.{1,60}?) (?P<verb>born|live"
    r"|lives|living|reside)\b"
)
_CLOSED = regex.compile(
    r"(?i)^\W*(?:(?:yes or no|question)\W+)?(?:is|are|was|were|does|do|did|can|could|would)\b"
)
_EXISTENCE = regex.compile(
    r"(?i)(?:\b(?:is|are|was|were) there|\bhow many|\b(?:do|can|could) you (?:see|find|spot|identify)"
    r"|\b(?:contain|show|include|depict|feature|have)s?"
    r"|\b(?:is|are) (?:this|that|it|these|those)(?: (?:image|picture|photo|photograph)s?)?(?: of)?)"
    r"(?: (?:a|an|any|some|the|only|at|least|one|two|three|number|of|more|than|other|both"
    r"|\w+ly))*(?: \w+(?:-\w+)*){0,2}$"
)
_STOP = regex.compile(
    r"(?i)\b(?:is|are|was|were|near|with|to|next|who|that|by|in|on|the|wearing|holding|behind|front|of)\b"
)
_POSSESSIVES = frozenset({"his", "her", "their", "your", "whose"})
ASKS_HINT = regex.compile(
    r"(?i)\bhow (?:old|young|heavy|fat|tall)\b|\beyes?\b|\bborn\b|\bwhere\b.*\b(?:lives?|living|reside)\b"
)
"""Cheap test beside the asked nouns: a question without a hit asks for nothing that is looked for."""


def may_ask(text: str, rules: TextRules) -> bool:
    """True if a question needs a parse although it tells nothing."""
    return bool(ASKS_HINT.search(text)) or any(asked.nouns.search(text) for asked in rules.asked)


def asked_attributes(doc: Doc, mentions: Sequence[Mention], rules: TextRules) -> Iterator[Mention]:
    """Spans of one passage of a question that ask for an attribute. ``mentions``: what is told in it."""
    yield from _by_noun(doc, rules)
    yield from _by_degree(doc, rules)
    yield from _by_eye_color(doc, rules)
    yield from _by_birth_or_home(doc, rules)
    yield from _by_choice(doc, rules)
    yield from _by_closed_question(doc, mentions, rules)


def _ask(attribute: str, start: int, end: int, how: str, score: float = 0.9) -> Mention:
    return Mention(start, end, attribute, Kind.EXPLICIT, ASKS + how, Form.VALUE, score=score)


def _by_noun(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    for asked in rules.asked:
        for match in asked.nouns.finditer(doc.text):
            about = _target(doc, *token_range(doc, *match.span()), rules)
            if about or (about is None and asked.bare):
                yield _ask(asked.attribute, *match.span(), "noun")


def _target(doc: Doc, start: int, end: int, rules: TextRules) -> bool | None:
    """True: a person's; False: a thing's; None: nobody is named."""
    position = start - 1
    while (
        position >= 0
        and doc[position].pos_ in ("ADJ", "NOUN", "PROPN")
        and doc[position].lower_ not in rules.people.person
    ):
        position -= 1
    if position >= 0:
        before = doc[position]
        if before.lower_ in _POSSESSIVES:
            return before.lower_ != "your" or None
        if before.lower_ in ("'s", "'") and position:
            owner = doc[position - 1]
            return (
                is_person(owner, rules.people)
                or owner.lower_ in ("someone", "somebody")
                or owner.ent_type_ == "PERSON"
            )
        if before.lower_ == "its":
            return False
        if is_person(before, rules.people):
            return True
    return _target_after(doc, end, rules)


def _target_after(doc: Doc, end: int, rules: TextRules) -> bool | None:
    index = end
    while (
        index < len(doc)
        and doc[index].lower_ in ("and", ",", "or", "/", "&", "group", "range")
        and index < end + 2
    ):
        index += 1
        if index < len(doc) and doc[index].pos_ == "NOUN":
            index += 1
    if index >= len(doc) or doc[index].lower_ not in (
        "of", "for", "is", "are", "was", "were", "does", "do", "has", "have", "would", "might", "'s", "did",
    ):  # fmt: skip
        return None
    return _noun_phrase_is_person(doc, index + 1, rules)


def _noun_phrase_is_person(doc: Doc, index: int, rules: TextRules) -> bool | None:
    while index < len(doc) and (
        doc[index].pos_ in ("DET", "PRON") or doc[index].lower_ in ("each", "both", "all", "of", "main")
    ):
        lower = doc[index].lower_
        if lower in ("he", "she", "they", "him", "them", "someone", "somebody", "everyone"):
            return True
        if lower in ("it", "its"):
            return False
        index += 1
    if index >= len(doc) or doc[index].pos_ in ("PUNCT", "VERB"):
        return None
    head = phrase_head(doc, index, rules.people)
    if head is None:
        return None
    following = doc[head.i + 1] if head.i + 1 < len(doc) else None
    if (
        following is not None
        and following.lower_ == "'s"
        and head.i + 2 < len(doc)
        and doc[head.i + 2].pos_ == "NOUN"
    ):
        return doc[head.i + 2].lower_ in ("face", "child", "friend")
    return is_person(head, rules.people) or (head.ent_type_ == "PERSON" and head.pos_ == "PROPN")


def _by_degree(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    for match in _DEGREE.finditer(doc.text):
        word = match.group("word").lower()
        attribute = _DEGREE_ATTRIBUTE[word]
        if attribute not in rules.attributes or (word == "much" and "weigh" not in doc.text.lower()):
            continue
        if _noun_phrase_is_person(doc, token_range(doc, *match.span())[1], rules):
            yield _ask(attribute, match.start(), match.end("word"), "degree")


def _by_eye_color(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    if "biometric.eye_color" not in rules.attributes:
        return
    match = _EYES.search(doc.text)
    if match is None or not _COLOR_OF_EYES.search(doc.text):
        return
    words = {token.lower_ for token in doc}
    if words & rules.people.animals or "its" in words:
        return
    if words & rules.people.person or words & {"his", "her", "their", "he", "she"} or len(words) < 9:
        yield _ask("biometric.eye_color", *match.span(), "eye_color")


def _by_birth_or_home(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    for match in _BORN.finditer(doc.text):
        attribute = "pii.address" if match.group("verb").lower() != "born" else "pii.date_of_birth"
        if attribute == "pii.address" and match.group("word").lower() != "where":
            continue
        first, _ = token_range(doc, *match.span("who"))
        if attribute in rules.attributes and _noun_phrase_is_person(doc, first, rules):
            yield _ask(attribute, *match.span(), "birth_or_home", 0.8)


def _entry(token: Token, rules: TextRules) -> LexiconEntry | None:
    return rules.lexicon.words.get(token.lower_)


def _by_choice(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    for token in doc:
        if token.lower_ not in ("or", "/", "vs", "versus") or token.i == 0:
            continue
        left = next(
            (doc[i] for i in range(token.i - 1, max(-1, token.i - 4), -1) if _entry(doc[i], rules)), None
        )
        right = next(
            (doc[i] for i in range(token.i + 1, min(len(doc), token.i + 5)) if _entry(doc[i], rules)), None
        )
        if left is None or right is None:
            continue
        one, other = _entry(left, rules), _entry(right, rules)
        if one is None or other is None or one.attribute != other.attribute or left.lower_ == right.lower_:
            continue
        if one.role is WordRole.ADJECTIVE and not _adjective_of_person(doc, right, other, rules):
            continue
        yield _ask(one.attribute, left.idx, right.idx + len(right), "choice")


def _adjective_of_person(doc: Doc, token: Token, entry: LexiconEntry, rules: TextRules) -> bool:
    head = phrase_head(doc, token.i + 1, rules.people)
    if head is not None:
        return head_counts(head, entry.head, rules.people)
    start, end = sentence_bounds(doc, token.i)
    words = {doc[index].lower_ for index in range(start, end)}
    return bool(words & rules.people.human or words & {"he", "she"})


def _by_closed_question(doc: Doc, mentions: Sequence[Mention], rules: TextRules) -> Iterator[Mention]:
    text = doc.text
    for mention in mentions:
        if mention.form not in (Form.NOUN, Form.MODIFIER) or mention.attribute.startswith("pii."):
            continue
        lead = text[: mention.start].rstrip()
        found = _EXISTENCE.search(lead)
        if found and not _STOP.search(lead[found.end() - len(found.group().rsplit(" ", 2)[-1]) :]):
            yield replace(_ask(mention.attribute, found.start(), mention.end, "existence"), kind=mention.kind)
    if not _CLOSED.match(text):
        return
    for token in doc:
        entry = _entry(token, rules)
        if entry is None or entry.role is WordRole.TITLE or entry.kind is Kind.PROXY:
            continue
        if _is_predicate(token, rules) or _ends_closed_question(token, rules):
            how = "predicate" if entry.role is WordRole.NOUN else "adjective"
            yield replace(_ask(entry.attribute, token.idx, token.idx + len(token), how), kind=entry.kind)


def _is_predicate(token: Token, rules: TextRules) -> bool:
    """True if a closed question asks whether its subject is ``token``: "Is the person male?"."""
    first = token.doc[sentence_bounds(token.doc, token.i)[0]]
    if first.lower_ not in ("is", "are", "was", "were", "does", "do") or phrase_head(
        token.doc, token.i + 1, rules.people
    ):
        return False
    if not any(child.dep_ == "cop" for child in token.children) and token.dep_ not in (
        "xcomp",
        "ROOT",
        "acomp",
        "attr",
        "conj",
    ):
        return False
    subject = subject_of(token)
    if subject is None or subject.i >= token.i or subject.i < first.i:
        return False
    pronoun = subject.lower_ in ("he", "she", "they", "this", "that", "it", "you")
    if subject.lower_ in rules.people.animals:
        return False
    entry = _entry(token, rules)
    if pronoun and entry is not None and entry.role is WordRole.ADJECTIVE:
        return subject.lower_ in ("he", "she")
    return pronoun or is_person(subject, rules.people)


def _ends_closed_question(token: Token, rules: TextRules) -> bool:
    """The same by word order alone: verb first, then a person, then ``token`` at the end of its clause."""
    doc = token.doc
    start, _ = sentence_bounds(doc, token.i)
    if doc[start].lower_ not in ("is", "are", "was", "were"):
        return False
    following = doc[token.i + 1] if token.i + 1 < len(doc) else None
    if following is not None and not following.is_punct and following.lower_ not in ("or", "in"):
        return False
    position = token.i - 1
    while position > start and (
        doc[position].pos_ in ("DET", "ADV") or doc[position].lower_ in ("a", "an", "not")
    ):
        position -= 1
    before = doc[position]
    return position > start and (is_person(before, rules.people) or before.lower_ in ("he", "she", "they"))
