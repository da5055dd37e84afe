"""Leaves out what only says again who somebody is: "the vendor, a man, waits" -> "the vendor waits"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import regex

from transforms.text.agreement import grammar_words
from transforms.text.doc_text import text_of
from transforms.text.mentions import Mention
from transforms.text.passage_edits import PassageEdit

if TYPE_CHECKING:
    from spacy.tokens import Doc

TIMEOUT_SECONDS = 2.0
_SOMEBODY = ("person", "child", "people", "children")
_LINKS = frozenset({"or", "and", "/"})


def appositions(
    doc: Doc, nouns: Mapping[int, Mention], removed: Collection[int]
) -> tuple[list[PassageEdit], set[int]]:
    """Edits that take appositions out, and the nouns in them. ``nouns``: neutralised person nouns by token
    index; ``removed``: tokens that other edits delete."""
    edits: list[PassageEdit] = []
    inside: set[int] = set()
    for index in sorted(nouns):
        if index in inside:
            continue
        last = _last_of_guesses(doc, index, nouns, removed)
        edit = _without(doc, index, last, nouns, removed)
        if edit is not None:
            edits.append(edit)
            inside.update(one for one in nouns if index <= one <= last)
    return edits, inside


_EACH_ONE = regex.compile(
    r"(?i), one (?P<first>[\w -]{2,24}?)(?:,| and|, and) (?:the )?(?:one|other) (?P<second>[\w -]{2,24})"
    r"(?=,|[.;!?]|$)"
)


def each_told(doc: Doc, mentions: Sequence[Mention]) -> list[PassageEdit]:
    """Edits that take out "one Black and one white": behind a group, attributes and nothing else."""
    edits: list[PassageEdit] = []
    if len(mentions) < 2 or ", one " not in text_of(doc):
        return edits
    for match in _EACH_ONE.finditer(text_of(doc), timeout=TIMEOUT_SECONDS):
        first = [one for one in mentions if _fills(one, *match.span("first"))]
        second = [one for one in mentions if _fills(one, *match.span("second"))]
        if first and second:
            closed = doc.text[match.end() : match.end() + 1] == ","
            end = match.end() + (1 if closed else 0)
            edits.append(PassageEdit(match.start(), end, "", first[0], "rewrite.apposition", 0))
    return edits


def _fills(mention: Mention, start: int, end: int) -> bool:
    return mention.start == start and mention.end == end


def _last_of_guesses(doc: Doc, index: int, nouns: Mapping[int, Mention], removed: Collection[int]) -> int:
    """The last noun of "a toddler or a preschooler" that begins with noun ``index``."""
    last = index
    while last + 1 < len(doc) and doc[last + 1].lower_ in _LINKS:
        following = last + 2
        while following < len(doc) and (
            following in removed or doc[following].lower_ in ("a", "an", "even", "perhaps")
        ):
            following += 1
        if following not in nouns or nouns[following].neutral not in _SOMEBODY:
            return last
        last = following
    return last


def _without(
    doc: Doc, index: int, last: int, nouns: Mapping[int, Mention], removed: Collection[int]
) -> PassageEdit | None:
    first = index - 1
    while first in removed:
        first -= 1
    article = first if first > 0 and doc[first].lower_ in ("a", "an") else first + 1
    hedged = article > 0 and doc[article - 1].lower_ in grammar_words("hedges")
    comma = article - (2 if hedged else 1)
    after = doc[last + 1].text if last + 1 < len(doc) else ""
    mention = nouns[index]
    if mention.neutral not in _SOMEBODY or comma <= 0 or doc[comma].text != ",":
        return None
    if after not in ((",", ".", "") if hedged else (",",)):
        return None
    if not hedged:
        listed = last + 2 < len(doc) and doc[last + 2].lower_ in ("and", "or")
        if last != index or article > first or doc[index].dep_ != "appos" or listed or last + 2 >= len(doc):
            return None
    before = doc[comma - 1]
    end = doc[last + 1].idx + 1 if after == "," else nouns[last].end
    return PassageEdit(before.idx + len(before), end, "", mention, "rewrite.apposition", 0)
