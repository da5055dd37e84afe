"""Kinds of clothes that tell something of who wears them: "he wears men's underwear"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.text.lexicon import PeopleWords, read_list
from transforms.text.mentions import Form
from transforms.text.persons import is_person, sentence_bounds

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_REACH = 12
_WEARING = frozenset({"wear", "dress", "don", "clothe", "sport"})
_MARKS = frozenset({"'s", "'", "\u2019", "\u2019s"})


def worn_kind_form(doc: Doc, index: int, people: PeopleWords) -> Form | None:
    """``Form.MODIFIER`` where the owner at ``index`` says what kind of clothes somebody shown wears.

    On a hanger, in a shop or in somebody's hands they tell nothing of anybody.
    """
    following = doc[index + 1] if index + 1 < len(doc) else None
    if following is None or (following.tag_ != "POS" and following.text not in _MARKS):
        return None
    position, last = index + 2, None
    while position < len(doc) and doc[position].pos_ in ("ADJ", "NOUN", "PROPN"):
        last = doc[position]
        position += 1
    if last is None or last.lower_ not in read_list("things")["clothes"]:
        return None
    first, _ = sentence_bounds(doc, index)
    verb = _wearing(doc, max(first, index - _REACH), index, people)
    somebody = verb is not None and any(
        is_person(token, people) or token.lower_ in people.pronouns for token in doc[first : verb + 1]
    )
    return Form.MODIFIER if somebody else None


def _wearing(doc: Doc, first: int, index: int, people: PeopleWords) -> int | None:
    """The word in front of ``index`` that says that somebody has the clothes on: "wearing", "a man in"."""
    for position in range(index - 1, first - 1, -1):
        token = doc[position]
        if token.lemma_ in _WEARING or token.lower_ == "clad":
            return position
        if token.lower_ == "in" and position > first and is_person(doc[position - 1], people):
            return position
        if _is_other(token):
            return None
    return None


def _is_other(token: Token) -> bool:
    return token.pos_ == "VERB" or token.lower_ in ("for", "from", "by", "at", ";", ":")
