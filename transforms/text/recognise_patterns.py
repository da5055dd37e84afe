"""Finds personal data that has a form: checked by pattern, then by checksum or number plan.

A mask such as ``[PHONE]`` has no form of any of them, so masked text stays silent.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import regex

from schemas.finding import Kind
from transforms.text.lexicon import read_list
from transforms.text.mentions import Form, Mention

TIMEOUT_SECONDS = 2.0
"""Per pattern and passage. Patterns are linear, so only a defect reaches it."""

MAY_HOLD = regex.compile(
    r"[0-9@]|www\.|://|\.(?:com|org|net|edu|gov|info|biz|io|co)\b|\[at\]|\(at\)|(?i:passw|secret|token"
    r"|user ?name|login|handle|\bpwd)"
)
"""Every text that one of the patterns can match holds one of these."""

_RESIDUE = regex.compile(r"\[?\s?\d?\.\d+(?:\s?,\s?\d?\.\d+){1,7}\s?\]?")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern with its validator."""

    rule: str
    attribute: str
    score: float
    expression: regex.Pattern[str]
    check: str


@cache
def load_patterns(attributes: frozenset[str]) -> tuple[Pattern, ...]:
    """The patterns of the wanted attributes, in the order of the file."""
    return tuple(
        Pattern(
            item["rule"],
            item["attribute"],
            float(item["score"]),
            regex.compile(item["pattern"]),
            item.get("check", ""),
        )
        for item in read_list("patterns")["patterns"]
        if item["attribute"] in attributes
    )


def pattern_mentions(text: str, patterns: tuple[Pattern, ...]) -> Iterator[Mention]:
    """Personal data in one folded passage. May overlap. Region coordinates are never read as numbers.

    Raises TimeoutError if a pattern exceeds its time limit.
    """
    if not MAY_HOLD.search(text):
        return
    residue = [match.span() for match in _RESIDUE.finditer(text)] if "." in text else []
    for pattern in patterns:
        for match in pattern.expression.finditer(text, timeout=TIMEOUT_SECONDS):
            start, end = match.span("value") if "value" in match.groupdict() else match.span()
            if any(start < stop and first < end for first, stop in residue):
                continue
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


def _digits(value: str) -> str:
    return "".join(character for character in value if character.isdigit())


def _check_ssn(value: str) -> int:
    area, group, serial = value[:3], value[4:6], value[7:]
    return len(value) if area not in ("000", "666") and group != "00" and serial != "0000" else 0


def _check_iban(value: str) -> int:
    from stdnum import iban

    # The pattern may run into the following words: cut at blanks until the checksum holds.
    candidate = value
    while len(candidate) >= 15:
        if iban.is_valid(candidate):
            return len(candidate)
        cut = candidate.rfind(" ")
        if cut < 0:
            return 0
        candidate = candidate[:cut]
    return 0


def _check_card(value: str) -> int:
    from stdnum import luhn

    digits = _digits(value)
    plausible = 14 <= len(digits) <= 19 or (len(digits) == 13 and digits[0] == "4")
    return len(value) if plausible and digits[0] in "23456" and luhn.is_valid(digits) else 0


def _check_ip(value: str) -> int:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return 0
    return len(value)


def _check_phone(value: str) -> int:
    import phonenumbers

    plain = "+" + value[2:] if value.startswith("00") else value
    try:
        number = phonenumbers.parse(plain, None)
    except phonenumbers.NumberParseException:
        return 0
    return len(value) if phonenumbers.is_possible_number(number) else 0


@cache
def _regions() -> tuple[str, ...]:
    """Numbering plans that a number beside a word for the telephone is tried against."""
    return tuple(read_list("patterns")["phone_regions"])


def _check_phone_any(value: str) -> int:
    import phonenumbers

    for region in _regions():
        try:
            number = phonenumbers.parse(value, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return len(value)
    return 0


def _check_mixed(value: str) -> int:
    marked = any(character.isdigit() or not character.isalnum() for character in value[1:])
    masked = value.startswith(("[", "<")) or value.strip("*_.-") == ""
    return len(value) if marked and not masked else 0


def _check_has_digit(value: str) -> int:
    return len(value) if sum(character.isdigit() for character in value) >= 3 else 0


def _check_plate(value: str) -> int:
    return len(value) if len(value) >= 4 and any(character.isdigit() for character in value) else 0


CHECKS: Mapping[str, Callable[[str], int]] = {
    "ssn": _check_ssn,
    "iban": _check_iban,
    "card": _check_card,
    "ip": _check_ip,
    "phone": _check_phone,
    "phone_any": _check_phone_any,
    "mixed": _check_mixed,
    "has_digit": _check_has_digit,
    "plate": _check_plate,
}
"""Validators: how many characters of the candidate count, 0 for none."""
