"""Explains every difference between a text and its rewrite, whoever wrote it, or objects to it.

A difference is explained if it neutralises: another word for somebody, a pronoun, agreement, an article, an
attribute that is told together with the words that hold it to its sentence, people counted together. Anything
else changes what the text says: a negation, a number, a colour, a place, a thing, or who does what (swapped
words are words lost in one place and added in another).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from transforms.fidelity.alignment import AUXILIARY, BE_OR_HAVE, align
from transforms.fidelity.attribute_clauses import without_clauses, without_refusals
from transforms.fidelity.counts import NEAR, Block, counts_agree, is_content, is_number
from transforms.fidelity.dropped_sentences import drops_statement
from transforms.fidelity.endings import judge_endings, judge_form
from transforms.fidelity.joined_sentences import joins, moves_border
from transforms.fidelity.objections import Objection
from transforms.fidelity.people_left_out import leaves_out_somebody
from transforms.fidelity.tokens import (
    PERSON,
    THEY,
    Word,
    WordClasses,
    base,
    with_ages_hidden,
    word_classes,
    words_of,
)
from transforms.fidelity.told import told_words


@dataclass(frozen=True, slots=True)
class Judgement:
    """``objections`` are certain. ``doubts``: words that went and words no rule knows that stand in their
    place, so that only a comparison of meanings can tell. ``kept``: share of the other words that is still
    there, 0 to 1. ``places``: characters of the old text where something was objected to or is in doubt."""

    objections: frozenset[Objection]
    doubts: tuple[tuple[str, str], ...]
    kept: float
    places: tuple[tuple[int, int], ...] = ()

    @property
    def changes_meaning(self) -> bool:
        """True if the rewrite says something else; a slip of grammar alone does not."""
        return bool(self.objections - {Objection.GRAMMAR})


KEPT_JUDGEMENTS = 1024
"""Judgements that are remembered: the one that chose a rewrite is asked for again of the whole turn."""

SMOOTHING = 2
"""Words that every text is taken to keep: a loss weighs less where there are few words."""

_INITIAL = 3
"""Letters of the short words inside of names and addresses: "de", "van", "st"."""

_EVERYBODY_HAS = frozenset({"skin", "tone", "face", "features"})
_BETWEEN = frozenset({"a", "an", "the"})


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
    pair = _Pair(before, after, spans, unasked=told is None)
    first, kept = _compare(pair, old, new, gone)
    if not (first.changes_meaning or first.doubts):
        return first
    if told:
        # What else tells an attribute may go with what was to go: "with a [white beard]".
        gone = _covered(old, [*spans, *told_words(before, old)])
    for whole in (True, False):
        stays, hidden = without_clauses(before, old, gone, kept, word_classes(), whole=whole)
        said = without_refusals(before, after, new)
        if told or len(stays) < len(old) or len(said) < len(new):
            again, _ = _compare(pair, stays, said, hidden)
            if not (again.changes_meaning or again.doubts):
                return again
    return first


@dataclass(frozen=True, slots=True)
class _Pair:
    """``spans``: what should go; ``unasked``: nobody said what."""

    before: str
    after: str
    spans: Sequence[tuple[int, int]]
    unasked: bool


def _compare(
    pair: _Pair, old: Sequence[Word], new: Sequence[Word], hidden: Sequence[bool]
) -> tuple[Judgement, frozenset[int]]:
    """The judgement, and the words of ``old`` that have a partner."""
    gone = list(hidden)
    classes = word_classes()
    found: set[Objection] = set()
    doubts: list[tuple[str, str]] = []
    places: list[tuple[int, int]] = []
    lost = 0
    blocks, pairs = align(old, new, gone)
    before: Block | None = None
    for block in blocks:
        if pair.unasked:
            _mark_masked(old, new, block, gone, pair.before)
        lost_before = {old[i].form for i in before.lost} if before and block.a0 - before.a1 <= NEAR else set()
        objections, unknown = _judge_block(old, new, block, gone, pair, lost_before, classes)
        before = block
        if drops_statement(pair.before, old, block, gone, classes):
            objections.add(Objection.LOST)
        found |= objections
        if objections or unknown:
            places.append(_place(old, block))
        if unknown:
            went = [old[index].text for index in block.lost if old[index].text not in classes.articles]
            doubts.append((" ".join(went), unknown))
        lost += sum(not gone[index] and is_content(old[index], classes) for index in block.lost)
    for index in judge_endings(old, new, pairs, gone, blocks, classes):
        found.add(Objection.COUNT)
        places.append((old[index].start, old[index].end))
    letters = sum(word.end - word.start for word, covered in zip(old, gone, strict=True) if covered)
    found |= set(judge_form(pair.before, pair.after, letters))
    total = sum(not hidden and is_content(word, classes) for word, hidden in zip(old, gone, strict=True))
    share = max(0.0, (total - lost + SMOOTHING) / (total + SMOOTHING))
    judged = Judgement(frozenset(found), tuple(doubts), min(1.0, share), tuple(places))
    return judged, frozenset(index for index, _ in pairs)


def _place(old: Sequence[Word], block: Block) -> tuple[int, int]:
    """The old words of a block; where it only adds, the words on either side."""
    first, last = (block.a0, block.a1) if block.a1 > block.a0 else (max(0, block.a0 - 1), block.a0 + 1)
    words = old[first:last]
    return (words[0].start, words[-1].end) if words else (0, 0)


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


def _judge_block(
    old: Sequence[Word],
    new: Sequence[Word],
    block: Block,
    gone: Sequence[bool],
    pair: _Pair,
    lost_before: set[str],
    classes: WordClasses,
) -> tuple[set[Objection], str]:
    """Objections to a block, and the words that no rule knows in the place of what is told. ``lost_before``:
    forms lost a few words earlier."""
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
    border = moves_border((pair.before, pair.after), old, new, block, classes)
    denied = _denials(old, block, gone, classes) + _evidence(old, block, gone, classes)
    for word in lost:
        if word in denied:
            continue
        explained = _may_go(word, told, counted, added_forms, classes)
        explained = explained or border or _same_verb(word, added)
        objection = _objection(word, explained, counted, Objection.LOST, classes)
        if objection is not None:
            found.add(objection)
    people_went = not lost_forms.isdisjoint(classes.somebody)
    someone = told or people_went or THEY in lost_forms
    for word in added:
        if word.text in classes.distinguishers and (told or _before_person(new, word, classes.somebody)):
            continue
        if people_went and word.text in classes.somebody_else:
            continue
        if word.text == "and" and _moved(old, new, "and"):
            # "a hat, a beard and blue eyes" -> "a hat and a beard"
            continue
        explained = _may_come(word, someone, counted, lost_forms | (lost_before & BE_OR_HAVE), classes)
        explained = explained or border or joins(new, word, block, lost_forms, classes)
        explained = explained or _same_verb(word, lost)
        objection = _objection(word, explained, counted, Objection.ADDED, classes)
        in_place = objection is Objection.ADDED and any(gone[index] for index in block.lost)
        if in_place and not _stands_elsewhere(word, old):
            unknown.append(word.text)
        elif objection is not None:
            found.add(objection)
    if counted is False:
        found.add(Objection.COUNT)
    if not (block.added or counted) and leaves_out_somebody(old, block, gone, pair.spans, classes):
        found.add(Objection.LOST)
    return found, " ".join(unknown)


def _is_described(old: Sequence[Word], index: int, gone: Sequence[bool]) -> bool:
    """True for "skin" after what is told of it: without that it says nothing."""
    before = old[index - 1] if index else None
    told = before is not None and gone[index - 1] and before.form != THEY
    return told and old[index].text in _EVERYBODY_HAS


def _denials(old: Sequence[Word], block: Block, gone: Sequence[bool], classes: WordClasses) -> list[Word]:
    """Negations that go together with the attribute that they deny: "isn't fat", "without a beard"."""
    lost = set(block.lost)
    found: list[Word] = []
    for index in block.lost:
        if old[index].text in classes.negations and not gone[index]:
            after = index + 1
            while after in lost and not gone[after] and old[after].text in _BETWEEN | classes.connectives:
                after += 1
            # "has no [beard, no] hat" is aligned in place of "has [no beard,] no hat".
            turned = index == block.a1 - 1 and block.a0 and old[block.a0 - 1].text == old[index].text
            if (after in lost and gone[after]) or (turned and all(gone[block.a0 : index])):
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


def _objection(
    word: Word, explained: bool, counted: bool | None, otherwise: Objection, classes: WordClasses
) -> Objection | None:
    """What is wrong with a word lost or added. Articles never are, negations always, numbers unless people
    are counted together; any other word unless it is ``explained``."""
    if word.text in classes.articles:
        return None
    if word.text in classes.negations:
        return Objection.NEGATION
    if is_number(word, classes) and word.text not in classes.distinguishers:
        return None if counted else Objection.COUNT
    if explained:
        return None
    if word.text in classes.colours:
        return Objection.COLOUR
    return Objection.PLACE if word.text in classes.spatial else otherwise


def _may_go(word: Word, told: bool, counted: bool | None, added: set[str], classes: WordClasses) -> bool:
    if word.form == THEY or word.form in classes.somebody:
        return told or bool(counted) or THEY in added or not added.isdisjoint(classes.somebody)
    if word.form in AUXILIARY and (told or _agrees(word.form, added)):
        return True
    if word.text in classes.distinguishers:
        return told or bool(counted)
    if counted and word.text == "and":
        return True
    return told and (word.text in classes.connectives or word.text.endswith("ly"))


def _may_come(word: Word, someone: bool, counted: bool | None, lost: set[str], classes: WordClasses) -> bool:
    if word.form in classes.of_an_age:
        return bool(counted) or word.form in lost
    if word.form in (PERSON, THEY, "§self") or word.text.startswith("["):
        return someone
    return word.form in AUXILIARY and (someone or _agrees(word.form, lost))


def _same_verb(word: Word, others: Sequence[Word]) -> bool:
    """ "They pose" for "He is posing", "and standing" for "and stands"."""
    return any(word.text != other.text and base(word.text) == base(other.text) for other in others)


def _agrees(form: str, others: set[str]) -> bool:
    return form in others or (form in BE_OR_HAVE and bool(others & BE_OR_HAVE))


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
                ends = {phrase[-1] for phrase in fillers if phrase[0] == "of"}
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
