"""Finds out whether a question asks for somebody's attribute, in any form whose answer would tell it.

A rule id says how: ``question.noun`` (what is her age), ``degree`` (how old), ``weighs``, ``years``,
``eye_color``, ``comparison`` (who is older), ``choice`` (a man or a woman), ``predicate`` (is he over 40),
``existence`` (is there a woman), ``count`` (how many men), ``qualified`` (is there a woman who …),
``evidence`` (why do you think she is 30).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import regex

from schemas.finding import Kind
from transforms.text.lexicon import LexiconEntry, WordRole
from transforms.text.mentions import Form, Mention
from transforms.text.persons import head_counts, phrase_head, token_range
from transforms.text.question_places import Clause, is_predicate_place, read_clauses
from transforms.text.question_rules import TIMEOUT_SECONDS, AskedNoun, QuestionRules, load_question_rules
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
    from spacy.tokens import Doc, Token

ASKS = "question."
"""Prefix of the rule ids of this module."""
QUALIFIED = "question.qualified"
"""A question for existence with more to it: only an answer that denies makes it one that cannot be kept."""
EVIDENCE = "question.evidence"
"""A question for the grounds of an attribute that it presupposes."""
KEPT_ASKS = frozenset(
    ASKS + how for how in ("choice", "adjective", "predicate", "existence", "count", "comparison")
)
"""Ways of asking that name what is asked: what a question offers is told of nobody and stays."""

_SHORT = 4
_BORN = regex.compile(
    r"(?i)\b(?P<word>when|where) (?:was|were|is|are|does|do|did) (?P<who>.{1,60}?) (?P<verb>born|live"
    r"|lives|living|reside)\b"
)
_PRONOUN_CHOICE = regex.compile(r"(?i)\b(?:he|she|him|her)(?:,? or (?:an? )?|/)(?:he|she|him|her)\b")
_LOOSE = frozenset({"it", "this", "that", "they", "these", "those", "you", "all"})
_DEMONSTRATIVES = ("this", "that", "these", "those")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One passage of a question under reading."""

    doc: Doc
    told: Sequence[Mention]
    rules: TextRules
    questions: QuestionRules


def may_ask(text: str, rules: TextRules) -> bool:
    """True if a question needs a parse although it tells nothing."""
    return bool(load_question_rules(rules.attributes).hint.search(text, timeout=TIMEOUT_SECONDS))


def asked_attributes(doc: Doc, mentions: Sequence[Mention], rules: TextRules) -> Iterator[Mention]:
    """Spans of one passage of a question that ask for an attribute. ``mentions``: what is told in it.

    Raises TimeoutError on a runaway pattern.
    """
    reading = _Reading(doc, mentions, rules, load_question_rules(rules.attributes))
    for clause in read_clauses(doc, reading.questions):
        yield from _by_noun(clause, reading)
        yield from _by_degree(clause, reading)
        yield from _by_weighing(clause, reading)
        yield from _by_years(clause, reading)
        yield from _by_eye_color(clause, reading)
        yield from _by_birth_or_home(clause, reading)
        yield from _by_comparison(clause, reading)
        yield from _by_choice(clause, reading)
        yield from _by_existence(clause, reading)
        yield from _by_predicate(clause, reading)
        yield from _by_evidence(clause, reading)


def _ask(attribute: str, start: int, end: int, how: str, score: float = 0.9) -> Mention:
    return Mention(start, end, attribute, Kind.EXPLICIT, ASKS + how, Form.VALUE, score=score)


def _by_noun(clause: Clause, reading: _Reading) -> Iterator[Mention]:
    for asked in reading.questions.asked:
        for match in asked.nouns.finditer(clause.text, timeout=TIMEOUT_SECONDS):
            start, end = clause.start + match.start(), clause.start + match.end()
            if _noun_asks(clause, start, end, asked, reading):
                yield _ask(asked.attribute, start, end, "noun")


def _noun_asks(clause: Clause, start: int, end: int, asked: AskedNoun, reading: _Reading) -> bool:
    doc, rules, questions = reading.doc, reading.rules, reading.questions
    first, last = token_range(doc, start, end)
    biometric = asked.attribute.startswith("biometric.")
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


