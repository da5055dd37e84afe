"""Finds attributes told by measure or phrase: "27 years old", "in her 60s", "blue eyes", "weighs 80 kg"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import regex

from schemas.finding import Kind
from transforms.text.doc_text import text_of
from transforms.text.lexicon import Head
from transforms.text.measures import load_measures
from transforms.text.mentions import Form, Mention
from transforms.text.nonpersons import speaks_of_animals
from transforms.text.owners import owner_is_person
from transforms.text.persons import (
    is_person,
    is_person_subject,
    phrase_head,
    sentence_bounds,
    subject_of,
    token_range,
)
from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

AGE, WEIGHT, EYES, RACE, HEIGHT = (
    "biometric.age",
    "biometric.weight",
    "biometric.eye_color",
    "biometric.race",
    "biometric.height",
)
# "in front of a white background": a wall, nobody's.
_WALL = regex.compile(r"(?i)\bof an? .*\bbackground$")
NOT_STATED = "not stated"
_AMOUNT = "an unstated amount"
_BUILD = regex.compile(r"(?i)build|physique|body type|figure|frame")
"""In every text that ``TextRules.build`` matches."""
TIMEOUT_SECONDS = 2.0
_STRONG_SCORE = 0.8

_WORN = frozenset({"accessories", "their", "heritage"})


def _found(name: str, text: str) -> Iterator[regex.Match[str]]:
    measures = load_measures()
    if name in measures.needs:
        lower = text.lower()
        if not any(piece in lower for piece in measures.needs[name]):
            return
    yield from measures.patterns[name].finditer(text, timeout=TIMEOUT_SECONDS)


def measure_mentions(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    """Measured or phrased attributes of people in one parsed passage. May overlap."""
    wanted = rules.attributes
    text = text_of(doc)
    if AGE in wanted:
        yield from _ages(doc, text, rules)
    if WEIGHT in wanted:
        yield from _weights(doc, text, rules)
    if HEIGHT in wanted:
        for match in _found("height", text):
            form = _age_form(doc, match.start(), match.end(), rules)
            if form is not None:
                yield Mention(*match.span(), HEIGHT, Kind.EXPLICIT, "pattern.height.tall", form, "person")
    if EYES in wanted and ("eye" in text.lower() or "iris" in text.lower()):
        yield from _eyes(doc, text, rules)
    if RACE in wanted:
        for match in rules.descent.finditer(text, timeout=TIMEOUT_SECONDS):
            home = regex.search(r"(?i)\bfrom\b", match.group()) is not None
            if _WALL.search(match.group()) or (home and not _speaks_of_person(doc, match.start(), rules)):
                continue
            yield Mention(
                *match.span(), RACE, Kind.EXPLICIT, "pattern.race.descent", _tail_form(text, match.start())
            )
        if "associated with" in text:
            yield from _associations(doc, text, rules)
    if ":" in text:
        yield from _labels(text, wanted)


def _tail_form(text: str, start: int) -> Form:
    before = text[:start].rstrip()
    linked = regex.search(
        r"(?i)(?:\b(?:is|are|was|were|be|been)|'s|'re)(?: (?:likely|probably|possibly|also))?$", before
    )
    return Form.PREDICATE if linked else Form.POSTMODIFIER


def _ages(doc: Doc, text: str, rules: TextRules) -> Iterator[Mention]:
    for match in _found("years_old", text):
        form = _age_form(doc, match.start(), match.end(), rules)
        if form is not None:
            plural = match.group().lower().endswith("olds")
            yield Mention(
                *match.span(),
                AGE,
                Kind.EXPLICIT,
                "pattern.age.years",
                form,
                "people" if plural else "person",
                plural,
            )
    yield from _bare_years(doc, text, rules)
    for match in _found("aged", text):
        if _speaks_of_person(doc, match.start(), rules):
            yield Mention(*match.span(), AGE, Kind.EXPLICIT, "pattern.age.aged", Form.POSTMODIFIER)
    for match in _found("in_decade", text):
        if match.group("whose").lower() == "the" and not _follows_person(doc, match.start(), rules):
            continue
        form = Form.PREDICATE if rules.linking.search(text[: match.start()]) else Form.POSTMODIFIER
        yield Mention(*match.span(), AGE, Kind.EXPLICIT, "pattern.age.decade", form)
    for name in ("part_of_decade", "of_age"):
        for match in _found(name, text):
            if _speaks_of_person(doc, match.start(), rules):
                form = Form.PREDICATE if rules.linking.search(text[: match.start()]) else Form.POSTMODIFIER
                yield Mention(*match.span(), AGE, Kind.EXPLICIT, f"pattern.age.{name}", form)
    for match in _found("cut_off", text):
        if _speaks_of_person(doc, match.start(), rules):
            yield Mention(*match.span("value"), AGE, Kind.EXPLICIT, "pattern.age.cut_off", Form.PREDICATE)
    yield from _phrased_ages(doc, text, rules)


def _phrased_ages(doc: Doc, text: str, rules: TextRules) -> Iterator[Mention]:
    """ "people over 40", "born in 1980", "third-grader"."""
    for match in _found("compared", text):
        first, _ = token_range(doc, *match.span())
        if first and is_person(doc[first - 1], rules.people):
            yield Mention(*match.span(), AGE, Kind.EXPLICIT, "pattern.age.compared", Form.POSTMODIFIER)
    for match in _found("born", text):
        if _speaks_of_person(doc, match.start(), rules):
            yield Mention(*match.span("value"), AGE, Kind.EXPLICIT, "pattern.age.born", Form.POSTMODIFIER)
    for match in _found("grade", text):
        rule = "pattern.age.grade"
        if match.group("noun"):
            many = match.group("noun").lower().endswith("s")
            neutral = "students" if many else "student"
            yield Mention(*match.span("noun"), AGE, Kind.IMPLICIT, rule, Form.NOUN, neutral, many)
        elif match.group("modifier"):
            yield Mention(*match.span("modifier"), AGE, Kind.IMPLICIT, rule, Form.MODIFIER)
        elif _speaks_of_person(doc, match.start(), rules):
            yield Mention(*match.span("place"), AGE, Kind.IMPLICIT, rule, Form.POSTMODIFIER)


def _bare_years(doc: Doc, text: str, rules: TextRules) -> Iterator[Mention]:
    """ "she is 35", "my son turned five": a bare number said of one human being."""
    if not load_measures().patterns["may_count"].search(text):
        return
    for match in _found("bare_years", text):
        first, last = token_range(doc, *match.span())
        subject = doc[first - 1] if first else None
        owned = first > 1 and doc[first - 2].tag_ == "PRP$"
        head = Head.PERSON if owned else Head.HUMAN
        if subject is None or not is_person_subject(subject, head, rules.people):
            continue
        start, end = match.span("value")
        if match.group("turn"):
            yield Mention(start, end, AGE, Kind.EXPLICIT, "pattern.age.turned", Form.VALUE, "a year older")
        elif last >= len(doc) or doc[last].lower_ not in ("in", "on", "of", "this", "next", "last"):
            yield Mention(start, end, AGE, Kind.EXPLICIT, "pattern.age.bare", Form.PREDICATE)


def _age_form(doc: Doc, start: int, end: int, rules: TextRules) -> Form | None:
    first, last = token_range(doc, start, end)
    head = phrase_head(doc, last, rules.people)
    # "34 years old, work as": what follows a comma is often tagged as a noun.
    if head is not None and (is_person(head, rules.people) or doc[last].text != "," or head.i != last + 1):
        return Form.MODIFIER if is_person(head, rules.people) else None
    if rules.linking.search(doc.text[:start]):
        subjects = [subject_of(doc[index]) for index in range(first, last)]
        if any(is_person_subject(subject, Head.PERSON, rules.people) for subject in subjects):
            return Form.PREDICATE
        return None if any(subject is not None for subject in subjects) else Form.PREDICATE
    before = doc[first - 1] if first else None
    if before is not None and before.tag_ == "DT" and "-" in doc.text[start:end]:
        return None if speaks_of_animals(doc, first, rules.people) else Form.NOUN
    return (
        Form.POSTMODIFIER
        if before is not None
        and before.text in (",", "(", "-", "\u2013", "\u2014")
        and _speaks_of_person(doc, start, rules)
        else None
    )


def _follows_person(doc: Doc, position: int, rules: TextRules) -> bool:
    """ "the man in the thirties" or "he is in the thirties", but not "a house in the sixties"."""
    first, _ = token_range(doc, position, position + 1)
    before = [
        token for token in doc[max(0, first - 5) : first] if token.pos_ not in ("ADV", "ADJ", "AUX", "DET")
    ]
    last = before[-1] if before else None
    return last is not None and (is_person(last, rules.people) or last.lower_ in ("he", "she", "they"))


def _associations(doc: Doc, text: str, rules: TextRules) -> Iterator[Mention]:
    """ "attire associated with indigenous cultures", where a person or what people wear is spoken of."""
    for match in rules.association.finditer(text, timeout=TIMEOUT_SECONDS):
        first, _ = token_range(doc, match.end() - 1, match.end())
        start, _ = sentence_bounds(doc, min(first, len(doc) - 1))
        before = {token.lower_ for token in doc[start:] if token.idx < match.start()}
        if before & (rules.looks.race_wear | _WORN) or _speaks_of_person(doc, match.end() - 1, rules):
            rule, form = "pattern.race.association", _tail_form(text, match.start())
            yield Mention(*match.span(), RACE, Kind.PROXY, rule, form, score=_STRONG_SCORE)


def _speaks_of_person(doc: Doc, position: int, rules: TextRules) -> bool:
    first, _ = token_range(doc, position, position + 1)
    start, end = sentence_bounds(doc, min(first, len(doc) - 1))
    return any(
        is_person(doc[index], rules.people) or doc[index].lower_ in ("he", "she", "they", "his", "her")
        for index in range(start, end)
    )


def _weights(doc: Doc, text: str, rules: TextRules) -> Iterator[Mention]:
    for match in _found("weighs", text):
        verb: Token = doc[token_range(doc, match.start("verb"), match.end("verb"))[0]]
        participle = match.group("verb").lower() == "weighing"
        subject = verb.head if participle and verb.dep_ in ("acl", "amod") else subject_of(verb)
        if is_person_subject(subject, Head.PERSON, rules.people):
            form = Form.POSTMODIFIER if participle else Form.VERB_PHRASE
            yield Mention(*match.span(), WEIGHT, Kind.EXPLICIT, "pattern.weight.weighs", form)
    for match in _found("weight_modifier", text):
        head = phrase_head(doc, token_range(doc, *match.span())[1], rules.people)
        if head is not None and is_person(head, rules.people):
            yield Mention(*match.span(), WEIGHT, Kind.EXPLICIT, "pattern.weight.modifier", Form.MODIFIER)
    for match in _found("weight_value", text):
        if _speaks_of_person(doc, match.start(), rules):
            span = match.span("value")
            yield Mention(*span, WEIGHT, Kind.EXPLICIT, "pattern.weight.value", Form.VALUE, _AMOUNT)
    for match in _found("size", text):
        if _speaks_of_person(doc, match.start(), rules):
            form, after = Form.VALUE, token_range(doc, *match.span())[1]
            if after < len(doc) and doc[after].pos_ == "NOUN":
                form = Form.MODIFIER
            rule, neutral = "pattern.weight.size", "clothes"
            yield Mention(*match.span(), WEIGHT, Kind.PROXY, rule, form, neutral, score=_STRONG_SCORE)
    for match in rules.build.finditer(text, timeout=TIMEOUT_SECONDS) if _BUILD.search(text) else ():
        after = token_range(doc, *match.span())[1]
        compound = after < len(doc) and doc[after].pos_ == "NOUN"  # "thick frame glasses"
        if compound or _is_thing_size(match):
            continue
        if _speaks_of_person(doc, match.start("value"), rules):
            start, end = match.span("value")
            end = start + len(match.group("value").rstrip(" ,-"))
            yield Mention(start, end, WEIGHT, Kind.IMPLICIT, "lexicon.weight.build_noun", Form.MODIFIER)


def _is_thing_size(match: regex.Match[str]) -> bool:
    """ "a large figure stands", "a small frame": said of nobody's build unless somebody has it."""
    held = match.start() < match.start("value") and regex.match(
        r"(?i)(?:with|of|has|have|having|his|her|their)\b", match.group()
    )
    noun, value = match.group("noun").lower(), match.group("value").lower().strip(" ,-")
    return not held and (noun == "frame" or (noun == "figure" and value in _SIZES))


