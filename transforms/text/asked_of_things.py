"""What a short answer says of the animal or thing that its question is about: "What gender is the dog?"
"Female.", "What size is the bed?" "Queen.". It tells of nobody, and the question asks of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from transforms.text.lexicon import read_list, with_plurals
from transforms.text.named_things import load_thing_words
from transforms.text.nonpersons import load_nonperson_words
from transforms.text.rules import TextRules

TIMEOUT_SECONDS = 1.0
KEPT_ANSWERS = 4096
LONGEST_QUESTION = 120
"""Characters: a longer question is about more than one thing."""

_WORD = regex.compile(r"[a-z]+(?:-[a-z]+)*")
_DIGIT_OR_HYPHEN = regex.compile(r"[\d-]")
_PRONOUNS = frozenset(
    {"he", "she", "his", "her", "hers", "him", "they", "their", "them", "who", "whose", "whom", "my", "i"}
)


@dataclass(frozen=True, slots=True)
class _AskedThings:
    living: tuple[regex.Pattern[str], ...]
    made: tuple[regex.Pattern[str], ...]
    no_things: frozenset[str]
    somebody_ends: regex.Pattern[str]
    ends_like_somebody: frozenset[str]
    names_somebody: regex.Pattern[str]
    names_youth: regex.Pattern[str]
    sexes: regex.Pattern[str]
    most_words: int


@cache
def _asked_things() -> _AskedThings:
    listed = read_list("asked_things")
    pieces = listed["pieces"]

    def compiled(forms: list[str]) -> tuple[regex.Pattern[str], ...]:
        filled = (form.replace("%thing%", pieces["thing"]).replace("%end%", pieces["end"]) for form in forms)
        return tuple(regex.compile(one.replace("%modifiers%", pieces["modifiers"])) for one in filled)

    return _AskedThings(
        living=compiled(listed["living"]),
        made=compiled(listed["made"]),
        no_things=frozenset(listed["no_things"]),
        somebody_ends=regex.compile(listed["somebody_ends"]),
        ends_like_somebody=with_plurals(listed["ends_like_somebody"]),
        names_somebody=regex.compile(listed["names_somebody"]),
        names_youth=regex.compile(listed["names_youth"]),
        sexes=regex.compile(listed["sexes"]),
        most_words=int(listed["most_words"]),
    )


@lru_cache(maxsize=KEPT_ANSWERS)
def asks_of_animal(question: str, rules: TextRules) -> bool:
    """True if ``question`` (folded, one line) asks what an animal or a likeness is, of nobody else.

    Raises TimeoutError on a runaway pattern.
    """
    if len(question) > LONGEST_QUESTION:
        return False
    words = load_nonperson_words()
    return any(
        thing in words.animals or thing in words.likenesses
        for thing in _things(question, _asked_things().living, words.either, rules)
    )


@lru_cache(maxsize=KEPT_ANSWERS)
def _asked_thing(question: str, rules: TextRules) -> str:
    """The noun for a thing that ``question`` asks the kind, size or colour of; else empty."""
    if len(question) > LONGEST_QUESTION:
        return ""
    asked = _asked_things()
    for thing in _things(question, asked.made, frozenset(), rules):
        known = thing in asked.ends_like_somebody or thing in load_thing_words().connectors
        if thing in asked.no_things or (asked.somebody_ends.search(thing) and not known):
            continue
        return thing
    return ""


def _things(
    question: str,
    forms: tuple[regex.Pattern[str], ...],
    either: frozenset[str],
    rules: TextRules,
) -> list[str]:
    """What ``question`` is about by ``forms``; nothing where it speaks of a person as well.

    ``either``: words for persons that an animal may have before it ("the baby elephant").
    """
    lower = question.lower().strip()
    found: list[str] = []
    for form in forms:
        match = form.match(lower, timeout=TIMEOUT_SECONDS)
        if match is None:
            continue
        said = match.span("said") if "said" in form.groupindex else (0, 0)
        spoken = set(_WORD.findall(lower[: said[0]] + " " + lower[said[1] :]))
        if said[1]:
            spoken -= rules.people.person & load_nonperson_words().either
        if not spoken & _PRONOUNS and not (spoken & rules.people.person) - either:
            found.append(match["thing"])
    return found


def asks_of_nobody(question: str, rules: TextRules) -> bool:
    """True if ``question`` asks the sex, age or kind of an animal, a likeness or a connector."""
    return asks_of_animal(question, rules) or _asked_thing(question, rules) in load_thing_words().connectors


def tells_of_thing(question: str, answer: str, rules: TextRules) -> bool:
    """True if ``answer`` tells in a few words something that is said of the animal or thing that ``question``
    asks about.

    Both folded. Raises TimeoutError on a runaway pattern.
    """
    asked = _asked_things()
    if not answer or len(answer) > LONGEST_QUESTION or len(answer.split()) > asked.most_words:
        return False
    lower = answer.lower()
    told = rules.lexicon.words.keys()
    if told.isdisjoint(_WORD.findall(lower)) and _DIGIT_OR_HYPHEN.search(lower) is None:
        return False  # nothing is told of whomever
    if asked.names_somebody.search(lower, timeout=TIMEOUT_SECONDS) is not None:
        return False
    if asks_of_animal(question, rules):
        return True
    thing = _asked_thing(question, rules)
    if not thing or asked.names_youth.search(lower, timeout=TIMEOUT_SECONDS) is not None:
        return False
    return thing in load_thing_words().connectors or asked.sexes.search(lower) is None
