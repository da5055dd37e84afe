"""Cuts a question into its clauses and tells where in a closed question a predicate stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from schemas.finding import Kind
from transforms.text.doc_text import text_of
from transforms.text.mentions import Form, Mention
from transforms.text.persons import is_person, phrase_head, token_range
from transforms.text.question_rules import TIMEOUT_SECONDS, QuestionRules, load_question_grammar
from transforms.text.question_targets import names_person
from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc

ASKS = "question."
"""Prefix of the rule ids of questions."""

_SENTENCE = regex.compile(r"(?=\S)(?:[^.?!]|[.](?=\w))+[.?!]*")
_SHORT_PASSAGE = 8
_FILLERS = frozenset(
    {"and", "so", "now", "also", "ok", "okay", "please", "yes", "no", "or", "question:", "true"}
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence of a question that wants an answer: characters ``start:end`` of the passage, tokens
    ``first:last``. ``closed``: it wants a yes or no, of a subject that starts at token ``core``; ``tagged``:
    it is a statement to confirm, "He is a man, isn't he?"."""

    start: int
    end: int
    text: str
    first: int
    last: int
    closed: bool
    tagged: bool
    core: int
    words: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One passage of a question under reading; ``told``: what is told in it."""

    doc: Doc
    told: Sequence[Mention]
    rules: TextRules
    questions: QuestionRules


def ask(attribute: str, start: int, end: int, how: str, score: float = 0.9) -> Mention:
    """Characters ``start:end`` ask for ``attribute`` in the way ``how``."""
    return Mention(start, end, attribute, Kind.EXPLICIT, ASKS + how, Form.VALUE, score=score)


def of_animal(clause: Clause, reading: Reading) -> bool:
    """True if a clause speaks of an animal or of what something has."""
    words = {reading.doc[index].lower_ for index in range(clause.first, clause.last)}
    return bool(words & reading.rules.people.animals) or "its" in words


def of_person(clause: Clause, reading: Reading) -> bool:
    """True if a clause speaks of a person and of no animal."""
    named = names_person(reading.doc, clause.first, clause.last, reading.rules)
    return named and not of_animal(clause, reading)


def read_clauses(doc: Doc, questions: QuestionRules) -> Iterator[Clause]:
    """The sentences of a passage that ask; statements of a long turn are left out."""
    text = text_of(doc)
    short = len(text.split()) <= _SHORT_PASSAGE
    for match in _SENTENCE.finditer(text):
        said = match.group()
        if not (
            short
            or said.rstrip().endswith("?")
            or questions.interrogative.match(said, timeout=TIMEOUT_SECONDS)
        ):
            continue
        first, last = token_range(doc, *match.span())
        if first >= last:
            continue
        lead = questions.closed.match(said, timeout=TIMEOUT_SECONDS)
        core = lead.end() if lead is not None else 0
        closed = bool(set(said[:core].lower().rsplit(",", 1)[-1].split()) - _FILLERS)
        tagged = not closed and bool(questions.tagged.search(said, timeout=TIMEOUT_SECONDS))
        closed, core = closed or tagged, 0 if tagged else core
        start = token_range(doc, match.start() + core, match.end())[0] if closed else first
        yield Clause(
            start=match.start(),
            end=match.end(),
            text=said,
            first=first,
            last=last,
            closed=closed,
            tagged=tagged,
            core=start,
            words=len(said.split()),
        )


def is_predicate_place(doc: Doc, first: int, last: int, clause: Clause, rules: TextRules) -> bool:
    """True if tokens ``first:last`` are what a closed question asks whether its subject is.

    "Is the person in the picture a man?", not "next to a man", not "hugging a man", not "a heavy box".
    """
    grammar = load_question_grammar()
    if last < clause.last and not doc[last].is_punct and doc[last].lower_ not in grammar.may_follow:
        head = phrase_head(doc, last, rules.people)
        if head is None or head.i >= clause.last or doc[last].pos_ in ("VERB", "AUX", "PRON"):
            return False
        owns = head.i + 1 < clause.last and doc[head.i + 1].lower_ in ("'s", "'")
        if owns or not is_person(head, rules.people):
            return False
    position = first - 1
    while position > clause.core and (
        doc[position].lower_ in grammar.skipped
        or doc[position].pos_ in ("ADJ", "ADV", "DET")
        or doc[position].lower_ in ("or", ",")
        or (doc[position].lower_ == "of" and doc[position - 1].lower_ in ("kind", "sort"))
    ):
        position -= 1
    if any(_names_place(doc, index) for index in range(position + 1, first)):
        return True
    before = doc[position]
    if before.lower_ == "and" and doc[position - 1].pos_ in ("NOUN", "PROPN", "PRON"):
        return False
    if before.pos_ == "ADP" and before.lower_ not in ("as", "like", "over"):
        return False
    return not (before.pos_ == "VERB" and before.lemma_ not in grammar.linking and position > clause.core)


def _names_place(doc: Doc, index: int) -> bool:
    """ "on the left", "in red": the phrase ends here, and what follows is said of the subject."""
    return doc[index].lower_ in load_question_grammar().places and doc[index - 1].lower_ in (
        "the",
        "in",
        "on",
    )
