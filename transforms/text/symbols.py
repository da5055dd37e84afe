"""Persons that are signs: the man of a traffic light, the bride on a cake, the woman of a restroom sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.text.named_things import ThingWords, load_thing_words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SHOWS = frozenset({"show", "depict", "display", "feature", "have", "illustrate", "light"})


def is_symbol(token: Token) -> bool:
    """ "the traffic light shows a red man", "a man on a crossing sign", "the bride on the cake"."""
    words, doc = load_thing_words(), token.doc
    if _is_of_made_pair(doc, token.i, words):
        return True
    if token.dep_ in ("obj", "nsubj", "conj"):
        verb = token.head if token.dep_ == "obj" else token.head.head
        if token.dep_ in ("obj", "conj") and verb.lemma_ in _SHOWS:
            subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
            if (
                subject is not None
                and subject.i < token.i
                and (_is_sign(doc, subject.i, words) or subject.lower_ in words.cake)
            ):
                return True
    if _is_on_sign(doc, token.i, words):
        return True
    for position in range(token.i + 1, min(token.i + 8, len(doc))):
        other = doc[position]
        if other.pos_ == "VERB" and other.lower_ != "groom":
            return False
        if other.lower_ == "on" and position - token.i <= 4:
            phrase = [ahead.i for ahead in doc[position + 1 : position + 7]]
            return any(
                _is_kind_of_sign(doc, place, words) or doc[place].lower_ in words.cake for place in phrase
            )
    return False


def _is_on_sign(doc: Doc, index: int, words: ThingWords) -> bool:
    """ "a restroom sign with a man and a woman": where nobody of them does anything."""
    lead = index - 1
    while lead > 0 and doc[lead].pos_ in ("DET", "ADJ", "NUM", "CCONJ", "NOUN") and index - lead < 9:
        lead -= 1
    if lead < 2 or doc[lead].lower_ not in ("with", "of") or doc[lead - 1].lower_ not in words.signs:
        return False
    if doc[lead - 2].lower_ not in words.sign_kinds - {"street", "stop", "traffic", "road"}:
        return False
    return not any(
        token.pos_ == "VERB" or token.lower_ in ("next", "beside", "behind", "under", "near")
        for token in doc[lead : index + 8]
    )


def _is_of_made_pair(doc: Doc, index: int, words: ThingWords) -> bool:
    """ "a bride and groom cake topper", "a man and woman statue"."""
    if index + 3 >= len(doc) or doc[index + 1].lower_ not in ("and", "&") or doc[index + 2].pos_ == "DET":
        return False
    ends = [token.lower_ for token in doc[index + 3 : index + 5]]
    return ends[0] in words.made or (ends[0] in words.cake and len(ends) > 1 and ends[1] in words.made)


def _is_sign(doc: Doc, index: int, words: ThingWords) -> bool:
    lower = doc[index].lower_
    return lower in words.signs or (
        lower in ("light", "lights") and index > 0 and doc[index - 1].lower_ == "traffic"
    )


def _is_kind_of_sign(doc: Doc, index: int, words: ThingWords) -> bool:
    """ "a traffic light", "the crossing sign"; on a sign of no kind a photograph may be."""
    return _is_sign(doc, index, words) and index > 0 and doc[index - 1].lower_ in words.sign_kinds
