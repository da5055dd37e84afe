"""Groups of digits in a text: in figures, misread ones ("98l-65") or words ("nine eight, double four")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

import regex

from evaluation.mm_privacy.written import Written, notation

_WORD: Final = regex.compile(r"[\p{L}\p{N}]+")
_DIGITS: Final = regex.compile(r"\d+")
_ORDINAL: Final = regex.compile(r"(\d{1,2})(?:st|nd|rd|th|er|º|ª)")
_JOINT: Final = regex.compile(r"[\s\-./()\[\]{}+*_~`'\"\\:$]{0,8}")
_SPOKEN_JOINT: Final = regex.compile(
    r"[\s\-,/()*_~`'\"]{0,6}(?:(?:and|dash|hyphen|minus|space|pause|dot|point|slash)\b[\s,-]{0,3})?"
)
_LINKS: Final = frozenset({"and", "dash", "hyphen", "minus", "space", "pause", "dot", "point", "slash"})
_GLUE: Final = regex.compile(r"[-./]?")
_TIGHT: Final = regex.compile(r"(?:[ \t\xa0]?[\-./()+_*`]{0,3}[ \t\xa0]?)")
_COUNT_BEFORE: Final = regex.compile(
    r"\b(?:first|last|next|middle|final|following|other|remaining|initial|ending|the|all|group|part|block|section|segment)[\s(*_]*$"
)
_ITEM_BEFORE: Final = regex.compile(r"(?:^|[\s,;:])$")
_ITEM_AFTER: Final = regex.compile(r"\)\s+\S")
_LINE_BEFORE: Final = regex.compile(r"(?:^|\n)[ \t]*$")
_LINE_AFTER: Final = regex.compile(r"\.[ \t]+\d+[ \t]*(?:\n|$)")
_MASK_BEFORE: Final = regex.compile(r"(?:[*#?]{2,}|\b[xX]{2,}|…|\.{3}|_{3,})[\s\-.)(/*_]*$")
_MASK_AFTER: Final = regex.compile(r"[\s\-.)(/]*(?:[*#?]{2,}|[xX]{2,}|…|\.{3}|_{3,})")


_LONGEST_EXTENSION: Final = 5
_LONGEST_CODE: Final = 5


@dataclass(frozen=True, slots=True)
class Group:
    """Digits that stand together at ``start:end``. ``spoken``: written in words; ``ordinal``: with an ending;
    ``alone``: one number word between others.

    ``joined``: between it and the group before stands nothing that separates two numbers; ``tight``: nothing
    but what stands inside one number; ``comma``: a comma alone;
    ``glued``: one sign and no blank.
    """

    digits: str
    start: int
    end: int
    spoken: bool = False
    ordinal: bool = False
    alone: bool = False
    joined: bool = False
    tight: bool = False
    comma: bool = False
    glued: bool = False


@cache
def _values() -> dict[str, tuple[str, int]]:
    """Number words, each with its kind and value."""
    numbers = notation()["numbers"]
    values = {word: ("units", value) for words in numbers["digits"] for word, value in words.items()}
    for kind in ("units", "teens", "tens", "ordinals", "scales", "repeats"):
        values.update({word: (kind, value) for word, value in numbers[kind].items()})
    return values


@cache
def print_digits() -> dict[int, str]:
    """Letters that print takes digits for, as a table of ``str.translate``."""
    return str.maketrans({letter: str(digit) for letter, digit in notation()["print_digits"].items()})


@lru_cache(maxsize=64)
def digit_groups(written: Written, *, alone: bool = False) -> list[Group]:
    """All groups of digits of a text, in order; number words by themselves ("one of them") if ``alone``."""
    found = [
        group
        for group in _groups(written)
        if (alone or not group.alone or group.ordinal) and not _counts_digits(written, group)
    ]
    linked: list[Group] = []
    for place, group in enumerate(found):
        if place == 0:
            linked.append(group)
            continue
        before = found[place - 1]
        gap = written.text[before.end : group.start]
        spoken = group.spoken and before.spoken
        joined = (_SPOKEN_JOINT if spoken else _JOINT).fullmatch(gap.lower()) is not None
        tight = joined if spoken else _TIGHT.fullmatch(gap) is not None
        linked.append(
            replace(
                group, joined=joined, tight=tight, comma=gap == ",", glued=_GLUE.fullmatch(gap) is not None
            )
        )
    return linked


def _counts_digits(written: Written, group: Group) -> bool:
    """True for the number of digits that are told, or of the piece: "the last 4 are 4320", "second block"."""
    after = written.lower[group.end : group.end + 24]
    if group.ordinal:
        return _pieces().match(after) is not None
    before = written.text[max(0, group.start - 24) : group.start]
    in_brackets = before.rfind("(") > before.rfind(")")
    if len(group.digits) == 1 and not in_brackets:
        item = _ITEM_BEFORE.search(before) and _ITEM_AFTER.match(after)
        if item or (_LINE_BEFORE.search(before) and _LINE_AFTER.match(after)):
            return True
    return (
        len(group.digits) == 1
        and not group.spoken
        and _COUNT_BEFORE.search(written.lower[max(0, group.start - 16) : group.start]) is not None
    )


def _groups(written: Written) -> Iterator[Group]:
    words: list[regex.Match[str]] = []
    for word in _WORD.finditer(written.lower):
        if word[0] in _values():
            words.append(word)
            continue
        if words and word[0] in _LINKS:
            continue
        if words:
            yield from _spoken(words, written)
            words = []
        yield from _figures(word, written)
    if words:
        yield from _spoken(words, written)


def _figures(word: regex.Match[str], written: Written) -> Iterator[Group]:
    said = written.text[word.start() : word.end()]
    if said.isdigit():
        yield Group(said, word.start(), word.end())
        return
    if not _DIGITS.search(said):
        return
    if ordinal := _ORDINAL.fullmatch(word[0]):
        yield Group(ordinal[1], word.start(), word.end(), ordinal=True)
        return
    meant = said.translate(print_digits())
    if meant.isdigit():
        yield Group(meant, word.start(), word.end())
        return
    for run in _DIGITS.finditer(said):
        yield Group(run[0], word.start() + run.start(), word.start() + run.end())


def _spoken(words: Sequence[regex.Match[str]], written: Written) -> Iterator[Group]:
    """Number words in a row as groups of digits."""
    run: list[regex.Match[str]] = []
    for word in words:
        if run and not _SPOKEN_JOINT.fullmatch(written.lower[run[-1].end() : word.start()]):
            yield from _spoken_run(run)
            run = []
        run.append(word)
    yield from _spoken_run(run)


def _spoken_run(run: Sequence[regex.Match[str]]) -> Iterator[Group]:
    if len(run) == 1 and _values()[run[0][0]][0] in ("scales", "repeats"):
        return
    place = 0
    while place < len(run):
        digits, used, ordinal = _number([_values()[word[0]] for word in run[place : place + 7]])
        if digits:
            yield Group(
                digits,
                run[place].start(),
                run[place + used - 1].end(),
                spoken=True,
                ordinal=ordinal,
                alone=len(run) == 1,
            )
        place += used


def _number(said: Sequence[tuple[str, int]]) -> tuple[str, int, bool]:
    """The first number of some words: its digits, how many words it takes, whether it is an ordinal."""
    kind, value = said[0]
    if kind == "repeats":
        if len(said) > 1 and said[1][0] == "units":
            return str(said[1][1]) * value, 2, False
        return "", 1, False
    if kind == "scales":
        return "", 1, False
    if len(said) > 1 and said[1][0] == "scales" and kind != "ordinals":
        return _scaled(said)
    if kind == "tens" and len(said) > 1 and said[1][0] in ("units", "ordinals") and 0 < said[1][1] < 10:
        return str(value + said[1][1]), 2, said[1][0] == "ordinals"
    return str(value), 1, kind == "ordinals"


def _scaled(said: Sequence[tuple[str, int]]) -> tuple[str, int, bool]:
    """ "four thousand three hundred twenty": one number."""
    total, part, used = 0, 0, 0
    scale = 10_000
    while used < len(said):
        kind, value = said[used]
        following = said[used + 1] if used + 1 < len(said) else ("", 0)
        if kind == "scales":
            if value >= scale:
                break
            total, part, scale = total + (part or 1) * value, 0, value
        elif kind == "tens" and part == 0 and scale > 10 and (following[0] != "scales" or used == 0):
            part, scale = value, 10 if following[0] == "units" and following[1] else 1
        elif kind in ("units", "teens") and part % 10 == 0 and (part == 0 or part >= 20) and scale > 1:
            part += value
            scale = scale if following[0] == "scales" else 1
        else:
            break
        used += 1
    return str(total + part), used, False


def windows(
    groups: Sequence[Group], shortest: int, longest: int, *, phone: bool = False
) -> Iterator[tuple[str, int, int]]:
    """Digits of neighbouring joined groups, ``shortest`` to ``longest`` of them, with where they stand.

    No number begins or ends among digits that are told one by one, nor between groups that one sign holds
    together; but a ``phone`` number may stand behind a code and before an extension.
    """
    inner = [place > 0 and _goes_on(groups, place) for place in range(len(groups))] + [False]
    within = [*inner]
    if phone:
        inner = [one and not _is_code(groups, place) for place, one in enumerate(inner)]
        within = [
            one and not (groups[place].glued and 2 <= len(groups[place].digits) <= _LONGEST_EXTENSION)
            for place, one in enumerate(within[:-1])
        ] + [False]
    for first, group in enumerate(groups):
        if inner[first]:
            continue
        digits = group.digits
        last = first
        while True:
            if len(digits) > longest:
                break
            if len(digits) >= shortest and not within[last + 1]:
                yield digits, group.start, groups[last].end
            last += 1
            if last == len(groups) or not groups[last].joined:
                break
            digits += groups[last].digits


def _goes_on(groups: Sequence[Group], place: int) -> bool:
    """True if a group is the same number as the one before it beyond doubt."""
    one, other = groups[place - 1], groups[place]
    single = len(one.digits) == len(other.digits) == 1
    return other.glued or (other.joined and single)


def _is_code(groups: Sequence[Group], place: int) -> bool:
    """True if what is glued to the left of a group is a code of country or of access, three digits at most
    behind the zeros."""
    first, digits = place, ""
    while first > 0 and groups[first].glued and len(digits) <= _LONGEST_CODE:
        first -= 1
        digits = groups[first].digits + digits
    return len(digits) <= _LONGEST_CODE and digits.lstrip("0") in country_codes()


@cache
def country_codes() -> frozenset[str]:
    """Codes of countries (ITU-T E.164), and nothing at all."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return frozenset({"", *map(str, COUNTRY_CODE_TO_REGION_CODE)})


def runs(groups: Sequence[Group]) -> Iterator[tuple[str, int, int]]:
    """Digits that stand together as one number, as long as they go on."""
    first = 0
    for last in range(1, len(groups) + 1):
        if last == len(groups) or not groups[last].tight:
            part = groups[first:last]
            yield "".join(group.digits for group in part), part[0].start, part[-1].end
            first = last


def masked(written: Written, start: int, end: int) -> bool:
    """True if what stands at ``start:end`` continues in signs that hide: "***-**-4320"."""
    before, after = written.text[max(0, start - 24) : start], written.text[end : end + 24]
    return bool(_MASK_BEFORE.search(before) or _MASK_AFTER.match(after))


def named_as_part(written: Written, start: int, end: int) -> bool:
    """True if the words around ``start:end`` say that it is a part of a number ("ends in 4320")."""
    return bool(_parts().search(written.lower[max(0, start - 60) : end + 40]))


@cache
def _pieces() -> regex.Pattern[str]:
    return regex.compile(notation()["numbers"]["pieces"])


@cache
def _parts() -> regex.Pattern[str]:
    return regex.compile(notation()["numbers"]["parts"])
