"""Sentences that went whole although they tell no attribute: "He has only one eye." states something."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from transforms.fidelity.alignment import AUXILIARY
from transforms.fidelity.attribute_clauses import attribute_words
from transforms.fidelity.counts import Block, is_number
from transforms.fidelity.tokens import THEY, Word, WordClasses

_ENDS = frozenset(".!?\n")


def drops_statement(
    text: str, words: Sequence[Word], block: Block, gone: Sequence[bool], classes: WordClasses
) -> bool:
    """True if ``block`` only loses words of ``text``, among them a whole sentence that says of somebody what
    they have or how many they are. ``gone``: words that were to go; those of a pronoun tell nothing."""
    if block.added:
        return False
    start, stop = block.a0, block.a1
    while True:
        if any(
            _states(words, range(first, last), gone, classes)
            for first, last in _sentences(text, words, start, stop)
        ):
            return True
        # "He [has one eye. He] has a hat" is "[He has one eye.] He has a hat" as well.
        if start == 0 or words[start - 1].form != words[stop - 1].form:
            return False
        start, stop = start - 1, stop - 1


def _sentences(text: str, words: Sequence[Word], start: int, stop: int) -> list[tuple[int, int]]:
    """The sentences that lie within the words ``start`` to ``stop``."""
    bounds = [
        index
        for index in range(start, stop + 1)
        if index in (0, len(words)) or not _ENDS.isdisjoint(text[words[index - 1].end : words[index].start])
    ]
    return list(pairwise(bounds))


def _states(words: Sequence[Word], sentence: range, gone: Sequence[bool], classes: WordClasses) -> bool:
    subject = verb = thing = False
    for index in sentence:
        word = words[index]
        if word.form == THEY or word.form in classes.somebody:
            subject = subject or not verb
        elif gone[index] or word.text in attribute_words().telling:
            return False
        elif word.form in AUXILIARY:
            verb = verb or subject
        else:
            said = word.text in attribute_words().beside or word.text in classes.evidence
            thing = thing or (verb and (said or is_number(word, classes)))
    return thing
