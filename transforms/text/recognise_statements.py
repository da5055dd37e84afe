"""Finds what tells an attribute by a phrase or sentence, which goes whole: "revealing defined muscles".

Taking single words out of such a statement leaves one that still tells, or says nothing. What is found here
covers the statement, so that leaving it out leaves good English: the phrase behind a comma, the phrase with
"with", the sentence, or the value of a label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import regex

from schemas.finding import Kind
from transforms.text import clauses
from transforms.text.doc_text import text_of
from transforms.text.lexicon import read_list
from transforms.text.mentions import Form, Mention
from transforms.text.nonpersons import speaks_of_animals
from transforms.text.persons import is_person, sentence_bounds, token_range
from transforms.text.recognise_measures import NOT_STATED
from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc

AGE, WEIGHT, GENDER, RACE = (f"biometric.{name}" for name in ("age", "weight", "gender", "race"))
_NEVER = "(?!)"
TIMEOUT_SECONDS = 2.0
_SCORE = 0.8
_REACH = 40
_OWNERS = frozenset({"he", "she", "they", "his", "her", "their"})
_KNOWN = _OWNERS | {"the", "this", "it", "there"}
_JOINS = frozenset({"and", "but", "while"})
_RANK = {Kind.EXPLICIT: 0, Kind.IMPLICIT: 1, Kind.PROXY: 2}
_LABEL = regex.compile(
    r"(?i)\A\W*(?P<label>[a-z][a-z/& ]{1,24}?)\s?(?:\*\*)?\s?:(?:\*\*)?\s*(?P<value>\S.*)\Z", regex.DOTALL
)
_OTHER_LABEL = regex.compile(r"[A-Z]\w*(?:\*\*)?:(?:\*\*)?\s")
_LEAD = regex.compile(r"\A[^.!?\n]{0,60}?:\W*")


@dataclass(frozen=True, slots=True)
class _Told:
    plain: Mapping[str, str]
    told: regex.Pattern[str]
    shown: regex.Pattern[str]
    inferred: regex.Pattern[str]
    cue: regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Statements:
    told: Mapping[str, _Told]
    opens: frozenset[str]
    shows: frozenset[str]
    infants: frozenset[str]
    crawls: Mapping[str, str]
    its: regex.Pattern[str]
    labels: Mapping[str, str]


@cache
def _statements() -> _Statements:
    content = read_list("statements")
    return _Statements(
        {
            name: _Told(
                content[name].get("plain", {}),
                **{
                    part: regex.compile("(?i)" + content[name].get(part, _NEVER))
                    for part in ("told", "shown", "inferred", "cue")
                },
            )
            for name in (WEIGHT, AGE, GENDER, RACE)
        },
        frozenset(content["opens"]),
        frozenset(content["shows"]),
        frozenset(content["infants"]),
        content["crawls"],
        regex.compile("(?i)" + content["its"]),
        {label: name for name, labels in content["labels"].items() for label in labels},
    )


def statement_mentions(doc: Doc, told: Sequence[Mention], rules: TextRules) -> Iterator[Mention]:
    """Statements of one parsed passage that go whole. ``told``: what the other recognisers found in it."""
    text = text_of(doc)
    label = _labelled(text, told)
    if label is not None:
        yield label
        return
    for attribute, words in _statements().told.items():
        if attribute not in rules.attributes or (attribute == AGE and not rules.age_nouns):
            continue
        for match in words.told.finditer(text, timeout=TIMEOUT_SECONDS):
            known = any(
                one.attribute == attribute and one.start < match.end() and match.start() < one.end
                for one in told
            )
            yield from _statement(doc, match.span(), attribute, words.plain, rules, known)
        shown = [match.start() for match in words.shown.finditer(text, timeout=TIMEOUT_SECONDS)]
        if words.cue.search(text):
            shown += [match.start() for match in words.inferred.finditer(text, timeout=TIMEOUT_SECONDS)]
        for position in shown:
            first = token_range(doc, position, position + 1)[0]
            if _somebodys(doc, first, rules):
                tail = _tail(doc, first)
                opener = doc[tail[0]] if tail is not None else None
                if tail is not None and opener is not None and opener.lower_ != "with":
                    yield _wide(doc, *tail, attribute)
    if AGE in rules.attributes and rules.age_nouns:
        yield from _infants(doc, rules)


def _labelled(text: str, told: Sequence[Mention]) -> Mention | None:
    """The whole value behind "Ethnicity:" where some of it tells: what is left would hint at the rest."""
    match = _LABEL.match(text) if ":" in text[:40] else None
    attribute = _statements().labels.get(match.group("label").strip().lower()) if match else None
    if match is None or attribute is None or _OTHER_LABEL.search(match.group("value")):
        return None
    start, end = match.start("value"), match.end("value")
    inside = [one for one in told if one.attribute == attribute and one.start >= start]
    if not inside:
        return None
    first = min(inside, key=lambda one: _RANK[one.kind])
    end -= 1 if text[end - 1] == "." else 0
    return replace(first, start=start, end=end, form=Form.VALUE, neutral=NOT_STATED, plural=False)


def _statement(
    doc: Doc,
    span: tuple[int, int],
    attribute: str,
    plain: Mapping[str, str],
    rules: TextRules,
    known: bool,
) -> Iterator[Mention]:
    """``known``: whether a word of the statement is found by itself, so that it need not go whole."""
    first, after = token_range(doc, *span)
    if not _somebodys(doc, first, rules):
        return
    tail = _tail(doc, first)
    if tail is None:
        tail = _phrase(doc, first) or _clause(doc, first) or _sentence(doc, first, rules)
    if tail is not None:
        yield _wide(doc, *tail, attribute)
        return
    word = doc.text[span[0] : span[1]].lower()
    neutral = plain.get(word) or plain.get(doc[after - 1].lower_)
    if neutral is not None:
        rule = f"statement.{attribute.split('.')[1]}"
        start = span[0] if word in plain else doc[after - 1].idx
        yield Mention(start, span[1], attribute, Kind.PROXY, rule, Form.VALUE, neutral, score=_SCORE)
    elif not known and _is_told_alone(doc, rules):
        yield _wide(doc, 0, len(doc), attribute)


def _is_told_alone(doc: Doc, rules: TextRules) -> bool:
    """True for one sentence that is all of its passage and shows nobody for the first time."""
    begin, stop = sentence_bounds(doc, len(doc) - 1)
    return begin == 0 and stop == len(doc) and not _introduces(doc, begin, rules)


def _introduces(doc: Doc, begin: int, rules: TextRules) -> bool:
    """True for "The image shows a man who ..." and "A man ...": what comes later leans on it."""
    first, second = doc[begin], doc[min(begin + 1, len(doc) - 1)]
    return first.lower_ not in _KNOWN or second.lower_ in rules.looks.shown


def _wide(doc: Doc, first: int, after: int, attribute: str) -> Mention:
    last = doc[after - 1]
    rule = f"statement.{attribute.split('.')[1]}"
    return Mention(
        doc[first].idx, last.idx + len(last), attribute, Kind.PROXY, rule, Form.POSTMODIFIER, score=_SCORE
    )


def _somebodys(doc: Doc, index: int, rules: TextRules) -> bool:
    """True if the passage speaks of people and its words at token ``index`` of no animal."""
    if speaks_of_animals(doc, index, rules.people):
        return False
    parts = rules.looks.eyes | rules.looks.skin | rules.looks.race_wear
    return any(
        token.lower_ in _OWNERS or token.lower_ in parts or is_person(token, rules.people) for token in doc
    )


def _tail(doc: Doc, index: int) -> tuple[int, int] | None:
    """The tokens of the phrase behind a comma that holds token ``index``: ", revealing their muscles"."""
    words = _statements()
    begin, stop = sentence_bounds(doc, index)
    finite = 0
    for position in range(index, max(begin, index - _REACH), -1):
        token, before = doc[position], doc[position - 1]
        opened = (token.tag_ == "VBG" or token.lower_ in words.opens) and token.lower_ != "including"
        concludes = token.tag_ == "VBG" and token.lemma_.lower() in words.shows
        allowed = 1 if concludes or token.lower_ in ("which", "who", "whose", "as") else 0
        if opened and before.text == "," and finite <= allowed and position - 1 > begin:
            return position, _end_of_phrase(doc, index, stop)
        shows = concludes and before.pos_ not in ("AUX", "ADP")
        if shows and finite == 0 and position > begin + 1:
            return position - (before.lower_ in clauses.CONJUNCTIONS), _end_of_phrase(doc, index, stop)
        joined = (
            token.tag_ == "VBG"
            and token.dep_ == "conj"
            and token.head.tag_ == "VBG"
            and token.head.i < position
        )
        if joined and before.lower_ in clauses.CONJUNCTIONS and finite == 0:
            # "standing in a gym and flexing his muscles": where he stands tells nothing.
            return position - 1, _end_of_phrase(doc, index, stop)
        relative = token.lower_ in ("that", "to") and doc[position + 1].lemma_.lower() in words.shows
        serves = token.lower_ == "to" and before.pos_ in ("VERB", "AUX")
        if relative and not serves and finite <= (token.lower_ == "that") and position > begin + 1:
            return position, _end_of_phrase(doc, index, stop)
        finite += clauses.is_finite(token) and token.tag_ != "VBD"
        if finite > 1:
            return None
    return None


def _end_of_phrase(doc: Doc, index: int, stop: int) -> int:
    """The token behind the phrase around ``index``: at a comma before a new phrase or clause, else at the
    sentence's end."""
    for position in range(index, stop):
        token = doc[position]
        if token.text in clauses.END_MARKS and position >= stop - 2:
            return position
        if token.text == "," and position + 2 < stop:
            following, beyond = doc[position + 1], doc[position + 2]
            if following.tag_ == "VBG" and following.lower_ != "including":
                return position
            joined = following.lower_ in _JOINS
            subject = beyond if joined else following
            if subject.pos_ == "PRON" or (joined and (subject.pos_ == "DET" or clauses.is_finite(subject))):
                return position
        if token.text in (";", ":"):
            return position
    return stop


