"""Words for persons that are said of an animal or of a likeness: "a baby giraffe", "a dog with his ball",
"a statue of a woman". In doubt a word is said of a person: a leak is worse than a needless edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from transforms.text.lexicon import PeopleWords, read_list, with_plurals
from transforms.text.symbols import is_symbol

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SUBJECTS = frozenset({"nsubj", "nsubj:pass"})
_PHRASE = frozenset({"DET", "ADJ", "NUM", "NOUN", "PROPN", "CCONJ", "ADV"})
_BREEDS = frozenset({"shepherd", "shepard", "sheperd", "dane", "bernard", "bernese"})
_BREED_ORIGINS = frozenset(
    {"german", "australian", "belgian", "english", "anatolian", "caucasian", "great", "saint", "st", "st."}
)
_OWN_PARTS = frozenset(
    {"face", "head", "tail", "ears", "ear", "mouth", "nose", "body", "back", "eyes", "eye"}
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
    owners_things: frozenset[str]


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
        owners_things=with_plurals(listed["owners_things"]),
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
    if token.dep_ == "obj" and token.head.dep_ == "acl" and token.head.head.i < token.head.i:
        held_by = token.head.head
        if held_by.pos_ == "NOUN" and (names_likeness(doc, held_by.i, words) or _is_depicted(held_by, words)):
            return True  # "a statue of a woman holding a baby"
    before = index - 1
    while before >= 0 and doc[before].pos_ in _PHRASE and index - before < _REACH:
        if doc[before].lower_ in words.made_of and before == index - 1:
            return True
        before -= 1
    if before > 0 and doc[before].lower_ in ("of", "depicting") and names_likeness(doc, before - 1, words):
        return True
    return is_symbol(token)


def _is_depicted(token: Token, words: NonPersonWords) -> bool:
    """ "a statue of a woman"."""
    case = next((child for child in token.children if child.dep_ == "case"), None)
    return case is not None and case.lower_ == "of" and names_likeness(token.doc, token.head.i, words)


def names_likeness(doc: Doc, index: int, words: NonPersonWords) -> bool:
    """True for "statue" and for "figure" in "a stick figure"."""
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
    if modifies_animal(token, words) or asked_of_animal(doc, index):
        return True
    if token.dep_ not in ("nmod", "conj", "appos") and any(
        child.dep_ in _SUBJECTS and is_animal(child, words) for child in token.children
    ):
        return True
    if _beside_young(doc, index, end, words):
        return True
    if _humans(doc, start, end, index, people):
        return False
    owner = _owner(doc, index, start)
    ahead = [other for other in doc[start:index] if is_animal(other, words)]
    if owner is not None and owner.tag_ == "PRP$":
        return bool(ahead) and owner.lower_ not in ("my", "your", "our")
    if index + 1 < end and doc[index + 1].lower_ == "of":
        return any(is_animal(other, words) for other in doc[index + 2 : min(end, index + 6)])
    return any(other.lower_ in words.wild for other in ahead)


def asked_of_animal(doc: Doc, index: int) -> bool:
    """ "Is the lion male or female?", "Which animal is the mother?"."""
    words, (start, _) = load_nonperson_words(), _sentence(doc, index)
    if doc[start].lower_ not in ("is", "are", "was", "which", "what"):
        return False
    subject = next((token for token in doc[start:index] if token.pos_ in ("NOUN", "PROPN")), None)
    if subject is None or subject.lower_ not in words.animals:
        return False
    # "Is the dog next to a woman?" asks of somebody else.
    return all(
        token.lower_ in words.either or token.lower_ in _ASKED or token.pos_ not in ("NOUN", "PROPN", "ADP")
        for token in doc[subject.i + 1 : index]
    )


_ASKED = frozenset({"boy", "girl", "picture", "image", "photo", "in", "on", "left", "right", "of"})


def _is_costume(doc: Doc, index: int, start: int) -> bool:
    """ "dressed as a bride"."""
    before = [other.lower_ for other in doc[max(start, index - 5) : index]]
    return any(word in ("dressed", "dress", "disguised", "costumed") for word in before) and any(
        word in ("as", "like") for word in before
    )


def may_be_animal(token: Token) -> bool:
    """True for "mother", "adult" and other words that are said of animals as often as of people."""
    return token.lower_ in load_nonperson_words().either


def speaks_of_animals(doc: Doc, index: int, people: PeopleWords) -> bool:
    """True if the sentence around ``index`` names an animal and, apart from that word, no human being."""
    words = load_nonperson_words()
    start, end = _sentence(doc, index)
    return any(is_animal(other, words) or other.lower_ in words.likenesses for other in doc[start:end]) and (
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
    if ahead[animal] in _PETS_YOUNG and doc[index].lower_ not in ("mother", "father", "mom", "dad"):
        return False  # "a baby and a kitten"
    return ahead[animal] in words.young or bool(words.either.union(("young", "grown")).intersection(between))


_PETS_YOUNG = frozenset({"puppy", "puppies", "pup", "pups", "kitten", "kittens"})


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


def is_animal(token: Token, words: NonPersonWords) -> bool:
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
    return following.lower_.endswith("s") and all(other.pos_ != "VERB" for other in doc)


def _sentence(doc: Doc, index: int) -> tuple[int, int]:
    start, end = index, index + 1
    while start > 0 and not doc[start].is_sent_start:
        start -= 1
    while end < len(doc) and not doc[end].is_sent_start:
        end += 1
    return start, end


def is_quality(doc: Doc, index: int) -> bool:
    """True for "enjoys his youth": a time of life, and nobody of his."""
    return doc[index].lower_ == "youth" and index > 0 and doc[index - 1].tag_ == "PRP$"


def modifies_animal(token: Token, words: NonPersonWords) -> bool:
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
