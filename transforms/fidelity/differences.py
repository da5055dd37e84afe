"""Explains every difference between a text and its rewrite, whoever wrote it, or objects to it.

A difference is explained if it neutralises: another word for somebody, a pronoun, agreement, an article, an
attribute that is told together with the words that hold it to its sentence, people counted together. Anything
else changes what the text says: a negation, a number, a colour, a place, a thing, or who does what (swapped
words are words lost in one place and added in another).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from transforms.fidelity.counts import Block, counts_agree, is_content, is_number
from transforms.fidelity.people_left_out import leaves_out_somebody
from transforms.fidelity.tokens import (
    PERSON,
    THEY,
    Word,
    WordClasses,
    with_ages_hidden,
    word_classes,
    words_of,
)
from transforms.fidelity.told import told_words


class Objection(StrEnum):
    """What a rewrite changed that it must not."""

    NEGATION = "negation"
    COUNT = "count"
    COLOUR = "colour"
    PLACE = "place"
    LOST = "content_lost"
    ADDED = "content_added"
    LENGTH = "length"
    GRAMMAR = "grammar"


@dataclass(frozen=True, slots=True)
class Judgement:
    """``objections`` are certain. ``doubts``: words that went and words no rule knows that stand in their
    place, so that only a comparison of meanings can tell. ``kept``: share of the other words that is still
    there, 0 to 1."""

    objections: frozenset[Objection]
    doubts: tuple[tuple[str, str], ...]
    kept: float

    @property
    def changes_meaning(self) -> bool:
        """True if the rewrite says something else; a slip of grammar alone does not."""
        return bool(self.objections - {Objection.GRAMMAR})


KEPT_JUDGEMENTS = 1024
"""Judgements that are remembered: the one that chose a rewrite is asked for again of the whole turn."""

SMOOTHING = 2
"""Words that every text is taken to keep: a loss weighs less where there are few words."""

_GAP = 2
_INITIAL = 3
"""Letters of the short words inside of names and addresses: "de", "van", "st"."""

_EVERYBODY_HAS = frozenset({"skin", "tone", "face", "features"})
_LIGHT = frozenset({"and", "or", "of", "a", "an", "the", "other", "one", "another", ","})
_COUNTING = frozenset({"a", "an", "of", "several", "many"})
_BETWEEN = frozenset({"a", "an", "the"})
_BE_OR_HAVE = frozenset({"§present_be", "§present_have", "§'s"})
_AUXILIARY = frozenset(
    {"§present_be", "§past_be", "§present_have", "§present_do", "§'s", "§infinitive", "§perfect"}
)
_NOT_BEFORE_VERB = frozenset(
    {"a", "an", "the", "this", "that", "these", "those", "my", "your", "our", "his", "her", "their", "its",
     "some", "many", "few", "several", "of", "with"}
)  # fmt: skip


def judge(before: str, after: str, told: Sequence[tuple[int, int]] | None = None) -> Judgement:
    """Compares any two texts. ``told``: spans of ``before`` that should go; None: whatever a word list of
    attributes knows. Pure and exact; a text compared with itself is kept whole."""
    return _judged(before, after, None if told is None else tuple(told))


@lru_cache(maxsize=KEPT_JUDGEMENTS)
def _judged(before: str, after: str, told: tuple[tuple[int, int], ...] | None) -> Judgement:
    if before == after:
        return Judgement(frozenset(), (), 1.0)
    new = words_of(after)
    old = with_ages_hidden(words_of(before), new)
    spans = told_words(before, old) if told is None else told
    gone = _covered(old, spans)
    classes = word_classes()
    found: set[Objection] = set()
    doubts: list[tuple[str, str]] = []
    lost = 0
    blocks, pairs = _blocks(old, new, gone)
    for block in blocks:
        if told is None:
            _mark_masked(old, new, block, gone, before)
        objections, unknown = _judge_block(old, new, block, gone, spans, classes)
        found |= objections
        if unknown:
            went = [old[index].text for index in block.lost if old[index].text not in classes.articles]
            doubts.append((" ".join(went), unknown))
        lost += sum(not gone[index] and is_content(old[index], classes) for index in block.lost)
    found |= set(_judge_pairs(old, new, pairs, gone, blocks, classes))
    hidden = sum(len(word.text) for word, covered in zip(old, gone, strict=True) if covered)
    found |= set(_judge_form(before, after, hidden))
    total = sum(not hidden and is_content(word, classes) for word, hidden in zip(old, gone, strict=True))
    kept = max(0.0, (total - lost + SMOOTHING) / (total + SMOOTHING))
    return Judgement(frozenset(found), tuple(doubts), min(1.0, kept))


def _covered(words: Sequence[Word], spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Which words a span touches."""
    if not spans:
        return [False] * len(words)
    ordered = sorted(spans)
    starts = [start for start, _ in ordered]
    reach: list[int] = []
    for _, end in ordered:
        reach.append(max(end, reach[-1]) if reach else end)
    covered = []
    for word in words:
        index = bisect_right(starts, word.end - 1) - 1
        covered.append(index >= 0 and reach[index] > word.start)
    return covered


