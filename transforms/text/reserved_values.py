"""Tells surrogates from values: what lies in a reserved range, or is made of invented names, is nobody's.

A second build meets the surrogates of the first in images and turns and leaves them as they are. OCR may have
misread one letter of a name.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import regex

from transforms.text.dates import find_dates
from transforms.text.print_folding import WORD, alike, plain, shortened
from transforms.text.surrogates import invented_words, kept_words

_HOST: Final = regex.compile(r"(?i)(?:^|[@/.\s])example\W?(?:com|org|net)(?:/\w*)?\W*$")
_IP: Final = regex.compile(r"(?:192\W?0\W?2|198\W?51\W?100|203\W?0\W?113)\W?\d{1,3}|(?i)2001\W?db8\W.*")
_LAST_YEAR: Final = "1906"
_LONGEST: Final = 160
_LABEL: Final = 12
_REACH: Final = 40
_GROUPS: Final = regex.compile(r"[X\d]*\d[X\d]*(?:[ ./-]{1,2}[X\d]+)+|X+(?:[ ./-]{1,2}[X\d]+)+")
"""Groups of digits, and of X for letters, as an IBAN is written."""
_SPELLED: Final = regex.compile(r"(?i)X+")


def is_surrogate(text: str) -> bool:
    """True if ``text`` (a span of a turn or of print, labels allowed) tells nothing but surrogates."""
    said = text.strip()
    if not said or len(said) > _LONGEST:
        return False
    words = [word for word in WORD.findall(said) if plain(word) not in kept_words()]
    if not words:
        return True  # a label alone
    figures = "".join(char for char in "".join(map(plain, words)) if char.isdigit())
    letters = "".join(char for word in words for char in word if char.isalpha())
    if not letters and _is_reserved_number(figures):
        return True
    if _HOST.search(said) or _IP.fullmatch(said.split(" ")[-1]):
        return True
    folded = plain(letters)
    zeros = figures.startswith("00") or (len(figures) == 1 and figures == "0")
    if (folded and not folded.strip("x") and zeros) or folded == "example":
        return True
    dates = tuple(find_dates(said))
    if dates and all(day < _LAST_YEAR for date in dates for day in date.days):
        return sum(date.end - date.start for date in dates) >= len(said) - _LABEL
    return _is_made_of_names(words)


def stands_in_surrogate(text: str, start: int, end: int) -> bool:
    """True if ``start:end`` of ``text`` is a surrogate or, of digits, some groups of one."""
    if is_surrogate(text[start:end]):
        return True
    near = _GROUPS.finditer(text, max(0, start - _REACH), min(len(text), end + _REACH))
    return any(one.start() <= start and end <= one.end() and is_surrogate(one[0]) for one in near)


def _is_reserved_number(figures: str) -> bool:
    count = len(figures)
    if count >= 7 and figures[-7:-2] == "55501":
        lead = figures[:-7]
        return count in (7, 10) or (count == 11 and lead[0] == "1") or not lead.strip("9")
    if count >= 12 and figures.startswith("9999"):
        return True
    return (count == 9 and figures.startswith("666")) or (count >= 4 and figures.startswith("000"))


def _is_made_of_names(words: list[str]) -> bool:
    known = False
    for place, word in enumerate(words):
        folded = plain(word)
        if any(char.isdigit() for char in folded):
            name = folded.strip("0123456789")
            if len(name) > 2 and name.strip("x"):
                if not _is_invented(name):
                    return False
                known = True
            coded = folded.startswith("000") or not folded.strip("x0123456789")
            if len(name) <= 2 and len(folded) > 4 and not coded:
                return False
        elif len(folded) > 2 and not _SPELLED.fullmatch(folded):
            if _is_invented(_without_label(folded)):
                known = True
            elif place or not _is_cut_label(folded):
                return False
    return known


def _without_label(folded: str) -> str:
    """A word without the label that OCR joined to its front: "nameVasistad"."""
    fronts = [word for word in kept_words() if len(word) > 2 and folded.startswith(word)]
    return folded[len(max(fronts, key=len)) :] if fronts and not _is_invented(folded) else folded


def _is_cut_label(folded: str) -> bool:
    """True for a label that lost its end under a box: "holde"."""
    return any(word.startswith(folded) for word in kept_words())


@cache
def _invented() -> frozenset[str]:
    return frozenset(alike(plain(word)) for word in invented_words())


@cache
def _one_short() -> frozenset[str]:
    return frozenset(short for word in _invented() for short in shortened(word))


def _is_invented(folded: str) -> bool:
    word = alike(folded)
    if word in _invented():
        return True
    return word in _one_short() or not shortened(word).isdisjoint(_invented() | _one_short())
