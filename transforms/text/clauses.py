"""Where a predicate stands in its sentence: its verb group, what is joined to it, and the clause around it.

Read from left to right by tags and function words; the parser's attachments are used for nothing here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.text.persons import sentence_bounds

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

BE = frozenset({"is", "are", "was", "were", "am", "be", "been", "being", "'s", "'re", "'m"})
SEEM = frozenset({"appears", "appear", "appeared", "appearing", "seems", "seem", "seemed", "looks", "look",
    "looked", "looking"})  # fmt: skip
CONJUNCTIONS = frozenset({"and", "or", "but", "yet", "&", "/"})
SUBJECT_PRONOUNS = frozenset({"he", "she", "i", "they", "we", "you", "it"})
RELATIVES = frozenset({"who", "that", "which"})
END_MARKS = frozenset({".", "!", "?", "..."})
_FINITE = frozenset({"VBZ", "VBP", "VBD", "MD"})
_HEDGES = frozenset({"to", "like", "a", "an", "bit", "little", "around", "about", "not", "n't", "of", "in",
    "more", "most", "too", "so", "as", "both", "either", "likely", "also", "all", "over", "under", "between",
    "pretty", "maybe", "the"})  # fmt: skip
_REACH = 14


@dataclass(frozen=True, slots=True)
class VerbGroup:
    """Tokens ``first`` to ``link`` hold the verbs; the complement begins at ``complement``."""

    first: int
    link: int
    complement: int


def is_finite(token: Token) -> bool:
    """True for a verb form that has a subject of its own or shares one."""
    return token.tag_ in _FINITE or (token.lower_ in BE - {"be", "been", "being"} and token.tag_ != "POS")


def is_hedge(token: Token) -> bool:
    """True for a word that only grades, negates or introduces the complement after it."""
    return token.lower_ in _HEDGES or (token.pos_ == "ADV" and token.tag_ != "WRB")


def verb_group(doc: Doc, index: int, gone: Collection[int]) -> VerbGroup | None:
    """The verbs that link a subject to the complement at ``index``; ``gone``: complements to remove."""
    link = index - 1
    while link >= max(0, index - _REACH) and doc[link].lower_ not in BE and doc[link].lower_ not in SEEM:
        token = doc[link]
        joined = token.text == "," or token.lower_ in CONJUNCTIONS
        if not (
            is_hedge(token) or joined or link in gone or token.pos_ in ("ADJ", "NUM") or token.tag_ == "VBN"
        ):
            return None
        link -= 1
    if link < 0 or index - link > _REACH or doc[link].tag_ == "POS":
        return None
    return VerbGroup(group_start(doc, link), link, _after_negation(doc, link))


def _after_negation(doc: Doc, link: int) -> int:
    return link + 2 if link + 1 < len(doc) and doc[link + 1].lower_ == "n't" else link + 1


def group_start(doc: Doc, verb: int) -> int:
    """The first auxiliary or adverb of the group whose last verb is ``verb``."""
    first = verb
    while first > 0 and not doc[first].is_sent_start:
        token = doc[first - 1]
        auxiliary = token.pos_ == "AUX" or token.tag_ == "MD" or token.lower_ in SEEM or token.lower_ in BE
        if not (auxiliary or token.lower_ in ("to", "n't", "not", "likely") or _plain_adverb(token)):
            break
        first -= 1
    return first


def _plain_adverb(token: Token) -> bool:
    return (
        token.pos_ == "ADV" and token.tag_[0] != "W" and token.lower_ not in ("then", "so", "there", "here")
    )


def joiner_before(doc: Doc, index: int) -> tuple[int, bool] | None:
    """First token of the "," or "and" right before ``index``, and whether it holds a conjunction."""
    first, conjunction = index, False
    while first > 0 and (doc[first - 1].text == "," or doc[first - 1].lower_ in CONJUNCTIONS):
        first -= 1
        conjunction = conjunction or doc[first].lower_ in CONJUNCTIONS
    return (first, conjunction) if first < index and first > 0 else None


def joiner_after(doc: Doc, index: int) -> tuple[int, bool] | None:
    """The token after the joiner that begins at ``index``, and whether the joiner holds a conjunction."""
    last, conjunction = index, False
    while last < len(doc) and (doc[last].text == "," or doc[last].lower_ in CONJUNCTIONS):
        conjunction = conjunction or doc[last].lower_ in CONJUNCTIONS
        last += 1
    return (last, conjunction) if index < last < len(doc) else None


def begins_verb(doc: Doc, index: int, verbs: Collection[int]) -> bool:
    """True if a finite verb without a new subject begins at ``index``; ``verbs``: known ones."""
    while index < len(doc) and _plain_adverb(doc[index]) and index not in verbs:
        index += 1
    if index >= len(doc):
        return False
    token = doc[index]
    past = token.tag_ == "VBN" and index + 1 < len(doc) and doc[index + 1].pos_ in ("DET", "NOUN", "PROPN")
    inverted = index + 1 < len(doc) and doc[index + 1].lower_ in SUBJECT_PRONOUNS
    return index in verbs or ((past or token.tag_ == "VB" or is_finite(token)) and not inverted)


def begins_complement(doc: Doc, index: int, gone: Collection[int], conjunction: bool) -> bool:
    """True if another complement of the same verb begins at ``index``."""
    while index < len(doc) and is_hedge(doc[index]) and index not in gone and doc[index].pos_ == "ADV":
        index += 1
    if index >= len(doc) or (index and doc[index - 1].lower_ == "as"):
        # "malnourished, as evident from": a reason.
        return False
    token = doc[index]
    if index not in gone and is_finite(token):
        return False
    if index in gone or token.pos_ == "ADJ":
        # "and black dogs bark": an adjective before a noun that has its own verb opens a clause.
        return index in gone or not _clause_ahead(doc, index)
    if conjunction and token.tag_ in ("VBN", "VBG"):
        # A past tense is often tagged as a participle; it has an object: "and wore glasses".
        following = doc[index + 1] if index + 1 < len(doc) else token
        has_object = token.tag_ == "VBN" and following.pos_ in ("DET", "NOUN", "PROPN", "PRON")
        return not has_object and not _clause_ahead(doc, index)
    if conjunction and token.lower_ in ("in", "of", "on", "at", "not"):
        return not _clause_ahead(doc, index)
    return conjunction and token.lower_ in ("a", "an") and not _clause_ahead(doc, index)


def _clause_ahead(doc: Doc, index: int) -> bool:
    for token in doc[index + 1 : sentence_bounds(doc, index)[1]]:
        if token.is_punct or token.lower_ in CONJUNCTIONS:
            return False
        if token.tag_ in ("WDT", "WP") or token.lower_ in SUBJECT_PRONOUNS or token.tag_ == "IN":
            return False
        if is_finite(token):
            return True
    return False


def noun_phrase_start(doc: Doc, last: int) -> int:
    """The first token of the plain noun phrase that ends with ``last``."""
    first = last
    while first > 0 and not doc[first].is_sent_start:
        token = doc[first - 1]
        if token.pos_ not in ("DET", "ADJ", "NOUN", "PROPN", "NUM") and token.tag_ not in ("PRP$", "POS"):
            break
        first -= 1
    return first


def ends_sentence(doc: Doc, index: int) -> bool:
    """True if only the end mark, closing signs or nothing stand between ``index`` and the sentence's end."""
    end = sentence_bounds(doc, min(index, len(doc) - 1))[1] if index < len(doc) else len(doc)
    return all(
        token.text in END_MARKS or token.text in ('"', ")", "*", "**", "'") for token in doc[index:end]
    ) or (index < len(doc) and bool(doc[index].is_sent_start))
