"""What stands where personal data stood under a policy that replaces print: of the same form, and nobody's.

A surrogate depends on a key (of seed and secret), the kind of value and the value, folded: one value has one
surrogate all over a run, because an image is cleaned once for all records that show it. Words are replaced
one by one, so a surname alone is the surname of the whole name's surrogate, and of the e-mail address made of
it. Every surrogate lies in a range that ``reserved_values`` knows, so it is never a value that is anybody's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final

import regex

from transforms.text.lexicon import read_list
from transforms.text.print_folding import WORD, alike, plain

_MONTHS: Final = ("January", "March", "April", "May", "June", "July", "August", "October", "November")
_TOP: Final = ("com", "org", "net")
_NETWORKS: Final = ("192.0.2", "198.51.100", "203.0.113")
_LETTERS_OR_DIGITS: Final = regex.compile(r"[\p{L}\p{M}]+|\p{N}+")
_LONGEST_KEPT: Final = 2
"""Letters of a word that is replaced letter by letter: initials, the code of a state."""


def surrogate_lines(attribute: str, value: str, key: bytes) -> tuple[str, ...]:
    """The surrogate of ``value``, line by line (lines are apart by line breaks), under ``key`` (up to 64
    bytes). A line that has nothing to say any more is empty."""
    lines = value.split("\n")
    if attribute in ("pii.name", "pii.address", "pii.username"):
        return tuple(_by_word(attribute, line, key) for line in lines)
    whole = _MAKERS.get(attribute, _code)(value.replace("\n", " "), key)
    if len(lines) > 1 and len(plain(whole)) == len(plain(value)):
        return tuple(_sliced(line, whole, before) for line, before in _with_offsets(lines))
    return (whole, *("" for _ in lines[1:]))


def surrogate(attribute: str, value: str, key: bytes) -> str:
    """The same as one line."""
    return " ".join(line for line in surrogate_lines(attribute, value, key) if line)


def part_of_surrogate(attribute: str, value: str, part: str, key: bytes) -> str:
    """What stands for ``part`` of ``value``: a word of a name, the end of a number; empty if it has none."""
    if attribute in ("pii.name", "pii.address", "pii.username"):
        return _by_word(attribute, part, key)
    whole, sought = plain(surrogate(attribute, value, key)), plain(part)
    at = plain(value).rfind(sought)
    if at < 0 or not sought:
        return ""
    if len(whole) != len(plain(value)):
        return surrogate(attribute, value, key)
    return whole[at : at + len(sought)]


def like_quotation(quoted: str, said: str) -> str:
    """``said`` in the form in which ``quoted`` was written: its signs between the letters and digits where
    there are as many, its capitals."""
    signs = sum(char.isalnum() for char in quoted)
    if signs == sum(char.isalnum() for char in said):
        fresh = iter(char for char in said if char.isalnum())
        said = "".join(next(fresh) if char.isalnum() else char for char in quoted)
    if quoted.isupper():
        return said.upper()
    return said.lower() if quoted.islower() else said


def number_of(key: bytes, *parts: str) -> int:
    """64 bits that depend on nothing but key and parts."""
    said = "\x00".join(parts).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(said, key=key, digest_size=8, person=b"mmscrub.stand-in").digest()
    return int.from_bytes(digest, "big")


def digits_of(key: bytes, count: int, *parts: str) -> str:
    """``count`` decimal digits of the same kind."""
    made = "".join(f"{number_of(key, str(block), *parts) % 10**15:015}" for block in range(count // 15 + 1))
    return made[:count]


@cache
def invented_words() -> tuple[str, ...]:
    """The invented names, in order."""
    return tuple(read_list("surrogates")["invented"].split())


@cache
def kept_words() -> frozenset[str]:
    """Lower-case words that stay as they are beside a value."""
    return frozenset(read_list("surrogates")["kept"])


def _invented(word: str, key: bytes) -> str:
    words = invented_words()
    return words[number_of(key, "word", alike(plain(word))) % len(words)]


def _like_case(word: str, said: str) -> str:
    if word.isupper() and len(word) > 1:
        return said.upper()
    return said.lower() if word.islower() else said


def _by_word(attribute: str, text: str, key: bytes) -> str:
    """``text`` with every word and number replaced, what is between them as it was."""

    def other(match: regex.Match[str]) -> str:
        word = match[0]
        lower = plain(word)
        if attribute != "pii.username" and lower in kept_words():
            return word
        if attribute == "pii.username" and word.isdigit():
            return digits_of(key, len(word), attribute, lower)
        if any(char.isdigit() for char in word):
            letters = any(char.isalpha() for char in word)
            zeros = "000" if len(word) > 4 or letters else ""
            figures = iter(zeros + digits_of(key, len(word), attribute, alike(lower)))
            return "".join("X" if char.isalpha() else next(figures) for char in word)
        if len(word) <= _LONGEST_KEPT:
            return _like_case(word, "X" * len(word)) if attribute == "pii.address" else word
        return _like_case(word, _invented(word, key))

    return (_LETTERS_OR_DIGITS if attribute == "pii.username" else WORD).sub(other, text)


def _code(value: str, key: bytes) -> str:
    """Letters become X, the digits begin with two zeros, without letters with three."""
    if not any(char.isdigit() for char in value):
        return _secret(value, key)
    zeros = "00" if any(char.isalpha() for char in value) else "000"
    figures = iter(zeros + digits_of(key, len(value), "code", alike(plain(value))))
    said = (
        next(figures) if char.isdigit() else _like_case(char, "X") if char.isalpha() else char
        for char in value
    )
    return "".join(said)


def _phone(value: str, key: bytes) -> str:
    digits = [char for char in value if char.isdigit()]
    extension = regex.search(r"(?i)(?<=\d)\s*(?:ext\b|x|#).*$", value)
    if extension:
        return _phone(value[: extension.start()], key)
    count, folded = len(digits), alike(plain(value))[-10:]
    codes = read_list("surrogates")["area_codes"]
    local = f"55501{number_of(key, 'line', folded) % 100:02}"
    if count < len(local):
        said = "0" * max(0, count - 2) + local[-2:]
        said = said[-count:] if count else local
    elif count == 10 or (count == 11 and digits[0] == "1"):
        said = "1"[: count - 10] + str(codes[number_of(key, "area", folded) % len(codes)]) + local
    else:
        said = "9" * (count - len(local)) + local
    return _refilled(value, said) if count else local


def _refilled(value: str, digits: str) -> str:
    fresh = iter(digits)
    return "".join(next(fresh) if char.isdigit() else char for char in value if not char.isalpha()).strip()


def _numbered(prefix: str, purpose: str) -> Callable[[str, bytes], str]:
    def made(value: str, key: bytes) -> str:
        form = "".join("0" if char.isalpha() else char for char in value)
        count = sum(char.isdigit() for char in form)
        more = digits_of(key, count, purpose, alike(plain(value)))
        return _refilled(form, (prefix + more)[:count])

    return made


def _iban(value: str, key: bytes) -> str:
    figures = iter("XX00" + digits_of(key, len(value), "iban", alike(plain(value))))
    return "".join(next(figures) if char.isalnum() else char for char in value)


def _ip(value: str, key: bytes) -> str:
    number = number_of(key, "ip", alike(plain(value)))
    if value.count(":") > 1:
        return f"2001:db8::{number % 0xFFFF:x}"
    return f"{_NETWORKS[number % len(_NETWORKS)]}.{number // 8 % 254 + 1}"


def _email(value: str, key: bytes) -> str:
    local, _, host = value.partition("@")
    words = [_like_case(word, _invented(word, key)) for word in WORD.findall(local) if len(word) > 2][:2]
    said = ".".join(words) or _invented(value, key).lower()
    return f"{said}@example.{_TOP[number_of(key, 'host', alike(plain(host))) % len(_TOP)]}"


def _url(value: str, key: bytes) -> str:
    lead = regex.match(r"(?i)(?:https?://)?(?:www\.)?", value)
    host = regex.sub(r"(?i)^(?:https?\W+)?(?:www\W)?", "", value)
    return f"{lead[0] if lead else ''}example.com/{_invented(host, key).lower()}"


def _date(value: str, key: bytes) -> str:
    number = number_of(key, "day", alike(plain(value)))
    year, month, day = 1900 + number % 6, number // 8 % 9, number // 128 % 28 + 1
    if any(char.isalpha() for char in value):
        return f"{day} {_MONTHS[month]} {year}"
    sign = next((char for char in value.strip() if not char.isalnum()), "/")
    first, second = f"{day:02}", f"{month + 1:02}"
    if regex.match(r"\s*\d{4}\D", value):
        return f"{year}{sign}{second}{sign}{first}"
    return f"{first}{sign}{second}{sign}{year}"


def _secret(value: str, key: bytes) -> str:
    return f"EXAMPLE{digits_of(key, 6, 'secret', alike(plain(value)))}"


_MAKERS: Final[Mapping[str, Callable[[str, bytes], str]]] = {
    "pii.phone": _phone,
    "pii.card": _numbered("9999", "card"),
    "pii.ssn": _numbered("666", "ssn"),
    "pii.iban": _iban,
    "pii.ip": _ip,
    "pii.email": _email,
    "pii.url": _url,
    "pii.date_of_birth": _date,
    "pii.secret": _secret,
}


def _with_offsets(lines: Sequence[str]) -> list[tuple[str, int]]:
    found, at = [], 0
    for line in lines:
        found.append((line, at))
        at += len(plain(line))
    return found


def _sliced(line: str, whole: str, before: int) -> str:
    """The part of the surrogate ``whole`` that stands for ``line``, after ``before`` letters and digits."""
    fresh = iter([char for char in whole if char.isalnum()][before:])
    return "".join(next(fresh, "") if char.isalnum() else char for char in line)
