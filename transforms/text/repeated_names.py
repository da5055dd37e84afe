"""Makes the names of a conversation agree: what one passage tells is a name in every other one, whatever
stands around it, and what the conversation otherwise speaks of as an app, a firm or a place is none in any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import regex

from schemas.finding import Kind
from transforms.engines.parser_with_names import SCORES
from transforms.text.alternations import any_of, longest_first
from transforms.text.mentions import Form, Mention
from transforms.text.recognise_names import NAME
from transforms.text.rules import NameWords

if TYPE_CHECKING:
    from spacy.tokens import Doc

RULE = "name.repeated"
_LEAST_SCORE = 0.8
_LEAST_LETTERS = 3
_LONGEST_LIST = 200
_FULL_NAMES = 3
_DOUBTFUL = 0.9
_FOLLOWING = regex.compile(r"[\s'/-]?(\w+)")
_SOURCE = regex.compile(
    r"(?i)\b(?:push|app|notifications?|platform|website)\s?[/:]\s?$"
    r"|\b(?:(?:open|download|install)(?:ed|ing|s)?|logged into|posted on|uploaded to)\s$"
)
"""What stands before the name of an app or a site."""

_BEFORE = regex.compile(r"(?:\w+ )?(\w+)[\s/:]{1,2}$")
_SOURCE_REACH = 24
_RUN = regex.compile(r"(?:[\s'/-]?(?P<word>\p{Lu}\p{L}*)){0,3}(?:[\s/-]?(?P<word>\p{L}+))?")


def names_of_things(docs: Sequence[Doc], told: Mapping[str, float], words: NameWords) -> frozenset[str]:
    """Which of the names ``told``, with their best scores, one conversation rather speaks of as things.

    ``docs``: its passages. Evidence is a word for a thing beside the name ("Ashtanga yoga", "the band
    Gorillaz"), one for its source before it ("open Zhihu"), the entity engine, where it takes the same name
    more surely for a firm or a place, and a doubtful single word that no list holds where people are
    otherwise called by full names. Names in lower case, of a sure given name and parts of longer names are
    left alone.
    """
    full = {name for name in told if " " in name}
    parts = {part for name in full for part in name.split()}
    asked = {
        name: score
        for name, score in told.items()
        if name[:1].isupper() and name not in parts and name.split()[0].lower() not in words.sure
    }
    if not asked:
        return frozenset()
    balance: defaultdict[str, float] = defaultdict(float)
    people: set[str] = set()
    for doc in docs:
        for span, score in zip(doc.ents, doc.user_data.get(SCORES, [0.0] * len(doc.ents)), strict=True):
            person = span.label_ == "PERSON"
            balance[span.text] += score if person else -score
            if person:
                people.add(span.text)
    return frozenset(
        name
        for name, score in asked.items()
        if (name in people and balance[name] < 0)
        or (
            len(full) >= _FULL_NAMES
            and score < _DOUBTFUL
            and " " not in name
            and not words.is_known(name.lower())
        )
        or any(_used_as_thing(doc.text, name, words) for doc in docs)
    )


def _used_as_thing(text: str, name: str, words: NameWords) -> bool:
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        before = _BEFORE.search(text, max(0, start - _SOURCE_REACH), start)
        if before and (before[1] in words.thing_words or _SOURCE.search(text, before.start(), start)):
            return True
        following = _RUN.match(text, end)
        if following and any(word.lower() in words.place_words for word in following.captures("word")):
            return True
        start = text.find(name, end)
    return False


def without_things(mentions: Sequence[Mention], text: str, things: frozenset[str]) -> tuple[Mention, ...]:
    """The mentions but the names that are among ``things``."""
    return tuple(one for one in mentions if one.attribute != NAME or text[one.start : one.end] not in things)


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
    listed = any_of(longest_first(names)[:_LONGEST_LIST])
    return regex.compile(rf"(?<![\w-])(?:{listed})(?![\w-])")


def _tells_alone(word: str, words: NameWords) -> bool:
    lower = word.lower()
    return (
        len(word) >= _LEAST_LETTERS
        and word.isalpha()
        and word[0].isupper()
        and not word.isupper()
        and not (lower in words.ambiguous or lower in words.not_triggers or lower in words.not_names)
        and lower not in words.titles
        and not words.forms_of_address.fullmatch(word + " ")
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
