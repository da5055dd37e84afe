"""Objections to the form of a rewrite: endings that changed a number, and what no good English has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from transforms.fidelity.counts import GROUPS, Block, is_number
from transforms.fidelity.objections import Objection
from transforms.fidelity.tokens import THEY, Word, WordClasses

_COUNTING = frozenset({"a", "an", "of", "several", "many"})
_NOT_BEFORE_VERB = frozenset(
    {"a", "an", "the", "this", "that", "these", "those", "my", "your", "our", "his", "her", "their", "its",
     "some", "many", "few", "several", "of", "with"}
)  # fmt: skip


def judge_endings(
    old: Sequence[Word],
    new: Sequence[Word],
    pairs: Sequence[tuple[int, int]],
    gone: Sequence[bool],
    blocks: Sequence[Block],
    classes: WordClasses,
) -> Iterator[int]:
    """Words of the old text that became one or many, or lost an ending that only a verb may lose."""
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
                yield a
        elif not first.form.startswith("§") and not gone[a]:
            if spoken_of is None:
                spoken_of = any(word.form == THEY for word in (*old, *new))
            before = old[a - 1].text if a else ""
            is_noun = (
                before in _NOT_BEFORE_VERB
                or (before in classes.numbers and before not in GROUPS)
                or before.isdigit()
            )
            if not ((spoken_of or before in GROUPS) and len(second.text) < len(first.text)) or is_noun:
                yield a


_SLIPS = re.compile(
    r"\b([Tt]he|[Aa]n?|of|is|are|with|and|to|in|[Tt]heir|[Tt]hey) (?i:\1)\b"
    r"|\b[Aa] (?=[aeio]\w)|\b[Aa]n (?=[bcdfgjklmnpqrstvwxz]\w)"
    r"|\b[Tt]hey (?:is|was|has|does|doesn't|isn't|wasn't|(?:are|were)n['’]t they)\b"
    r"|\w [.,;](?=\s|$)|, ?,|\s\s|\b(?:an?|the|their|very) ?[.,;]"
    r"|\b(?:a|an|their) (?:and|or|is|are|with|in)\b"
)
"""What no good English has: a word doubled, the wrong article, "they is", a gap before a comma."""


def judge_form(before: str, after: str, hidden: int) -> Iterator[Objection]:
    """A text emptied, cut or swollen, and new slips of grammar. ``hidden``: letters that were to go."""
    if not after.strip() or not (len(before) - hidden) // 6 <= len(after) <= 3 * len(before) + 40:
        yield Objection.LENGTH
    if len(_SLIPS.findall(after)) > len(_SLIPS.findall(before)):
        yield Objection.GRAMMAR
