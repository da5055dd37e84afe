"""Words for persons that are said of an animal or of a likeness: "a baby giraffe", "a dog with his ball",
"a statue of a woman". In doubt a word is said of a person: a leak is worse than a needless edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from transforms.text.lexicon import PeopleWords, read_list, with_plurals
from transforms.text.named_things import is_symbol

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SUBJECTS = frozenset({"nsubj", "nsubj:pass"})
_OBJECTS = frozenset({"obj", "iobj"})
_PHRASE = frozenset({"DET", "ADJ", "NUM", "NOUN", "PROPN", "CCONJ", "ADV"})
_BREEDS = frozenset({"shepherd", "shepard", "sheperd", "dane", "bernard", "bernese"})
_BREED_ORIGINS = frozenset(
    {"german", "australian", "belgian", "english", "anatolian", "caucasian", "great", "saint", "st", "st."}
)
_OWN_PARTS = frozenset(
    {"face", "head", "tail", "ears", "ear", "mouth", "nose", "body", "back", "eyes", "eye"}
)
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
_REACH = 10


@dataclass(frozen=True, slots=True)
class NonPersonWords:
    """The lists of ``animals.yaml``, plurals included. ``either``: words for persons that
    are said of animals as often; ``wild``: animals that are no pets; ``worn``: clothes
    that are named after who wears them."""

    either: frozenset[str]
    animals: frozenset[str]
    wild: frozenset[str]
    likenesses: frozenset[str]
    made_of: frozenset[str]
    young: frozenset[str]
    food_before: frozenset[str]
    human_parts: frozenset[str]
    done_to_others: frozenset[str]
    worn: frozenset[str]
    own_parts: frozenset[str]
    ships: frozenset[str]
    ship_parts: frozenset[str]
    games: frozenset[str]


@cache
def load_nonperson_words() -> NonPersonWords:
    """Reads ``animals.yaml`` and the clothes of ``compounds.yaml``."""
    listed = read_list("animals")
    return NonPersonWords(
        either=frozenset(listed["either"]),
        animals=with_plurals([*listed["words"], *listed["pets"]]),
        wild=with_plurals(listed["words"]),
        likenesses=with_plurals(listed["likenesses"]),
        made_of=frozenset(listed["made_of"]),
        young=with_plurals(listed["young"]),
        food_before=frozenset(listed["food_before"]),
        human_parts=with_plurals(listed["human_parts"]),
        done_to_others=frozenset(listed["done_to_others"]),
        own_parts=with_plurals(listed["own_parts"]),
        ships=with_plurals(listed["ships"]) | {"titanic"},
        ship_parts=with_plurals(listed["ship_parts"]),
        games=with_plurals(listed["games"]),
        worn=with_plurals(read_list("compounds")["worn"]),
    )


def is_likeness(token: Token) -> bool:
    """True if the noun ``token`` names what is depicted: "a girl doll", "a statue of a woman"."""
    doc, words = token.doc, load_nonperson_words()
    index = token.i
    following = index + 1
    while (
        following < len(doc) and doc[following].tag_ in ("NN", "NNS", "NNP", "POS") and following < index + 4
    ):
        if doc[following].lower_ in words.likenesses:
            return True
        following += 1
    before = index - 1
    while before >= 0 and doc[before].pos_ in _PHRASE and index - before < _REACH:
        if doc[before].lower_ in words.made_of and before == index - 1:
            return True
        before -= 1
    if before > 0 and doc[before].lower_ in ("of", "depicting") and _names_likeness(doc, before - 1, words):
        return True
    return is_symbol(token)


def _names_likeness(doc: Doc, index: int, words: NonPersonWords) -> bool:
    lower = doc[index].lower_
    if lower in words.likenesses:
        return True
    return lower.rstrip("s") in ("figure", "character", "cutout", "head", "bust") and (
        index > 0 and doc[index - 1].lower_ in words.made_of
    )


def of_animal(doc: Doc, index: int, people: PeopleWords) -> bool:
    """True if the noun for kin, age or sex at ``index`` is said of an animal or is a likeness."""
    token = doc[index]
    if is_likeness(token):
        return True
    words = load_nonperson_words()
    start, end = _sentence(doc, index)
    if _is_costume(doc, index, start) and speaks_of_animals(doc, index, people):
        return True
    if token.lower_ not in words.either:
        return False
    if _modifies_animal(token, words) or _asked_of_animal(doc, index, start, words):
        return True
    if token.dep_ not in ("nmod", "conj", "appos") and any(
        child.dep_ in _SUBJECTS and _is_animal(child, words) for child in token.children
    ):
        return True
    if _beside_young(doc, index, end, words):
        return True
    if _humans(doc, start, end, index, people):
        return False
    owner = _owner(doc, index, start)
    ahead = [other for other in doc[start:index] if _is_animal(other, words)]
    if owner is not None and owner.tag_ == "PRP$":
        return bool(ahead) and owner.lower_ not in ("my", "your", "our")
    if index + 1 < end and doc[index + 1].lower_ == "of":
        return any(_is_animal(other, words) for other in doc[index + 2 : min(end, index + 6)])
    return any(other.lower_ in words.wild for other in ahead)


def _asked_of_animal(doc: Doc, index: int, start: int, words: NonPersonWords) -> bool:
    """ "Is the lion male or female?", "Which animal is the mother?"."""
    if doc[start].lower_ not in ("is", "are", "was", "which", "what"):
        return False
    lead = index - 1
    while lead > start and (
        doc[lead].pos_ in ("DET", "CCONJ", "AUX")
        or doc[lead].lower_ in words.either
        or doc[lead].lower_ in _ASIDE
    ):
        lead -= 1
    return lead > start and doc[lead].lower_ in words.animals


_ASIDE = frozenset({"a", "an", "the", "or", "likely", "probably", "boy", "girl"})


def _is_costume(doc: Doc, index: int, start: int) -> bool:
    """ "dressed as a bride"."""
    before = [other.lower_ for other in doc[max(start, index - 5) : index]]
    return any(word in ("dressed", "dress", "disguised", "costumed") for word in before) and any(
        word in ("as", "like") for word in before
    )


def speaks_of_animals(doc: Doc, index: int, people: PeopleWords) -> bool:
    """True if the sentence around ``index`` names an animal and, apart from that word, no human being."""
    words = load_nonperson_words()
    start, end = _sentence(doc, index)
    return any(_is_animal(other, words) or other.lower_ in words.likenesses for other in doc[start:end]) and (
        not any(
            other.i != index and (_names_human(other, people) or other.lower_ in words.either)
            for other in doc[start:end]
        )
    )


def _beside_young(doc: Doc, index: int, end: int, words: NonPersonWords) -> bool:
    """ "a mother and her calf", "a baby and an adult elephant", "mother with calf"."""
    ahead = [other.lower_ for other in doc[index + 1 : min(index + 6, end)]]
    if not ahead or ahead[0] not in ("and", "or", "with"):
        return False
    animal = next((place for place, word in enumerate(ahead) if word in words.animals), None)
    if animal is None:
        return False
    between = ahead[1:animal]
    return ahead[animal] in words.young or bool(words.either.union(("young", "grown")).intersection(between))


def _owner(doc: Doc, index: int, start: int) -> Token | None:
    """The determiner in front of the noun and its adjectives; None if there is none."""
    position = index - 1
    while position > start and doc[position].pos_ in ("ADJ", "NOUN"):
        position -= 1
    found = doc[position] if position >= start else None
    return found if found is not None and found.tag_ in ("PRP$", "DT", "POS") else None


def _humans(doc: Doc, start: int, stop: int, index: int, people: PeopleWords) -> bool:
    """True if a word of ``doc[start:stop]`` other than ``index`` names a human being for sure."""
    return any(position != index and _names_human(doc[position], people) for position in range(start, stop))


def _names_human(token: Token, people: PeopleWords) -> bool:
    words, lower = load_nonperson_words(), token.lower_
    if lower in ("i", "someone", "somebody"):
        return True
    if lower in people.animals or lower not in people.person or lower in words.either:
        return False
    return token.pos_ in ("NOUN", "PROPN", "PRON", "ADJ") and not is_likeness(token)


def _is_animal(token: Token, words: NonPersonWords) -> bool:
    """True if the noun names an animal that is there, and not food or the first part of a compound."""
    doc, index = token.doc, token.i
    if token.lower_ in _BREEDS:
        return index > 0 and doc[index - 1].lower_ in _BREED_ORIGINS
    if token.lower_ not in words.animals:
        return False
    # "the mother hen sits": taken for another part of speech.
    if token.pos_ not in ("NOUN", "PROPN") and not (index and doc[index - 1].lower_ in ("mother", "father")):
        return False
    if index and doc[index - 1].lower_ in words.food_before:
        return False
    following = doc[index + 1] if index + 1 < len(doc) else None
    if following is None or following.tag_ not in ("NN", "NNS") or following.lower_ in words.animals:
        return True
    if (
        following.lower_ in _OWN_PARTS
        or following.lower_.endswith("ing")
        or token.dep_ not in ("compound", "nmod", "amod")
        or token.head.i < index
    ):
        return True
    # "A wet dog shakes himself": a verb in -s is often taken for a noun.
    return following.tag_ == "NNS" and all(other.pos_ != "VERB" for other in doc)


def _sentence(doc: Doc, index: int) -> tuple[int, int]:
    start, end = index, index + 1
    while start > 0 and not doc[start].is_sent_start:
        start -= 1
    while end < len(doc) and not doc[end].is_sent_start:
        end += 1
    return start, end


def animal_pronoun(doc: Doc, index: int, people: PeopleWords) -> bool:
    """True if the gendered pronoun at ``index`` stands for an animal or a likeness named before it.

    Read within the passage: that no other passage speaks of a person is for the caller to see.
    """
    words = load_nonperson_words()
    token = doc[index]
    if token.lower_ == "her" and token.head.lower_ == "voyage" and doc[index + 1].lower_ == "maiden":
        return True  # "The Titanic sank on her maiden voyage."
    if any(_may_be_meant(doc[position], people, words) for position in range(index)):
        return False
    if next(_antecedents(doc, index, words), None) is None:
        return _is_ships(token, words)
    if token.tag_ == "PRP$":
        return _own(token, words) or _is_likeness_subject(doc, index, words)
    if token.dep_ in _SUBJECTS:
        verb = token.head
        return verb.dep_ not in ("acl:relcl", "acl") or not _is_animal(verb.head, words)
    if token.dep_ in _OBJECTS:
        return token.lower_.endswith("self")
    if token.dep_ == "obl":
        return token.lower_.endswith("self") or _in_absolute(token)
    return True


def is_quality(doc: Doc, index: int) -> bool:
    """True for "enjoys his youth": a time of life, and nobody of his."""
    return doc[index].lower_ == "youth" and index > 0 and doc[index - 1].tag_ == "PRP$"


def _is_likeness_subject(doc: Doc, index: int, words: NonPersonWords) -> bool:
    """ "The snowman has a scarf around his neck.", "A scarecrow with his arms out."."""
    likeness = next((other for other in doc[:index] if other.lower_ in words.likenesses), None)
    if likeness is None or likeness.lower_ in ("toy", "toys", "logo", "stuffed", "plush"):
        return False
    return likeness.dep_ in _SUBJECTS or doc[likeness.i + 1].lower_ == "with"


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
    if lower in words.animals or lower in words.likenesses or _is_animal(token, words):
        return False
    if lower in words.either:
        return lower not in ("pair", "couple", "group", "trio", "family", "crowd", "figure", "gang") and not (
            of_animal(token.doc, token.i, people) or _modifies_animal(token, words)
        )
    if token.pos_ == "PROPN" and token.text[:1].isupper():
        return not _modifies_animal(token, words)
    return (
        lower in people.person
        and lower != "one"
        and token.tag_ not in ("VBZ", "VBD")
        and not (is_likeness(token) or _modifies_animal(token, words))
    )


def _modifies_animal(token: Token, words: NonPersonWords) -> bool:
    """ "a baby giraffe", "a German Shepherd": part of an animal's or a likeness's name."""
    named = words.animals | words.likenesses | _BREEDS
    doc, position = token.doc, token.i + 1
    if token.i and doc[token.i - 1].lower_ in words.likenesses:
        return True  # "Mickey Mouse", "Barbie doll"
    while position < len(doc) and position < token.i + 4 and doc[position].pos_ in ("NOUN", "PROPN", "ADJ"):
        if doc[position].lower_ in named:
            return True
        position += 1
    # "the mother hen sits": the animal may be taken for another part of speech.
    return (
        token.i + 1 < len(doc) and doc[token.i + 1].lower_ in words.animals and token.lower_ in words.either
    )


def _antecedents(doc: Doc, index: int, words: NonPersonWords) -> Iterator[Token]:
    """Animals and likenesses before ``index`` that a pronoun can stand for: subjects, fragments, what a
    picture is of; never what somebody left unsaid holds or feeds."""
    for position in range(index):
        token = doc[position]
        if not (_is_animal(token, words) or token.lower_ in words.likenesses):
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
        return False
    if owned.dep_ in _OBJECTS and owned.head.lemma_.lower() in words.done_to_others:
        return owned.lower_ not in _FACE_OR_LIMB
    return True


def _in_absolute(token: Token) -> bool:
    """ "a cat on a desk with a computer behind him": the pronoun closes a "with" phrase of its own."""
    doc = token.doc
    return any(other.lower_ == "with" for other in doc[max(0, token.i - 6) : token.i - 1])
