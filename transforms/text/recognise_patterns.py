"""Finds personal data that has a form: checked by pattern, then by checksum or number plan.

A mask such as ``[PHONE]`` has no form of any of them, so masked text stays silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from schemas.finding import Kind
from transforms.text.alternations import any_of, expanded
from transforms.text.lexicon import read_list
from transforms.text.mentions import Form, Mention
from transforms.text.pattern_checks import CHECKS
from transforms.text.recognise_phones import MIN_DIGITS, PHONE, phone_mentions, phone_parts

TIMEOUT_SECONDS = 2.0
"""Per pattern and passage. Patterns are linear, so only a defect reaches it."""

NOTHING_ASKED: frozenset[str] = frozenset()
_ROW_OF_DIGITS = "pattern.phone"
_MAX_LABEL = 60
_MAX_QUESTION = 240
_DIGITS = "0123456789"
_RESIDUE = regex.compile(r"\[?\s?(?<!\d)\d?\.\d+(?:\s?,\s?\d?\.\d+){1,7}\s?\]?")
_DOTTED = regex.compile(r"\.\w")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern with its validator and what a text must hold for it to be tried at all."""

    rule: str
    attribute: str
    score: float
    expression: regex.Pattern[str]
    check: str
    digits: int
    words: tuple[str, ...]
    asked: bool


@cache
def load_patterns(attributes: frozenset[str]) -> tuple[Pattern, ...]:
    """The patterns of the wanted attributes, in the order of the file; that of telephones is none of them."""
    content = read_list("patterns")
    parts = content["parts"] | phone_parts()
    listed = content["patterns"] + read_list("phones")["patterns"]
    found = [_pattern(item, parts) for item in listed if item["attribute"] in attributes]
    if PHONE in attributes:
        found.append(Pattern(_ROW_OF_DIGITS, PHONE, 0.9, regex.compile(r"(?!)"), "", MIN_DIGITS, (), False))
    return tuple(found)


def _pattern(item: Mapping[str, Any], parts: Mapping[str, str]) -> Pattern:
    return Pattern(
        item["rule"],
        item["attribute"],
        float(item["score"]),
        regex.compile(expanded(item["pattern"], parts)),
        item.get("check", ""),
        int(item.get("digits", 0)),
        tuple(item.get("words", ())),
        bool(item.get("asked", False)),
    )


def pattern_mentions(
    text: str, patterns: tuple[Pattern, ...], asked: frozenset[str] = NOTHING_ASKED
) -> Iterator[Mention]:
    """Personal data in one folded passage. May overlap. Region coordinates are never read as numbers.

    ``asked``: what the line or question before asks for (``asked_before``). Raises TimeoutError if a
    pattern exceeds its time limit.
    """
    digits = sum(map(text.count, _DIGITS))
    lower = text.lower()
    if not digits and not asked and not _may_hold_without_digit(lower):
        return
    residue = [match.span() for match in _RESIDUE.finditer(text)] if digits and "." in text else []
    for pattern in patterns:
        if digits < pattern.digits or (pattern.asked and pattern.attribute not in asked):
            continue
        if pattern.words and not any(word in lower for word in pattern.words):
            continue
        if pattern.rule == _ROW_OF_DIGITS:
            found = phone_mentions(text, PHONE in asked)
        else:
            found = _matches(text, pattern)
        for mention in found:
            if not any(mention.start < stop and first < mention.end for first, stop in residue):
                yield mention


def _may_hold_without_digit(lower: str) -> bool:
    """Whether a pattern that needs no digit can match: its words stand there, or a dot inside a word."""
    return any(word in lower for word in _words_without_digit()) or bool(_DOTTED.search(lower))


@cache
def _words_without_digit() -> tuple[str, ...]:
    """The words of the patterns that need no digit; the only one without words is that of hosts."""
    listed = read_list("patterns")["patterns"] + read_list("phones")["patterns"]
    needed = [item for item in listed if not item.get("digits") and not item.get("asked")]
    words = {word for item in needed for word in item.get("words", ()) if word != "."}
    return tuple(sorted(word for word in words if not any(one in word for one in words - {word})))


def _matches(text: str, pattern: Pattern) -> Iterator[Mention]:
    named = "value" in pattern.expression.groupindex
    for match in pattern.expression.finditer(text, timeout=TIMEOUT_SECONDS):
        start, end = match.span("value") if named else match.span()
        length = CHECKS[pattern.check](text[start:end]) if pattern.check else end - start
        if length:
            yield Mention(
                start,
                start + length,
                pattern.attribute,
                Kind.EXPLICIT,
                pattern.rule,
                Form.VALUE,
                score=pattern.score,
            )


@cache
def _asking() -> tuple[tuple[str, regex.Pattern[str], regex.Pattern[str]], ...]:
    found = []
    for attribute, words in read_list("patterns")["asks"].items():
        either = any_of(words)
        found.append(
            (
                attribute,
                regex.compile(
                    rf"(?i)(?<!\p{{L}})(?:{either})(?: (?:number|no\.?))?\s?[:.#=]{{0,2}}[*_\s]{{0,4}}$"
                ),
                regex.compile(rf"(?i)(?<!\p{{L}})(?:{either})(?!\p{{L}})"),
            )
        )
    return tuple(found)


@cache
def _any_asking() -> regex.Pattern[str]:
    words = sorted({word for listed in read_list("patterns")["asks"].values() for word in listed})
    return regex.compile("(?i)" + "|".join(map(regex.escape, words)))


def asked_before(text: str, question: bool) -> frozenset[str]:
    """The attributes that a question or the label at the end of a short line ask of what comes next."""
    if len(text) > (_MAX_QUESTION if question else _MAX_LABEL) or not _any_asking().search(text):
        return NOTHING_ASKED
    return frozenset(
        attribute
        for attribute, label, word in _asking()
        if (word.search(text) if question else label.search(text))
    )