def _is_verb(doc: Doc, first: int, last: int, reading: _Reading) -> bool:
    """ "What did the man build?": a noun's form tagged as a verb, after its subject."""
    if last - first > 1 or doc[first].tag_ not in ("VB", "VBD", "VBP", "VBG") or first == 0:
        return False
    before = doc[first - 1]
    return before.pos_ in ("AUX", "PRON", "PART") or names_person(doc, first - 1, first, reading.rules)


def _completed(clause: Clause, index: int, reading: _Reading) -> bool:
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


def _one_person(clause: Clause, index: int, reading: _Reading) -> bool:
    """True if a definite single person follows: "of the man"."""
    doc = reading.doc
    return any(
        doc[position].lower_ in ("the", "this", "that") and phrase_is_person(doc, position, reading.rules)
        for position in range(index, min(clause.last, index + 3))
    )


def _by_degree(clause: Clause, reading: _Reading) -> Iterator[Mention]:
    for match in reading.questions.degree.finditer(clause.text, timeout=TIMEOUT_SECONDS):
        start, end = clause.start + match.start(), clause.start + match.end()
        _, last = token_range(reading.doc, start, end)
        about = owner_after(reading.doc, last, reading.questions.between, reading.rules)
        if about or (about is None and clause.words <= 2):
            yield _ask(reading.questions.degrees[match.group("word").lower()], start, end, "degree")


def _by_weighing(clause: Clause, reading: _Reading) -> Iterator[Mention]:
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
        yield _ask("biometric.weight", start, end, "weighs")


def _by_years(clause: Clause, reading: _Reading) -> Iterator[Mention]:
    if "biometric.age" not in reading.rules.attributes:
        return
    for match in reading.questions.years.finditer(clause.text, timeout=TIMEOUT_SECONDS):
        start, end = clause.start + match.start(), clause.start + match.end()
        first, last = token_range(reading.doc, start, end)
        named = names_person(reading.doc, first, last, reading.rules)
        if match.group("who") is None and match.group("lived") is None:
            named = names_person(reading.doc, clause.first, clause.last, reading.rules)
        if named:
            yield _ask("biometric.age", start, end, "years", 0.8)


def _by_eye_color(clause: Clause, reading: _Reading) -> Iterator[Mention]:
    rules, questions = reading.rules, reading.questions
    if "biometric.eye_color" not in rules.attributes:
        return
    match = questions.eyes.search(clause.text)
    if match is None or not questions.colors.search(clause.text, timeout=TIMEOUT_SECONDS):
        return
    if _of_person(clause, reading) or (clause.words < 9 and not _of_animal(clause, reading)):
        yield _ask(
            "biometric.eye_color", clause.start + match.start(), clause.start + match.end(), "eye_color"
        )


def _of_animal(clause: Clause, reading: _Reading) -> bool:
    words = {reading.doc[index].lower_ for index in range(clause.first, clause.last)}
    return bool(words & reading.rules.people.animals) or "its" in words


def _of_person(clause: Clause, reading: _Reading) -> bool:
    named = names_person(reading.doc, clause.first, clause.last, reading.rules)
    return named and not _of_animal(clause, reading)


def _by_birth_or_home(clause: Clause, reading: _Reading) -> Iterator[Mention]:
    for match in _BORN.finditer(clause.text):
        attribute = "pii.address" if match.group("verb").lower() != "born" else "pii.date_of_birth"
        if attribute == "pii.address" and match.group("word").lower() != "where":
            continue
        first, _ = token_range(
            reading.doc, clause.start + match.start("who"), clause.start + match.end("who")
        )
        if attribute in reading.rules.attributes and phrase_is_person(reading.doc, first, reading.rules):
            yield _ask(
                attribute, clause.start + match.start(), clause.start + match.end(), "birth_or_home", 0.8
            )


def _by_comparison(clause: Clause, reading: _Reading) -> Iterator[Mention]:
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
            yield _ask(attribute, start, end, "comparison")


def _entry(token: Token, rules: TextRules) -> LexiconEntry | None:
    return rules.lexicon.words.get(token.lower_)


