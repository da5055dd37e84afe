"""Validators of candidates: checksums, number plans, dictionaries. Each says how many characters count."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

import regex

from transforms.text.lexicon import read_list


@cache
def _lists() -> Mapping[str, Any]:
    lists: Mapping[str, Any] = read_list("patterns")["checks"]
    return lists


@cache
def _not_values() -> frozenset[str]:
    return frozenset(_lists()["not_values"])


@cache
def _card_form() -> regex.Pattern[str]:
    return regex.compile(_lists()["card"])


@cache
def _national_schemes() -> tuple[tuple[regex.Pattern[str], str, str], ...]:
    """The form of a number, its country and, if it has a checksum, the scheme of python-stdnum."""
    return tuple(
        (regex.compile(item["form"]), item["country"], item.get("scheme", ""))
        for item in _lists()["national"]
    )


def digits_of(value: str) -> str:
    """The decimal digits of ``value`` in order."""
    return "".join(character for character in value if character.isdecimal())


def _check_ssn(value: str) -> int:
    plain = digits_of(value)
    area, group, serial = plain[:3], plain[3:5], plain[5:]
    taxpayer = area[0] == "9" and group >= "50"
    right = area not in ("000", "666") and (area[0] != "9" or taxpayer) and group != "00" and serial != "0000"
    return len(value) if right and len(set(plain)) > 1 else 0


def _check_nine_digits(value: str) -> int:
    """Beside its name a number of an area that is not given out counts: it may be misread, or wrong."""
    plain = digits_of(value)
    zeros = plain[:3] == "000" or plain[3:5] == "00" or plain[5:] == "0000"
    return len(value) if not zeros and plain[:3] != "666" and len(set(plain)) > 1 else 0


def _check_iban(value: str) -> int:
    from stdnum import iban

    # The pattern may run into the following words: cut at blanks until the checksum holds.
    candidate = value
    while len(candidate) >= 15:
        if iban.is_valid(candidate, check_country=False):
            return len(candidate)
        cut = max(candidate.rfind(" "), candidate.rfind("-"), candidate.rfind("."))
        if cut < 0:
            return 0
        candidate = candidate[:cut]
    return 0


def _check_iban_named(value: str) -> int:
    """Beside its name the account number need not check; its country says how long it is."""
    length = _iban_lengths().get(value[:2].upper(), 0)
    count = 0
    for position, character in enumerate(value):
        count += character.isalnum()
        if count == length:
            return position + 1
    return 0 if length else len(value)


@cache
def _iban_lengths() -> Mapping[str, int]:
    from stdnum import iban

    forms = {entry[1]: entry[3]["bban"] for entry in iban._ibandb.prefixes}
    return {country: 4 + sum(map(int, regex.findall(r"(\d+)!", form))) for country, form in forms.items()}


def _check_card(value: str) -> int:
    from stdnum import luhn

    plain = digits_of(value)
    return len(value) if _card_form().fullmatch(plain) and luhn.is_valid(plain) and len(set(plain)) > 1 else 0


def _check_card_near(value: str) -> int:
    from stdnum import luhn

    plain = digits_of(value)
    return len(value) if 12 <= len(plain) <= 19 and plain[0] != "0" and luhn.is_valid(plain) else 0


def _check_card_named(value: str) -> int:
    return len(value) if 12 <= len(digits_of(value)) <= 19 else 0


def _check_ip(value: str) -> int:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return 0
    return len(value)


def _check_ipv6(value: str) -> int:
    if value.count(":") < 2 or (sum(map(str.isalnum, value)) < 4 and value != "::1"):
        return 0
    return _check_ip(value)


def _check_mixed(value: str) -> int:
    marked = any(character.isdigit() or not character.isalnum() for character in value[1:])
    masked = value.startswith(("[", "<")) or value.strip("*_.-•●xX") == ""
    plain = value.lower().strip("'’\"()[]:*")
    words = regex.fullmatch(r"[\p{L}]+(?:['’/-][\p{L}]+)*", plain)
    return len(value) if marked and not masked and not words else 0


def _check_user_word(value: str) -> int:
    return len(value) if value.lower() not in _not_values() and value.strip("*_.-") else 0


def _check_identity(value: str) -> int:
    year = regex.fullmatch(r"(?:1[89]|20)\d\d(?:[-/.]\d{1,2}){0,2}", value)
    return len(value) if len(digits_of(value)) >= 4 and not year else 0


def _check_national(value: str) -> int:
    from stdnum import get_cc_module

    for form, country, scheme in _national_schemes():
        if form.fullmatch(value):
            module = get_cc_module(country, scheme) if scheme else None
            if module is None or module.is_valid(value):
                return len(value)
    return 0


def _check_wallet(value: str) -> int:
    from stdnum import bitcoin

    if value.startswith("0x"):
        return len(value)
    return len(value) if bitcoin.is_valid(value) or value.startswith("bc1") else 0


def _check_blob(value: str) -> int:
    """Long, with both cases and digits, and many changes between them: not a word, a path or a number."""
    kinds = "".join(
        "d" if one.isdigit() else "u" if one.isupper() else "l" if one.islower() else "x" for one in value
    )
    changes = sum(left != right for left, right in pairwise(kinds))
    mixed = {"d", "u", "l"} <= set(kinds)
    return (
        len(value) if mixed and changes >= len(value) / 4 and value.count("/") + value.count("-") <= 6 else 0
    )


def _check_coordinates(value: str) -> int:
    numbers = [float(one) for one in regex.findall(r"\d{1,3}\.\d+", value)]
    marked = "°" in value or regex.search(r"[NSEWnsew]", value)
    large = any(one >= 10 for one in numbers)
    fit = len(numbers) == 2 and numbers[0] <= 90 and numbers[1] <= 180
    return len(value) if fit and (marked or large) else 0


def _check_plate(value: str) -> int:
    known = sum(character.isalnum() or character in " -" for character in value)
    digit = any(character.isdigit() for character in value)
    return len(value) if 4 <= known <= 13 and digit and not regex.fullmatch(r"(?:19|20)\d\d", value) else 0


def _check_masked_phone(value: str) -> int:
    digits = len(digits_of(value))
    hidden = sum(character in "xX*•" for character in value)
    return len(value) if digits >= 3 and hidden >= 2 and 7 <= digits + hidden <= 15 else 0


def _check_spoken_phone(value: str) -> int:
    """Seven digits or more in words, that are not counted up or down."""
    words = regex.split(r"[ ,.-]+", value.lower())
    lists = read_list("phones")
    order = {word: value for value, word in enumerate(lists["numerals"])} | dict.fromkeys(lists["zeros"], 0)
    digits = [order[word] for word in words if word in order]
    count = len(digits) + words.count("double") + 2 * words.count("triple")
    counted = all(abs(left - right) == 1 for left, right in pairwise(digits))
    return len(value) if 7 <= count <= 15 and not counted else 0


def _check_printed_phone(value: str) -> int:
    """A number in print, of which a few digits were read as letters."""
    digits = len(digits_of(value))
    letters = sum(map(str.isalpha, value)) + value.count("|")
    return len(value) if digits >= 5 and letters <= 3 and 7 <= digits + letters <= 15 else 0


CHECKS: Mapping[str, Callable[[str], int]] = {
    "ssn": _check_ssn,
    "nine_digits": _check_nine_digits,
    "iban": _check_iban,
    "iban_named": _check_iban_named,
    "card": _check_card,
    "card_near": _check_card_near,
    "card_named": _check_card_named,
    "ip": _check_ip,
    "ipv6": _check_ipv6,
    "mixed": _check_mixed,
    "user_word": _check_user_word,
    "identity": _check_identity,
    "national": _check_national,
    "wallet": _check_wallet,
    "blob": _check_blob,
    "coordinates": _check_coordinates,
    "plate": _check_plate,
    "masked_phone": _check_masked_phone,
    "spoken_phone": _check_spoken_phone,
    "printed_phone": _check_printed_phone,
}
"""Validators: how many characters of the candidate count, 0 for none."""
