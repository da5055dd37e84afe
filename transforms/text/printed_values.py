"""Which keyed hashes tell a quotation of a value that stands in print: of it, of its parts, of it misread.

A value is quoted whole, by one of its lines, by a surname, by a number without its country code, by a day in
another form. What is too short or too common to tell the value anywhere is kept apart (``PrintForm.WORD``).
Not told apart from other print: a town, a first letter, two digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import regex

from schemas.finding import Print, PrintedValue, PrintForm
from transforms.text.dates import find_dates
from transforms.text.lexicon import read_list
from transforms.text.print_folding import WORD, alike, plain, print_digest, shortened
from transforms.text.rules import load_name_words
from transforms.text.surrogates import kept_words, part_of_surrogate

MAX_PRINTS: Final = 160
"""Hashes kept of one value: enough for an address of three lines."""
_LONGEST: Final = 400
"""Characters of a value that are looked at."""
_LEAST_DIGITS: Final = 5
_LEAST_MIXED: Final = 4
_LEAST_NEAR: Final = 6
_MOST_NEAR: Final = 48
_LOCAL_NUMBER: Final = 7
_NATIONAL_NUMBER: Final = 10
_NUMBERS: Final = frozenset({"pii.phone", "pii.card", "pii.ssn"})
_TAILED: Final = frozenset({"pii.phone", "pii.card", "pii.ssn", "pii.iban", "pii.id_number"})
_CAMEL: Final = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})")
_EXTENSION: Final = regex.compile(r"(?i)(?<=\d)\s*(?:ext\b|x|#)")
_SCHEME: Final = regex.compile(r"(?i)^\W*(?:https?\W+)?(?:www\W)?")


@dataclass(frozen=True, slots=True)
class _Listed:
    beside_names: frozenset[str]
    generic_locals: frozenset[str]


@cache
def _listed() -> _Listed:
    content = read_list("image_values")
    return _Listed(frozenset(content["beside_names"]), frozenset(content["generic_locals"]))


def printed_value(attribute: str, value: str, key: bytes, *, replaced: bool = False) -> PrintedValue:
    """The hashes of ``value`` (lines apart by line breaks) under ``key`` (up to 64 bytes), best first.
    ``replaced``: with what stands there instead under a policy that replaces print."""
    prints: dict[tuple[PrintForm, str], Print] = {}
    value = value[:_LONGEST]
    for form, text, part in _with_parts(attribute, value):
        folded = text if form in (PrintForm.DATE, PrintForm.NEAR) else alike(plain(text))
        if folded and len(prints) < MAX_PRINTS:
            digest = print_digest(form, folded, key)
            if (form, digest) not in prints:
                said = part_of_surrogate(attribute, value, part, key) if replaced else ""
                prints[form, digest] = Print(form, len(folded), digest, said)
    return PrintedValue(attribute, tuple(prints.values()))


def _with_parts(attribute: str, value: str) -> Iterator[tuple[PrintForm, str, str]]:
    """What may be quoted, and the part of the value that it is, misread or in another form."""
    part = value
    for form, text in _quotable(attribute, value):
        if form not in (PrintForm.DATE, PrintForm.NEAR):
            part = text
        yield form, text, value if form is PrintForm.DATE else part


def _quotable(attribute: str, value: str) -> Iterator[tuple[PrintForm, str]]:
    """What may be quoted of a value; of dates and misread values folded."""
    lines = [line for line in value.split("\n") if plain(line)]
    whole = " ".join(lines)
    yield _form(attribute, whole), whole
    for line in lines if len(lines) > 1 else ():
        yield _form(attribute, line), line
    if attribute == "pii.name":
        yield from _of_name(whole)
    elif attribute == "pii.address":
        yield from _of_address(lines)
    elif attribute == "pii.date_of_birth":
        yield from ((PrintForm.DATE, day) for date in find_dates(whole) for day in date.days)
    else:
        yield from _of_code(attribute, whole)
    if _form(attribute, whole) is PrintForm.WHOLE:
        for line in lines:
            folded = alike(plain(line))
            if _LEAST_NEAR <= len(folded) <= _MOST_NEAR:
                yield _form(attribute, line), line
                yield from ((PrintForm.NEAR, short) for short in sorted(shortened(folded)))


def _form(attribute: str, text: str) -> PrintForm:
    """``WHOLE`` for what is a value by itself."""
    folded = plain(text)
    digits = sum(char.isdigit() for char in folded)
    letters = len(folded) - digits
    words = WORD.findall(text)
    if digits and letters:
        return PrintForm.WHOLE if len(folded) >= _LEAST_MIXED else PrintForm.WORD
    if digits:
        return PrintForm.WHOLE if digits >= _LEAST_DIGITS else PrintForm.WORD
    if attribute == "pii.name" and len(words) == 1:
        return _form_of_name(words[0])
    if attribute in ("pii.name", "pii.address") and len(words) > 1:
        return PrintForm.WHOLE if letters >= _LEAST_DIGITS else PrintForm.PART
    if attribute in ("pii.email", "pii.url") and len(words) > 1:
        return PrintForm.WHOLE if letters >= 2 * _LEAST_MIXED else PrintForm.WORD
    marked = len(words) > 1 and " " not in text.strip()  # first.last
    return PrintForm.WHOLE if marked and letters >= _LEAST_DIGITS else PrintForm.WORD


def _form_of_name(word: str) -> PrintForm:
    names, lower = load_name_words(), word.casefold()
    if len(word) < 3 or lower in names.ambiguous:
        return PrintForm.WORD
    return PrintForm.PART if lower in names.sure | names.given | names.surnames else PrintForm.WORD


def _of_name(value: str) -> Iterator[tuple[PrintForm, str]]:
    words = [part for word in WORD.findall(value) for part in _CAMEL.split(word)]
    words = [word for word in words if plain(word) not in _listed().beside_names]
    for start in range(len(words)):
        for end in range(start + 2, len(words) + 1):
            yield PrintForm.WHOLE, " ".join(words[start:end])
    if len(words) == 2:
        yield PrintForm.WHOLE, " ".join(reversed(words))  # Hernandez, Gail
    for word in words:
        if len(word) >= 3 and not any(char.isdigit() for char in word):
            yield _form_of_name(word), word
            folded = alike(plain(word))
            if len(folded) > _LEAST_NEAR:
                yield from ((PrintForm.NEAR, short) for short in sorted(shortened(folded)))


def _of_address(lines: list[str]) -> Iterator[tuple[PrintForm, str]]:
    for line in lines:
        for piece in [line, *(part for part in line.split(",") if "," in line)]:
            words = WORD.findall(piece)
            for start in range(len(words)):
                for end in range(start + 1, min(len(words), start + 7) + 1):
                    some = words[start:end]
                    if all(plain(word) in kept_words() for word in some):
                        continue
                    text = " ".join(some)
                    folded = plain(text)
                    digits = sum(char.isdigit() for char in folded)
                    numbered = any(char.isdigit() for char in some[0] + some[-1])
                    if len(some) == 1:
                        if digits >= _LEAST_DIGITS:
                            yield PrintForm.WHOLE, text
                    elif digits and numbered and len(folded) - digits >= 3:
                        yield PrintForm.WHOLE, text
                    elif not digits and len(folded) >= 8:
                        yield PrintForm.PART, text


def _of_code(attribute: str, value: str) -> Iterator[tuple[PrintForm, str]]:
    words = WORD.findall(value)
    number = _EXTENSION.split(value)[0] if attribute == "pii.phone" else value
    digits = "".join(char for char in plain(number) if char.isdigit())
    if attribute == "pii.phone":
        for count in (_NATIONAL_NUMBER, _LOCAL_NUMBER):
            if len(digits) > count:
                yield PrintForm.WHOLE, digits[-count:]
    if attribute in _NUMBERS and len(digits) >= _LEAST_DIGITS:
        yield PrintForm.WHOLE, digits
    if attribute in _TAILED and len(digits) >= _LOCAL_NUMBER:
        yield PrintForm.TAIL, plain(number)[-4:]
    if attribute == "pii.email":
        local = value.partition("@")[0].strip()
        if len(plain(local)) >= _LEAST_DIGITS and plain(local) not in _listed().generic_locals:
            yield PrintForm.WHOLE if not local.isalpha() else PrintForm.WORD, local
    if attribute == "pii.url":
        bare = _SCHEME.sub("", value)
        yield _form(attribute, bare), bare
        host = regex.split(r"[/?#\s]", bare, maxsplit=1)[0]
        yield _form(attribute, host), host
        return
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + 5) + 1):
            text = "".join(words[start:end])
            numbers = sum(char.isdigit() for char in text)
            if numbers >= _LOCAL_NUMBER or (numbers >= 3 and len(text) >= _LOCAL_NUMBER):
                yield PrintForm.WHOLE, text