def _phrase(doc: Doc, index: int) -> tuple[int, int] | None:
    """The tokens of "with strong arms and biceps" where the sentence goes on or ends behind them."""
    begin, stop = sentence_bounds(doc, index)
    for position in range(index, max(begin, index - 10), -1):
        token = doc[position]
        if clauses.is_finite(token):
            return None
        if token.lower_ == "with" and position > begin + 1:
            after = index + 1
            while after < stop and not (
                doc[after].text in clauses.END_MARKS
                or clauses.is_finite(doc[after])
                or doc[after].tag_ == "VBG"
                or (doc[after].pos_ == "ADP" and doc[after].lower_ not in ("of", "on", "in"))
                or (
                    doc[after].text == ","
                    and after + 1 < stop
                    and doc[after + 1].tag_ in ("VBG", "PRP", "DT", "CC")
                )
            ):
                after += 1
            return position, after
    return None


def _clause(doc: Doc, index: int) -> tuple[int, int] | None:
    """The tokens from the "and" on that joins the clause or verb of token ``index`` to one before it."""
    begin, stop = sentence_bounds(doc, index)
    if not clauses.ends_sentence(doc, _end_of_phrase(doc, index, stop)):
        return None
    verbs = 0
    for position in range(index, begin + 1, -1):
        token = doc[position]
        if token.lower_ in _JOINS and verbs:
            earlier = any(clauses.is_finite(one) for one in doc[begin:position])
            return (position, _end_of_phrase(doc, index, stop)) if earlier else None
        verbs += clauses.is_finite(token)
    return None