def _by_choice(clause: Clause, reading: _Reading) -> Iterator[Mention]:
    doc, rules = reading.doc, reading.rules
    if "biometric.gender" in rules.attributes:
        for match in _PRONOUN_CHOICE.finditer(clause.text):
            yield _ask(
                "biometric.gender", clause.start + match.start(), clause.start + match.end(), "pronouns"
            )
    for index in range(clause.first + 1, clause.last):
        if doc[index].lower_ not in ("or", "/", "vs", "versus", "vs."):
            continue
        left = next(
            (doc[i] for i in range(index - 1, max(clause.first - 1, index - 6), -1) if _entry(doc[i], rules)),
            None,
        )
        right = next(
            (doc[i] for i in range(index + 1, min(clause.last, index + 7)) if _entry(doc[i], rules)), None
        )
        if left is None or right is None:
            continue
        if any(doc[i].pos_ == "ADP" for i in range(index, right.i)):
            continue
        one, other = _entry(left, rules), _entry(right, rules)
        if one is None or other is None or one.attribute != other.attribute or left.lower_ == right.lower_:
            continue
        if one.role is not WordRole.NOUN and not _offered_of_person(clause, left, right, other, reading):
            continue
        yield _ask(one.attribute, left.idx, right.idx + len(right), "choice")


def _offered_of_person(
    clause: Clause, left: Token, right: Token, entry: LexiconEntry, reading: _Reading
) -> bool:
    doc, rules = reading.doc, reading.rules
    head = phrase_head(doc, right.i + 1, rules.people)
    if head is not None and head.i < clause.last and doc[right.i + 1].pos_ in ("NOUN", "PROPN", "ADJ"):
        return head_counts(head, entry.head, rules.people)
    if not is_predicate_place(doc, left.i, index_after(left, right), clause, rules):
        return False
    subject = subject_head(doc, clause.core, clause.last, rules) if clause.closed else None
    if subject is not None and subject.i < left.i:
        sexes = entry.role is WordRole.NOUN_OR_ADJECTIVE
        return is_asked_of(subject, rules) or (
            subject.lower_ in _LOOSE and (sexes or _named_human(clause, reading))
        )
    return _named_human(clause, reading) or (
        entry.role is WordRole.NOUN_OR_ADJECTIVE and clause.words <= _SHORT
    )


def index_after(left: Token, right: Token) -> int:
    """Half-open end of the tokens from ``left`` to ``right``."""
    return max(left.i, right.i) + 1


def _named_human(clause: Clause, reading: _Reading) -> bool:
    words = {reading.doc[index].lower_ for index in range(clause.first, clause.last)}
    return bool(words & reading.rules.people.human or words & {"he", "she"}) and not _of_animal(
        clause, reading
    )


def _by_existence(clause: Clause, reading: _Reading) -> Iterator[Mention]:
    questions = reading.questions
    for mention in reading.told:
        if mention.form not in (Form.NOUN, Form.MODIFIER) or mention.attribute.startswith("pii."):
            continue
        if not clause.start <= mention.start < clause.end:
            continue
        lead = clause.text[: mention.start - clause.start].rstrip()
        found = questions.existence.search(lead, timeout=TIMEOUT_SECONDS)
        if found is None or lead.lower().endswith(_DEMONSTRATIVES):
            continue
        if questions.existence_stop.search(lead[found.end() - len(found.group().rsplit(" ", 2)[-1]) :]):
            continue
        how = "count" if questions.count.search(found.group()) else "existence"
        if how == "existence" and not _ends_bare(clause, mention, reading):
            how = "qualified"
        yield replace(
            _ask(mention.attribute, clause.start + found.start(), mention.end, how), kind=mention.kind
        )


def _ends_bare(clause: Clause, mention: Mention, reading: _Reading) -> bool:
    """True if nothing follows the noun of "is there a woman" but where to look."""
    end = mention.end
    if mention.form is Form.MODIFIER:
        head = phrase_head(
            reading.doc, token_range(reading.doc, mention.start, mention.end)[1], reading.rules.people
        )
        end = max(end, head.idx + len(head)) if head is not None else end
    return bool(
        reading.questions.existence_end.match(clause.text[end - clause.start :], timeout=TIMEOUT_SECONDS)
    )


