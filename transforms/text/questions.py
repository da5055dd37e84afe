"""Finds out whether a question asks for somebody's attribute, in any form whose answer would tell it.

A rule id says how: ``question.noun`` (what is her age), ``degree`` (how old), ``weighs``, ``years``,
``part_color`` (of eyes, of skin), ``comparison`` (who is older), ``choice`` (a man or a woman), ``predicate``
(is he over 40), ``existence`` (is there a woman), ``count`` (how many men), ``qualified`` (is there a woman
who …), ``evidence`` (why do you think she is 30).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import regex

from transforms.text.closed_questions import by_choice, by_evidence, by_existence, by_predicate
from transforms.text.mentions import Mention
from transforms.text.persons import token_range
from transforms.text.question_places import ASKS, Clause, Reading, ask, of_animal, of_person, read_clauses
from transforms.text.question_rules import TIMEOUT_SECONDS, AskedNoun, load_question_rules
from transforms.text.question_targets import (
    is_asked_of,
    names_person,
    owner_after,
    owner_before,
    phrase_is_person,
    subject_head,
)
from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc

QUALIFIED = "question.qualified"
"""A question for existence with more to it: only an answer that denies makes it one that cannot be kept."""
EVIDENCE = "question.evidence"
"""A question for the grounds of an attribute that it presupposes."""
KEPT_ASKS = frozenset(
    ASKS + how for how in ("choice", "adjective", "predicate", "existence", "count", "comparison")
)
"""Ways of asking that name what is asked: what a question offers is told of nobody and stays."""

_SHORT = 4
_UNSTATED = "unstated"
"""What a neutral wording says of an attribute: "a person of unstated age"."""
_BORN = regex.compile(
    r"(?i)\b(?P<word>when|where) (?:was|were|is|are|does|do|did) (?P<who>.{1,60}?) (?P<verb>born|live"
    r"|lives|living|reside)\b"
)


def may_ask(text: str, rules: TextRules) -> bool:
    """True if a question needs a parse although it tells nothing."""
    return bool(load_question_rules(rules.attributes).hint.search(text, timeout=TIMEOUT_SECONDS))


def asked_attributes(doc: Doc, mentions: Sequence[Mention], rules: TextRules) -> Iterator[Mention]:
    """Spans of one passage of a question that ask for an attribute. ``mentions``: what is told in it.

    Raises TimeoutError on a runaway pattern.
    """
    reading = Reading(doc, mentions, rules, load_question_rules(rules.attributes))
    for clause in read_clauses(doc, reading.questions):
        yield from _by_noun(clause, reading)
        yield from _by_degree(clause, reading)
        yield from _by_weighing(clause, reading)
        yield from _by_years(clause, reading)
        yield from _by_part_color(clause, reading)
        yield from _by_birth_or_home(clause, reading)
        yield from _by_comparison(clause, reading)
        yield from by_choice(clause, reading)
        yield from by_existence(clause, reading)
        yield from by_predicate(clause, reading)
        yield from by_evidence(clause, reading)


def _by_noun(clause: Clause, reading: Reading) -> Iterator[Mention]:
    for asked in reading.questions.asked:
        for match in asked.nouns.finditer(clause.text, timeout=TIMEOUT_SECONDS):
            start, end = clause.start + match.start(), clause.start + match.end()
            if _noun_asks(clause, start, end, asked, reading):
                yield ask(asked.attribute, start, end, "noun")


def _noun_asks(clause: Clause, start: int, end: int, asked: AskedNoun, reading: Reading) -> bool:
    doc, rules, questions = reading.doc, reading.rules, reading.questions
    first, last = token_range(doc, start, end)
    biometric = asked.attribute.startswith("biometric.")
    if any(doc[index].lower_ == _UNSTATED for index in range(max(clause.first, first - 5), first)):
        return False
    if biometric and (_is_verb(doc, first, last, reading) or _completed(clause, last, reading)):
        return False
    after = owner_after(doc, last, questions.between, rules)
    of_person = after is True and last < len(doc) and doc[last].lower_ in ("of", "for")
    before = owner_before(doc, first, rules)
    if before is False or (before is None and after is False):
        return False
    if asked.veto is not None and not of_person and before is not True and asked.veto.search(clause.text):
        return False
    if not biometric:
        return bool(before or after or (before is after is None and asked.bare))
    if questions.statistics.search(clause.text) and not (
        before or questions.about_picture.search(clause.text) or _one_person(clause, last, reading)
    ):
        return False
    if before or after or asked.bare:
        return True
    if questions.about_picture.search(clause.text) and questions.sure.match(
        clause.text, start - clause.start
    ):
        return True
    if doc[max(0, first - 2)].pos_ == "ADP" or doc[max(0, first - 1)].pos_ == "ADP":
        return False
    if clause.words <= _SHORT:
        return asked.attribute == "biometric.age" or clause.words <= 2
    return names_person(doc, clause.first, clause.last, rules)


def _is_verb(doc: Doc, first: int, last: int, reading: Reading) -> bool:
    """ "What did the man build?": a noun's form tagged as a verb, after its subject."""
    if last - first > 1 or doc[first].tag_ not in ("VB", "VBD", "VBP", "VBG") or first == 0:
        return False
    before = doc[first - 1]
    return before.pos_ in ("AUX", "PRON", "PART") or names_person(doc, first - 1, first, reading.rules)


