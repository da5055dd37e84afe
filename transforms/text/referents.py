"""Keeps people apart whose nouns become the same word.

"the man ... the woman" -> "one person ... the other person"; "The man reads. A woman waits. The man leaves."
-> "One person reads. Another person waits. The first person leaves."
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.text.agreement import grammar_words, like_case
from transforms.text.groups import groups_told_apart, of_other_age
from transforms.text.mentions import Mention
from transforms.text.passage_edits import PassageEdit
from transforms.text.persons import sentence_bounds

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_INDEFINITE = frozenset({"a", "an"})
_FURTHER = ("a third", "a fourth", "a fifth")
_FURTHER_DEFINITE = ("the third", "the fourth", "the fifth")
_NOBODY = frozenset({"no", "any", "every", "each", "either", "neither", "some"})
_NO_REFERENT = frozenset({"like", "be", "is", "was", "are", "'s", "not", "being", "been",
    "suggest", "suggests", "suggesting", "indicating", "indicates", "indicate",
    "likely", "possibly", "presumably", "perhaps", "probably"})  # fmt: skip


@dataclass(slots=True)
class _Referent:
    """One human being of the passage: what the nouns that were used of it tell."""

    gender: str
    words: set[str]
    modifiers: frozenset[str]
    named: int = 0
    counted: bool = False
    definite: bool = False
    label: bool = False


@dataclass(frozen=True, slots=True)
class _Use:
    """A noun at token ``noun``; ``article`` is -1 where none can be changed. ``bare``: none is there,
    as in headlines; ``modifiers`` go, and ``described``: one stays."""

    noun: int
    article: int
    bare: bool
    definite: bool
    word: str
    gender: str
    modifiers: frozenset[str] = frozenset()
    described: bool = False
    determiner: str = ""


def told_apart(
    doc: Doc, nouns: Mapping[int, Mention], removed: Collection[int], covered: Collection[int]
) -> list[PassageEdit]:
    """Edits of the articles of nouns that stand for different people and become the same word.

    ``nouns``: neutralised person nouns by token index; ``removed``: tokens that other edits delete;
    ``covered``: nouns that were counted together ("two people") and need no article of their own.
    """
    edits: list[PassageEdit] = groups_told_apart(doc, nouns, removed, covered)
    neutral_words = {mention.neutral for mention in nouns.values() if not mention.plural}
    for neutral in sorted(neutral_words):
        mentions = {index: one for index, one in nouns.items() if one.neutral == neutral and not one.plural}
        uses = [_use(doc, index, removed) for index in sorted({*mentions, *_literal(doc, neutral)})]
        cause = next(iter(mentions.values()))
        edits += _edits(doc, uses, {index: mentions.get(index, cause) for index in _indices(uses)}, covered)
    return edits


def _indices(uses: Sequence[_Use]) -> list[int]:
    return [use.noun for use in uses]


def _literal(doc: Doc, neutral: str) -> list[int]:
    return [token.i for token in doc if token.lower_ == neutral]


def _use(doc: Doc, index: int, removed: Collection[int]) -> _Use:
    word = doc[index].lower_
    gender = (
        "f" if word in grammar_words("female_nouns") else "m" if word in grammar_words("male_nouns") else ""
    )
    position = index - 1
    gone: list[str] = []
    described = False
    while position >= 0 and (position in removed or _describes(doc[position])):
        if position in removed and doc[position].is_alpha:
            gone.append(doc[position].lower_)
        described = described or position not in removed
        position -= 1
    article = position if position >= 0 and doc[position].lower_ in ("a", "an", "the") else -1
    before = doc[position] if position >= 0 else None
    bare = before is None or before.pos_ in ("ADP", "VERB", "CCONJ", "SCONJ") or before.is_punct
    definite = before is not None and not bare and before.lower_ not in _INDEFINITE
    return _Use(
        index,
        article,
        bare,
        definite,
        word,
        gender,
        frozenset(gone),
        described,
        before.lower_ if before is not None else "",
    )


def _describes(token: Token) -> bool:
    """True for an adjective, and for a participle that has the article of a noun: "a balding man"."""
    if token.pos_ == "ADJ" or _hyphenated(token) or (token.is_alpha and _hyphenated(token.nbor())):
        return True
    lead = token.doc[token.i - 1] if token.i else None
    if lead is not None and _hyphenated(lead):
        return True
    participle = token.tag_ in ("VBG", "VBN") and lead is not None
    return participle and lead is not None and (lead.pos_ in ("DET", "ADJ") or lead.tag_ == "PRP$")


def _hyphenated(token: Token) -> bool:
    """True for the hyphen of "red-haired"."""
    return token.text == "-" and token.i > 0 and not token.whitespace_ and not token.nbor(-1).whitespace_


def _edits(
    doc: Doc, uses: Sequence[_Use], causes: Mapping[int, Mention], covered: Collection[int]
) -> list[PassageEdit]:
    referents: list[_Referent] = []
    chosen: list[tuple[_Use, int, bool]] = []
    for use in uses:
        if _is_said_of(doc, use) or _introduces_again(use, referents):
            continue
        if referents and not use.gender and _opens_anew(doc, use, uses):
            continue
        place = _referent(referents, use)
        first = place == len(referents)
        if first:
            counted = use.noun in covered
            referents.append(
                _Referent(
                    use.gender, {use.word}, use.modifiers, 0, counted, use.definite, _is_label(doc, use.noun)
                )
            )
        known = referents[place]
        known.words.add(use.word)
        if use.noun not in covered and (use.article >= 0 or use.bare):
            chosen.append((use, place, known.named == 0))
            known.named += 1
    if len(referents) < 2:
        return []
    # Counted together first, they get their places in the order in which they are named.
    order = list(dict.fromkeys(place for _, place, _ in chosen))
    order += [place for place in range(len(referents)) if place not in order]
    referents = [referents[place] for place in order]
    edits = []
    for use, place, first in chosen:
        word = _word(use, order.index(place), first, referents)
        if use.bare:
            if word:
                edits.append(_inserted(doc, use, word, causes[use.noun]))
            continue
        article = doc[use.article]
        if word and word != article.lower_:
            shown = like_case(word, article.text)
            edits.append(
                PassageEdit(
                    article.idx, article.idx + len(article), shown, causes[use.noun], "rewrite.referent", 0
                )
            )
    return edits


def _inserted(doc: Doc, use: _Use, word: str, cause: Mention) -> PassageEdit:
    first = doc[use.noun]
    while first.i and doc[first.i - 1].pos_ == "ADJ":
        first = doc[first.i - 1]
    return PassageEdit(first.idx, first.idx, f"{like_case(word, first.text)} ", cause, "rewrite.referent", 0)


def _is_label(doc: Doc, noun: int) -> bool:
    """True for "The man:" and "**The man:**" at the beginning."""
    after = doc[noun + 1].text if noun + 1 < len(doc) else ""
    return noun < 4 and after.startswith((":", "*"))


def _introduces_again(use: _Use, referents: Sequence[_Referent]) -> bool:
    """ "**The man:** A young man sits.": the label and the sentence speak of one human being."""
    return not use.definite and any(
        known.definite
        and (use.word in known.words or (known.label and (not known.gender or known.gender == use.gender)))
        for known in referents
    )


def _opens_anew(doc: Doc, use: _Use, uses: Sequence[_Use]) -> bool:
    """True if ``use`` is an indefinite word without gender in a sentence without an earlier use: nobody
    knows whether "an adult" is somebody else."""
    start = sentence_bounds(doc, use.noun)[0]
    return not use.definite and not any(start <= other.noun < use.noun for other in uses)


def _is_said_of(doc: Doc, use: _Use) -> bool:
    """True for a noun that says something of somebody named already ("he is a man", "as a woman") or that
    speaks of nobody in particular ("no man")."""
    if use.determiner in _NOBODY:
        return True
    if use.definite or use.article < 1:
        return False
    before, earlier = doc[use.article - 1], doc[use.article - 2] if use.article > 1 else None
    if before.lower_ == "as":
        # "dressed as a woman", not "as a woman watches"
        return earlier is not None and (earlier.tag_ == "VBN" or earlier.lower_ in ("such", "same"))
    if earlier is not None and earlier.lower_ == "there":
        return False
    return before.lower_ in _NO_REFERENT


def _referent(referents: Sequence[_Referent], use: _Use) -> int:
    """The place of the human being that ``use`` speaks of; the number of known ones if it is a new one."""
    if not use.definite:
        return len(referents)
    fitting = [
        place
        for place, known in enumerate(referents)
        if (not use.gender or not known.gender or use.gender == known.gender)
        and not of_other_age(use.word, known.words)
        and (not use.modifiers or not known.modifiers or use.modifiers == known.modifiers)
    ]
    same = [place for place in fitting if use.word in referents[place].words]
    return (same or fitting or [len(referents)])[-1]


def _word(use: _Use, place: int, first: bool, referents: Sequence[_Referent]) -> str:
    """What stands for the article; empty if the original's is as good."""
    several = len(referents)
    if not use.definite:
        earlier = referents[:place]
        same = [known for known in earlier if use.word in known.words]
        if not place or use.described or any(known.modifiers == use.modifiers for known in same):
            return ""
        return "another" if place == 1 else _FURTHER[place - 2] if place - 2 < len(_FURTHER) else "another"
    if place == 0:
        if not first:
            return "the first"
        return "one"
    if several == 2:
        return "the other"
    if place == 1:
        return "the second"
    return _FURTHER_DEFINITE[place - 2] if place - 2 < len(_FURTHER_DEFINITE) else ""
