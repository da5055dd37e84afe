"""Compatibility folding that keeps offsets: what is matched is plain, what is edited is the original."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# Typographic variants that NFKC leaves alone but patterns and the parser take for other signs.
_SIGNS = {
    "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2212": "-", "\u2044": "/",
}  # fmt: skip
# Brackets and quotes of East Asian text stand without blanks: "\u3010Alipay\u3011You have paid".
_OPENING = dict(zip("\u3010\u3014\u3016\u300a\u3008\u300c\u300e", '[[[""""', strict=True))
_CLOSING = dict(zip("\u3011\u3015\u3017\u300b\u3009\u300d\u300f", ']]]""""', strict=True))
_INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\ufeff"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text. ``starts`` maps each folded character to its original index; None if the two are equal."""

    text: str
    starts: tuple[int, ...] | None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The original characters behind the folded characters ``start:end``."""
        if self.starts is None:
            return start, end
        if start >= len(self.text):
            return self.starts[-1], self.starts[-1]
        if end <= start:
            return self.starts[start], self.starts[start]
        return self.starts[start], self.starts[end - 1] + 1


def _plain(character: str) -> str:
    """Its compatibility form; a decimal digit of any script as the ASCII one."""
    digit = unicodedata.decimal(character, None)
    return unicodedata.normalize("NFKC", character) if digit is None else str(digit)


def _bracket(text: str, index: int) -> str | None:
    """An East Asian bracket as an ASCII one, set off from the letter outside of it; None for another sign."""
    if sign := _OPENING.get(text[index]):
        return " " + sign if text[index - 1 : index].isalnum() else sign
    if sign := _CLOSING.get(text[index]):
        return sign + " " if text[index + 1 : index + 2].isalnum() else sign
    return None


def fold(text: str) -> Folded:
    """NFKC per character (Unicode Annex 15), quotes, brackets and hyphens to ASCII, invisible characters out.

    A run of blanks becomes its last one, so that a sentence reads the same with one blank or with two.
    """
    if text.isascii() and "  " not in text:
        return Folded(text, None)
    characters: list[str] = []
    starts: list[int] = []
    for index, character in enumerate(text):
        if character in _INVISIBLE or (character == " " and text[index + 1 : index + 2] == " "):
            continue
        plain = _SIGNS.get(character)
        if plain is None:
            plain = character if character.isascii() else _bracket(text, index) or _plain(character)
        characters.append(plain)
        starts.extend([index] * len(plain))
    folded = "".join(characters)
    if len(folded) == len(text) and all(start == index for index, start in enumerate(starts)):
        return Folded(folded, None)
    starts.append(len(text))
    return Folded(folded, tuple(starts))