def _by_predicate(clause: Clause, reading: _Reading) -> Iterator[Mention]:
    """Closed questions whether somebody is something: "Is she over 40?", "Would you call him overweight?"."""
    doc, rules, questions = reading.doc, reading.rules, reading.questions
    for attribute, expression in questions.predicates:
        if attribute == "biometric.eye_color" and clause.closed and _of_person(clause, reading):
            for match in expression.finditer(clause.text, timeout=TIMEOUT_SECONDS):
                yield _ask(attribute, clause.start + match.start(), clause.start + match.end(), "predicate")
    subject = subject_head(doc, clause.core, clause.last, rules) if clause.closed else None
    if subject is None:
        return
    person = is_asked_of(subject, rules) or (
        subject.lower_ in ("they", "you", "it", "these", "those") and subject.lower_ == "they"
    )
    for attribute, expression in questions.predicates if person else ():
        for match in expression.finditer(
            clause.text, subject.idx + len(subject) - clause.start, timeout=TIMEOUT_SECONDS
        ):
            start, end = clause.start + match.start(), clause.start + match.end()
            first, last = token_range(doc, start, end)
            if attribute != "biometric.eye_color" and not _modifies_thing(doc, last, reading):
                yield _ask(attribute, start, end, "predicate")
    for first, last, entry in _named_attributes(clause, subject.i + 1, reading):
        if not (is_asked_of(subject, rules) or _loosely(subject, entry)):
            continue
        if is_predicate_place(doc, first, last, clause, rules):
            start, end = doc[first].idx, doc[last - 1].idx + len(doc[last - 1])
            yield replace(_ask(entry.attribute, start, end, "predicate"), kind=entry.kind)


def _modifies_thing(doc: Doc, index: int, reading: _Reading) -> bool:
    return index < len(doc) and doc[index].pos_ in ("NOUN", "PROPN") and not names_person(
        doc, index, index + 1, reading.rules
    )  # fmt: skip


def _loosely(subject: Token, entry: LexiconEntry) -> bool:
    """ "Is it a man?", "Are they Asian?": the pronoun is of a person if only persons can be that."""
    if entry.role in (WordRole.NOUN, WordRole.NOUN_OR_ADJECTIVE):
        return subject.lower_ in _LOOSE
    return subject.lower_ in ("they", "these", "those") and entry.kind is Kind.EXPLICIT


def _named_attributes(
    clause: Clause, start: int, reading: _Reading
) -> Iterator[tuple[int, int, LexiconEntry]]:
    """Words and phrases of the lexicon from token ``start`` on, proxies and titles left out."""
    doc, rules = reading.doc, reading.rules
    found: list[tuple[int, int, LexiconEntry]] = []
    if rules.phrases is not None:
        for match in rules.phrases.finditer(doc.text, clause.start, clause.end):
            key = " ".join(match.group().lower().split())
            phrase = rules.lexicon.phrases.get(key) or rules.lexicon.phrases.get(key.replace(" ", "-"))
            if phrase is not None:
                found.append((*token_range(doc, *match.span()), phrase))
    for index in range(start, clause.last):
        entry = _entry(doc[index], rules)
        if entry is not None:
            found.append((index, index + 1, entry))
    for first, last, entry in found:
        if first >= start and entry.role is not WordRole.TITLE and entry.kind is not Kind.PROXY:
            yield first, last, entry


def _by_evidence(clause: Clause, reading: _Reading) -> Iterator[Mention]:
    """The grounds of something that the question itself tells of somebody."""
    found = reading.questions.evidence.search(clause.text, timeout=TIMEOUT_SECONDS)
    if found is None:
        return
    for mention in reading.told:
        if not clause.start + found.end() <= mention.start < clause.end or mention.attribute.startswith(
            "pii."
        ):
            continue
        said = mention.form in (Form.PREDICATE, Form.POSTMODIFIER, Form.VERB_PHRASE)
        if not said and mention.form is Form.NOUN:
            first, _ = token_range(reading.doc, mention.start, mention.end)
            before = reading.doc[max(clause.first, first - 2)]
            said = reading.doc[first - 1].lower_ in ("a", "an") and before.lemma_ in ("be", "look", "like")
        if said:
            yield replace(_ask(mention.attribute, clause.start, clause.end, "evidence"), kind=mention.kind)
            return
