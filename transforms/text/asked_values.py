"""Which turns quote what an image of the record lost, and which questions ask to read it.

A round asks for a value if its answer says nothing but that value, if its question names what the answer
tells ("What is the phone number on the card?"), or if it offers the value to be confirmed. Questions for the
colour, place or number of what is printed, and whether it is there, stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import regex

from schemas.finding import Kind
from transforms.text.lexicon import read_list
from transforms.text.mentions import Form, Mention, without_overlaps
from transforms.text.passages import Passage
from transforms.text.quoted_values import (
    IMAGE_VALUE,
    TIMEOUT_SECONDS,
    HiddenValues,
    Quote,
    find_quotes,
    noun_of,
    said_before,
)

ASKED_IMAGE_VALUE: Final = "question.image_value"
"""Rule of a question that asks for what the image lost."""

_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:'\p{L}+)?")
_SENTENCE: Final = regex.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]*")
_OPTION: Final = regex.compile(r"(?m)(?:^|\s)\(?[A-Ha-h][.):]\s")
_LONGEST_QUESTION: Final = 400
_SCORE: Final = 0.95


@dataclass(frozen=True, slots=True)
class ReadValues:
    """A turn as it is read: ``text`` is folded; ``told[i]`` are the mentions of ``passages[i]``."""

    text: str
    question: bool
    passages: tuple[Passage, ...]
    told: tuple[tuple[Mention, ...], ...]


@dataclass(frozen=True, slots=True)
class ImageMentions:
    """What is told, passage by passage, with the quotations among it, and what is asked for."""

    told: tuple[tuple[Mention, ...], ...]
    asked: tuple[tuple[Mention, ...], ...]


@dataclass(frozen=True, slots=True)
class _Words:
    wants: regex.Pattern[str]
    wants_other: regex.Pattern[str]
    wants_person: regex.Pattern[str]
    closed_answer: regex.Pattern[str]
    describes: regex.Pattern[str]
    fillers: frozenset[str]
    generic: frozenset[str]
    looks_like: Mapping[str, regex.Pattern[str]]


@cache
def _words() -> _Words:
    content = read_list("image_values")
    return _Words(
        wants=regex.compile(content["wants"]),
        wants_other=regex.compile(content["wants_other"]),
        wants_person=regex.compile(content["wants_person"]),
        closed_answer=regex.compile(content["closed_answer"]),
        describes=regex.compile(content["describes"]),
        fillers=frozenset(content["fillers"].split()),
        generic=frozenset(content["generic"]),
        looks_like={name: regex.compile(form) for name, form in content["looks_like"].items()},
    )


def image_mentions(turns: Sequence[ReadValues], hidden: HiddenValues) -> list[ImageMentions]:
    """The mentions of each turn with those of ``hidden`` values. Raises TimeoutError on a runaway pattern."""
    quotes = [find_quotes(turn.text, hidden) for turn in turns]
    asked: dict[int, Mention] = {}
    sure: list[tuple[Quote, ...]] = []
    for place, turn in enumerate(turns):
        before = turns[place - 1] if place and turns[place - 1].question and not turn.question else None
        sure.append(tuple(_counting(turn, quotes[place], before)))
        if before is not None:
            ask = _asked(before, turn, sure[place - 1], sure[place], hidden)
            if ask is not None:
                asked[place - 1] = ask
    found = []
    for place, turn in enumerate(turns):
        told = [
            _with_quotes(passage, mentions, sure[place])
            for passage, mentions in zip(turn.passages, turn.told, strict=True)
        ]
        asks = [_within(asked.get(place), passage) for passage in turn.passages]
        found.append(ImageMentions(tuple(told), tuple(asks)))
    return found


def _counting(turn: ReadValues, quotes: Sequence[Quote], before: ReadValues | None) -> Iterator[Quote]:
    """The quotations that tell a value here: a common word or short number only where it is meant."""
    for quote in quotes:
        if quote.sure or said_before(turn.text, quote):
            yield replace(quote, sure=True)
        elif before is not None and not _rest(turn.text, [quote], before.text):
            wanted = _wanted(before.text)
            number = not any(char.isalpha() for char in turn.text[quote.start : quote.end])
            if quote.attribute in wanted or (wanted and not number):
                yield replace(quote, sure=True)


def _with_quotes(
    passage: Passage, mentions: tuple[Mention, ...], quotes: Iterable[Quote]
) -> tuple[Mention, ...]:
    """``mentions`` and the quotations; what overlaps becomes one with the bounds of both."""
    told = list(mentions)
    for quote in quotes:
        start = max(quote.start - passage.offset, 0)
        end = min(quote.end - passage.offset, len(passage.text))
        if start >= end or not passage.text[start:end].strip():
            continue
        first, last = start, end
        for one in mentions:
            if one.attribute.startswith("pii.") and one.start < end and start < one.end:
                start, end = min(start, one.start), max(end, one.end)
        told = [one for one in told if one.end <= start or end <= one.start]
        lead, tail = passage.text[start:first], passage.text[last:end]
        says_more = any(char.isalpha() for char in lead + tail) or sum(map(str.isdigit, lead + tail)) > 3
        whole = first == quote.start - passage.offset and last == quote.end - passage.offset
        said = f"{lead}{quote.surrogate}{tail}" if quote.surrogate and whole and not says_more else ""
        told.append(
            Mention(start, end, quote.attribute, Kind.EXPLICIT, IMAGE_VALUE, Form.VALUE, said, score=_SCORE)
        )
    return tuple(without_overlaps(told)) if len(told) != len(mentions) or told != list(mentions) else mentions


def _within(ask: Mention | None, passage: Passage) -> tuple[Mention, ...]:
    if ask is None:
        return ()
    start, end = ask.start - passage.offset, ask.end - passage.offset
    if end <= 0 or start >= len(passage.text):
        return ()
    return (replace(ask, start=max(0, start), end=min(len(passage.text), end)),)


def _asked(
    question: ReadValues,
    answer: ReadValues,
    offered: Sequence[Quote],
    quoted: Sequence[Quote],
    hidden: HiddenValues,
) -> Mention | None:
    """The request of a question for a hidden value, as a mention in the turn; None if it asks for none."""
    words = _words()
    text = question.text.rstrip()
    shown = [one for one in (*offered, *quoted) if one.surrogate]
    if not text or (shown and len(shown) == len(offered) + len(quoted)):
        return None  # what is asked for can be read: its surrogate
    sentence = _last_sentence(text)
    if offered and any(sentence[0] <= one.start for one in offered):
        closed = words.closed_answer.search(answer.text, timeout=TIMEOUT_SECONDS)
        if closed or _OPTION.search(text):
            return _ask(offered[0].attribute, sentence)
    told = {
        (passage.offset + one.start, passage.offset + one.end, one.attribute)
        for passage, mentions in zip(answer.passages, answer.told, strict=True)
        for one in mentions
        if one.attribute.startswith("pii.")
    } | {(one.start, one.end, one.attribute) for one in quoted}
    values = [Quote(start, end, attribute, sure=True) for start, end, attribute in sorted(told)]
    if words.describes.search(text, timeout=TIMEOUT_SECONDS):
        return None
    if values and not _rest(answer.text, values, text):
        return _ask(values[0].attribute, sentence)
    if len(text) > _LONGEST_QUESTION:
        return None
    wanted = _wanted(text)
    for attribute in sorted(wanted.keys() & {one.attribute for one in values}):
        return _ask(attribute, wanted[attribute])
    for attribute in sorted(wanted.keys() & hidden.attributes):
        named = text[slice(*wanted[attribute])].strip().casefold()
        if named not in words.generic and _may_tell(attribute, answer.text):
            return _ask(attribute, wanted[attribute])
    return None


def _ask(attribute: str, span: tuple[int, int]) -> Mention:
    return Mention(*span, attribute, Kind.EXPLICIT, ASKED_IMAGE_VALUE, Form.VALUE, score=_SCORE)


def _last_sentence(text: str) -> tuple[int, int]:
    found = [match.span() for match in _SENTENCE.finditer(text) if match[0].strip()]
    start, end = found[-1] if found else (0, len(text))
    lead = len(text[start:end]) - len(text[start:end].lstrip())
    return start + lead, end


def _wanted(text: str) -> dict[str, tuple[int, int]]:
    """Attributes whose value a question wants to hear, with the span that names them."""
    words = _words()
    found: dict[str, tuple[int, int]] = {}
    for match in _SENTENCE.finditer(text, timeout=TIMEOUT_SECONDS):
        said = match[0]
        if not words.wants.search(said) or words.wants_other.search(said, timeout=TIMEOUT_SECONDS):
            continue
        for attribute in read_list("image_values")["nouns"]:
            noun = noun_of(attribute)
            named = noun.search(said, timeout=TIMEOUT_SECONDS) if noun is not None else None
            if named is None and attribute == "pii.name":
                named = words.wants_person.search(said)
            if named is not None:
                found.setdefault(attribute, (match.start() + named.start(), match.start() + named.end()))
    return found


def _may_tell(attribute: str, answer: str) -> bool:
    """True if an answer has the form of a value, though no hash says that it is the one."""
    if _words().closed_answer.search(answer):
        return False
    form = _words().looks_like.get(attribute)
    return form is not None and form.search(answer, timeout=TIMEOUT_SECONDS) is not None


def _rest(answer: str, values: Sequence[Quote], question: str) -> set[str]:
    """The words of an answer that say more than the values, what they are, and what was asked."""
    said = list(answer)
    for value in values:
        said[value.start : value.end] = " " * (value.end - value.start)
    left = "".join(said)
    for value in values:
        noun = noun_of(value.attribute)
        left = noun.sub(" ", left) if noun is not None else left
    echoed = {word.casefold() for word in _WORD.findall(question)}
    words = {word.casefold().removesuffix("'s") for word in _WORD.findall(left)}
    return words - _words().fillers - echoed
