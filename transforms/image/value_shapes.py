"""What a value of each kind looks like in print, with the errors of OCR."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import cache
from typing import Any, Final

import regex

from transforms.image.label_words import find_labels
from transforms.text.lexicon import read_list

Span = tuple[int, int]
"""Start and end of a value in the text that it was looked for in."""

TIMEOUT: Final = 0.2
"""Seconds per pattern and line; they are linear, so only a defect reaches it."""


class Trust(IntEnum):
    """Why something is taken for a label's value."""

    SHAPE = 0
    """Its shape must prove it."""
    PLACE = 1
    """It stands where the value of a label stands."""
    MARK = 2
    """A colon stands between."""


_MONTHS: Final = (
    r"(?:jan|feb|f[eé]v|mar|m[aä]r|m[aä]rz|apr|abr|avr|may|mai|mag|mayo|jun|jui|giu|jul|lug|aug|ag[oó]|ao[uû]|sep|set|"
    r"oct|okt|out|ott|nov|dec|dez|dic|d[eé]c|ene|gen)\p{L}{0,8}\.?"
)
_D: Final = r"[\dOolI]"
_DATE: Final = regex.compile(
    rf"(?<![\w])(?:{_D}{{1,4}}\s?[./\-–,· ]\s?{_D}{{1,2}}\s?[./\-–,· ]\s?{_D}{{2,4}}"
    rf"|{_D}{{1,2}}(?:st|nd|rd|th|er)?\.?[\s\-]{{0,2}}(?:of\s|de\s)?{_MONTHS},?[\s\-]{{0,2}}(?:de\s|of\s)?'?{_D}{{2,4}}"
    rf"|{_MONTHS}\s?{_D}{{1,2}}(?:st|nd|rd|th)?,?\s?'?{_D}{{2,4}}|{_MONTHS},?\s?(?:de\s)?{_D}{{4}}|\d{{6}}|\d{{8}}|(?:19|20)\d\d)(?!\w)",
    regex.IGNORECASE | regex.VERSION1,
)
_PHONE: Final = regex.compile(
    rf"(?:\+\s?)?[(\[{{]?{_D}{_D}?(?:[\s.\-–/()\[\]·]{{0,3}}{_D}){{4,15}}(?:\s?(?:x|ext\.?)\s?{_D}{{1,6}})?(?!\w)"
)
_EMAIL: Final = regex.compile(
    r"[\w.+\-]{1,64}\s?(?:@|©|®|\(a\)|&)\s?[\w\-]{2,}(?:\s?[.,·]\s?[\w\-]{2,}){0,4}|[\w.+\-]{2,40}[.,][\w\-]{2,40}"
)
_URL: Final = regex.compile(r"(?:https?\W{0,3})?(?:www[.,]?)?[\w\-]{2,}[.,][\w\-.,/]{2,}", regex.IGNORECASE)
_IP: Final = regex.compile(
    r"[\dOolISB]{1,3}(?:\s?[.,·:]\s?[\dOolISB]{1,3}){3}(?::\d{1,5})?(?!\w)"
    r"|(?=[\dA-FOlIa-f:;.]{6,45}(?!\w))[\dA-Fa-fOlI]{0,4}(?:[:;]{1,2}[\dA-FOlIa-f]{0,4}){2,8}"
)
_IBAN: Final = regex.compile(r"[A-Z]{2}\s?[\dOIl]{2}(?:\s?[A-Z\dOIl]{2,4}){3,8}(?:\s?[A-Z\d]{1,3})?(?!\w)")
_CARD: Final = regex.compile(
    rf"(?:(?:{_D}|[*xX•·]){{4}}[\s\-.]{{0,2}}){{2,4}}{_D}{{1,7}}|[*xX•·]{{2,}}\s?{_D}{{4}}"
)
_SSN: Final = regex.compile(r"[\dOIlSBX*]{3}(?:\s?[\-–—.~ ]?\s?[\dOIlSBX*]{1,4}){2,4}(?!\w)")
_ID: Final = regex.compile(
    r"(?=[^\n]{0,16}\d)[A-Z\dOIl][A-Z\dOIl\-–/.]{2,}(?:\s[A-Z\d\-/.]{1,8}){0,4}", regex.IGNORECASE
)
_PLATE: Final = regex.compile(r"(?=.{0,7}\d)[A-ZÄÖÜ\d]{1,7}(?:[ \-–·•.*:|]{0,3}[A-Z\d]{1,5}){0,3}(?!\w)")
_TOKEN: Final = regex.compile(r"\S{3,}")
_PASSWORD: Final = regex.compile(r"\S{4,}(?:\s\S{2,}){0,3}")
_PARTICLE: Final = (
    "van|von|vom|zu|zur|zum|de|der|den|del|della|delle|degli|di|do|dos|das|da|du|des|la|le|lo|el|al|ter|ten|te|op|"
    "bin|ibn|y|e|ap|mac|san|af|av"
)
_NAME: Final = regex.compile(
    rf"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Sr|Sra|Mme|M|Dhr|Mw|Sig|Sig\.ra)\.?\s)?"
    rf"(?:(?:{_PARTICLE}|d'|l')\s?)?\p{{Lu}}[\p{{L}}\p{{M}}'’´`\-]*\.?,?"
    rf"(?:\s?(?:(?:{_PARTICLE})\s|d'|l')?(?:(?<=[\s.,'])|(?<=\p{{Ll}}))\p{{Lu}}[\p{{L}}\p{{M}}'’´`\-]*\.?,?"
    rf"|\s(?:{_PARTICLE})(?=\s)){{0,5}}"
)
_STREET: Final = regex.compile(
    r"^\W{0,3}\d{1,6}\w?,?\s\p{Lu}\p{L}{2,}|\p{Lu}[\p{L}.]{2,},?\s?\d{1,5}\s?\p{L}?\W{0,2}$|\d{4,6}\s\p{Lu}\p{L}{2,}|\p{L}{3,},?\s\d{5}\b"
)
_WORD: Final = regex.compile(r"\p{L}[\p{L}\p{M}]+")
_LETTERED: Final = regex.compile(r"^\W*\p{L}+ \p{Lu}\W*$(?<!\.)")
"""Such as "Section B"."""
_NUMBERS: Final = regex.compile(r"\d")


