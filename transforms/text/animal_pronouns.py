"""Whom a "he" or a "her" beside an animal, a likeness or a ship stands for: "a dog with his ball".

In doubt a pronoun is a person's: a leak is worse than a needless edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from transforms.text.company import Company
from transforms.text.lexicon import PeopleWords
from transforms.text.nonpersons import (
    NonPersonWords,
    is_animal,
    is_likeness,
    load_nonperson_words,
    modifies_animal,
    names_likeness,
    of_animal,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SUBJECTS = frozenset({"nsubj", "nsubj:pass"})
_OBJECTS = frozenset({"obj", "iobj"})
_FACE_OR_LIMB = frozenset(
    {
        "face",
        "ear",
        "ears",
        "cheek",
        "cheeks",
        "leg",
        "legs",
        "foot",
        "feet",
        "neck",
        "head",
        "toes",
        "chin",
        "owner",
    }
)


def animal_pronoun(doc: Doc, index: int, people: PeopleWords, company: Company = Company.NOBODY) -> bool:
    """True if the gendered pronoun at ``index`` stands for an animal or a likeness.

    That is one named before it in the passage, or with ``Company.ANIMALS`` one that the passages before it
    speak of. Where they speak of people only what is an animal's for sure: a part of it, and what a
    caption says that begins with "A dog".
    """
    words, token = load_nonperson_words(), doc[index]
    if is_slip(doc, index):
        return True
    peopled = company in (Company.PEOPLE, Company.PEOPLE_ELSEWHERE)
    begins = company is Company.PEOPLE_ELSEWHERE and _begins_with_it(doc, index, words)
    if peopled and not begins and not own_part(doc, index):
        return False
    if token.lower_ == "her" and token.head.lower_ == "voyage" and doc[index + 1].lower_ == "maiden":
        return True  # "The Titanic sank on her maiden voyage."
    if any(
        _may_be_meant(doc[position], people, words) and not _is_its_own(doc[position], token)
        for position in range(index)
    ):
        return False
    if company is not Company.ANIMALS and next(_antecedents(doc, index, words), None) is None:
        return _is_ships(token, words)
    if token.tag_ == "PRP$":
        return _own(token, words) or _is_likeness_subject(doc, index, words)
    if token.dep_ in _SUBJECTS:
        verb = token.head
        return verb.dep_ not in ("acl:relcl", "acl") or not is_animal(verb.head, words)
    if token.dep_ in _OBJECTS:
        return token.lower_.endswith("self")
    if token.dep_ == "obl":
        return token.lower_.endswith("self") or _in_absolute(token)
    return True


def speaks_of_animal(doc: Doc, people: PeopleWords, company: Company) -> bool:
    """True if a passage has gendered pronouns, all an animal's, and names no person: "What color are her
    eyes?" of a cat."""
    gendered = [index for index, token in enumerate(doc) if token.lower_ in _GENDERED]
    return (
        bool(gendered)
        and not any(token.lower_ in people.person for token in doc)
        and all(animal_pronoun(doc, index, people, company) for index in gendered)
    )


_GENDERED = frozenset({"he", "she", "his", "her", "hers", "him", "himself", "herself"})


def is_slip(doc: Doc, index: int) -> bool:
    """True for the "he" of "looking to he right", which is a "the": no pronoun of that form follows a
    preposition, and a noun does."""
    if doc[index].lower_ != "he" or not index or index + 1 >= len(doc):
        return False
    return doc[index - 1].lower_ in _PREPOSITIONS and (
        doc[index + 1].pos_ in ("NOUN", "PROPN", "ADJ") or doc[index + 1].lower_ in _SIDES
    )


_PREPOSITIONS = frozenset(
    {"to", "in", "on", "at", "of", "by", "with", "near", "from", "into", "onto", "over", "under", "behind",
     "through", "across", "along", "around", "against", "beside", "toward", "towards", "down", "up", "like"}
)  # fmt: skip
_SIDES = frozenset({"right", "left", "side", "back", "front", "top", "bottom", "middle", "center"})


def _begins_with_it(doc: Doc, index: int, words: NonPersonWords) -> bool:
    """True in the first sentence of a caption that begins with its animal: "A dog waits for his owner".

    "The dog under his chair" may speak of a chair of somebody named elsewhere.
    """
    if any(doc[position].is_sent_start for position in range(1, index + 1)):
        return False
    head = next((place for place, token in enumerate(doc[:_LEAD]) if token.pos_ in ("NOUN", "PROPN")), None)
    if head is None or any(
        token.pos_ not in ("DET", "ADJ", "NUM", "ADV", "VERB", "CCONJ", "PUNCT") for token in doc[:head]
    ):
        return False
    lead, last = doc[0].lower_, head
    while last + 1 < index and doc[last + 1].pos_ in ("NOUN", "PROPN"):
        last += 1
    named = doc[head : last + 1]
    token = doc[index]
    return (
        (
            lead in ("a", "an", "one", "another", "two", "three")
            or doc[0].pos_ in ("ADJ", "NOUN", "PROPN", "VERB")
        )
        and any(is_animal(part, words) for part in named)
        and not any(part.lower_ in _TOYS for part in doc[: last + 1])
        and not (token.tag_ == "PRP$" and _is_anothers(token, words))
        and (
            token.tag_ == "PRP$"
            or token.dep_ in _SUBJECTS
            or token.lower_.endswith("self")
            or token.dep_ == "obl"
        )
        and not (token.dep_ in _SUBJECTS and token.head.dep_ in ("acl", "acl:relcl"))
    )


