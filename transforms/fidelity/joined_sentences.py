"""Sentences that a rewrite joined or parted, without saying anything else."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.fidelity.alignment import AUXILIARY, BE_OR_HAVE
from transforms.fidelity.attribute_clauses import ATTRIBUTE, attribute_words
from transforms.fidelity.counts import Block
from transforms.fidelity.tokens import THEY, Word, WordClasses

_STOPS = frozenset(",.;")
_DEFINITE = frozenset({"the", "this", "these"})


def moves_border(
    texts: tuple[str, str], old: Sequence[Word], new: Sequence[Word], block: Block, classes: WordClasses
) -> bool:
    """True if a block only moves the border of a sentence: ", wearing" -> ". They are wearing", ". It" ->
    ", and it". Nothing but "and", somebody already spoken of, be and have comes or goes, at a comma or full
    stop of ``texts`` (before and after)."""
    lost = [old[index] for index in block.lost]
    added = [new[index] for index in block.added]
    if not (_only_border(lost, classes) and _only_border(added, classes)):
        return False
    return _parted(texts[0], old, block.a0, block.a1) or _parted(texts[1], new, block.b0, block.b1)


def _only_border(words: Sequence[Word], classes: WordClasses) -> bool:
    definite = False
    for word in words:
        known = word.form in (THEY, ATTRIBUTE) or (definite and word.form in classes.somebody)
        definite = word.text in _DEFINITE
        if not (known or definite or word.text == "and" or word.form in AUXILIARY):
            return False
    return True


def _parted(text: str, words: Sequence[Word], first: int, last: int) -> bool:
    """True if a comma or a full stop stands before, within or behind words ``first:last``."""
    start = words[first - 1].end if first else 0
    end = words[last].start if last < len(words) else len(text)
    return not _STOPS.isdisjoint(text[start:end])


def joins(
    new: Sequence[Word], word: Word, block: Block, lost: frozenset[str] | set[str], classes: WordClasses
) -> bool:
    """True for an added word by which what a sentence said joins another: "He has a hat." -> "with a hat",
    "who has a hat", "wearing a hat" -> "and is wearing a hat"."""
    added = [new[index] for index in block.added]
    others = [one for one in added if one.text != "and"]
    if len(added) > len(others) and others and all(one.form in AUXILIARY for one in others):
        return True
    if word.text not in attribute_words().joiners or (word.text == "with" and not lost & BE_OR_HAVE):
        return False
    place = next(index for index, other in enumerate(new) if other is word)
    return THEY in lost or (word.text == "who" and place > 0 and new[place - 1].form in classes.somebody)