def find_value(kind: str, text: str, trust: Trust) -> Span | None:
    """Where in ``text`` a value of ``kind`` (one of ``printed_labels.yaml``) stands; None if it holds none.

    Raises TimeoutError on a runaway pattern."""
    found = _FINDERS[kind](text, trust)
    if found is None:
        return None
    start, end = found
    while start < end and not (text[start].isalnum() or text[start] in "@+(*•<"):
        start += 1
    while end > start and text[end - 1] in " \t,;:|-–":
        end -= 1
    return (start, end) if end - start >= 2 else None


def find_alone(kind: str, text: str) -> Span | None:
    """All of ``text`` if it is a value of ``kind`` and nothing else; None for kinds that look like words.

    Raises TimeoutError on a runaway pattern."""
    said = text.strip(" \t|_")
    alone = _ALONE.get(kind)
    if alone is None or not alone[0].fullmatch(said, timeout=TIMEOUT):
        return None
    digits = len(_NUMBERS.findall(said))
    start = text.find(said)
    return (start, start + len(said)) if alone[1] <= digits <= alone[2] else None


def is_known_name(word: str) -> bool:
    """True if a list of names of any country holds ``word``, whatever its case."""
    return word.casefold() in _known_names()


def is_given_name(word: str) -> bool:
    """True if a list of given names holds ``word`` and the word means nothing else."""
    return word.casefold() in _given_names()


def is_harmless_word(word: str) -> bool:
    """True if ``word`` stands for a street, a firm, a post or a thing and so for no person."""
    return word.casefold() in _things()


@cache
def _known_names() -> frozenset[str]:
    names, more = read_list("names"), read_list("more_names")
    listed = {word.lower() for word in (*names["sure"], *names["ambiguous"])}
    return frozenset(listed.union(more["given"].lower().split(), more["surnames"].lower().split()))


@cache
def _given_names() -> frozenset[str]:
    names, more = read_list("names"), read_list("more_names")
    return frozenset({word.lower() for word in names["sure"]}.union(more["given"].lower().split()))


@cache
def _things() -> frozenset[str]:
    names = read_list("names")
    return frozenset(word.lower() for group in ("place_words", "thing_words") for word in names[group])


def _shape(expression: Any, least_digits: int) -> Callable[[str, Trust], Span | None]:
    def find(text: str, _trust: Trust) -> Span | None:
        for match in expression.finditer(text, timeout=TIMEOUT):
            if len(_NUMBERS.findall(match[0])) >= least_digits:
                return match.start(), match.end()
        return None

    return find


def _leading(expression: Any, least_digits: int) -> Callable[[str, Trust], Span | None]:
    """As ``_shape``; what is not sure must begin the text."""

    def find(text: str, trust: Trust) -> Span | None:
        found = _shape(expression, least_digits)(text, trust)
        lead = len(text) - len(text.lstrip(" \t-–:.#°º("))
        return found if found is not None and (trust or found[0] <= lead) else None

    return find


