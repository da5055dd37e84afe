"""Whose attribute a question is about: a person's, a thing's, or nobody's that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.text.persons import is_person, phrase_head
from transforms.text.question_rules import load_question_grammar
from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_POSSESSIVES = frozenset({"his", "her", "their", "whose"})
_SPEAKERS = frozenset({"my", "your", "our"})
_ONE = frozenset({"he", "she", "someone", "somebody", "everyone", "everybody", "anyone", "anybody"})
_OWNING = frozenset({"'s", "'", "’s", "s'"})
_REACH = 8
_BODY = frozenset({"face", "child", "friend", "body", "eyes", "eye", "appearance", "look"})


def owner_before(doc: Doc, start: int, rules: TextRules) -> bool | None:
    """Of a noun at ``start``: "his N", "the man on the left's N", "person N". None: nobody stands there."""
    position = start - 1
    while (
        position >= 0
        and doc[position].pos_ in ("ADJ", "NOUN", "PROPN", "ADV")
        and doc[position].lower_ not in rules.people.person
        and doc[position].lower_ not in _POSSESSIVES
    ):
        position -= 1
    if position < 0:
        return None
    before = doc[position]
    if before.lower_ in _POSSESSIVES:
        return True
    if before.lower_ == "its":
        return False
    if before.lower_ in _OWNING and position:
        return _owner(doc, position, rules)
    if before.lower_ in _SPEAKERS:
        return None
    return True if is_person(before, rules.people) else None


def _owner(doc: Doc, index: int, rules: TextRules) -> bool | None:
    """The phrase that ends before the possessive mark at ``index``; "the boy on the left's": the boy."""
    noun = False
    for position in range(index - 1, max(-1, index - 1 - _REACH), -1):
        token = doc[position]
        if is_person(token, rules.people) or token.lower_ in _ONE:
            return True
        if token.ent_type_ == "PERSON":
            return True
        if token.lower_ in rules.people.animals:
            return False
        if (
            token.pos_ == "AUX"
            or token.lower_ in ("what", "which", "of", ",")
            or token.tag_ in ("VB", "VBZ", "VBP")
        ):
            break
        noun = noun or token.pos_ in ("NOUN", "PROPN")
    return False if noun else None


def owner_after(doc: Doc, end: int, between: frozenset[str], rules: TextRules) -> bool | None:
    """Of a noun before ``end``: "N of PERSON", "which N best describes PERSON", "what N is PERSON"."""
    index = end
    while index < len(doc) and index < end + _REACH and doc[index].lower_ in between:
        if doc[index].lower_ == "this" and _starts_phrase(doc, index, rules):
            break
        index += 1
    if index == end and not (index < len(doc) and doc[index].lower_ in _ONE):
        return None
    return phrase_is_person(doc, index, rules)


def _starts_phrase(doc: Doc, index: int, rules: TextRules) -> bool:
    return phrase_head(doc, index + 1, rules.people) is not None


def phrase_is_person(doc: Doc, index: int, rules: TextRules) -> bool | None:
    """True if the noun phrase at ``index`` is a person, False if a thing, None if there is no phrase."""
    while index < len(doc) and (
        doc[index].pos_ in ("DET", "PRON", "NUM") or doc[index].lower_ in load_question_grammar().determiners
    ):
        lower = doc[index].lower_
        if lower in load_question_grammar().persons and not (
            lower in ("both", "each") and index + 1 < len(doc) and not doc[index + 1].is_punct
        ):
            return True
        if lower in ("it", "its"):
            return False
        index += 1
    if index >= len(doc) or doc[index].pos_ == "PUNCT":
        return None
    if is_person(doc[index], rules.people) and doc[index].pos_ == "VERB":
        return True
    head = phrase_head(doc, index, rules.people)
    if head is None:
        return None
    owned = _owned(doc, head)
    if owned is not None:
        return owned.lower_ in _BODY or is_person(owned, rules.people)
    return is_person(head, rules.people) or (head.ent_type_ == "PERSON" and head.pos_ == "PROPN")


def _owned(doc: Doc, head: Token) -> Token | None:
    """What ``head`` has: "the man's shirt": the shirt."""
    if (
        head.i + 2 < len(doc)
        and doc[head.i + 1].lower_ in _OWNING
        and doc[head.i + 2].pos_ in ("NOUN", "ADJ", "PROPN")
    ):
        return doc[head.i + 2]
    return None


def subject_head(doc: Doc, index: int, end: int, rules: TextRules) -> Token | None:
    """The head of the noun phrase that starts at ``index``: a pronoun, or a noun: of "his hat" the hat."""
    while index < end and (
        doc[index].pos_ in ("DET", "NUM", "ADV") or doc[index].lower_ in load_question_grammar().determiners
    ):
        if doc[index].lower_ in ("this", "that", "these", "those", "all", "both", "each") and (
            index + 1 >= end or phrase_head(doc, index + 1, rules.people) is None
        ):
            return doc[index]
        index += 1
    if index >= end:
        return None
    if doc[index].pos_ == "PRON" and doc[index].lower_ not in ("his", "her", "their", "its", "your", "my"):
        return doc[index]
    if doc[index].lower_ in ("his", "her", "their", "its", "your", "my"):
        index += 1
    head = phrase_head(doc, index, rules.people)
    for _ in range(3):
        if head is None or head.i + 2 >= end or doc[head.i + 1].lower_ not in _OWNING:
            break
        head = phrase_head(doc, head.i + 2, rules.people)
    if head is None or head.i >= end:
        return None
    return _before_predicate(doc, index, head, end, rules)


def _before_predicate(doc: Doc, index: int, head: Token, end: int, rules: TextRules) -> Token:
    """ "Is the person male?" reads as one phrase: the noun before an attribute that ends its clause."""
    ends = head.i + 1 >= end or doc[head.i + 1].is_punct or doc[head.i + 1].lower_ in ("or", "and")
    if ends and head.i > index and head.lower_ in rules.lexicon.words:
        before = doc[head.i - 1]
        if before.pos_ in ("NOUN", "PROPN") or is_person(before, rules.people):
            return before
    return head


def is_asked_of(head: Token | None, rules: TextRules) -> bool:
    """True if a closed question with this subject is about a person."""
    if head is None or head.lower_ in rules.people.animals:
        return False
    return head.lower_ in _ONE or is_person(head, rules.people) or head.ent_type_ == "PERSON"


def names_person(doc: Doc, start: int, end: int, rules: TextRules) -> bool:
    """True if the tokens ``start:end`` name a person or speak of one by pronoun."""
    return any(
        is_person(doc[index], rules.people)
        or doc[index].lower_ in load_question_grammar().persons | _POSSESSIVES
        for index in range(start, end)
    )
