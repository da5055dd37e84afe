"""How many people a text counts, before and after some of them are counted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transforms.fidelity.tokens import THEY, Word, WordClasses

NEAR = 3
"""Words beside a change within which the people stand that a number counts."""


@dataclass(slots=True)
class Block:
    """Words ``a0:a1`` of the old text stand where ``b0:b1`` of the new do; ``lost`` and ``added`` are those
    that have no partner."""

    a0: int
    a1: int
    b0: int
    b1: int
    lost: list[int]
    added: list[int]


def counts_agree(
    old: Sequence[Word], new: Sequence[Word], block: Block, gone: Sequence[bool], classes: WordClasses
) -> bool | None:
    """Whether as many people are counted after as before; None where the block counts nobody.

    "two men and a woman" is three, "a man and a woman" two; a plural without a number may be any number.
    """
    changed = [old[i] for i in block.lost] + [new[i] for i in block.added]
    stated = [old[i] for i in block.lost if not gone[i]] + [new[i] for i in block.added]
    numbers = any(is_number(word, classes) and word.text not in classes.distinguishers for word in stated)
    joined = any(word.text in ("and", "with") for word in stated) and any(
        word.form in classes.somebody for word in changed
    )
    if not numbers and not joined:
        return None
    a0, a1, b0, b1 = _reach(old, new, block, classes)
    described = [
        i
        for i in range(a0, a1)
        if i in block.lost and (is_predicate(old, i, gone, classes) or _is_subject_again(old, i, classes))
    ]
    before = people_in([old[i] for i in range(a0, a1) if i not in described], classes)
    after = people_in(new[b0:b1], classes)
    if before is None or after is None:
        return not numbers or None
    if not before and not after and described and not numbers:
        return None
    if before == after or (before == 0 and not numbers):
        return before == after != 0 or None
    # "three children, one girl and two boys": what goes says again who they are.
    again = restated(old, block, classes)
    if again is not None:
        start, stop = again
        return people_in(old[max(0, start - NEAR) : start], classes) == people_in(old[start:stop], classes)
    repeats = not block.added and old[block.a0].text not in ("and", "or")
    said = people_in(old[max(0, block.a0 - NEAR) : block.a0], classes)
    if said == 0 and block.a0 > 1 and is_number(old[block.a0 - 2], classes):
        # "two cyclists, one male and one female"
        said = classes.numbers.get(old[block.a0 - 2].text, 0)
    return repeats and said == people_in(old[block.a0 : block.a1], classes)


_OPENS_APPOSITION = frozenset({"a", "an", "likely", "possibly", "presumably", "perhaps", "probably", "maybe",
                               "mostly", "mainly"})  # fmt: skip


def restated(old: Sequence[Word], block: Block, classes: WordClasses) -> tuple[int, int] | None:
    """The words that only say again who somebody is: "the vendor, a man", "others, likely children".

    None if nothing of the kind goes. Either noun may be the one that has a partner in the new text.
    """
    if block.added:
        return None
    lost = set(block.lost)
    for start in range(max(1, block.a0), block.a1):
        if old[start - 1].form not in classes.somebody:
            continue
        if not (old[start].text in _OPENS_APPOSITION or is_number(old[start], classes)):
            continue
        if lost.issuperset(range(start, block.a1)):
            ends_with_somebody = block.a1 < len(old) and old[block.a1].form in classes.somebody
            shifted = start - 1 in lost and ends_with_somebody
            return start, block.a1 + (1 if shifted else 0)
    return None


GROUPS = frozenset({"couple", "trio"})
"""Words for so many people where no "of" follows."""

_LINKS = frozenset({"§present_be", "§past_be", "§infinitive", "§'s"})
_SUBJECT = 6
_EXISTENCE = frozenset({"there", "here", "this", "it"})


def is_predicate(old: Sequence[Word], index: int, gone: Sequence[bool], classes: WordClasses) -> bool:
    """True for a noun that says what somebody already named is: "the person on the left is a young man"."""
    if old[index].form not in classes.somebody:
        return False
    link = index - 1
    while link >= 0 and link > index - _SUBJECT and old[link].form not in _LINKS:
        word = old[link]
        if not (gone[link] or word.text in classes.articles or word.text in classes.hedges):
            return False
        link -= 1
    if link < 0 or old[link].form not in _LINKS:
        return False
    subject = old[max(0, link - _SUBJECT) : link]
    named = any(word.form == "§they" or word.form in classes.somebody for word in subject)
    return named and subject[-1].text not in _EXISTENCE


def _is_subject_again(old: Sequence[Word], index: int, classes: WordClasses) -> bool:
    """True for "the man" of a sentence about somebody named before it: "He has a hat. The man is tall."."""
    if index < 2 or index + 1 == len(old) or old[index].form not in classes.somebody:
        return False
    alone = old[index - 1].text in ("the", "this") and old[index - 2].text not in ("and", "or", "with")
    named = any(word.form == "§they" or word.form in classes.somebody for word in old[: index - 1])
    return alone and named and old[index + 1].form in _LINKS


def _reach(
    old: Sequence[Word], new: Sequence[Word], block: Block, classes: WordClasses
) -> tuple[int, int, int, int]:
    """The block with the words for people, and their numbers, that stand just outside of what changed."""
    a0, a1, b0, b1 = block.a0, block.a1, block.b0, block.b1
    while a1 < min(len(old), block.a1 + NEAR) and b1 < len(new) and old[a1].form == new[b1].form:
        a1, b1 = a1 + 1, b1 + 1
        if old[a1 - 1].form in classes.somebody:
            break
    if a0 > 0 and b0 > 0 and old[a0 - 1].form == new[b0 - 1].form in classes.somebody:
        a0, b0 = a0 - 1, b0 - 1
    while a0 > 0 and b0 > 0 and old[a0 - 1].text == new[b0 - 1].text and is_number(old[a0 - 1], classes):
        a0, b0 = a0 - 1, b0 - 1
    return a0, a1, b0, b1


def people_in(words: Sequence[Word], classes: WordClasses) -> int | None:
    """How many people the words count; None if a plural has no number."""
    total = 0
    number: int | None = None
    for index, word in enumerate(words):
        alone = index + 1 == len(words) or words[index + 1].text != "of"
        if word.text in GROUPS and alone and number is None:
            total += classes.numbers[word.text]
        elif is_number(word, classes):
            number = int(word.text) if word.text.isdigit() else classes.numbers[word.text]
        elif word.form in classes.somebody and not word.part:
            if index + 1 < len(words) and words[index + 1].form in classes.somebody:
                continue
            if _is_said_of_somebody(words, index, classes):
                continue
            before = words[index - 1].text if index else ""
            after_article = before in classes.articles or (before == "and" and total > 0)
            if word.text in classes.either and number is None and not after_article:
                continue  # "appears to be Korean"
            if word.text in classes.many and number is None:
                return None
            if total and any(other.text == "or" for other in words[max(0, index - NEAR) : index]):
                continue  # "a teenager or young adult" is one
            total += 1 if number is None else number
            number = None
    return total


def _is_said_of_somebody(words: Sequence[Word], index: int, classes: WordClasses) -> bool:
    """True for the noun of "they are a young woman" and "appears to be a man": nobody else is meant."""
    place = index - 1
    while place > 1 and index - place < NEAR + 2 and words[place].text not in classes.articles:
        place -= 1
    if place < 2 or words[place].text not in ("a", "an"):
        return False
    verb, subject = words[place - 1], words[place - 2]
    if verb.text == "be":
        return subject.text == "to"
    linked = verb.form in ("§present_be", "§past_be", "§'s")
    return linked and (subject.form == THEY or subject.form in classes.somebody)


def is_number(word: Word, classes: WordClasses) -> bool:
    """True for figures and number words."""
    return word.text in classes.numbers or word.text.isdigit()


def is_content(word: Word, classes: WordClasses) -> bool:
    """True for a word that is no function word, number or pronoun: it must stay."""
    return not (
        word.form.startswith("§")
        or word.text in classes.articles
        or word.text in classes.connectives
        or word.text in classes.negations
        or is_number(word, classes)
    )
