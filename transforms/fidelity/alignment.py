"""Where a text and its rewrite differ: words with a partner, and the differences between them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from transforms.fidelity.counts import Block
from transforms.fidelity.tokens import THEY, Word, WordClasses, word_classes

_GAP = 2
_LIGHT = frozenset({"and", "or", "of", "a", "an", "the", "other", "one", "another", ","})
BE_OR_HAVE = frozenset({"§present_be", "§present_have", "§'s"})
AUXILIARY = frozenset(
    {"§present_be", "§past_be", "§present_have", "§present_do", "§'s", "§infinitive", "§perfect"}
)


def align(
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


def _is_light(word: Word, gone: bool, classes: WordClasses) -> bool:
    somebody = word.form == THEY or word.form in classes.somebody
    return gone or somebody or word.form in AUXILIARY or word.text in _LIGHT
