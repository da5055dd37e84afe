"""Validators of candidates: checksums, number plans, dictionaries. Each says how many characters count."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise

import regex

_NOT_VALUES = frozenset(
    [
        "required",
        "not",
        "empty",
        "invalid",
        "displayed",
        "visible",
        "shown",
        "hidden",
        "blank",
        "optional",
        "unknown",
        "missing",
        "incorrect",
        "correct",
        "already",
        "taken",
        "available",
        "valid",
        "the",
        "this",
        "that",
        "and",
        "your",
        "their",
        "his",
        "her",
        "our",
        "name",
        "names",
        "user",
        "users",
        "password",
        "login",
        "account",
        "page",
        "field",
        "box",
        "text",
        "forgot",
        "forgotten",
        "none",
        "null",
        "unreadable",
        "illegible",
        "unclear",
        "provided",
        "listed",
        "given",
        "mentioned",
        "specified",
        "present",
        "absent",
        "there",
        "here",
        "here's",
        "register",
        "sign",
        "signin",
        "signup",
        "submit",
        "cancel",
        "enter",
        "remember",
        "profile",
        "photo",
        "image",
        "icon",
        "logo",
        "button",
        "screen",
        "example",
        "please",
    ]
)
_CARD = regex.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[0-8]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|(?:2131|1800)\d{11}"
    r"|6(?:0|2|4|5|3|7)\d{14,17}|5[06-8]\d{15,17}"
)
_ITALIAN = regex.compile(r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]")
_MEXICAN = regex.compile(r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d")
_BRAZILIAN = regex.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}")
_SWISS = regex.compile(r"756\..*")
_FRENCH = regex.compile(r"[12][ \d]*(?:2[AB])?[ \d]{10,}")
_FINNISH = regex.compile(r"\d{6}[-+A]\d{3}[0-9A-Z]")
_SWEDISH = regex.compile(r"\d{6,8}-\d{4}")
_SPANISH = regex.compile(r"[XYZ].*")
_BRITISH = regex.compile(r"[A-Z]{2} \d{2} \d{2} \d{2} [A-D]")


def digits_of(value: str) -> str:
    """The decimal digits of ``value`` in order."""
    return "".join(character for character in value if character.isdecimal())


def _check_ssn(value: str) -> int:
    plain = digits_of(value)
    area, group, serial = plain[:3], plain[3:5], plain[5:]
    taxpayer = area[0] == "9" and group >= "50"
    right = area not in ("000", "666") and (area[0] != "9" or taxpayer) and group != "00" and serial != "0000"
    return len(value) if right and len(set(plain)) > 1 else 0


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
    return len(value) if _CARD.fullmatch(plain) and luhn.is_valid(plain) and len(set(plain)) > 1 else 0


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
    return len(value) if value.lower() not in _NOT_VALUES and value.strip("*_.-") else 0


def _check_identity(value: str) -> int:
    year = regex.fullmatch(r"(?:1[89]|20)\d\d(?:[-/.]\d{1,2}){0,2}", value)
    return len(value) if len(digits_of(value)) >= 4 and not year else 0


def _check_national(value: str) -> int:
    from stdnum.br import cpf
    from stdnum.ch import ssn as ahv
    from stdnum.es import nie
    from stdnum.fi import hetu
    from stdnum.fr import nir
    from stdnum.it import codicefiscale
    from stdnum.mx import curp
    from stdnum.se import personnummer

    schemes = {
        _ITALIAN: codicefiscale, _MEXICAN: curp, _BRAZILIAN: cpf, _SWISS: ahv, _FRENCH: nir, _FINNISH: hetu,
        _SWEDISH: personnummer, _SPANISH: nie,
    }  # fmt: skip
    if _BRITISH.fullmatch(value):
        return len(value)
    for form, scheme in schemes.items():
        if form.fullmatch(value) and scheme.is_valid(value):
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


CHECKS: Mapping[str, Callable[[str], int]] = {
    "ssn": _check_ssn,
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
}
"""Validators: how many characters of the candidate count, 0 for none."""