def _blocks(
    old: Sequence[Word], new: Sequence[Word], gone: Sequence[bool]
) -> tuple[list[Block], list[tuple[int, int]]]:
    """Where the two differ, differences with nothing but light words between them together; and the pairs of
    words with one form."""
    a, b = [word.form for word in old], [word.form for word in new]
    head = 0
    while head < len(a) and head < len(b) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < len(a) - head and tail < len(b) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    pairs = [(index, index) for index in range(head)]
    blocks: list[Block] = []
    middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
    if middle_a or middle_b:
        for tag, a0, a1, b0, b1 in SequenceMatcher(None, middle_a, middle_b, autojunk=False).get_opcodes():
            a0, a1, b0, b1 = a0 + head, a1 + head, b0 + head, b1 + head
            if tag == "equal":
                pairs.extend(zip(range(a0, a1), range(b0, b1), strict=True))
                continue
            block = Block(a0, a1, b0, b1, list(range(a0, a1)), list(range(b0, b1)))
            last = blocks[-1] if blocks else None
            if (
                last
                and a0 - last.a1 <= _GAP
                and all(_is_light(old[i], gone[i], word_classes()) for i in range(last.a1, a0))
            ):
                blocks[-1] = Block(last.a0, a1, last.b0, b1, last.lost + block.lost, last.added + block.added)
            else:
                blocks.append(block)
    pairs.extend((len(a) - tail + index, len(b) - tail + index) for index in range(tail))
    return blocks, pairs


def _mark_masked(
    old: Sequence[Word], new: Sequence[Word], block: Block, gone: list[bool], before: str
) -> None:
    """Names, numbers and addresses in whose place nothing but a mask stands are taken for what it hides."""
    if any(new[index].text.startswith("[") for index in block.added):
        for index in block.lost:
            first = before[old[index].start]
            gone[index] = (
                gone[index] or first.isupper() or first.isdigit() or len(old[index].text) <= _INITIAL
            )


def _is_light(word: Word, gone: bool, classes: WordClasses) -> bool:
    somebody = word.form == THEY or word.form in classes.somebody
    return gone or somebody or word.form in _AUXILIARY or word.text in _LIGHT


def _judge_block(
    old: Sequence[Word],
    new: Sequence[Word],
    block: Block,
    gone: Sequence[bool],
    spans: Sequence[tuple[int, int]],
    classes: WordClasses,
) -> tuple[set[Objection], str]:
    """Objections to a block, and the words that no rule knows in the place of what is told."""
    told = any(gone[index] for index in range(block.a0, block.a1)) or any(
        0 <= index < len(old) and gone[index] for index in (block.a0 - 1, block.a1)
    )
    lost = [old[index] for index in block.lost if not gone[index] and not _is_described(old, index, gone)]
    added = [new[index] for index in block.added]
    if told:
        added = _without_fillers(added, _fillers(old, block, gone, classes))
    lost_forms = {old[index].form for index in block.lost}
    added_forms = {word.form for word in added}
    found: set[Objection] = set()
    unknown: list[str] = []
    counted = counts_agree(old, new, block, gone, classes)
    denied = _denials(old, block, gone, classes) + _evidence(old, block, gone, classes)
    for word in lost:
        objection = None if word in denied else _loss(word, told, counted, added_forms, classes)
        if objection is not None:
            found.add(objection)
    people_went = not lost_forms.isdisjoint(classes.somebody)
    someone = told or people_went or THEY in lost_forms
    for word in added:
        if word.text in classes.distinguishers and _before_person(new, word, classes.somebody):
            continue
        if people_went and word.text in classes.somebody_else:
            continue
        if word.text == "and" and _moved(old, new, "and"):
            # "a hat, a beard and blue eyes" -> "a hat and a beard"
            continue
        objection = _addition(word, someone, counted, lost_forms, classes)
        in_place = objection is Objection.ADDED and any(gone[index] for index in block.lost)
        if in_place and not _stands_elsewhere(word, old):
            unknown.append(word.text)
        elif objection is not None:
            found.add(objection)
    if counted is False:
        found.add(Objection.COUNT)
    if not (block.added or counted) and leaves_out_somebody(old, block, gone, spans, classes):
        found.add(Objection.LOST)
    return found, " ".join(unknown)