_SIZES = frozenset({"large", "small", "medium", "average", "solid", "strong", "heavy", "bulky"})


def _eyes(doc: Doc, text: str, rules: TextRules) -> Iterator[Mention]:
    yield from _eye_adjectives(doc, rules)
    for match in rules.eye_colors.finditer(text, timeout=TIMEOUT_SECONDS):
        if not owner_is_person(doc, match.start(), rules):
            continue
        if match.group("value") is not None:
            if rules.iris_colors.isdisjoint(regex.findall(r"[\w-]+", match.group("value").lower())):
                continue
            start, end = match.span("value")
            end = start + len(match.group("value").rstrip())
            yield Mention(start, end, EYES, Kind.EXPLICIT, "pattern.eye_color.are", Form.PREDICATE)
        elif match.group("noun").lower() == "eyed":
            yield Mention(*match.span(), EYES, Kind.EXPLICIT, "pattern.eye_color.eyed", Form.MODIFIER)
        else:
            start = match.start("adj")
            end = start + len(match.group("adj").rstrip(" -,"))
            yield Mention(start, end, EYES, Kind.EXPLICIT, "pattern.eye_color.eyes", Form.MODIFIER)


def _eye_adjectives(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    """Colours further in front of "eyes": "dark, expressive eyes"."""
    for token in doc:
        if token.lower_ not in rules.iris_colors:
            continue
        head = phrase_head(doc, token.i + 1, rules.people)
        if (
            head is not None
            and head.lower_ in ("eyes", "eye", "irises")
            and owner_is_person(doc, token.idx, rules)
        ):
            yield Mention(
                token.idx,
                token.idx + len(token),
                EYES,
                Kind.EXPLICIT,
                "pattern.eye_color.eyes",
                Form.MODIFIER,
            )


def _labels(text: str, wanted: frozenset[str]) -> Iterator[Mention]:
    for match in _found("label", text):
        label = match.group("label").lower()
        asked = next(one for one in load_measures().labels if label.startswith(one.begins))
        attribute = asked.attribute if asked.attribute in wanted else asked.other
        value = match.group("value").rstrip()
        if attribute == EYES and "olo" not in label:
            continue  # "Eyes: large, brown": what is no colour is not told.
        if attribute in wanted and not load_measures().patterns["silent"].match(value):
            start = match.start("value")
            rule = f"pattern.{attribute.split('.')[1]}.label"
            end = start + len(value)
            yield Mention(start, end, attribute, Kind.EXPLICIT, rule, Form.VALUE, NOT_STATED)