def _completed(clause: Clause, index: int, reading: Reading) -> bool:
    """ "weight limit", "gender equality": the noun only modifies another one."""
    if index >= clause.last:
        return False
    following = reading.doc[index]
    return (
        following.pos_ in ("NOUN", "PROPN")
        and following.tag_ != "VBZ"
        and following.lower_ not in reading.questions.completing
        and not names_person(reading.doc, index, index + 1, reading.rules)
    )


def _one_person(clause: Clause, index: int, reading: Reading) -> bool:
    """True if a definite single person follows: "of the man"."""
    doc = reading.doc
    return any(
        doc[position].lower_ in ("the", "this", "that")
        and doc[min(position + 1, len(doc) - 1)].tag_ not in ("JJS", "RBS")
        and phrase_is_person(doc, position, reading.rules)
        for position in range(index, min(clause.last, index + 3))
    )


def _by_degree(clause: Clause, reading: Reading) -> Iterator[Mention]:
    for match in reading.questions.degree.finditer(clause.text, timeout=TIMEOUT_SECONDS):
        start, end = clause.start + match.start(), clause.start + match.end()
        _, last = token_range(reading.doc, start, end)
        about = owner_after(reading.doc, last, reading.questions.between, reading.rules)
        if about is None and last < clause.last:
            about = phrase_is_person(reading.doc, last, reading.rules)
        if about or (about is None and clause.words <= 2):
            yield ask(reading.questions.degrees[match.group("word").lower()], start, end, "degree")


def _by_weighing(clause: Clause, reading: Reading) -> Iterator[Mention]:
    if "biometric.weight" not in reading.rules.attributes:
        return
    match = reading.questions.weighs.search(clause.text, timeout=TIMEOUT_SECONDS)
    if match is None:
        return
    doc, rules = reading.doc, reading.rules
    start, end = clause.start + match.start(), clause.start + match.end()
    first, last = token_range(doc, start, end)
    verbs = [
        index
        for index in range(first, last)
        if doc[index].lower_ in ("do", "does", "did", "would", "might", "could", "can")
    ]
    verbs = [index for index in verbs if doc[index + 1].lower_ != "you"]
    if verbs:
        about = is_asked_of(subject_head(doc, verbs[-1] + 1, clause.last, rules), rules)
    else:
        about = names_person(doc, first, last, rules)
    if about or doc[last - 2].lower_ == "they":
        yield ask("biometric.weight", start, end, "weighs")


def _by_years(clause: Clause, reading: Reading) -> Iterator[Mention]:
    if "biometric.age" not in reading.rules.attributes:
        return
    for match in reading.questions.years.finditer(clause.text, timeout=TIMEOUT_SECONDS):
        start, end = clause.start + match.start(), clause.start + match.end()
        first, last = token_range(reading.doc, start, end)
        named = names_person(reading.doc, first, last, reading.rules)
        if match.group("who") is None and match.group("lived") is None:
            named = names_person(reading.doc, clause.first, clause.last, reading.rules)
        if named:
            yield ask("biometric.age", start, end, "years", 0.8)


def _by_part_color(clause: Clause, reading: Reading) -> Iterator[Mention]:
    questions = reading.questions
    for attribute, part in (("biometric.eye_color", questions.eyes), ("biometric.race", questions.skin)):
        match = part.search(clause.text) if attribute in reading.rules.attributes else None
        if match is None or not questions.colors.search(clause.text, timeout=TIMEOUT_SECONDS):
            continue
        if of_person(clause, reading) or (clause.words < 9 and not of_animal(clause, reading)):
            yield ask(attribute, clause.start + match.start(), clause.start + match.end(), "part_color")


def _by_birth_or_home(clause: Clause, reading: Reading) -> Iterator[Mention]:
    for match in _BORN.finditer(clause.text):
        attribute = "pii.address" if match.group("verb").lower() != "born" else "pii.date_of_birth"
        if attribute == "pii.address" and match.group("word").lower() != "where":
            continue
        first, _ = token_range(
            reading.doc, clause.start + match.start("who"), clause.start + match.end("who")
        )
        if attribute in reading.rules.attributes and phrase_is_person(reading.doc, first, reading.rules):
            yield ask(
                attribute, clause.start + match.start(), clause.start + match.end(), "birth_or_home", 0.8
            )


def _by_comparison(clause: Clause, reading: Reading) -> Iterator[Mention]:
    for attribute, expression in reading.questions.compared:
        match = expression.search(clause.text, timeout=TIMEOUT_SECONDS)
        if match is None:
            continue
        start, end = clause.start + match.start("word"), clause.start + match.end("word")
        _, last = token_range(reading.doc, start, end)
        superlative = match.group("word").lower().endswith("est")
        following = reading.doc[last] if last < clause.last else None
        if (
            following is not None
            and following.pos_ in ("NOUN", "PROPN")
            and not (superlative and names_person(reading.doc, last, last + 1, reading.rules))
        ):
            continue
        who = match.group().lower().startswith("who")
        if who or names_person(reading.doc, clause.first, clause.last, reading.rules):
            yield ask(attribute, start, end, "comparison")