def _is_described(old: Sequence[Word], index: int, gone: Sequence[bool]) -> bool:
    """True for "skin" after what is told of it: without that it says nothing."""
    return index > 0 and gone[index - 1] and old[index].text in _EVERYBODY_HAS


def _denials(old: Sequence[Word], block: Block, gone: Sequence[bool], classes: WordClasses) -> list[Word]:
    """Negations that go together with the attribute that they deny: "isn't fat", "without a beard"."""
    lost = set(block.lost)
    found: list[Word] = []
    for index in block.lost:
        if old[index].text in classes.negations and not gone[index]:
            after = index + 1
            while after in lost and not gone[after] and old[after].text in _BETWEEN | classes.connectives:
                after += 1
            if after in lost and gone[after]:
                found.append(old[index])
    return found


def _evidence(old: Sequence[Word], block: Block, gone: Sequence[bool], classes: WordClasses) -> list[Word]:
    """What a guess that goes rests on: "of Thai descent, judging by her facial features"."""
    lost = [old[index] for index in block.lost if not gone[index]]
    lead = next((index for index in block.lost if old[index].text in classes.evidence_leads), None)
    if lead is None or not any(gone[index] for index in range(block.a0, block.a1)):
        return []
    known = classes.evidence | classes.evidence_leads
    return [word for word in lost if word.text in known and word.start >= old[block.a0].start]


def _loss(
    word: Word, told: bool, counted: bool | None, added: set[str], classes: WordClasses
) -> Objection | None:
    text = word.text
    if text in classes.articles:
        return None
    if text in classes.negations:
        return Objection.NEGATION
    if is_number(word, classes) and text not in classes.distinguishers:
        return None if counted else Objection.COUNT
    if word.form == THEY or word.form in classes.somebody:
        again = THEY in added or not added.isdisjoint(classes.somebody)
        return None if told or counted or again else Objection.LOST
    if word.form in _AUXILIARY and (
        told or word.form in added or (word.form in _BE_OR_HAVE and added & _BE_OR_HAVE)
    ):
        return None
    if told and (text in classes.connectives or text.endswith("ly") or text in classes.distinguishers):
        return None
    if counted and (text == "and" or text in classes.distinguishers):
        return None
    return _kind_of(text, classes) or Objection.LOST


def _addition(
    word: Word, someone: bool, counted: bool | None, lost: set[str], classes: WordClasses
) -> Objection | None:
    text = word.text
    if text in classes.articles:
        return None
    if text in classes.negations:
        return Objection.NEGATION
    if is_number(word, classes) and text not in classes.distinguishers:
        return None if counted else Objection.COUNT
    if word.form in classes.of_an_age:
        return None if counted or word.form in lost else Objection.ADDED
    if word.form in (PERSON, THEY, "§self") or text.startswith("["):
        return None if someone else Objection.ADDED
    if word.form in _AUXILIARY and (
        word.form in lost or (word.form in _BE_OR_HAVE and lost & _BE_OR_HAVE) or someone
    ):
        return None
    return _kind_of(text, classes) or Objection.ADDED


def _kind_of(text: str, classes: WordClasses) -> Objection | None:
    if text in classes.colours:
        return Objection.COLOUR
    return Objection.PLACE if text in classes.spatial else None