def _whole(text: str, trust: Trust) -> Span | None:
    """A secret: all of a short text, in which letters and digits are mixed unless a colon introduces it."""
    found = _PASSWORD.search(text, timeout=TIMEOUT)
    if found is None or len(text.split()) > 4:
        return None
    word = found[0].split()[0]
    mixed = any(char.isdigit() for char in word) or not (
        word.isalpha() and (word.istitle() or word.islower())
    )
    return (found.start(), found.end()) if trust is Trust.MARK or (mixed and len(word) >= 4) else None


def _handle(text: str, trust: Trust) -> Span | None:
    found = _TOKEN.search(text, timeout=TIMEOUT)
    if found is None or not (trust or "@" in found[0] or "_" in found[0] or any(map(str.isdigit, found[0]))):
        return None
    words = text.split()
    most = 2 if trust is Trust.MARK or "@" in text else 1
    named = len(words) == 2 and all(word.isalpha() and word[0].isupper() for word in words)
    return (found.start(), len(text)) if len(words) <= most and not named else None


def _name(text: str, trust: Trust) -> Span | None:
    lead = len(text) - len(text.lstrip(" \t-–.·•|>"))
    found = _NAME.match(text, lead, timeout=TIMEOUT)
    letters = sum(map(str.isalpha, text))
    if trust is Trust.MARK:
        digits = sum(map(str.isdigit, text))
        return (
            (lead, len(text)) if letters >= 3 and digits <= letters and not find_labels_bare(text) else None
        )
    if found is None or found.end() < len(text.rstrip(" .,;)")) or letters < 4:
        return None
    words = _WORD.findall(found[0])
    if _LETTERED.search(found[0]) or not words or any(map(is_harmless_word, words)) or find_labels_bare(text):
        return None
    return (found.start(), found.end()) if trust or any(map(is_known_name, words)) else None


def find_labels_bare(text: str) -> bool:
    """True if ``text`` is nothing but a label."""
    return any(label.bare for label in find_labels(text))


def _address(text: str, trust: Trust) -> Span | None:
    words = _WORD.findall(text)
    digits = len(_NUMBERS.findall(text))
    if find_labels_bare(text) or not words:
        return None
    if trust:
        return (0, len(text)) if len(words) + digits >= 2 or len(text.strip()) >= 4 else None
    return (0, len(text)) if digits and _STREET.search(text, timeout=TIMEOUT) else None


_SIGNS: Final = regex.compile(
    r"(?!\d+[.,]\d\d?$)(?!\d{1,2}[ ./\-]\d{1,2}[ ./\-](?:\d\d){1,2}$)(?=[A-Z\d]{1,4}[ \-–/.]|[A-Z\d]{5})"
    r"[A-Z\dOl]{1,20}(?:[ \-–/.]{1,2}[A-Z\dOl]{1,20}){0,6}"
)
"""A number of a document: no price and no day."""
_MIXED: Final = r"(?=(?:[^A-Z]*[A-Z]){2})(?=(?:[^A-Z\d]*[A-Z\d]){5,10}[^A-Z\d]*$)"
_ALONE: Final[Mapping[str, tuple[Any, int, int]]] = {
    "email": (_EMAIL, 0, 40),
    "date": (_DATE, 5, 8),
    "iban": (_IBAN, 10, 34),
    "card": (_CARD, 12, 19),
    "ssn": (_SSN, 8, 9),
    "phone": (_PHONE, 7, 20),
    "plate": (regex.compile(_MIXED + _PLATE.pattern), 2, 7),
    "id": (_SIGNS, 4, 24),
}
"""What all of a text must match, and how many digits it may hold."""


def _id_number(text: str, trust: Trust) -> Span | None:
    """A number of a document; in the place of a value also one of short groups, such as "T 61 62 34"."""
    return (find_alone("id", text) if trust else None) or _leading(_ID, 3)(text, trust)


_FINDERS: Final[Mapping[str, Callable[[str, Trust], Span | None]]] = {
    "email": _shape(_EMAIL, 0),
    "url": _shape(_URL, 0),
    "ip": _shape(_IP, 2),
    "date": _shape(_DATE, 2),
    "iban": _leading(_IBAN, 10),
    "card": _leading(_CARD, 4),
    "ssn": _leading(_SSN, 4),
    "phone": _leading(_PHONE, 5),
    "plate": _leading(_PLATE, 2),
    "id": _id_number,
    "secret": _whole,
    "username": _handle,
    "name": _name,
    "address": _address,
}
