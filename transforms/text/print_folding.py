"""Words of print and of turns in the one form in which they are compared: OCR reads O for 0, drops dots."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Final

import regex

from schemas.finding import PrintForm

WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")
"""A run of letters and digits: what a quotation begins and ends with."""

_ALIKE: Final = str.maketrans("oilszb", "011528")
"""Characters that OCR takes for each other (Tesseract's ``unicharambigs`` names the same pairs)."""


def plain(text: str) -> str:
    """``text`` without case, accents, blanks and punctuation."""
    spread = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in spread if char.isalnum())


def alike(text: str) -> str:
    """A ``plain`` text with what print makes look alike made equal: may be shorter."""
    return text.replace("rn", "m").replace("vv", "w").translate(_ALIKE)


def print_digest(form: PrintForm, folded: str, key: bytes) -> str:
    """Keyed BLAKE2b (RFC 7693) of a folded text, another one for each form: 16 hex digits."""
    said = f"{form.value}\x00{folded}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, key=key, digest_size=8, person=b"mmscrub.print").hexdigest()


def shortened(folded: str) -> frozenset[str]:
    """``folded`` with one character left out, in every place."""
    return frozenset(folded[:at] + folded[at + 1 :] for at in range(len(folded)))
