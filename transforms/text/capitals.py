"""Whether a capitalised word stands in a name or title, in a caption in capitals, or before a name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from transforms.text.lexicon import read_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.tokens import Doc, Token

_SHORTEST_CAPTION = 4
_HEADED = frozenset({"subject", "subjects", "person", "people", "focus", "individual", "individuals"})
"""Words of a heading that says of whom the text speaks: "Main Subject: The Elderly Man"."""


@cache
def read_capitals() -> dict[str, frozenset[str]]:
    """The lists of ``capitals.yaml``."""
    return {name: frozenset(words) for name, words in read_list("capitals").items() if name != "source"}


def in_title(doc: Doc, index: int) -> bool:
    """True if the word stands in a capitalised name or title such as "Women's Health"."""
    token = doc[index]
    text = token.text
    if not text[:1].isupper() or (text.isupper() and len(text) > 1):
        return False
    if not (_all_capitals(doc) or _beside_capitals(doc, index)) or is_capitalised_caption(doc):
        return False
    return not any(
        other.lower_ in _HEADED and doc[other.i + 1].text == ":" for other in doc[: max(0, index - 1)]
    )


def _all_capitals(doc: Doc) -> bool:
    """True if every word of length begins with a capital, and there are two of them."""
    words = 0
    for token in doc:
        if token.is_alpha and len(token.text) > 3:
            if not token.text[:1].isupper():
                return False
            words += 1
    return words > 1


def _beside_capitals(doc: Doc, index: int) -> bool:
    left = _neighbour(doc, index, -1)
    right = _neighbour(doc, index, 1)
    if doc[index].is_sent_start or index == 0 or doc[index - 1].text in ('"', "*", "(", ":"):
        return right is not None and _capitalised(right)
    return any(other is not None and _capitalised(other) for other in (left, right))


def _neighbour(doc: Doc, index: int, step: int) -> Token | None:
    position = index + step
    while 0 <= position < len(doc) and (
        (step > 0 and doc[position].tag_ == "JJ")
        or doc[position].lower_ in ("'s", "'", "of", "the", "and", "-", "&")
    ):
        position += step
    if not 0 <= position < len(doc) or not doc[position].is_alpha:
        return None
    found = doc[position]
    return None if step < 0 and (position == 0 or found.is_sent_start) else found


def _capitalised(token: Token) -> bool:
    return bool(token.text[:1].isupper()) and len(token.text) > 1 and not token.text.isupper()


def is_capitalised_caption(doc: Doc) -> bool:
    """True for "Beautiful Young Woman Walking" and "Portrait Of A Man": capitals that name nothing.

    Somebody does something there, or the first word is one for a picture; no word of length is in lower case.
    """
    words = [token for token in doc if token.is_alpha]
    if len(words) < _SHORTEST_CAPTION or not all(
        token.text[:1].isupper() and not token.text.isupper() for token in words if len(token.text) > 3
    ):
        return False
    listed = read_capitals()
    if words[0].lower_ in listed["pictures"]:
        return any(token.lower_ in listed["persons"] for token in words)
    after = False
    for token in words:
        if after and token.lower_.endswith("ing") and token.lower_ not in listed["things_in_ing"]:
            return words[0].lower_ != "the"
        after = after or token.lower_ in listed["persons"]
    return False


def stands_before_name(doc: Doc, end: int, is_name: Callable[[str], bool]) -> bool:
    """True if the word before token ``end`` is a title in front of a name that is all of a person's: "Aunt
    Wu", "Queen Elizabeth", and not "Queen Mary Hospital"."""
    if end >= len(doc) or not _capitalised(doc[end]) or not is_name(doc[end].lower_):
        return False
    if end > 1 and doc[end - 2].lower_ == "the":
        return False  # "the Queen Mary"
    beyond = end + 1
    while beyond < len(doc) and _capitalised(doc[beyond]) and is_name(doc[beyond].lower_):
        beyond += 1
    following = doc[beyond] if beyond < len(doc) else None
    return following is None or not (
        following.text[:1].isupper() or following.pos_ in ("NOUN", "NUM", "PROPN", "PART")
    )
