"""Of whom the other passages of a conversation speak: whom a "he" may mean, or the adult of "an adult and
its young". In doubt of people: a leak is worse than a needless edit.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from transforms.text.nonpersons import load_nonperson_words
from transforms.text.rules import TextRules

KEPT_ANSWERS = 4096
REACH_OF_TOPIC = 4
"""Words before the animal that a passage is about: "What is the brown dog"."""

_WORD = re.compile(r"[a-z]+")
_SEATS = re.compile(r"\b(?:passenger|driver'?s?) (?:side|seat|car|train|plane|window|bus|door)")
# Of texts in lower case; it begins with a set of letters, which "re" looks for quickly.
_GENDERED = re.compile(r"[hs](?<!\w[hs])(?:e|he|is|ers?|im(?:self)?|erself)\b")
_FIGURE = re.compile(r"\b(?:stick|action|cartoon|animated|lego) (?:figure|character)\b", re.IGNORECASE)
_ASKS_WHO = re.compile(r"\s*(?:who|whose|whom)\b", re.IGNORECASE)
_OF_EITHER = re.compile(r"\b(?:adult|baby|babies|elder|female|father|male|mother|parent)s?\b")
_HOLD_EITHER = ("ther", "bab", "male", "adult", "parent", "elder")
"""One of these stands in every text that ``_OF_EITHER`` finds something in."""


# Beside "he" these tell of somebody other than the animal.
_DONE_BY_PEOPLE = frozenset(
    {"it", "its", "wearing", "wears", "wear", "holding", "holds", "feeding", "feeds", "riding", "rides",
     "petting", "throwing", "throws", "driving", "drives", "takes", "taking", "saying", "says", "dressed"}
)  # fmt: skip
_KIN = frozenset(
    {"baby", "babies", "mother", "father", "adult", "adults", "young", "calf", "cub", "cubs", "herd",
     "family", "elephants", "giraffes", "zebras", "bears", "cows", "sheep", "lambs", "birds", "lions"}
)  # fmt: skip
_EITHER = frozenset(
    {"adult", "adults", "baby", "babies", "elder", "elders", "female", "females", "father", "male", "males",
     "mother", "mothers", "parent", "parents", "family", "group", "pair", "one", "members"}
)  # fmt: skip


class Company(Enum):
    """Of whom the other passages of a conversation speak, as far as a word of one may mean them."""

    PEOPLE = "people"
    PEOPLE_ELSEWHERE = "people elsewhere"
    """People, but not in the passage right before: a caption of its own, and no answer about them."""
    NOBODY = "nobody"
    ANIMALS = "animals"


def company_of(place: int, texts: list[str], rules: TextRules) -> Company:
    """Whom a gendered pronoun of the passage ``texts[place]``, or a word such as "adult", may mean by the
    other passages. ``PEOPLE`` where it holds no such word."""
    text = texts[place]
    lower = text.lower()
    strict = any(part in lower for part in _HOLD_EITHER) and _OF_EITHER.search(lower) is not None
    if not strict and _GENDERED.search(lower) is None:
        return Company.PEOPLE
    words, nonpersons = set(_WORD.findall(lower)), load_nonperson_words()
    named = not (rules.people.animals.isdisjoint(words) and nonpersons.ships.isdisjoint(words))
    beside = named or _FIGURE.search(text) is not None
    if not beside and (
        rules.people.person & words - _EITHER or not _began_with_animals(place, texts, strict)
    ):
        return Company.PEOPLE
    if place and _speaks_of_people(texts[place - 1], rules):
        return Company.PEOPLE
    if any(other is not text and _speaks_of_people(other, rules) for other in texts):
        return Company.PEOPLE_ELSEWHERE if beside else Company.PEOPLE
    return Company.NOBODY if beside else Company.ANIMALS


def _began_with_animals(place: int, texts: list[str], strict: bool) -> bool:
    """True if the first of the passages before ``place`` that speaks of an animal or says "he" begins with an
    animal ("A cow grazes.", "What is the dog doing?") and this one tells what an animal may do or be.

    Young and old are said of children beside pets: where ``strict``, only several wild animals count.
    """
    nonpersons = load_nonperson_words()
    words = set(_WORD.findall(texts[place].lower()))
    if words & nonpersons.human_parts or words & _DONE_BY_PEOPLE:
        return False
    if strict and not any(words & _KIN for words in map(_words, texts[:place] + texts[place + 1 :])):
        return False
    known = nonpersons.wild if strict else nonpersons.animals
    for text in texts[:place]:
        order = _WORD.findall(text.lower())
        named = next((at for at, word in enumerate(order) if word in known), None)
        if named is not None:
            made = not nonpersons.likenesses.isdisjoint(order)
            beside = not _EITHER.isdisjoint(order[: max(0, named - 1)])  # "baby reaching for a mouse"
            return named <= REACH_OF_TOPIC and not (made or beside) and _GENDERED.search(text.lower()) is None
        if _GENDERED.search(text.lower()) is not None:
            return False
    return False


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


@lru_cache(maxsize=KEPT_ANSWERS)
def _speaks_of_people(text: str, rules: TextRules) -> bool:
    """True if ``text`` asks who, or holds a word for a person that is not said of an animal of the text."""
    if _ASKS_WHO.match(text) is not None:
        return True
    words = set(_WORD.findall(_SEATS.sub("", text.lower())))
    found = rules.people.person & words
    nonpersons = load_nonperson_words()
    return bool(found - nonpersons.either) or (bool(found) and nonpersons.wild.isdisjoint(words))