def _sentence(doc: Doc, index: int, rules: TextRules) -> tuple[int, int] | None:
    """The tokens of the whole sentence, unless it is the only one or the first to speak of anybody."""
    begin, stop = sentence_bounds(doc, index)
    lead = _LEAD.match(doc.text)
    opening = begin == 0 or (lead is not None and doc[begin].idx <= lead.end())
    later = any(token.text in clauses.END_MARKS for token in doc[begin:stop]) and stop < len(doc)
    if opening and (not later or _introduces(doc, begin, rules)):
        return None
    return begin, stop


def _infants(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    """An infant that crawls, and "its" of somebody: "a baby with a toy in its hands"."""
    words = _statements()
    infants = [
        token.i
        for token in doc
        if token.lower_ in words.infants
        and not (token.i + 1 < len(doc) and doc[token.i + 1].pos_ in ("NOUN", "PROPN"))
        and not speaks_of_animals(doc, token.i, rules.people)
    ]
    if not infants:
        return
    for token in doc:
        neutral = words.crawls.get(token.lower_)
        if neutral is not None:
            end = token.idx + len(token)
            rule = "statement.age.crawls"
            yield Mention(token.idx, end, AGE, Kind.PROXY, rule, Form.VALUE, neutral, score=_SCORE)
    for match in words.its.finditer(doc.text, timeout=TIMEOUT_SECONDS):
        first = token_range(doc, *match.span())[0]
        begin, _ = sentence_bounds(doc, first)
        if any(begin <= one < first for one in infants) and not speaks_of_animals(doc, first, rules.people):
            end = match.start() + len("its")
            shown = "Their" if match.group()[0] == "I" else "their"
            yield Mention(
                match.start(), end, AGE, Kind.PROXY, "statement.age.its", Form.VALUE, shown, score=_SCORE
            )
