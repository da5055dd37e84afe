"""A name that one passage of a conversation tells is a name in every other one, whatever stands around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import regex

from schemas.finding import Kind
from transforms.text.mentions import Form, Mention
from transforms.text.recognise_names import NAME
from transforms.text.rules import NameWords

RULE = "name.repeated"
_LEAST_SCORE = 0.8
_LEAST_LETTERS = 3
_LONGEST_LIST = 200
_FOLLOWING = regex.compile(r"\s?(\w+)")


def repeated_name_pattern(
    told: Iterable[tuple[str, Sequence[Mention]]], words: NameWords
) -> regex.Pattern[str] | None:
    """What finds the names again that ``told`` (passages with their mentions) surely tells; None without any.

    First and last words of longer names count alone, unless they are common words or places too.
    """
    names: set[str] = set()
    for text, mentions in told:
        for mention in mentions:
            if mention.attribute != NAME or mention.score < _LEAST_SCORE:
                continue
            name = text[mention.start : mention.end]
            parts = name.split()
            ends = {parts[0], parts[-1]} if len(parts) > 1 else {name}
            names |= {part for part in ends if _tells_alone(part, words)}
            if len(parts) > 1 and name != name.lower():
                names.add(name)
    if not names:
        return None
    ordered = sorted(names, key=lambda name: (-len(name), name))[:_LONGEST_LIST]
    return regex.compile(r"(?<![\w-])(?:" + "|".join(map(regex.escape, ordered)) + r")(?![\w-])")


def _tells_alone(word: str, words: NameWords) -> bool:
    lower = word.lower()
    return (
        len(word) >= _LEAST_LETTERS
        and word.isalpha()
        and word[0].isupper()
        and not word.isupper()
        and not (lower in words.ambiguous or lower in words.not_triggers or lower in words.not_names)
        and lower not in words.titles
    )


def repeated_mentions(
    text: str, told: Sequence[Mention], names: regex.Pattern[str], words: NameWords
) -> list[Mention]:
    """The names of ``names`` in ``text`` that no mention of ``told`` touches."""
    found: list[Mention] = []
    for match in names.finditer(text):
        start, end = match.span()
        following = _FOLLOWING.match(text, end)
        placed = following is not None and following[1].lower() in words.place_words
        if not placed and all(one.end <= start or end <= one.start for one in told):
            found.append(Mention(start, end, NAME, Kind.EXPLICIT, RULE, Form.VALUE, score=_LEAST_SCORE))
    return found
