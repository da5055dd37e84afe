"""Clauses that tell nothing but an attribute: a rewrite may leave them out whole.

"He is muscular.", ", showcasing his well-defined biceps", "- **Gender:** Female". A clause that says anything
else, a thing, a colour, a place or somebody nobody spoke of before, must stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from transforms.fidelity.counts import is_number
from transforms.fidelity.tokens import THEY, Word, WordClasses, words_of
from transforms.tables import read_table
from transforms.text.lexicon import read_list

ATTRIBUTE = "§attribute"
"""The form of what stands for a whole clause."""

TIMEOUT_SECONDS = 2.0
_STOPS = frozenset(".;:!?\n*•–—()")
_SENTENCE_ENDS = frozenset(".!?\n")
_DEFINITE = frozenset({"the", "this", "that", "these", "those", "both", "his", "her", "their", "your", "my"})
_LINKS = frozenset({"§present_be", "§past_be", "§infinitive", "§perfect", "§'s"})
_SENTENCE = regex.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$)|\n|$)?")
_HAIR = frozenset({"hair", "hairs"})
_SEEMS = frozenset({"appears", "appear", "appeared", "appearing", "seems", "seem", "looks", "look"})
_OPENS_EXISTENCE = frozenset({"there", "here"})


@dataclass(frozen=True, slots=True)
class AttributeWords:
    """The lists of ``attribute_words.yaml``, all lower case. ``declining``: what a refusal says,
    ``refusal_words``: all that it may consist of."""

    openers: frozenset[str]
    showing: frozenset[str]
    telling: frozenset[str]
    of_hair: frozenset[str]
    beside: frozenset[str]
    joiners: frozenset[str]
    declining: regex.Pattern[str]
    refusal_words: frozenset[str]


@cache
def attribute_words() -> AttributeWords:
    """Reads package data only."""
    content = read_table("transforms.fidelity", "attribute_words.yaml")
    refusals = read_list("refusal_sentences")
    return AttributeWords(
        openers=frozenset(content["openers"]),
        showing=frozenset(content["showing"]),
        telling=frozenset(content["telling"]),
        of_hair=frozenset(content["of_hair"]),
        beside=frozenset([*content["beside"], *content["telling"]]),
        joiners=frozenset(content["joiners"]),
        declining=regex.compile(content["declining"], regex.IGNORECASE),
        refusal_words=frozenset([*content["refusal_words"], *content["telling"], *_texts(refusals)]),
    )


def _texts(content: Any) -> Iterator[str]:
    """The words of every text in a list, its source aside."""
    if isinstance(content, str):
        yield from (word.text for word in words_of(content))
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from _texts(value) if key != "source" else ()
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


def without_clauses(
    text: str,
    words: Sequence[Word],
    gone: Sequence[bool],
    kept: frozenset[int],
    classes: WordClasses,
    *,
    whole: bool,
) -> tuple[list[Word], list[bool]]:
    """``words`` and ``gone``, in place of each clause of ``text`` that tells nothing but an attribute and is
    no longer there a single word that is gone.

    ``kept``: words with a partner in the rewrite; ``gone``: those that were to go. ``whole``: only clauses
    none of whose words has a partner; otherwise function words may have found one elsewhere.
    """
    stay: list[Word] = []
    hidden: list[bool] = []
    for run in _runs(text, words, gone, kept, classes, whole=whole):
        first, last = run.first, run.last
        if run.tells:
            stay.append(
                words[first]._replace(text=ATTRIBUTE, form=ATTRIBUTE, end=words[last - 1].end, part=0)
            )
            hidden.append(True)
        else:
            stay.extend(words[first:last])
            hidden.extend(gone[first:last])
    return stay, hidden


@dataclass(frozen=True, slots=True)
class _Run:
    """Words ``first:last``: clauses of one sentence that go together. ``tells``: one of them tells an
    attribute, and none anything else; ``goes``: all are lost and none tells anything else."""

    first: int
    last: int
    goes: bool
    tells: bool


def _runs(
    text: str,
    words: Sequence[Word],
    gone: Sequence[bool],
    kept: frozenset[int],
    classes: WordClasses,
    *,
    whole: bool,
) -> list[_Run]:
    runs: list[_Run] = []
    for first, last in _clauses(text, words):
        clause = range(first, last)
        own = [index for index in clause if _is_own(words[index], gone[index], classes)]
        lost = kept.isdisjoint(own if own and not whole else clause)
        value = first > 0 and ":" in text[words[first - 1].end : words[first].start]
        told = _told(words, gone, clause, classes, value=value) if lost else None
        run = _Run(first, last, told is not None, bool(told))
        before = runs[-1] if runs else None
        if before and before.goes and run.goes and not _opens_sentence(text, words, first):
            runs[-1] = _Run(before.first, last, True, before.tells or run.tells)
        else:
            runs.append(run)
    return runs


def _opens_sentence(text: str, words: Sequence[Word], index: int) -> bool:
    """True behind a full stop or in a new line; what stands behind its heading belongs to that."""
    between = text[words[index - 1].end : words[index].start]
    return not _SENTENCE_ENDS.isdisjoint(between if ":" not in between else between.split(":", 1)[0])


def _clauses(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """First word and the one behind the last of each stretch between stops, commas and opening words."""
    openers = attribute_words().openers
    bounds = [0]
    for index in range(1, len(words)):
        between = text[words[index - 1].end : words[index].start]
        stops = "," in between or not _STOPS.isdisjoint(between)
        opens = words[index].text in openers and words[index - 1].text not in openers
        # "his arms are flexed | to show the biceps"
        follows = words[index + 1].text if index + 1 < len(words) else ""
        opens = opens or (words[index].text == "to" and follows in attribute_words().showing)
        if not words[index].part and (stops or opens):
            bounds.append(index)
    return list(zip(bounds, [*bounds[1:], len(words)], strict=True)) if words else []


def _is_own(word: Word, gone: bool, classes: WordClasses) -> bool:
    known = attribute_words()
    told = gone and word.form != THEY and word.form not in classes.somebody
    return (told and word.text not in known.of_hair) or word.text in known.telling


def _told(
    words: Sequence[Word], gone: Sequence[bool], clause: range, classes: WordClasses, *, value: bool
) -> bool | None:
    """Whether a clause tells an attribute; None if it tells anything else. ``value``: it stands behind a
    heading ("Gender: female")."""
    telling = linked = False
    for index in clause:
        word = words[index]
        somebody = word.form != THEY and _names(word, classes)
        if (
            somebody
            and not value
            and not _is_known(words, clause.start, index, linked=linked, classes=classes)
        ):
            return None
        if _is_own(word, gone[index], classes) or (somebody and linked and gone[index]):
            telling = True
        elif (
            word.text in _HAIR
            and index > clause.start
            and _is_own(words[index - 1], gone[index - 1], classes)
        ):
            continue  # "white hair"
        elif not (somebody or _says_nothing(word, gone[index], classes)):
            return None
        linked = linked or word.form in _LINKS or word.text in _SEEMS
    return telling


def _says_nothing(word: Word, gone: bool, classes: WordClasses) -> bool:
    return (
        gone
        or word.form.startswith("§")
        or word.text in attribute_words().beside
        or word.text in attribute_words().openers
        or word.text in classes.connectives
        or word.text in classes.articles
        or word.text in classes.negations
        or word.text in classes.distinguishers
        or word.text.endswith("ly")
        or is_number(word, classes)
    )


def _is_known(words: Sequence[Word], first: int, index: int, *, linked: bool, classes: WordClasses) -> bool:
    """True for somebody whom an earlier clause named, whose part is spoken of, or who the subject is said to
    be."""
    if linked:
        there = words[first].text in _OPENS_EXISTENCE
        return not there and any(_names(word, classes) for word in words[:index])
    if not any(word.text in _DEFINITE for word in words[max(first, index - 2) : index]):
        return False
    owns = index + 1 < len(words) and words[index + 1].form == "§'s"
    return owns or any(_names(word, classes) for word in words[:first])


def _names(word: Word, classes: WordClasses) -> bool:
    return word.form == THEY or word.form in classes.somebody or word.text in classes.somebody_else


def without_refusals(before: str, after: str, words: Sequence[Word]) -> list[Word]:
    """``words`` of ``after`` without those of its new sentences that decline to tell something."""
    spans = [
        match.span()
        for match in _SENTENCE.finditer(after, timeout=TIMEOUT_SECONDS)
        if match.group().strip() not in before and _declines(match.group())
    ]
    return [word for word in words if not any(start <= word.start < end for start, end in spans)]


def _declines(sentence: str) -> bool:
    known = attribute_words()
    return known.declining.search(sentence, timeout=TIMEOUT_SECONDS) is not None and all(
        word.text in known.refusal_words for word in words_of(sentence)
    )