def _fillers(
    old: Sequence[Word], block: Block, gone: Sequence[bool], classes: WordClasses
) -> frozenset[tuple[str, ...]]:
    """What may be said in place of the attributes that ``block`` loses."""
    own = [classes.stand_ins.get(old[index].text) for index in block.lost if gone[index]]
    return classes.phrases.union(*(phrases for phrases in own if phrases))


def _without_fillers(added: list[Word], fillers: frozenset[tuple[str, ...]]) -> list[Word]:
    """``added`` without what is said in place of an attribute."""
    texts = [word.text for word in added]
    for start in range(len(texts)):
        for stop in range(min(len(texts), start + 6), start, -1):
            if tuple(texts[start:stop]) in fillers:
                # "of unstated age and build" joins two of them.
                ends = {phrase[-1] for phrase in fillers}
                while stop < len(texts) and (texts[stop] == "and" or texts[stop] in ends):
                    stop += 1
                return added[:start] + _without_fillers(added[stop:], fillers)
    return added


def _moved(old: Sequence[Word], new: Sequence[Word], text: str) -> bool:
    return sum(word.text == text for word in old) >= sum(word.text == text for word in new)


def _stands_elsewhere(word: Word, old: Sequence[Word]) -> bool:
    """True if the old text has the word too: it was moved to where an attribute stood."""
    return any(other.form == word.form for other in old)


def _before_person(new: Sequence[Word], word: Word, somebody: frozenset[str]) -> bool:
    position = next(index for index, other in enumerate(new) if other is word)
    return any(other.form in somebody for other in new[position + 1 : position + 3])


def _judge_pairs(
    old: Sequence[Word],
    new: Sequence[Word],
    pairs: Sequence[tuple[int, int]],
    gone: Sequence[bool],
    blocks: Sequence[Block],
    classes: WordClasses,
) -> Iterator[Objection]:
    """Words of one form but other letters: one or many, and an ending that only a verb may lose."""
    spoken_of = None
    for a, b in pairs:
        first, second = old[a], new[b]
        if first.text == second.text or first.form.startswith("§") is not second.form.startswith("§"):
            continue
        if first.form in classes.somebody:
            inside = any(block.a0 <= a < block.a1 or block.b0 <= b < block.b1 for block in blocks)
            near = any(abs(block.a0 - a) <= 1 or abs(block.a1 - a) <= 1 for block in blocks)
            # "a women", "two woman", "a group of woman"
            near = near or (a > 0 and (old[a - 1].text in _COUNTING or is_number(old[a - 1], classes)))
            if (first.text in classes.many) is not (second.text in classes.many) and not (inside or near):
                yield Objection.COUNT
        elif not first.form.startswith("§") and not gone[a]:
            if spoken_of is None:
                spoken_of = any(word.form == THEY for word in old)
            before = old[a - 1].text if a else ""
            is_noun = before in _NOT_BEFORE_VERB or before in classes.numbers or before.isdigit()
            if not (spoken_of and len(second.text) < len(first.text)) or is_noun:
                yield Objection.COUNT


_SLIPS = re.compile(
    r"\b([Tt]he|[Aa]n?|of|is|are|with|and|to|in|[Tt]heir|[Tt]hey) (?i:\1)\b"
    r"|\b[Aa] (?=[aeio]\w)|\b[Aa]n (?=[bcdfgjklmnpqrstvwxz]\w)"
    r"|\b[Tt]hey (?:is|was|has|does|doesn't|isn't|wasn't)\b"
    r"|\w [.,;](?=\s|$)|, ?,|\s\s|\b(?:an?|the|their|very) ?[.,;]"
    r"|\b(?:a|an|their) (?:and|or|is|are|with|in)\b"
)
"""What no good English has: a word doubled, the wrong article, "they is", a gap before a comma."""


def _judge_form(before: str, after: str, hidden: int) -> Iterator[Objection]:
    """``hidden``: letters of ``before`` that were to go."""
    if not after.strip() or not (len(before) - hidden) // 6 <= len(after) <= 3 * len(before) + 40:
        yield Objection.LENGTH
    if len(_SLIPS.findall(after)) > len(_SLIPS.findall(before)):
        yield Objection.GRAMMAR
