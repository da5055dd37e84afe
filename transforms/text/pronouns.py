"""Singular "they" for he and she: the form by the pronoun's place in the sentence, the verb after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from transforms.text.agreement import like_case, verbs_of
from transforms.text.mentions import Mention
from transforms.text.passage_edits import PassageEdit

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_ENDS_PHRASE = frozenset({"PUNCT", "ADP", "CCONJ", "SCONJ", "AUX", "DET", "PART", "PRON"})
_RELATION = {
    "he": "they",
    "she": "they",
    "him": "them",
    "himself": "themselves",
    "herself": "themselves",
    "hers": "theirs",
}


def pronoun_edits(doc: Doc, mentions: Mapping[int, Mention]) -> list[PassageEdit]:
    """Edits for the pronouns at the token indices of ``mentions`` and for the verbs that follow them."""
    edits: list[PassageEdit] = []
    for index in sorted(mentions):
        pronoun, cause = doc[index], mentions[index]
        pair = index + 2 if index + 2 in mentions and doc[index + 1].lower_ in ("or", "/") else None
        if index - 2 in mentions and doc[index - 1].lower_ in ("or", "/"):
            continue
        last = doc[pair] if pair is not None else pronoun
        form = neutral_form(doc, last)
        shown = like_case(form, pronoun.text) if len(pronoun.text) > 1 else form
        edits.append(
            PassageEdit(pronoun.idx, last.idx + len(last), shown, cause, cause.rule, 0 if pair else 1)
        )
        if form == "they":
            edits.extend(_verb_edits(doc, last, cause))
    return edits


def neutral_form(doc: Doc, pronoun: Token) -> str:
    """they, them, their, theirs or themselves for the gendered ``pronoun``."""
    lower = pronoun.lower_
    if lower in _RELATION:
        return _RELATION[lower]
    following = doc[pronoun.i + 1] if pronoun.i + 1 < len(doc) else None
    ends = following is None or following.pos_ in _ENDS_PHRASE or following.is_space
    if lower == "his":
        # "his" stands alone where no noun phrase can follow.
        if ends and following is not None and following.pos_ in ("ADP", "DET") and pronoun.tag_ == "PRP$":
            return "their"
        return "theirs" if ends else "their"
    if ends and not (following is not None and following.text == '"'):
        return "them"
    if _causative(doc, pronoun):
        return "them"
    if pronoun.tag_ == "PRP$":
        return "their"
    # After a verb the parser takes "her" for an object too often when a noun follows at once.
    noun_next = following is not None and following.pos_ in ("NOUN", "ADJ", "PROPN", "NUM")
    if noun_next and (pronoun.dep_ in ("nmod:poss", "det", "compound", "amod") or pronoun.head.i > pronoun.i):
        return "their"
    return "their" if noun_next and pronoun.dep_ not in ("iobj", "obj", "obl") else "them"


def _causative(doc: Doc, pronoun: Token) -> bool:
    """ "let her talk": the word after the pronoun is a verb, whatever its tag."""
    if not pronoun.i or doc[pronoun.i - 1].lower_ not in (
        "let",
        "lets",
        "letting",
        "make",
        "makes",
        "made",
        "making",
    ):
        return False
    index = pronoun.i + 1
    if index < len(doc) and doc[index].tag_ == "VB":
        return True
    return index + 1 >= len(doc) or doc[index + 1].pos_ in ("PUNCT", "ADP", "ADV", "CCONJ")


def _verb_edits(doc: Doc, pronoun: Token, cause: Mention) -> list[PassageEdit]:
    edits = []
    for verb, form in verbs_of(doc, pronoun):
        # The apostrophe may be a typographic one in the original: leave it.
        start, shown = (verb.idx + 1, form[1:]) if form.startswith("'") else (verb.idx, form)
        if verb.text[:1].isupper() and form == form.lower():
            shown = like_case(shown, verb.text)
        edits.append(PassageEdit(start, verb.idx + len(verb), shown, cause, "agreement.verb", 2))
    return edits
