"""Singular "they" for he and she: the form by the pronoun's place in the sentence, the verb after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import regex

from transforms.text.agreement import base_form, grammar_words, like_case, verbs_of
from transforms.text.clauses import is_finite
from transforms.text.doc_text import text_of
from transforms.text.mentions import Mention
from transforms.text.passage_edits import PassageEdit

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_ENDS_PHRASE = frozenset({"PUNCT", "ADP", "CCONJ", "SCONJ", "AUX", "DET", "PART", "PRON"})
_PAIRING = frozenset({"or", "/", "and", "&"})
_RELATION = {"he": "they", "she": "they", "him": "them", "hers": "theirs", "s)he": "they", "(s)he": "they"}
_REFLEXIVE = frozenset({"himself", "herself"})
_PARTNER = {"he": "she", "him": "her", "his": "her", "himself": "herself"}
_SHORT_PAIR = regex.compile(r"(?i)(?:\(s\)|\bs/)he$")


def pronoun_edits(
    doc: Doc, mentions: Mapping[int, Mention], *, reflexive: str = "themselves"
) -> list[PassageEdit]:
    """Edits for the pronouns at the token indices of ``mentions`` and for the verbs that follow them.

    ``reflexive``: what himself and herself become.
    """
    edits: list[PassageEdit] = []
    text = text_of(doc)
    for index in sorted(mentions):
        pronoun, cause = doc[index], mentions[index]
        if _is_pair(doc, index - 2, mentions):
            continue
        pair = index + 2 if _is_pair(doc, index, mentions) else None
        last = doc[pair] if pair is not None else pronoun
        form = neutral_form(doc, last, reflexive)
        start = pronoun.idx
        short = _SHORT_PAIR.search(text, max(0, start - 3), last.idx + len(last))
        original = pronoun.text
        if short is not None:
            # "(s)he", "S/he": the capital is that of the first letter.
            start, original = short.start(), short.group().strip("(")
        shown = like_case(form, original)
        edits.append(
            PassageEdit(
                start, last.idx + len(last), shown, cause, cause.rule, 0 if start < pronoun.idx or pair else 1
            )
        )
        if form == "they":
            edits.extend(_verb_edits(doc, last, cause))
    return edits


def _is_pair(doc: Doc, index: int, mentions: Mapping[int, Mention]) -> bool:
    """True for "he or she", "his/her" and the like at token ``index``."""
    if index not in mentions or index + 2 not in mentions or doc[index + 1].lower_ not in _PAIRING:
        return False
    one, other = doc[index].lower_, doc[index + 2].lower_
    if {one, other} == {"his", "hers"}:
        return True
    return _PARTNER.get(one) == other or _PARTNER.get(other) == one


def neutral_form(doc: Doc, pronoun: Token, reflexive: str = "themselves") -> str:
    """they, them, their, theirs or ``reflexive`` for the gendered ``pronoun``."""
    lower = pronoun.lower_
    if lower in _REFLEXIVE:
        return reflexive
    if lower in _RELATION:
        return _RELATION[lower]
    following = doc[pronoun.i + 1] if pronoun.i + 1 < len(doc) else None
    if (
        following is not None
        and following.text in ('"', "'")
        and pronoun.whitespace_
        and not following.whitespace_
    ):
        # A quotation that opens holds the noun: 'his "friend"'.
        following = doc[pronoun.i + 2] if pronoun.i + 2 < len(doc) else None
    while following is not None and following.text.strip("*_") == "" and following.i + 1 < len(doc):
        following = doc[following.i + 1]
    ends = following is None or following.pos_ in _ENDS_PHRASE or following.is_space
    if lower in ("his", "her") and (following is None or following.is_space) and _is_cut_off(doc, pronoun):
        return "their"
    if lower == "his":
        # "his" stands alone where no noun phrase can follow.
        if ends and following is not None and following.pos_ in ("ADP", "DET") and pronoun.tag_ == "PRP$":
            return "their"
        cut_off = pronoun.i > 1 and doc[pronoun.i - 1].pos_ in ("VERB", "ADV", "ADP")
        if following is None and cut_off and doc[pronoun.i - 1].lower_ != "of":
            # A text cut off: "showcasing his".
            return "their"
        after_of = pronoun.i > 0 and doc[pronoun.i - 1].lower_ == "of"
        verb = following is not None and following.tag_ in ("VBD", "VBZ", "MD")
        return "theirs" if ends or (after_of and verb) else "their"
    return "them" if _is_object(doc, pronoun, following, ends) else "their"


def _is_cut_off(doc: Doc, pronoun: Token) -> bool:
    """True for the last word of a text that has full stops or headings before it and none at its end."""
    if any(not token.is_space for token in doc[pronoun.i + 1 :]):
        return False
    return any(mark in text_of(doc)[: pronoun.idx] for mark in (". ", "! ", "? ", ":"))


def _is_object(doc: Doc, pronoun: Token, following: Token | None, ends: bool) -> bool:
    """True if "her" is an object and no possessive."""
    if following is not None and following.lower_ == "self":
        return False
    if pronoun.is_sent_start and following is not None and following.tag_ == "VBG":
        return False
    if ends and not (following is not None and following.text == '"'):
        return True
    if _bare_verb_follows(doc, pronoun) or _is_given(doc, pronoun) or _main_verb_follows(doc, pronoun):
        return True
    if pronoun.tag_ == "PRP$":
        return False
    # After a verb the parser takes "her" for an object too often when a noun follows at once.
    noun_next = following is not None and following.pos_ in ("NOUN", "ADJ", "PROPN", "NUM")
    if noun_next and (pronoun.dep_ in ("nmod:poss", "det", "compound", "amod") or pronoun.head.i > pronoun.i):
        return False
    return not noun_next or pronoun.dep_ in ("iobj", "obj", "obl")


def _bare_verb_follows(doc: Doc, pronoun: Token) -> bool:
    """ "let her talk", "saw her leave": the word after the pronoun is a verb, whatever its tag."""
    if not pronoun.i or pronoun.i + 1 >= len(doc):
        return False
    verb, following = doc[pronoun.i - 1], doc[pronoun.i + 1]
    if verb.lemma_.lower() not in grammar_words("perception_verbs"):
        return False
    if following.tag_ == "VB" or following.lower_ in grammar_words("bare_infinitives"):
        return True
    if verb.lemma_.lower() not in ("let", "make"):
        return False
    return pronoun.i + 2 >= len(doc) or doc[pronoun.i + 2].pos_ in ("PUNCT", "ADP", "ADV", "CCONJ")


def _main_verb_follows(doc: Doc, pronoun: Token) -> bool:
    """ "the man next to her eats": behind a word for a place the verb of the clause, tagged as a noun."""
    if pronoun.i < 2 or pronoun.i + 1 >= len(doc):
        return False
    place, verb = doc[pronoun.i - 1], doc[pronoun.i + 1]
    if place.lower_ == "to":
        place = doc[pronoun.i - 2]
    if place.lower_ not in grammar_words("places") or not verb.lower_.endswith("s"):
        return False
    if verb.tag_ != "VBZ" and base_form(verb.text) not in grammar_words("verbs_of_pictures"):
        return False
    after = doc[pronoun.i + 2] if pronoun.i + 2 < len(doc) else None
    if after is not None and is_finite(after):
        # "the man behind her looks is"
        return False
    for index in range(place.i - 1, -1, -1):
        token = doc[index]
        if is_finite(token) or (token.tag_ in ("VBG", "VBN") and token.pos_ == "VERB"):
            return False
        if token.pos_ in ("NOUN", "PROPN", "PRON"):
            before = doc[index - 1] if index else None
            return before is None or before.pos_ in ("DET", "ADJ", "SCONJ", "CCONJ", "PUNCT", "NUM", "NOUN")
    return False


def _is_given(doc: Doc, pronoun: Token) -> bool:
    """ "gave her flowers.": a bare plural after the one who gets it."""
    if not pronoun.i or pronoun.i + 2 >= len(doc):
        return False
    thing, after = doc[pronoun.i + 1], doc[pronoun.i + 2]
    giving = doc[pronoun.i - 1].lemma_.lower() in grammar_words("giving_verbs")
    return giving and thing.tag_ == "NNS" and (after.is_punct or after.pos_ in ("CCONJ", "SCONJ"))


def _verb_edits(doc: Doc, pronoun: Token, cause: Mention) -> list[PassageEdit]:
    edits = []
    for verb, form in verbs_of(doc, pronoun):
        # The apostrophe may be a typographic one in the original: leave it.
        start, shown = (verb.idx + 1, form[1:]) if form.startswith("'") else (verb.idx, form)
        if verb.text[:1].isupper() and form == form.lower():
            shown = like_case(shown, verb.text)
        edits.append(PassageEdit(start, verb.idx + len(verb), shown, cause, "agreement.verb", 2))
    return edits
