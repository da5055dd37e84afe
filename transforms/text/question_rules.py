"""The words and patterns of ``lexicons/questions.yaml``, compiled for the attributes that a policy names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import regex

from transforms.text.alternations import any_of_phrases
from transforms.text.lexicon import read_list

TIMEOUT_SECONDS = 2.0
"""Per search: a runaway pattern raises TimeoutError, which costs its record."""

Expression = regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class AskedNoun:
    """Nouns by which a question asks for ``attribute``; ``bare``: without naming a person; ``veto``: words
    beside which the noun means something else."""

    attribute: str
    nouns: Expression
    bare: bool
    veto: Expression | None


@dataclass(frozen=True, slots=True)
class QuestionRules:
    """Compiled patterns; attribute of each where it matters. See the comments of the list itself."""

    asked: tuple[AskedNoun, ...]
    hint: Expression
    completing: frozenset[str]
    between: frozenset[str]
    statistics: Expression
    about_picture: Expression
    sure: Expression
    interrogative: Expression
    closed: Expression
    predicates: tuple[tuple[str, Expression], ...]
    predicate_nouns: tuple[tuple[str, Expression], ...]
    degree: Expression
    degrees: Mapping[str, str]
    years: Expression
    weighs: Expression
    colors: Expression
    eyes: Expression
    skin: Expression
    tagged: Expression
    compared: tuple[tuple[str, Expression], ...]
    existence: Expression
    count: Expression
    members: Expression
    existence_stop: Expression
    existence_end: Expression
    evidence: Expression


@dataclass(frozen=True, slots=True)
class QuestionGrammar:
    """Function words around a subject and its predicate; lower case."""

    linking: frozenset[str]
    skipped: frozenset[str]
    may_follow: frozenset[str]
    places: frozenset[str]
    persons: frozenset[str]
    determiners: frozenset[str]


@dataclass(frozen=True, slots=True)
class RoundRules:
    """What ties a round to its answer and to the round before it."""

    negative: Expression
    denied: Expression
    mixed: Expression
    follow_ups: tuple[Expression, ...]
    restated: str


@cache
def load_round_rules() -> RoundRules:
    """The part of the list that does not depend on attributes. Reads package data only."""
    content = read_list("questions")
    return RoundRules(
        _compile(content["negative"]),
        _compile(content["scopes"]["denied"]),
        _compile(content["scopes"]["mixed"]),
        tuple(_compile(item) for item in content["follow_ups"]),
        content["restated"],
    )


@cache
def load_question_grammar() -> QuestionGrammar:
    """The function words of the list. Reads package data only."""
    return QuestionGrammar(
        **{name: frozenset(words.split()) for name, words in read_list("questions")["grammar"].items()}
    )


@cache
def load_question_rules(attributes: frozenset[str]) -> QuestionRules:
    """The rules of the wanted attributes. Reads package data only."""
    content = read_list("questions")
    asked = tuple(
        AskedNoun(
            attribute,
            regex.compile(rf"(?i)\b(?:{any_of_phrases(item['nouns'])})s?\b"),
            bool(item["bare"]),
            _words(item["veto"]) if "veto" in item else None,
        )
        for attribute, item in content["attributes"].items()
        if attribute in attributes
    )
    degrees = {word: name for word, name in content["degrees"].items() if name in attributes}
    return QuestionRules(
        asked=asked,
        hint=_hint(content, attributes, asked),
        completing=frozenset(content["completing"]),
        between=frozenset(content["between"]),
        statistics=_words(content["statistics"]),
        about_picture=_words(content["about_picture"]),
        sure=_words(content["sure"]),
        interrogative=_compile(content["interrogative"]),
        closed=_compile(content["closed"]),
        predicates=_by_attribute(content["predicates"], attributes),
        predicate_nouns=_by_attribute(
            {name: [words] for name, words in content["predicate_nouns"].items()}, attributes
        ),
        degree=_compile(rf"\b(?:how|hwo|hw|ho|haw)\s+(?P<word>{'|'.join(degrees) or '(?!)'})\b"),
        degrees=degrees,
        years=_compile(content["years"]),
        weighs=_compile(content["weighs"]),
        colors=_words(content["colors"]),
        eyes=_words(content["eyes"]),
        skin=_words(content["skin"]),
        tagged=_compile(content["tagged"]),
        compared=tuple(
            (name, _compile(content["compared"] + rf"(?P<word>{words})\b"))
            for name, words in content["comparisons"].items()
            if name in attributes
        ),
        existence=_compile(content["existence"]),
        count=_compile(content["count"]),
        members=_compile(content["members"]),
        existence_stop=_compile(content["existence_stop"]),
        existence_end=_compile(content["existence_end"]),
        evidence=_words(content["evidence"]),
    )


def _hint(
    content: Mapping[str, Mapping[str, list[str]]], attributes: frozenset[str], asked: tuple[AskedNoun, ...]
) -> Expression:
    """Cheap test: a question without a hit, and without a word of the lexicons, asks for nothing."""
    words = [one.nouns.pattern.removeprefix("(?i)") for one in asked]
    for attribute, hints in content["hints"].items():
        if attribute in attributes:
            words += [rf"\b(?:{hint})" for hint in hints]
    return regex.compile("(?i)" + "|".join(words or ["(?!)"]))


def _by_attribute(
    lists: Mapping[str, list[str]], attributes: frozenset[str]
) -> tuple[tuple[str, Expression], ...]:
    return tuple((name, _words("|".join(items))) for name, items in lists.items() if name in attributes)


def _words(expression: str) -> Expression:
    return regex.compile(rf"(?i)(?<![\w-])(?:{expression})(?![\w])")


def _compile(expression: str) -> Expression:
    return regex.compile(f"(?i){expression}")
