"""Print of shops, firms and tills that looks like personal data and is none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import regex

from transforms.image.ocr_text import OcrText
from transforms.tables import read_table

TIMEOUT_SECONDS: Final = 0.5
_NUMBERS: Final = frozenset(
    ("pii.id_number", "pii.card", "pii.ssn", "pii.phone", "pii.iban", "pii.plate", "pii.secret")
)
_LOOSE_CARD: Final = "card.groups"
_LOOSE_IBAN: Final = "iban.loose"
_LOOSE_EMAIL: Final = "email.loose"
_LOOSE_PHONES: Final = frozenset(("phone.ten", "phone.seven"))
_LABELLED_PHONE: Final = "label.phone"
_NAME_OF_TEXT: Final = "name.person"
_LABELLED_NAME: Final = "label.name"
_CARD_STARTS: Final = frozenset("23456OIlSB")
"""First characters of payment cards (ISO/IEC 7812: 2 to 6) and the letters they are misread as."""
_FEWEST: Final = 5
"""Digits of a telephone number; fewer are a count or a price that stands where a number could."""
_WORD: Final = regex.compile(r"[\p{L}/'-]+")
_AMOUNT: Final = regex.compile(r"(?<![\d.])\d{1,6}[.,]\d{2}(?![\d.])")


def is_business(ocr: OcrText, start: int, end: int, attribute: str, rule: str) -> bool:
    """True if what ``rule`` took for ``attribute`` at ``start:end`` belongs to a firm, a sale or a thing."""
    index = _line_of(ocr, start)
    value = ocr.text[start:end]
    if attribute == "pii.phone" and rule not in _LOOSE_PHONES:
        few = sum(char.isdigit() for char in value) < _FEWEST or _AMOUNT.fullmatch(value) is not None
        # A label may stand beside or above a number that says of itself what it is.
        return few or (rule == _LABELLED_PHONE and _numbers_a_thing(ocr, index, start, bare_counts=False))
    if attribute in _NUMBERS:
        return _is_false_number(value, rule) or _numbers_a_thing(ocr, index, start)
    if rule == _LOOSE_EMAIL:
        return not _has_host(value)
    if attribute == "pii.name" and rule == _LABELLED_NAME:
        return _is_post(value)
    if rule == _NAME_OF_TEXT:
        return _are_receipt_words(value) or _was_sold(ocr, index)
    return False


def _line_of(ocr: OcrText, start: int) -> int:
    return next(i for i in reversed(range(len(ocr.starts))) if ocr.starts[i] <= start)


def _is_false_number(value: str, rule: str) -> bool:
    if rule == _LOOSE_CARD:
        return value[0] not in _CARD_STARTS or _is_product_code(value)
    if rule == _LOOSE_IBAN:
        return value[:2].upper() not in _iban_countries()
    # Neither an area code nor an exchange of the North American plan begins with two noughts.
    return rule in _LOOSE_PHONES and value.startswith("00")


def _is_product_code(value: str) -> bool:
    """True for 13 digits in a row with the check digit of a GTIN."""
    if len(value) != 13 or not value.isdigit():
        return False
    return sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(value)) % 10 == 0


def _numbers_a_thing(ocr: OcrText, index: int, start: int, *, bare_counts: bool = True) -> bool:
    """True if the words right before the number, in its line or left of it in its row, say so.
    ``bare_counts``: whether a mere "No." of a receipt does."""
    sale = _tells_of_sale(ocr)
    label = _expressions()["label_of_sale" if sale else "label"]
    before = ocr.text[ocr.starts[index] : start]
    if not any(char.isalnum() for char in before):
        left = _left_of(ocr, index)
        if left is None:
            return False
        before = ocr.lines[left].text
    # A bare "No." on a receipt is the receipt's own.
    bare = bare_counts and sale and _expressions()["bare"].fullmatch(before, timeout=TIMEOUT_SECONDS)
    return bool(bare) or label.search(before, timeout=TIMEOUT_SECONDS) is not None


def _left_of(ocr: OcrText, index: int) -> int | None:
    """The line that stands left of line ``index`` in its row."""
    if index == 0:
        return None
    own, other = ocr.level[index], ocr.level[index - 1]
    height = own[3][1] - own[0][1]
    return index - 1 if abs(own[0][1] - other[1][1]) <= 0.5 * height and other[1][0] <= own[0][0] else None


def _has_host(value: str) -> bool:
    host = value.rpartition("@")[2].strip().casefold()
    return bool(set(".,") & set(host)) or _expressions()["host"].search(host) is not None


def _is_post(value: str) -> bool:
    words = _WORD.findall(value.casefold())
    return bool(words) and all(word in _words("posts") for word in words)


def _are_receipt_words(value: str) -> bool:
    words = _WORD.findall(value.casefold())
    return bool(words) and all(_is_nearly_one(word) or _are_joined(word) for word in words)


@cache
def _is_nearly_one(word: str) -> bool:
    if word in _words("receipt_words"):
        return True
    # Proper names are near to short words: only a word of four letters or more may be misread.
    return len(word) >= 4 and any(_one_letter_apart(word, known) for known in _words("receipt_words"))


def _are_joined(word: str) -> bool:
    """True for "billno": words of a receipt between which the engine lost the blank."""
    return any(
        word[:at] in _words("receipt_words") and word[at:] in _words("receipt_words")
        for at in range(2, len(word) - 1)
    )


def _one_letter_apart(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _tells_of_sale(ocr: OcrText) -> bool:
    return len({match.casefold() for match in _expressions()["sale"].findall(ocr.text)}) >= 2


def _was_sold(ocr: OcrText, index: int) -> bool:
    """True on a receipt if the line of the name, its row or the row beneath holds a price."""
    if not _tells_of_sale(ocr):
        return False
    own = ocr.level[index]
    top, height = own[0][1], max(1.0, own[3][1] - own[0][1])
    near = (
        line.text
        for line, quad in zip(ocr.lines, ocr.level, strict=True)
        if -0.6 * height <= min(quad[0][1], quad[1][1]) - top <= 1.9 * height
    )
    return any(_AMOUNT.search(text) for text in near)


@cache
def _expressions() -> dict[str, Any]:
    lists = _load()
    number, between = _any(lists["numbers"]), _any(lists["between"])
    # Invoices have a "Doc. No."; whoever writes "Document number" in full means somebody's papers.
    on_sales = rf"{number}|(?!document\W{{0,2}}number)(?:{_any(lists['numbers_of_sales'])})"
    patterns = {
        "label": rf"(?<![\p{{L}}])(?:{number})(?!\p{{L}})(?:\W|{between})*+$",
        "label_of_sale": rf"(?<![\p{{L}}])(?:{on_sales})(?!\p{{L}})(?:\W|{between})*+$",
        "bare": r"\W*(?:no|nr|nos|number|nummer)\W*",
        "sale": rf"(?<!\p{{L}})(?:{_any(lists['sale'])})(?!\p{{L}})",
        "host": rf"(?:{_any(lists['hosts'])})$",
    }
    return {name: regex.compile(text, regex.IGNORECASE | regex.VERSION1) for name, text in patterns.items()}


def _any(words: Sequence[str]) -> str:
    choices = sorted({str(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(r"\W{0,2}".join(regex.escape(part) for part in word.split()) for word in choices)


@cache
def _iban_countries() -> frozenset[str]:
    from stdnum import iban

    return frozenset(entry[1] for entry in iban._ibandb.prefixes)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(str(word) for word in _load()[name])


@cache
def _load() -> dict[str, Any]:
    return read_table("transforms.image", "business_print.yaml")