def _is_anothers(token: Token, words: NonPersonWords) -> bool:
    """True for what an animal does something to or lies on: "jumps off his back", "in his car".

    Not for "on his hind legs" and "lies on her back".
    """
    owned, doc = token.head, token.doc
    if owned.lower_ in words.owners_things:
        return True
    if owned.lower_ not in _BODY or not token.i or doc[token.i - 1].lower_ not in _ONTO:
        return False
    if doc[token.i - 1].lower_ != "on":
        return True
    turned = any(child.lower_ in ("hind", "back", "rear", "front") for child in owned.children)
    return not (turned or owned.head.lemma_ in _LIES or owned.head.pos_ not in ("VERB", "AUX"))


_BODY = frozenset(
    {"back", "head", "leg", "legs", "foot", "feet", "face", "body", "neck", "chest", "belly", "side"}
)  # fmt: skip
_ONTO = frozenset({"on", "onto", "over", "off", "between", "under", "against", "upon", "across", "from"})
_LIES = frozenset({"lie", "lay", "stand", "roll", "sleep", "land", "rear", "walk", "float", "curl", "rest"})

_LEAD = 8
_TOYS = frozenset({"teddy", "toy", "stuffed", "plush", "doll", "toys", "dolls", "cartoon"})


def _is_its_own(person: Token, pronoun: Token) -> bool:
    """True for the owner of "a dog with his owner behind him" and "a cat and her kitten": somebody of the
    animal's, whom a pronoun in the same phrase does not mean again."""
    owner = next((child for child in person.children if child.tag_ == "PRP$"), None)
    if owner is None or owner.lower_ not in ("his", "her", "its") or owner.i == pronoun.i:
        return False
    return pronoun.dep_ in ("obl", *_OBJECTS) and pronoun.head.head.i == person.i


def _is_likeness_subject(doc: Doc, index: int, words: NonPersonWords) -> bool:
    """ "The snowman has a scarf around his neck.", "A scarecrow with his arms out."."""
    likeness = next((other for other in doc[:index] if other.lower_ in words.likenesses), None)
    if likeness is None or likeness.lower_ in ("toy", "toys", "logo", "stuffed", "plush"):
        return False
    whole = likeness.head if likeness.dep_ in ("compound", "flat") else likeness
    alone = whole.dep_ == "ROOT" and likeness.lower_ not in _TOYS and whole.i < _LEAD
    return whole.dep_ in _SUBJECTS or alone or doc[likeness.i + 1].lower_ == "with"


def own_part(doc: Doc, index: int) -> bool:
    """True for "his tail", "with a ball in his mouth": an animal's own, whoever else is there."""
    token = doc[index]
    return (
        token.tag_ == "PRP$"
        and token.head.lower_ in load_nonperson_words().own_parts
        and not (index and doc[index - 1].lower_ in ("on", "onto", "at", "near", "over"))
    )


def _may_be_meant(token: Token, people: PeopleWords, words: NonPersonWords) -> bool:
    """True for a word before a pronoun that it could stand for and that names a person."""
    lower = token.lower_
    if lower in words.animals or lower in words.likenesses or is_animal(token, words):
        return False
    if lower in words.either:
        return lower not in ("pair", "couple", "group", "trio", "family", "crowd", "figure", "gang") and not (
            of_animal(token.doc, token.i, people)
            or modifies_animal(token, words)
            or names_likeness(token.doc, token.i, words)
        )
    if token.pos_ == "PROPN" and token.text[:1].isupper():
        return not (modifies_animal(token, words) or is_likeness(token))
    return (
        lower in people.person
        and lower != "one"
        and token.tag_ not in ("VBZ", "VBD")
        and not (is_likeness(token) or modifies_animal(token, words))
        and not names_likeness(token.doc, token.i, words)
    )


def _antecedents(doc: Doc, index: int, words: NonPersonWords) -> Iterator[Token]:
    """Animals and likenesses before ``index`` that a pronoun can stand for: subjects, fragments, what a
    picture is of; never what somebody left unsaid holds or feeds."""
    for position in range(index):
        token = doc[position]
        if not (is_animal(token, words) or names_likeness(doc, position, words)):
            continue
        if token.dep_ in _OBJECTS or token.dep_ == "obl":
            verb = token.head
            if not any(child.dep_ in _SUBJECTS or child.dep_ == "expl" for child in verb.children) and (
                verb.dep_ not in ("acl", "acl:relcl")
            ):
                continue
        if token.head.i > index and doc[index].dep_ in _SUBJECTS and token.dep_ in _OBJECTS:
            continue
        yield token


def _is_ships(token: Token, words: NonPersonWords) -> bool:
    """ "the ship and her crew"."""
    return (
        token.lower_ == "her"
        and token.head.lower_ in words.ship_parts
        and any(other.lower_ in words.ships for other in token.doc[: token.i])
    )


def _own(token: Token, words: NonPersonWords) -> bool:
    """True if what the possessive owns can be an animal's."""
    owned = token.head
    if owned.lower_ in words.human_parts:
        return owned.lower_ == "shoulder" and token.i > 0 and token.doc[token.i - 1].lower_ == "over"
    if owned.dep_ in _OBJECTS and owned.head.lemma_.lower() in words.done_to_others:
        return owned.lower_ not in _FACE_OR_LIMB
    return True


def _in_absolute(token: Token) -> bool:
    """ "a cat on a desk with a computer behind him": the pronoun closes a "with" phrase of its own."""
    doc = token.doc
    return any(other.lower_ == "with" for other in doc[max(0, token.i - 6) : token.i - 1])
