"""Questions that want a yes, a no or one of what they offer: choice, existence, count, predicate, grounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from schemas.finding import Kind
from transforms.text.lexicon import LexiconEntry, WordRole
from transforms.text.mentions import Form, Mention
from transforms.text.persons import head_counts, phrase_head, token_range
from transforms.text.question_places import Clause, Reading, ask, is_predicate_place, of_animal, of_person
from transforms.text.question_rules import TIMEOUT_SECONDS
from transforms.text.question_targets import is_asked_of, names_person, subject_head
from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SHORT = 4
_PRONOUN_CHOICE = regex.compile(r"(?i)\b(?:he|she|him|her)(?:,? or (?:an? )?|/)(?:he|she|him|her)\b")
_LOOSE = frozenset({"it", "this", "that", "they", "these", "those", "you", "all"})
_DEMONSTRATIVES = ("this", "that", "these", "those")


def _entry(token: Token, rules: TextRules) -> LexiconEntry | None:
    return rules.lexicon.words.get(token.lower_)


def by_choice(clause: Clause, reading: Reading) -> Iterator[Mention]:
    """Two words of one attribute with "or" between them: "a man or a woman", "young or old"."""
    doc, rules = reading.doc, reading.rules
    if "biometric.gender" in rules.attributes:
        for match in _PRONOUN_CHOICE.finditer(clause.text):
            yield ask(
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
        if left is None or right is None or (right.i + 1 < clause.last and doc[right.i + 1].lower_ == "'s"):
            continue
        if any(doc[i].pos_ == "ADP" for i in range(index, right.i)):
            continue
        one, other = _entry(left, rules), _entry(right, rules)
        if one is None or other is None or one.attribute != other.attribute or left.lower_ == right.lower_:
            continue
        if one.role is not WordRole.NOUN and not _offered_of_person(clause, left, right, other, reading):
            continue
        yield ask(one.attribute, left.idx, right.idx + len(right), "choice")


def _offered_of_person(
    clause: Clause, left: Token, right: Token, entry: LexiconEntry, reading: Reading
) -> bool:
    doc, rules = reading.doc, reading.rules
    head = phrase_head(doc, right.i + 1, rules.people)
    if head is not None and head.i < clause.last and doc[right.i + 1].pos_ in ("NOUN", "PROPN", "ADJ"):
        return head_counts(head, entry.head, rules.people)
    if not is_predicate_place(doc, left.i, _index_after(left, right), clause, rules):
        return False
    subject = subject_head(doc, clause.core, clause.last, rules) if clause.closed else None
    if subject is not None and subject.i < left.i:
        sexes = entry.role is WordRole.NOUN_OR_ADJECTIVE
        return is_asked_of(subject, rules) or (
            subject.lower_ in _LOOSE and (sexes or _named_human(clause, reading))
        )
    if entry.role is not WordRole.NOUN_OR_ADJECTIVE:
        return _named_human(clause, reading)
    return clause.words <= _SHORT or (
        names_person(doc, 0, len(doc), rules) and not of_animal(clause, reading)
    )


def _index_after(left: Token, right: Token) -> int:
    """Half-open end of the tokens from ``left`` to ``right``."""
    return max(left.i, right.i) + 1


def _named_human(clause: Clause, reading: Reading) -> bool:
    words = {reading.doc[index].lower_ for index in range(clause.first, clause.last)}
    return bool(words & reading.rules.people.human or words & {"he", "she"}) and not of_animal(
        clause, reading
    )


def by_existence(clause: Clause, reading: Reading) -> Iterator[Mention]:
    """Whether or how many there are of somebody who is told: "Is there a woman?", "How many men?"."""
    questions = reading.questions
    for mention in reading.told:
        if mention.form not in (Form.NOUN, Form.MODIFIER) or mention.attribute.startswith("pii."):
            continue
        if not clause.start <= mention.start < clause.end:
            continue
        lead = clause.text[: mention.start - clause.start].rstrip()
        members = questions.members.search(lead, timeout=TIMEOUT_SECONDS)
        if members is not None:
            start = clause.start + members.start()
            yield replace(ask(mention.attribute, start, mention.end, "count"), kind=mention.kind)
            continue
        found = questions.existence.search(lead, timeout=TIMEOUT_SECONDS)
        if found is None or lead.lower().endswith(_DEMONSTRATIVES):
            continue
        if questions.existence_stop.search(lead[found.end() - len(found.group().rsplit(" ", 2)[-1]) :]):
            continue
        how = "count" if questions.count.search(found.group()) else "existence"
        if how == "existence" and not _ends_bare(clause, mention, reading):
            how = "qualified"
        yield replace(
            ask(mention.attribute, clause.start + found.start(), mention.end, how), kind=mention.kind
        )


def _ends_bare(clause: Clause, mention: Mention, reading: Reading) -> bool:
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


def by_predicate(clause: Clause, reading: Reading) -> Iterator[Mention]:
    """Closed questions whether somebody is something: "Is she over 40?", "Would you call him overweight?"."""
    if not clause.closed:
        return
    # What a statement to confirm names is told of somebody: it is not kept.
    how = "tagged" if clause.tagged else "predicate"
    doc, rules, questions = reading.doc, reading.rules, reading.questions
    for attribute, expression in questions.predicates:
        if attribute == "biometric.eye_color" and of_person(clause, reading):
            for start, end in _spans(expression, clause, 0):
                yield ask(attribute, start, end, how)
    subject = subject_head(doc, clause.core, clause.last, rules)
    if subject is None:
        return
    if is_asked_of(subject, rules) or subject.lower_ == "they":
        yield from _by_pattern(clause, subject, how, reading)
    for first, last, entry in _named_attributes(clause, subject.i + 1, reading):
        if not (is_asked_of(subject, rules) or _loosely(subject, entry)):
            continue
        if is_predicate_place(doc, first, last, clause, rules):
            start, end = doc[first].idx, doc[last - 1].idx + len(doc[last - 1])
            yield replace(ask(entry.attribute, start, end, how), kind=entry.kind)


def _by_pattern(clause: Clause, subject: Token, how: str, reading: Reading) -> Iterator[Mention]:
    doc, after = reading.doc, subject.idx + len(subject) - clause.start
    for attribute, expression in reading.questions.predicates:
        for start, end in _spans(expression, clause, after):
            _, last = token_range(doc, start, end)
            if attribute != "biometric.eye_color" and not _modifies_thing(doc, last, reading):
                yield ask(attribute, start, end, how)
    for attribute, expression in reading.questions.predicate_nouns:
        for start, end in _spans(expression, clause, after):
            if is_predicate_place(doc, *token_range(doc, start, end), clause, reading.rules):
                yield ask(attribute, start, end, how)


def _spans(expression: regex.Pattern[str], clause: Clause, start: int) -> Iterator[tuple[int, int]]:
    for match in expression.finditer(clause.text, start, timeout=TIMEOUT_SECONDS):
        yield clause.start + match.start(), clause.start + match.end()


def _modifies_thing(doc: Doc, index: int, reading: Reading) -> bool:
    return index < len(doc) and doc[index].pos_ in ("NOUN", "PROPN") and not names_person(
        doc, index, index + 1, reading.rules
    )  # fmt: skip


def _loosely(subject: Token, entry: LexiconEntry) -> bool:
    """ "Is it a man?", "Are they Asian?": the pronoun is of a person if only persons can be that."""
    if entry.role in (WordRole.NOUN, WordRole.NOUN_OR_ADJECTIVE):
        return subject.lower_ in _LOOSE
    return subject.lower_ in ("they", "these", "those") and entry.kind is Kind.EXPLICIT


def _named_attributes(
    clause: Clause, start: int, reading: Reading
) -> Iterator[tuple[int, int, LexiconEntry]]:
    """Words and phrases of the lexicon from token ``start`` on, proxies and titles left out."""
    doc, rules = reading.doc, reading.rules
    found: list[tuple[int, int, LexiconEntry]] = []
    for match in rules.phrases.matches(doc.text, clause.start, clause.end):
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


def by_evidence(clause: Clause, reading: Reading) -> Iterator[Mention]:
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
            yield replace(ask(mention.attribute, clause.start, clause.end, "evidence"), kind=mention.kind)
            return
