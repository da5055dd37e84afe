"""Reads the word lists under ``lexicons/`` into lookup tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from schemas.finding import Kind
from transforms.tables import read_table

LEXICON_FILES = ("gender", "age", "race", "weight", "other_biometric", "sensitive")


class WordRole(StrEnum):
    """How a word stands in a sentence when it tells an attribute."""

    NOUN = "noun"
    ADJECTIVE = "adjective"
    NOUN_OR_ADJECTIVE = "noun_or_adjective"
    TITLE = "title"
    BUILD = "build"
    CONDITION = "condition"


class Head(StrEnum):
    """What an adjective must modify to count."""

    PERSON = "person"
    HUMAN = "human"
    HUMAN_ONE = "human_one"
    FACE = "face"
    """The face, the skin or the looks of a person, not the person."""
    BODY = "body"
    """A part of a person's body, not the person."""
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """One surface form. ``neutral`` replaces it as a noun; ``when`` names a switch of the policy; ``strong``
    marks a proxy that nearly always tells the attribute; ``person`` is false for a noun of no person;
    ``neutral_one`` is ``neutral`` in the singular."""

    surface: str
    attribute: str
    kind: Kind
    rule: str
    role: WordRole
    head: Head
    neutral: str
    plural: bool
    when: str
    strong: bool
    person: bool
    neutral_one: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Single words, phrases (words with a space or hyphen) and the expressions that are exceptions.

    ``adherence``: adjectives that say how far somebody belongs to a group ("devout") and go with its name.
    """

    words: Mapping[str, LexiconEntry]
    phrases: Mapping[str, LexiconEntry]
    exceptions: tuple[str, ...]
    adherence: frozenset[str]


def read_list(name: str) -> dict[str, Any]:
    """One YAML file of ``lexicons/``, whole."""
    return read_table("transforms.text", f"lexicons/{name}.yaml")


@cache
def load_lexicon(attributes: frozenset[str], age_nouns: bool) -> Lexicon:
    """The entries of the wanted attributes. ``age_nouns``: whether child, baby and adult tell an age."""
    words: dict[str, LexiconEntry] = {}
    phrases: dict[str, LexiconEntry] = {}
    exceptions: list[str] = list(_compounds())
    for name in LEXICON_FILES:
        content = read_list(name)
        exceptions.extend(content.get("exceptions", []))
        for attribute, group in _groups(content):
            if attribute not in attributes:
                # What is not looked for itself may still tell another attribute: nationality tells race.
                attribute, group = group.get("else", ""), {**group, **group.get("as", {})}
            if attribute not in attributes or (group.get("when") == "age_nouns" and not age_nouns):
                continue
            for entry in _entries(attribute, group, age_nouns):
                table = phrases if re.search(r"[\s-]", entry.surface) else words
                table.setdefault(entry.surface, entry)
    return Lexicon(words, phrases, tuple(exceptions), frozenset(read_list("sensitive")["adherence"]))


_OWNERS = ("men's", "women's", "boys'", "girls'", "kids'", "children's", "childrens", "mens", "womens")
_ONE_OWNER = ("man's", "woman's", "lady's", "kid's", "child's")


def _compounds() -> Iterator[str]:
    """The expressions of ``compounds.yaml`` with their plurals and hyphens."""
    content = read_list("compounds")
    for whole in content["whole"]:
        yield from (whole, whole.replace(" ", "-"))
    for word, followers in content["things"].items():
        for follower in followers:
            if follower.startswith("'"):
                yield word + follower
                continue
            for ending in ("", "s"):
                yield from (f"{word} {follower}{ending}", f"{word}-{follower}{ending}")
    for owners, owned in ((_OWNERS, content["owned"]), (_ONE_OWNER, content["owned_by_one"])):
        yield from (f"{owner} {thing}{ending}" for owner in owners for thing in owned for ending in ("", "s"))


def _groups(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "attribute" in content:
        for group in content["groups"]:
            yield content["attribute"], group
    for attribute, groups in content.get("attributes", {}).items():
        for group in groups:
            yield attribute, group


def _entries(attribute: str, group: Mapping[str, Any], age_nouns: bool) -> Iterator[LexiconEntry]:
    child = "person/people" if age_nouns else "child/children"
    for line in group["words"]:
        forms, _, neutral = str(line).partition(" = ")
        if neutral == "@child":
            neutral = child
        elif neutral == "@own_child":
            neutral = "relative/relatives" if age_nouns else "child/children"
        neutral_one, _, neutral_many = neutral.partition("/")
        one, _, many = forms.partition("/")
        for surface, replacement, plural in (
            (one, neutral_one, neutral in ("people",)),
            (many, neutral_many, True),
        ):
            if surface:
                yield LexiconEntry(
                    surface=surface,
                    attribute=attribute,
                    kind=Kind(group["kind"]),
                    rule=f"lexicon.{attribute.split('.', 1)[1]}.{group['rule']}",
                    role=WordRole(group["role"]),
                    head=Head(group.get("head", "person")),
                    neutral=replacement,
                    plural=plural,
                    when=str(group.get("when", "")),
                    strong=bool(group.get("strong", False)),
                    person=bool(group.get("person", True)),
                    neutral_one=neutral_one,
                )


@dataclass(frozen=True, slots=True)
class PeopleWords:
    """Nouns and pronouns that stand for people, and nouns for animals and likenesses."""

    human: frozenset[str]
    child: frozenset[str]
    person: frozenset[str]
    pronouns: frozenset[str]
    animals: frozenset[str]
    childrens_things: frozenset[str]


@dataclass(frozen=True, slots=True)
class Looks:
    """Nouns for parts of a person's looks, and the words between them and what is said of them."""

    eyes: frozenset[str]
    color_nouns: frozenset[str]
    skin: frozenset[str]
    skin_tones: frozenset[str]
    race_looks: frozenset[str]
    race_wear: frozenset[str]
    colored: frozenset[str]
    face: frozenset[str]
    body: frozenset[str]
    body_of_things: frozenset[str]
    bodily: frozenset[str]
    showing: frozenset[str]
    hedges: frozenset[str]
    shades: frozenset[str]
    shown: frozenset[str]
    headings: frozenset[str]


