"""The words of a text as the fidelity gate compares them: each in a form that neutralising leaves alone.

"He runs", "she runs" and "they run" read alike in these forms, so what still differs between two texts is
what an edit did beyond gender, agreement and case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from schemas.taxonomy import load_taxonomy
from transforms.tables import read_table
from transforms.text.lexicon import WordRole, load_lexicon, read_list

PERSON = "§person"
"""The form of every word for somebody of whom no more is known than that."""

CHILD = "§child"
_NOUNS = frozenset({WordRole.NOUN, WordRole.NOUN_OR_ADJECTIVE})

THEY = "§they"
_WORD = re.compile(
    r"\[[A-Z][A-Z_ ]*\]|\d+|[^\W\d_]+?(?=n['’]t\b)|n['’]t\b|['’](?:s|re|ve|ll|d|m|em)\b|[^\W\d_]+"
)


@dataclass(frozen=True, slots=True)
class WordClasses:
    """The closed classes of ``words.yaml`` and the lexicons' words. All lower case.

    ``forms``: the form of a word where it is not its stem, one or several; ``somebody``: forms of words for
    people; ``somebody_else``: nouns that may stand in place of one; ``of_an_age``: those that a policy on age
    turns into ``PERSON``; ``many``: words for several; ``either``: words for somebody that are adjectives too
    ("Asian"); ``told``: pronouns and titles; ``phrases``: what is said in place of an attribute, as words;
    ``stand_ins``: the same for things and expressions of several words, by their last word ("definition"
    of "muscle definition": form).
    """

    forms: Mapping[str, tuple[str, ...]]
    somebody: frozenset[str]
    somebody_else: frozenset[str]
    of_an_age: frozenset[str]
    many: frozenset[str]
    either: frozenset[str]
    told: frozenset[str]
    phrases: frozenset[tuple[str, ...]]
    stand_ins: Mapping[str, frozenset[tuple[str, ...]]]
    numbers: Mapping[str, int]
    negations: frozenset[str]
    colours: frozenset[str]
    spatial: frozenset[str]
    connectives: frozenset[str]
    articles: frozenset[str]
    distinguishers: frozenset[str]
    evidence: frozenset[str]
    evidence_leads: frozenset[str]
    hedges: frozenset[str]


class Word(NamedTuple):
    """Characters ``start:end`` of a text. ``form`` is what is compared, ``part`` counts within a word of
    several forms ("policeman": police, officer)."""

    text: str
    form: str
    start: int
    end: int
    part: int = 0


@cache
def word_classes() -> WordClasses:
    """Reads package data only."""
    content = read_table("transforms.fidelity", "words.yaml")
    forms: dict[str, tuple[str, ...]] = {}
    many: set[str] = set()
    either: set[str] = set()
    for word in content["pronouns"]:
        forms[word] = (THEY,)
    for word in content["reflexives"]:
        forms[word] = ("§self",)
    for tense, words in content["auxiliaries"].items():
        for word in words:
            forms.setdefault(word, (f"§{tense}",))
    forms["'s"] = ("§'s",)
    for line in content["persons"]:
        one, _, several = line.partition("/")
        forms[one] = (PERSON,)
        if several:
            forms[several] = (PERSON,)
            many.add(several)
    forms["child"] = forms["children"] = (CHILD,)
    many |= {"persons", "children"}
    of_an_age = _add_lexicon(forms, many, either)
    adherence = read_list("sensitive")["adherence"]
    told = {"he", "she", "him", "her", "his", "hers", "himself", "herself", *content["titles"]}
    return WordClasses(
        forms=forms,
        somebody=frozenset({PERSON, *of_an_age}),
        somebody_else=frozenset(content["somebody_else"]),
        of_an_age=frozenset(of_an_age),
        many=frozenset(many),
        either=frozenset(either),
        told=frozenset(told),
        phrases=frozenset([*_phrases(read_list("neutral")), *_phrases(content["fillers"])]),
        stand_ins=_stand_ins(),
        numbers={**content["numbers"]},
        negations=frozenset(content["negations"]),
        colours=frozenset(content["colours"]),
        spatial=frozenset(content["spatial"]),
        connectives=frozenset([*content["connectives"], *content["hedges"], *adherence]),
        articles=frozenset(content["articles"]),
        distinguishers=frozenset(content["distinguishers"]),
        evidence=frozenset(content["evidence"]),
        evidence_leads=frozenset(content["evidence_leads"]),
        hedges=frozenset(content["hedges"]),
    )


def biometric() -> frozenset[str]:
    """The attributes of the taxonomy whose words neutralising changes."""
    return frozenset(name for name in load_taxonomy() if name.startswith("biometric."))


def _stand_ins() -> dict[str, frozenset[tuple[str, ...]]]:
    """The neutral wordings of things and of expressions of several words, by the last word of what they stand
    for: "bed" for "crib"."""
    lexicon, statements = load_lexicon(biometric(), True), read_list("statements")
    told = {surface: entry.neutral for surface, entry in lexicon.phrases.items()}
    told |= {surface: entry.neutral for surface, entry in lexicon.words.items() if not entry.person}
    for attribute in biometric():
        told |= statements.get(attribute, {}).get("plain", {})
    found: dict[str, set[tuple[str, ...]]] = {}
    for surface, neutral in (*told.items(), *statements["crawls"].items()):
        if neutral:
            last = re.split(r"[\s'-]+", surface)[-1]
            found.setdefault(last, set()).update(_phrases(neutral))
    return {word: frozenset(phrases) for word, phrases in found.items()}


def _add_lexicon(forms: dict[str, tuple[str, ...]], many: set[str], either: set[str]) -> set[str]:
    """The lexicons' words: a noun reads like its neutral word, so either may stand for the other.

    Returns the forms of nouns that tell an age: they stay themselves, or become somebody, as a policy has it.
    """
    attributes = biometric()
    of_an_age = {CHILD}
    for age_nouns in (False, True):
        lexicon = load_lexicon(attributes, age_nouns)
        for surface, entry in (*lexicon.words.items(), *lexicon.phrases.items()):
            words = re.split(r"[\s'-]+", surface)
            if len(words) > 1 or not entry.neutral or entry.role not in _NOUNS:
                continue
            if entry.plural:
                many.add(surface)
            elif entry.role is WordRole.NOUN_OR_ADJECTIVE:
                either.add(surface)
            if entry.when == "age_nouns":
                of_an_age.update(forms.setdefault(surface, (stem(surface),)))
            neutral = tuple(form for word in entry.neutral.split() for form in _stem_forms(word, forms))
            forms.setdefault(surface, neutral)
    return of_an_age


def _stem_forms(word: str, forms: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return forms.get(word) or (stem(word),)


def _phrases(content: Any) -> list[tuple[str, ...]]:
    """Every text of a list of neutral predicates, as words; its source line aside."""
    if isinstance(content, str):
        return [tuple(match.group().lower() for match in _WORD.finditer(content))]
    values = content.items() if isinstance(content, dict) else enumerate(content)
    return [phrase for key, value in values if key != "source" for phrase in _phrases(value)]


def stem(word: str) -> str:
    """A lower-case word without the endings of agreement: "runs", "flies", "goes" -> "run", "fli", "go"."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")):
        word = word[:-1]
    if len(word) > 2 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 2 else word


