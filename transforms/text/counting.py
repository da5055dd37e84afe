"""Adds up joined groups of people whose nouns become the same word.

"two boys and two girls" -> "four children"; "a man and two women" -> "three people";
"men, women and dogs" -> "people and dogs".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.text.agreement import like_case
from transforms.text.coordination import there_are
from transforms.text.mentions import Mention
from transforms.text.passage_edits import PassageEdit

if TYPE_CHECKING:
    from spacy.tokens import Doc

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve")  # fmt: skip
_PLURALS = {"person": "people", "child": "children"}


@dataclass(frozen=True, slots=True)
class _Group:
    """One member: tokens ``first`` to ``noun``; ``count`` is None for a plural without a number."""

    first: int
    noun: int
    count: int | None
    digits: bool


def counted_groups(
    doc: Doc, nouns: Mapping[int, Mention], removed: Collection[int]
) -> tuple[list[PassageEdit], set[int]]:
    """Edits for runs of joined groups, and the noun tokens they cover.

    ``nouns``: neutralised person nouns by token index; ``removed``: tokens that other edits delete. Two
    plain singulars or plurals are left to ``joined_pairs``.
    """
    edits: list[PassageEdit] = []
    covered: set[int] = set()
    for run in _runs(doc, nouns, removed):
        cause = nouns[run[0].noun]
        plural = _PLURALS.get(cause.neutral, cause.neutral if cause.plural else f"{cause.neutral}s")
        if _restates(doc, run):
            # "two children, a boy and a girl": the rest only says who the two are.
            last, after = nouns[run[-1].noun], run[-1].noun + 1
            closed = after < len(doc) and doc[after].text == ","
            end = doc[after].idx + 1 if closed else last.end
            edits.append(PassageEdit(nouns[run[0].noun].end, end, "", cause, "rewrite.group", 0))
            covered.update(group.noun for group in run[1:])
            continue
        text = _total(run, plural)
        following = doc[run[-1].noun + 1].lower_ if run[-1].noun + 1 < len(doc) else ""
        if text is None or following in ("'s", "'", "-"):
            continue
        apposed = _repeats_count(doc, run)
        if apposed is not None:
            edits.append(PassageEdit(*apposed, "", cause, "rewrite.group", 0))
            covered.update(group.noun for group in run)
            continue
        start, end = doc[run[0].first], nouns[run[-1].noun].end
        edits.append(PassageEdit(start.idx, end, like_case(text, start.text), cause, "rewrite.group", 0))
        edits += there_are(doc, run[0].first, cause)
        covered.update(group.noun for group in run)
        comma = doc[run[-1].noun + 1] if run[-1].noun + 1 < len(doc) else None
        if (
            comma is not None
            and comma.text == ","
            and _list_goes_on(doc, run[-1].noun)
            and not _in_list(doc, run)
        ):
            # Two members are left: "two people and a dog".
            edits.append(PassageEdit(comma.idx, comma.idx + 1, "", cause, "rewrite.group", 0))
    return edits, covered


def _restates(doc: Doc, run: Sequence[_Group]) -> bool:
    counts = [group.count or 0 for group in run]
    return (
        len(run) > 2
        and counts[0] > 1
        and counts[0] == sum(counts[1:])
        and doc[run[0].noun + 1].text in (",", ":", "(", "-")
    )


def included_again(doc: Doc, nouns: Mapping[int, Mention], removed: Collection[int]) -> list[PassageEdit]:
    """Edits that take out "including children" where those are "people" among "people"."""
    edits: list[PassageEdit] = []
    for noun in sorted(nouns):
        including = noun - 1
        while including in removed:
            including -= 1
        if not nouns[noun].plural or including < 1 or doc[including].lower_ != "including":
            continue
        comma = doc[including - 1].text == ","
        group = doc[including - 2 if comma else including - 1]
        shown = nouns[group.i].neutral if group.i in nouns else group.lower_
        after = noun + 1
        if shown != nouns[noun].neutral or (after < len(doc) and doc[after].lower_ in ("and", "or")):
            continue
        closed = comma and after < len(doc) and doc[after].text == ","
        if closed and after + 1 < len(doc) and doc[after + 1].lower_ in ("and", "or"):
            continue
        end = doc[after].idx + 1 if closed else nouns[noun].end
        edits.append(PassageEdit(group.idx + len(group), end, "", nouns[noun], "rewrite.group", 0))
    return edits


def _total(run: Sequence[_Group], plural: str) -> str | None:
    counts = [group.count for group in run if group.count is not None]
    if not counts:
        return plural
    if len(counts) < len(run):
        # "men and a lady" are people; "three men and women" are nobody knows how many.
        return plural if set(counts) == {1} else None
    total = sum(counts)
    digits = any(group.digits for group in run) or total >= len(_NUMBERS)
    return f"{total if digits else _NUMBERS[total]} {plural}"


def _runs(doc: Doc, nouns: Mapping[int, Mention], removed: Collection[int]) -> list[list[_Group]]:
    runs: list[list[_Group]] = []
    run: list[_Group] = []
    for index in sorted(nouns):
        group = _group(doc, index, nouns[index], removed)
        same = (
            bool(run)
            and group is not None
            and _word(nouns[run[0].noun]) == _word(nouns[index])
            and (group.count is None) <= (run[0].count is None)
            and (group.count in (1, None) or run[0].count is not None)
            and _joined(doc, run[-1].noun, group.first, removed)
            and not _is_one_of(doc, run, group)
        )
        if group is not None and same:
            run.append(group)
            continue
        runs.append(run)
        run = [group] if group is not None else []
    runs.append(run)
    return [
        run for run in runs if _is_sum(doc, run) or (len(run) > 1 and _repeats_count(doc, run) is not None)
    ]


def _is_one_of(doc: Doc, run: Sequence[_Group], group: _Group) -> bool:
    """True for "one" in "two men, one Asian and one Black": it counts nobody new."""
    several = run[0].count is not None and run[0].count > 1
    return several and doc[group.first].lower_ == "one" and doc[group.first - 1].text == ","


def _is_sum(doc: Doc, run: Sequence[_Group]) -> bool:
    if len(run) < 2:
        return False
    plain = len(run) == 2 and len({(group.count == 1, group.count is None) for group in run}) == 1
    if plain and run[0].count in (1, None) and all(doc[g.first].lower_ != "one" for g in run):
        # "a man, a woman and a dog" has no "and" between its people; a pair has, and is done elsewhere.
        return _list_goes_on(doc, run[-1].noun)
    conjunction = any(doc[index].lower_ in ("and", "&") for index in range(run[0].noun, run[-1].first))
    return conjunction or _list_goes_on(doc, run[-1].noun)


def _list_goes_on(doc: Doc, noun: int) -> bool:
    following = [doc[index].lower_ for index in range(noun + 1, min(noun + 3, len(doc)))]
    return bool(following) and (following[0] in ("and", "&") or following == [",", "and"])


def _repeats_count(doc: Doc, run: Sequence[_Group]) -> tuple[int, int] | None:
    """ "three children, one girl and two boys, sit": the characters of what only says the same again."""
    first, last = run[0].first, run[-1].noun
    if (
        first < 3
        or doc[first - 1].text not in (",", "(", "-", ":")
        or any(group.count is None for group in run)
    ):
        return None
    word = doc[first - 3].lower_
    known = (
        _NUMBERS.index(word) if word in _NUMBERS else int(word) if word.isdecimal() and len(word) < 4 else 0
    )
    if doc[first - 2].tag_ not in ("NNS", "NN") or known != sum(group.count or 0 for group in run):
        return None
    end = last + 1
    closes = end < len(doc) and doc[end].text in (",", ")")
    return doc[first - 2].idx + len(doc[first - 2]), doc[end].idx + 1 if closes else doc[last].idx + len(
        doc[last]
    )


def _in_list(doc: Doc, run: Sequence[_Group]) -> bool:
    return run[0].first > 0 and doc[run[0].first - 1].text == ","


def _joined(doc: Doc, noun: int, first: int, removed: Collection[int]) -> bool:
    between = [doc[index].lower_ for index in range(noun + 1, first) if index not in removed]
    return between in (["and"], ["&"], [","], [",", "and"])


def _word(mention: Mention) -> str:
    return mention.neutral if mention.plural else _PLURALS.get(mention.neutral, f"{mention.neutral}s")


def _group(doc: Doc, noun: int, mention: Mention, removed: Collection[int]) -> _Group | None:
    position = noun - 1
    while position >= 0 and position in removed:
        position -= 1
    token = doc[position] if position >= 0 else None
    word = token.lower_ if token is not None else ""
    if not mention.plural:
        return _Group(position, noun, 1, False) if word in ("a", "an", "one", "1") else None
    if word in _NUMBERS:
        return _Group(position, noun, _NUMBERS.index(word), False)
    if word.isdecimal() and len(word) <= 3:
        return _Group(position, noun, int(word), True)
    bare = (
        token is None
        or token.text in (",", ".", ":", "(", '"')
        or token.pos_ in ("CCONJ", "ADP", "VERB", "AUX")
    )
    return _Group(position + 1, noun, None, False) if bare else None
