"""Which characters go with a clause that tells nothing but attributes: subject, conjunction, comma."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.text import clauses
from transforms.text.agreement import grammar_words
from transforms.text.neutral_predicates import Predicate
from transforms.text.persons import sentence_bounds

if TYPE_CHECKING:
    from spacy.tokens import Doc

_ADVERBIAL = frozenset({"because", "since", "although", "though", "while", "as"})
_GUESSES = frozenset({"suggesting", "indicating", "implying"})
_SUBJECT_TAGS = frozenset({"PRON", "DET", "NOUN", "PROPN", "ADJ", "NUM"})
_EYES = frozenset({"eyes", "eye", "irises", "face", "skin", "complexion", "features"})


def droppable(doc: Doc, first: int, last: Predicate) -> tuple[int, int] | None:
    """The characters of the whole clause if it can go, subject and conjunction with it; else None.

    The clause has its verb at token ``first`` and ends with the predicate ``last``.
    """
    subject = first - 1
    if subject < 0 or doc[first].is_sent_start or last.link < 0:
        return None
    ended = clauses.ends_sentence(doc, last.after)
    if doc[first].tag_ == "VBG" and doc[subject].text == "," and subject:
        closed = not ended and doc[last.after].text == ","
        if ended or closed:
            # "a man, appearing to be in his twenties, waits"
            return _end(doc, subject - 1), (_end(doc, last.after) if closed else last.end)
        return None
    following = clauses.joiner_after(doc, last.after)
    token = doc[subject]
    if token.lower_ in clauses.RELATIVES and token.tag_ in ("WP", "WDT"):
        return _relative(doc, subject, last, ended)
    if not (ended or following is not None or doc[last.after].text in (";", ")", ":")):
        return None
    pronoun = token.lower_ in clauses.SUBJECT_PRONOUNS
    start = subject if pronoun else clauses.noun_phrase_start(doc, subject)
    if not pronoun and not (token.lower_ in _EYES and doc[start].tag_ == "PRP$"):
        if ended and _is_somebody_known(doc, start, subject):
            return doc[start].idx, last.end
        return _joined_clause(doc, start, last)
    if start == 0 or doc[start].is_sent_start:
        if ended:
            return doc[start].idx, last.end
        if following is None or not following[1] or doc[following[0]].pos_ not in _SUBJECT_TAGS:
            return None
        return doc[start].idx, doc[following[0]].idx
    guess = start - 2 if doc[start - 1].lower_ == "that" else start - 1
    if guess > 1 and doc[guess].lower_ in _GUESSES and doc[guess - 1].text == "," and ended:
        return _end(doc, guess - 2), last.end
    before = clauses.joiner_before(doc, start)
    if before is not None and before[1]:
        sentence = sentence_bounds(doc, start)[0]
        has_verb = any(clauses.is_finite(other) for other in doc[sentence : before[0]])
        return (_end(doc, before[0] - 1), last.end) if has_verb else None
    if doc[start - 1].lower_ in _ADVERBIAL:
        return _adverbial(doc, start - 1, last, ended)
    return None


def _is_somebody_known(doc: Doc, start: int, subject: int) -> bool:
    """True for "The man" at the beginning of a sentence that is not the first."""
    known = start > 0 and bool(doc[start].is_sent_start) and doc[start].lower_ in ("the", "this")
    lists = ("female_nouns", "male_nouns", "words_for_children", "person_subjects")
    return known and any(doc[subject].lower_ in grammar_words(name) for name in lists)


def _relative(doc: Doc, pronoun: int, last: Predicate, ended: bool) -> tuple[int, int] | None:
    opened = pronoun > 1 and doc[pronoun - 1].text == ","
    antecedent = doc[pronoun - 2] if opened else doc[pronoun - 1]
    if opened and antecedent.lower_ in ("old", "age", "s", "20s", "30s", "twenties", "thirties", "teens"):
        # "a boy, about 8 years old, who looks thin": the comma goes with the age.
        return (_end(doc, pronoun - 1), last.end) if ended else None
    if antecedent.pos_ not in ("NOUN", "PROPN", "PRON") or (
        antecedent.is_sent_start and antecedent.pos_ == "PRON"
    ):
        return None
    token = doc[last.after] if last.after < len(doc) else None
    if token is not None and not (
        ended or token.is_punct or clauses.is_finite(token) or token.pos_ == "CCONJ"
    ):
        return None
    closed = opened and token is not None and token.text == ","
    return _end(doc, antecedent.i), (_end(doc, last.after) if closed else last.end)


def _joined_clause(doc: Doc, start: int, last: Predicate) -> tuple[int, int] | None:
    """ "..., and (that) his wife is Jewish": a clause joined to one that has its own verb."""
    lead = start - 1 if start and doc[start - 1].lower_ == "that" else start
    before = clauses.joiner_before(doc, lead)
    if before is None or not before[1] or doc[start].pos_ in ("ADJ", "NUM"):
        return None
    earlier = doc[before[0] - 1]
    joins_nouns = earlier.pos_ in ("NOUN", "PROPN", "PRON") and doc[before[0]].text != "," and lead == start
    sentence = sentence_bounds(doc, start)[0]
    has_verb = any(clauses.is_finite(token) for token in doc[sentence : before[0]])
    if joins_nouns or not has_verb:
        return None
    return _end(doc, before[0] - 1), last.end


def _adverbial(doc: Doc, conjunction: int, last: Predicate, ended: bool) -> tuple[int, int] | None:
    if conjunction == 0 or doc[conjunction].is_sent_start:
        if last.after + 1 < len(doc) and doc[last.after].text == ",":
            return doc[conjunction].idx, doc[last.after + 1].idx
        return None
    if not ended and doc[last.after].text != ",":
        return None
    before = conjunction - 1
    if doc[before].text == "," and before:
        before -= 1
    return _end(doc, before), last.end


def _end(doc: Doc, index: int) -> int:
    return doc[index].idx + len(doc[index])