@cache
def load_looks() -> Looks:
    """The lists of ``looks.yaml``."""
    content = read_list("looks")
    return Looks(**{name: frozenset(words) for name, words in content.items() if name != "source"})


_PLURALS = {
    "mouse": "mice", "goose": "geese", "wolf": "wolves", "calf": "calves", "ox": "oxen", "fish": "fish",
    "sheep": "sheep", "deer": "deer", "foot": "feet", "wife": "wives",
}  # fmt: skip


def with_plurals(words: list[str]) -> frozenset[str]:
    """The words and their plural forms."""
    forms = set(words)
    for word in words:
        if word in _PLURALS:
            forms.add(_PLURALS[word])
        elif word.endswith("y") and word[-2] not in "aeiou":
            forms.add(word[:-1] + "ies")
        elif word.endswith(("s", "x", "ch", "sh")):
            forms.add(word + "es")
        elif word.endswith(("man", "men")):
            forms.add(word[:-2] + "en")
        else:
            forms.add(word + "s")
    return frozenset(forms)


@cache
def load_people_words() -> PeopleWords:
    """The lists ``people.yaml`` and ``animals.yaml``, plurals included."""
    people = read_list("people")
    listed = read_list("animals")
    animals = with_plurals([*listed["words"], *listed["pets"], *listed["likenesses"]])
    neutral: set[str] = set()
    for name in LEXICON_FILES:
        for _, group in _groups(read_list(name)):
            for entry in _entries("x.y", group, False):
                if entry.role is WordRole.NOUN and entry.kind is not Kind.PROXY and entry.person:
                    neutral.add(entry.surface)
                    neutral.add(entry.neutral)
    human = frozenset(people["human"])
    return PeopleWords(
        human=human,
        child=frozenset(people["child"]),
        person=(human | with_plurals(people["other"]) | frozenset(neutral)) - {"", "elderly"},
        pronouns=frozenset(people["pronouns"]),
        animals=animals,
        childrens_things=with_plurals(people["childrens_things"]),
    )
