"""Names by their parts: given and family name in either order, with initials, titles, without accents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Final

import regex

from evaluation.mm_privacy.match_address import bare
from evaluation.mm_privacy.tiers import Reading, Sighting, Tier, TypeRules, one_edit
from evaluation.mm_privacy.written import Written, notation, read_written

_WORD: Final = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’´`](?!s\b)\p{L}[\p{L}\p{M}]*)?")
_BETWEEN: Final = regex.compile(r"[\s|*_~\"'`,;:=>+{}\[\]()/-]{0,24}")
_ADDRESS: Final = regex.compile(r"[\w.%+-]+\s?@\s?[\w.-]+")
_SENTENCE_START: Final = regex.compile(r"(?:^|[.!?:]\s+|\n)[\s*_#>\"'-]*$")
_UMLAUTS: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
_ENDS: Final = regex.compile(r"\s*(?:[.;:)|\"*<\n]|$)")
_FEW_WORDS: Final = 4
_LONGEST: Final = 6
_REACH: Final = 100
"""Characters over which given and family name may be told apart from each other."""
_SHORTEST_MISS: Final = 4
"""Letters of a word of a name of which one may be wrong: Roe is not a slip of Doe."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    capital: bool


def _tokens(written: Written) -> list[_Token]:
    covered = {place for one in _ADDRESS.finditer(written.text) for place in range(*one.span())}
    tokens = []
    for word in _WORD.finditer(written.text):
        if word.start() not in covered:
            said = _bare_name(word[0])
            if said:
                tokens.append(_Token(said, word.start(), word.end(), word[0][0].isupper()))
    return tokens


@lru_cache(maxsize=16384)
def _bare_name(word: str) -> str:
    return "".join(char for char in bare(word) if char.isalpha())


@cache
def _left_out() -> frozenset[str]:
    return frozenset(bare(word) for word in notation()["names"]["titles"])


@cache
def _words_of_labels() -> frozenset[str]:
    return frozenset(bare(word) for word in notation()["names"]["labels"])


@cache
def _roles() -> frozenset[str]:
    return frozenset(notation()["names"]["roles"]) | _left_out() | _words_of_labels()


@cache
def _particles() -> frozenset[str]:
    return frozenset(bare(word) for word in notation()["names"]["particles"])


@lru_cache(maxsize=8192)
def _parts(value: str) -> tuple[frozenset[str], ...]:
    """The words of a name, titles and initials left out, each in its ways of being spelled."""
    parts = []
    for word in _WORD.findall(read_written(value).text):
        said = _bare_name(word)
        if len(said) > 1 and said not in _left_out():
            spelled = "".join(_UMLAUTS.get(char, char) for char in word.lower())
            parts.append(frozenset({said, _bare_name(spelled)}))
    core = [part for part in parts if not part & _particles()]
    return tuple(core if len(core) > 1 else parts)


def name_forms(value: str) -> tuple[str, ...]:
    """All its words in alphabetical order, and of longer names the first and the last."""
    parts = _parts(value)
    chosen = [parts] if len(parts) < 3 else [parts, (parts[0], parts[-1])]
    return tuple(
        dict.fromkeys(" ".join(sorted(words)) for some in chosen for words in product(*map(sorted, some)))
    )


def name_readings(written: Written) -> Iterator[Reading]:
    """Two to six words in a row, titles, particles and initials left out."""
    for words in _runs(written):
        for first in range(len(words)):
            for last in range(first + 1, min(len(words), first + _LONGEST)):
                inner = words[first : last + 1]
                whole = " ".join(sorted(word.text for word in inner))
                yield Reading(whole, words[first].start, words[last].end)
                if 1 < last - first <= 3:
                    ends = " ".join(sorted((words[first].text, words[last].text)))
                    if all(word.capital for word in inner):
                        yield Reading(ends, words[first].start, words[last].end)


def _runs(written: Written) -> Iterator[list[_Token]]:
    """Words that nothing but blanks, commas, labels and the like separates."""
    run: list[_Token] = []
    end, between = 0, False
    for token in _tokens(written):
        gap = written.text[end : token.start]
        if run and not _BETWEEN.fullmatch(gap.replace(".", "") if between else gap):
            yield run
            run = []
        end, between = token.end, _is_left_out(token)
        if not between:
            run.append(token)
    if run:
        yield run


def _is_left_out(token: _Token) -> bool:
    """True for initials, titles, particles and words of labels."""
    if len(token.text) == 1 or token.text in _left_out() or token.text in _words_of_labels():
        return True
    return token.text in _particles() and not token.capital


def name_sightings(written: Written, gold: str) -> Iterator[Sighting]:
    """Where a text tells a name, or a part of it."""
    forms, parts = name_forms(gold), _parts(gold)
    for reading in name_readings(written):
        if reading.form in forms:
            yield Sighting(Tier.FULL, reading.form, reading.start, reading.end)
        elif any(_one_word_off(reading.form, form) for form in forms):
            yield Sighting(Tier.ONE_EDIT, reading.form, reading.start, reading.end)
    yield from _closed_up(written, gold)
    yield from _seen_parts(written, parts)


