"""Keeps groups of people apart whose nouns become the same word.

"The girls wear red, and the boys wear blue" -> "Some people wear red, and the other people wear blue";
"Two women paint while two men look on" -> "Two people paint while two other people look on".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from transforms.text.agreement import grammar_words, like_case
from transforms.text.mentions import Mention
from transforms.text.passage_edits import PassageEdit
from transforms.text.persons import sentence_bounds

if TYPE_CHECKING:
    from spacy.tokens import Doc

_COUNTS = frozenset({"several", "many", "some", "few", "two", "three", "four", "five", "six",
    "seven", "eight", "nine", "ten", "dozen"})  # fmt: skip
_NOT_AFTER = frozenset(
    {"including", "of", "like", "as", "namely", "than", "all", "both", "is", "are", "be", "were"}
)


def groups_told_apart(
    doc: Doc, nouns: Mapping[int, Mention], removed: Collection[int], covered: Collection[int]
) -> list[PassageEdit]:
    """Edits of the determiners of two plural nouns for different people that become the same word.

    ``nouns``: neutralised person nouns by token index; ``removed``: tokens that other edits delete;
    ``covered``: nouns that were counted together. Nothing where more than two groups are spoken of.
    """
    plurals = [index for index in sorted(nouns) if nouns[index].plural]
    if len(plurals) != 2 or nouns[plurals[0]].neutral != nouns[plurals[1]].neutral:
        return []
    one, other = plurals
    if one in covered or other in covered or not _other_people(doc, one, other):
        return []
    first = _phrase(doc, one, removed)[0]
    second, following = _phrase(doc, other, removed)
    if following in _NOT_AFTER:
        return []
    cause = nouns[other]
    edits: list[PassageEdit] = []
    if doc[second].lower_ == "the":
        if doc[first].lower_ != "the" or sentence_bounds(doc, one) != sentence_bounds(doc, other):
            return []
        article = doc[first]
        shown = like_case("some", article.text)
        edits.append(
            PassageEdit(article.idx, article.idx + len(article), shown, nouns[one], "rewrite.referent", 0)
        )
        place = second + 1
    elif doc[second].lower_ in _COUNTS or doc[second].like_num:
        place = second + 1
    else:
        bare = (
            second == other
            or doc[second].pos_ == "ADJ"
            or doc[second].tag_ in ("VBG", "VBN")
            or second in removed
        )
        if not bare or doc[second].is_sent_start:
            return []
        place = second
    while place in removed and place < other:
        place += 1
    if doc[place].lower_ == "other":
        return []
    start = nouns[other].start if place == other else doc[place].idx
    edits.append(PassageEdit(start, start, "other ", cause, "rewrite.referent", 0))
    return edits


def _phrase(doc: Doc, noun: int, removed: Collection[int]) -> tuple[int, str]:
    """The first token of the noun phrase, and the word in front of it."""
    first = noun
    while first > 0 and not doc[first].is_sent_start:
        token = doc[first - 1]
        joined = first > 1 and doc[first - 2].pos_ == "CCONJ"
        participle = token.tag_ in ("VBG", "VBN") and (token.dep_ == "amod" or joined)
        if not (first - 1 in removed or token.pos_ in ("ADJ", "NUM", "DET") or participle):
            break
        first -= 1
        if token.pos_ in ("DET", "NUM"):
            break
    return first, doc[first - 1].lower_ if first else ""


def _other_people(doc: Doc, one: int, other: int) -> bool:
    """True if the words exclude each other: women and men, children and adults."""
    first, second = _singular(doc[one].lower_), _singular(doc[other].lower_)
    female, male = grammar_words("female_nouns"), grammar_words("male_nouns")
    if (first in female and second in male) or (first in male and second in female):
        return True
    return first != second and (of_other_age(first, {second}) or of_other_age(second, {first}))


def _singular(word: str) -> str:
    if word == "children":
        return "child"
    if word.endswith("men"):
        return word[:-2] + "an"
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def of_other_age(word: str, words: Collection[str]) -> bool:
    """True if ``word`` and ``words`` stand for a child and an adult, or the other way round."""
    young, grown = grammar_words("words_for_children"), grammar_words("words_for_adults")
    if word in young:
        return bool(grown.intersection(words)) and not young.intersection(words)
    return word in grown and bool(young.intersection(words)) and not grown.intersection(words)
