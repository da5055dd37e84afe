"""Whether a rewrite leaves somebody out."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.fidelity.counts import Block, is_content, is_predicate, restated
from transforms.fidelity.tokens import THEY, Word, WordClasses


def leaves_out_somebody(
    old: Sequence[Word],
    block: Block,
    gone: Sequence[bool],
    spans: Sequence[tuple[int, int]],
    classes: WordClasses,
) -> bool:
    """True if a noun for somebody went and nobody came: not a mere modifier ("woman doctor"), nor part of a
    longer expression that was to go ("appears to be a woman"), nor people among people."""
    again = restated(old, block, classes)
    for index in block.lost:
        word = old[index]
        if (
            word.form not in classes.somebody
            or not gone[index]
            or (again is not None and index >= again[0] - 1)
        ):
            continue
        if index and old[index - 1].form in classes.somebody and gone[index - 1]:
            # "asian lady" -> "person"
            continue
        if is_predicate(old, index, gone, classes) or _is_named_elsewhere(old, block, index, classes):
            continue
        after = index + 1
        while after < len(old) and old[after].text in ("and", "or"):
            after += 1
        following = old[after] if after < len(old) else None
        modifies = following is not None and (
            gone[after] or following.form in classes.somebody or is_content(following, classes)
        )
        if index + 1 in block.lost and block.a1 < len(old) and gone[block.a1]:
            # "a woman, in her teens": the word that has the partner is another one that was to go.
            modifies = modifies or old[block.a1].form in classes.somebody
        among = any(old[before].text == "including" for before in range(block.a0, index))
        within = any(a <= word.start and word.end <= b and b - a > word.end - word.start for a, b in spans)
        if not (modifies or within or among):
            return True
    return False


_SAYING = frozenset({"is", "are", "was", "were", "has", "have", "had", "appears", "appear", "seems", "looks"})


def _is_named_elsewhere(old: Sequence[Word], block: Block, index: int, classes: WordClasses) -> bool:
    """True for the subject of what goes ("The man is stout." after "A man sits.") and for a guess."""
    before = [old[place].text for place in block.lost if place < index]
    if not classes.evidence_leads.isdisjoint(before):
        # "gray hair, suggesting he is an older man"
        return any(word.form == THEY or word.form in classes.somebody for word in old[: block.a0 + 1])
    if not classes.hedges.isdisjoint(before[-2:]):
        # "a person with red hair, likely a woman, smiles"
        return any(word.form in classes.somebody for word in old[: block.a0])
    definite = index > 0 and old[index - 1].text in ("the", "this") and index - 1 in block.lost
    says = index + 1 in block.lost and old[index + 1].text in _SAYING
    named = any(word.form == THEY or word.form in classes.somebody for word in old[: block.a0])
    return definite and says and named