def _one_word_off(one: str, other: str) -> bool:
    """True if two names differ in one word, and this by one letter."""
    if abs(len(one) - len(other)) > 1 or not set(one.split()) & set(other.split()):
        return False
    left, right = Counter(one.split()), Counter(other.split())
    only, lacking = [*(left - right).elements()], [*(right - left).elements()]
    if len(only) != 1 or len(lacking) != 1 or max(len(only[0]), len(lacking[0])) < _SHORTEST_MISS:
        return False
    return only[0] not in _roles() and one_edit(only[0], lacking[0])


def _seen_parts(written: Written, parts: Sequence[frozenset[str]]) -> Iterator[Sighting]:
    """Given or family name by itself; all of them where each is introduced ("first name is ...")."""
    tokens = _tokens(written)
    seen: list[Sighting] = []
    for place, token in enumerate(tokens):
        if not any(token.text in part for part in parts) or not _is_a_name(written, token):
            continue
        if not _is_of_another(written, tokens, place, parts):
            seen.append(Sighting(Tier.PARTIAL, token.text, token.start, token.end))
    yield from seen
    if len(parts) < 2:
        return
    whole = " ".join(sorted(min(part) for part in parts))
    for place, first in enumerate(seen):
        near = [one for one in seen[place:] if one.end - first.start <= _REACH]
        introduced = any(
            _label_before().search(written.lower[max(0, one.start - 24) : one.start]) for one in near
        )
        if introduced and all(any(one.form in part for one in near) for part in parts):
            yield Sighting(Tier.FULL, whole, near[0].start, near[-1].end)
            return


@cache
def _label_before() -> regex.Pattern[str]:
    words = "|".join(map(regex.escape, notation()["names"]["labels"]))
    return regex.compile(rf"\b(?:{words})\b[^.!?\n]*$")


def _closed_up(written: Written, gold: str) -> Iterator[Sighting]:
    """ "JaneDoe", "Doe/Jane"."""
    for form in name_forms(gold):
        words: Sequence[str] = form.split()
        if len(words) == 2:
            for one, other in (words, words[::-1]):
                spaced = r"[ .-]".join(one) + r"[ .,_-]{1,3}" + r"[ .-]".join(other)
                for found in regex.finditer(rf"(?<!\p{{L}}){spaced}(?!\p{{L}})", bare_same_length(written)):
                    yield Sighting(Tier.FULL, form, found.start(), found.end())
                for found in regex.finditer(
                    rf"(?<!\p{{L}}){one}[/\\:]?{other}(?!\p{{L}})", bare_same_length(written)
                ):
                    yield Sighting(Tier.FULL, form, found.start(), found.end())


def bare_same_length(written: Written) -> str:
    """The text without case and accents, character by character."""
    return "".join(bare(char)[:1] or char for char in written.lower)


def _is_a_name(written: Written, token: _Token) -> bool:
    """True for a capitalised word that does not have its capital from the start of a sentence."""
    if len(token.text) < 2:
        return False
    before = written.text[max(0, token.start - 40) : token.start]
    after = written.text[token.end : token.end + 24]
    if written.short or _honorific().search(before.lower()):
        return True
    if not token.capital:
        return False
    return (
        not _SENTENCE_START.search(before)
        or regex.match(r"(?:['’]s|[,.;:!?\"*)]|$|\s\p{Lu})", after) is not None
    )


def _is_of_another(
    written: Written, tokens: Sequence[_Token], place: int, parts: Sequence[frozenset[str]]
) -> bool:
    """True if the word beside it makes another name of it: "John Doe" for Jane Doe."""
    before, start = place - 1, tokens[place]
    while before >= 0 and tokens[before].text in _particles() and _touch(written, tokens[before], start):
        before, start = before - 1, tokens[before]
    pairs = [(tokens[before], start)] if before >= 0 else []
    pairs += [(tokens[place], one) for one in tokens[place + 1 : place + 2]]
    for first, second in pairs:
        neighbour = second if first is tokens[place] else first
        beside = _make_one_name(written, first, second)
        if (
            beside
            and neighbour.capital
            and len(neighbour.text) > 1
            and neighbour.text not in _roles()
            and not any(neighbour.text in part for part in parts)
        ):
            return True
    return False


def _touch(written: Written, first: _Token, second: _Token) -> bool:
    return not written.text[first.end : second.start].strip(" ")


def _make_one_name(written: Written, first: _Token, second: _Token) -> bool:
    """True if two words stand beside each other as a name does: "John Doe", or all by itself "Doe, John"."""
    gap = written.text[first.end : second.start]
    if not gap.strip(" "):
        return True
    if gap.strip(" ") != ",":
        return False
    alone = len(written.text.split()) <= _FEW_WORDS or not _SENTENCE_START.search(
        written.text[max(0, first.start - 40) : first.start]
    )
    return alone and _ENDS.match(written.text, second.end) is not None


@cache
def _honorific() -> regex.Pattern[str]:
    return regex.compile(notation()["names"]["honorifics"])


NAME_RULES: Final = TypeRules(name_forms, name_readings, name_sightings)