def base(word: str) -> str:
    """The stem without "ing" and what doubles before it: "posing", "pose" -> "pos", "sitting" -> "sit"."""
    if not word.endswith("ing") or len(word) < 5:
        return stem(word)
    bare = word[:-3]
    return bare[:-1] if bare[-1] == bare[-2] and bare[-1] not in "ls" else bare


KEPT_TEXTS = 512
"""Texts whose words are remembered: a passage is compared with each of its candidates."""


@lru_cache(maxsize=50_000)
def _forms(word: str) -> tuple[str, ...]:
    return word_classes().forms.get(word) or (stem(word),)


@lru_cache(maxsize=KEPT_TEXTS)
def words_of(text: str) -> tuple[Word, ...]:
    """The words, numbers and masks of a text in order; punctuation is left out."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        lower = match.group().lower().replace("’", "'")
        forms = _forms(lower)
        if len(forms) == 1:
            found.append(Word(lower, forms[0], match.start(), match.end()))
        else:
            found.extend(
                Word(lower, form, match.start(), match.end(), part) for part, form in enumerate(forms)
            )
    return tuple(found)


def with_ages_hidden(old: Sequence[Word], new: Sequence[Word]) -> list[Word]:
    """``old`` with the nouns that tell an age as ``PERSON`` where ``new`` says them no more."""
    classes = word_classes()
    hidden = classes.of_an_age - {word.form for word in new}
    return [word._replace(form=PERSON) if word.form in hidden else word for word in old]
