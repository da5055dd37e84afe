"""What tells an attribute, by word lists and patterns alone: for a rewrite that nobody gave findings for.

A gate that does not know what had to go would object to every neutral rewrite. It must not take a thing's
colour or size for an attribute either, so a word that is said of things too counts only beside its noun.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import regex

from transforms.fidelity.tokens import THEY, Word, WordClasses, biometric, word_classes, words_of
from transforms.tables import read_table
from transforms.text.lexicon import Head, LexiconEntry, WordRole, load_lexicon, load_looks, load_people_words

TIMEOUT_SECONDS = 2.0
_REACH = 5
"""Words between an adjective and the noun that it belongs to."""

_SUBJECT = 4
_CLAUSE_ENDS = frozenset(".;:!?\n")


@dataclass(frozen=True, slots=True)
class TellingWords:
    """Expressions are words, by their first.

    ``sure``: expressions that tell an attribute wherever they stand; ``headed``: with the nouns, for people
    and their parts, that they must belong to; ``of_build``: nouns that go with what is told of them;
    ``of_things``: parts that things have too, if no ``bodily`` word is said of them; ``links`` stand between
    somebody and what is said of them; no adjective reaches its noun over ``between``; ``patterns``:
    ``told_patterns`` of ``words.yaml``.
    """

    sure: Mapping[str, frozenset[tuple[str, ...]]]
    headed: Mapping[str, Mapping[tuple[str, ...], frozenset[str]]]
    of_build: frozenset[str]
    of_things: frozenset[str]
    bodily: frozenset[str]
    links: frozenset[str]
    between: frozenset[str]
    patterns: tuple[regex.Pattern[str], ...]


@cache
def telling_words() -> TellingWords:
    """Reads package data only."""
    content = read_table("transforms.fidelity", "words.yaml")
    classes, looks = word_classes(), load_looks()
    named = {**content["told_lists"], "eyes": looks.eyes, "skin": looks.skin, "tones": looks.skin_tones}
    named["race"] = _race_words()
    sure: dict[str, set[tuple[str, ...]]] = {}
    headed: dict[str, dict[tuple[str, ...], frozenset[str]]] = {}
    of_build: set[str] = set()
    people = load_people_words().person
    parts = people | looks.face | looks.skin | looks.body
    lexicon = load_lexicon(biometric(), True)
    for entry in (*lexicon.words.values(), *lexicon.phrases.values()):
        surface = tuple(word.text for word in words_of(entry.surface) if not word.part)
        if entry.role is WordRole.BUILD:
            of_build.add(surface[-1])
        elif _is_sure(entry, classes):
            sure.setdefault(surface[0], set()).add(surface)
        elif surface:
            of_things = entry.surface in classes.colours
            headed.setdefault(surface[0], {})[surface] = people | looks.skin if of_things else parts
    for colours, part in ((looks.skin_tones, looks.skin), (content["told_lists"]["eye_colors"], looks.eyes)):
        for colour in colours:
            own = headed.setdefault(colour, {})
            own[(colour,)] = own.get((colour,), frozenset()) | part
    return TellingWords(
        sure={first: frozenset(surfaces) for first, surfaces in sure.items()},
        headed=headed,
        of_build=frozenset(of_build),
        of_things=looks.body_of_things,
        bodily=looks.bodily,
        links=frozenset(content["told_links"]),
        between=frozenset(content["told_between"]),
        patterns=tuple(
            regex.compile(pattern, regex.IGNORECASE, ignore_unused=True, **named)
            for pattern in content["told_patterns"]
        ),
    )


def _race_words() -> frozenset[str]:
    words = load_lexicon(frozenset({"biometric.race"}), False).words
    return frozenset(words) - word_classes().colours


def _is_sure(entry: LexiconEntry, classes: WordClasses) -> bool:
    if entry.role is not WordRole.ADJECTIVE:
        return True
    return entry.head is Head.PERSON and entry.surface not in classes.colours


def told_words(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Spans of ``text`` that tell an attribute. ``words``: ``words_of(text)``."""
    telling, classes = telling_words(), word_classes()
    whole = [word for word in words if not word.part]
    spans = [(word.start, word.end) for word in whole if word.text in classes.told]
    for index, word in enumerate(whole):
        for surface in telling.sure.get(word.text, ()):
            if _stands(whole, index, surface):
                spans.append((word.start, whole[index + len(surface) - 1].end))
        for surface, nouns in telling.headed.get(word.text, {}).items():
            stop = index + len(surface)
            if _stands(whole, index, surface) and _belongs(text, whole, index, stop, nouns, telling):
                spans.append((word.start, whole[stop - 1].end))
    for pattern in telling.patterns:
        spans.extend(match.span() for match in pattern.finditer(text, timeout=TIMEOUT_SECONDS))
    spans.extend(_builds(whole, spans, telling))
    return spans


def _stands(words: Sequence[Word], index: int, surface: tuple[str, ...]) -> bool:
    return tuple(word.text for word in words[index : index + len(surface)]) == surface


def _belongs(
    text: str,
    words: Sequence[Word],
    start: int,
    stop: int,
    nouns: frozenset[str],
    telling: TellingWords,
) -> bool:
    """True if ``words[start:stop]`` stand before a fitting noun, or are said of one."""
    bodily = words[stop - 1].text in telling.bodily
    for index in range(stop, min(len(words), stop + _REACH)):
        if _ends_clause(text, words[index - 1], words[index]) or words[index].text in telling.between:
            break
        noun = words[index].text
        if noun in nouns and (noun not in telling.of_things or bodily or _is_owned(words, start)):
            return True
    link = start - 1
    while link > max(0, start - _REACH) and words[link].text not in telling.links:
        if _ends_clause(text, words[link], words[link + 1]) or words[link].text in telling.between:
            return False
        link -= 1
    if link < 0 or words[link].text not in telling.links:
        return False
    subject = words[max(0, link - _SUBJECT) : link]
    return any(word.text in nouns or word.form == THEY for word in subject)


def _is_owned(words: Sequence[Word], index: int) -> bool:
    """True if a word for an owner stands shortly before: "his broad, strong back", "a man's back"."""
    return any(word.form in (THEY, "§'s") for word in words[max(0, index - _SUBJECT) : index])


def _ends_clause(text: str, one: Word, other: Word) -> bool:
    return not _CLAUSE_ENDS.isdisjoint(text[one.end : other.start])


def _builds(
    words: Sequence[Word], spans: Sequence[tuple[int, int]], telling: TellingWords
) -> Iterator[tuple[int, int]]:
    """Nouns for a build right after what is told of it."""
    ends = {end for _, end in spans}
    for one, other in pairwise(words):
        if other.text in telling.of_build and one.end in ends:
            yield other.start, other.end
