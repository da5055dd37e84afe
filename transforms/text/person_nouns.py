"""The word that stands for a noun that tells an attribute, and the readings that the tagger gets wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from transforms.text.agreement import grammar_words, like_case
from transforms.text.mentions import Form, Mention
from transforms.text.passage_edits import PassageEdit
from transforms.text.persons import sentence_bounds, token_range

if TYPE_CHECKING:
    from spacy.tokens import Doc

_AGE_NOUN = "lexicon.age.age_noun"
_FACIAL_HAIR = "lexicon.gender.facial_hair"
_FORMS_OF_ONE = {"women": "person", "men": "person"}


def read_again(doc: Doc, mentions: Sequence[Mention]) -> dict[Mention, Mention]:
    """Mentions that have another form or number than they seem, by the original.

    "a man cooks" has a noun and a verb, "a slender women" is one, "youth singers" are singers, "her youth"
    is nobody.
    """
    found: dict[Mention, Mention] = {}
    for one in mentions:
        if one.form not in (Form.NOUN, Form.MODIFIER) or not one.neutral:
            continue
        first, after = token_range(doc, one.start, one.end)
        if after != first + 1:
            continue
        following = doc[after] if after < len(doc) else None
        if one.form is Form.MODIFIER:
            lead = doc[first - 1].lower_ if first else ""
            verb = following is not None and following.tag_ == "VBZ"
            joined = lead == "one" and following is not None and following.lower_ in ("and", ",")
            if one.neutral == "person" and (verb or joined):
                found[one] = replace(one, form=Form.NOUN)
        elif one.plural and doc[first].lower_ in _FORMS_OF_ONE and _is_one(doc, first):
            found[one] = replace(one, neutral=_FORMS_OF_ONE[doc[first].lower_], plural=False)
        elif one.rule == _AGE_NOUN and not one.plural:
            owned = first > 0 and doc[first - 1].tag_ == "PRP$"
            if doc[first].lower_ == "youth" and owned:
                found[one] = replace(one, neutral="time")
            elif (
                following is not None
                and following.tag_ == "NNS"
                and doc[first].dep_ == "compound"
                and doc[first].head.i == following.i
            ):
                found[one] = replace(one, form=Form.MODIFIER)
    return found


def _is_one(doc: Doc, noun: int) -> bool:
    """True for a plural that is meant as a singular: "a women", "the women sits", "the women as she turned"."""
    lead = noun - 1
    while lead >= 0 and (doc[lead].pos_ in ("ADJ", "ADV") or doc[lead].tag_ in ("VBG", "VBN", "HYPH")):
        lead -= 1
    word = doc[lead].lower_ if lead >= 0 else ""
    if word in ("a", "an"):
        return not any(one.pos_ == "NOUN" for one in doc[noun + 1 : noun + 2])
    if word not in ("the", "this", "that"):
        return False
    if word != "the" or (noun + 1 < len(doc) and doc[noun + 1].lower_ in ("is", "was", "has")):
        return True
    start, end = sentence_bounds(doc, noun)
    others = any(one.i != noun and one.lower_ in grammar_words("female_nouns") for one in doc[start:end])
    return (
        doc[noun].lower_ == "women"
        and not others
        and any(one.lower_ == "she" for one in doc[noun + 1 : end])
        and not any(one.lower_ in ("they", "their") for one in doc[start:end])
    )


def noun_edits(doc: Doc, index: int, mention: Mention) -> list[PassageEdit]:
    """The neutral word for the noun at token ``index``, with its capital and its possessive."""
    neutral = mention.neutral
    lead = _determiner(doc, index)
    if mention.rule == _AGE_NOUN and neutral != "time" and lead >= 0 and doc[lead].tag_ in ("PRP$", "POS"):
        # "her baby" is no "her person".
        neutral = "relatives" if mention.plural else "relative"
    elif mention.rule == _FACIAL_HAIR and lead >= 0 and doc[lead].tag_ in ("PRP$", "POS"):
        # "strokes his beard": of somebody's hair that may be said, of a hairstyle it may not.
        neutral = "hair"
    old = doc.text[mention.start : mention.end]
    # A capital inside the sentence belongs to the name of the group, not to what replaces it.
    proper = not mention.attribute.startswith("biometric.") or mention.attribute == "biometric.race"
    inside = proper and not old.isupper() and not doc[index].is_sent_start and index > 0
    shown = neutral if inside else like_case(neutral, old)
    edits = [PassageEdit(mention.start, mention.end, shown, mention, mention.rule)]
    following = doc[index + 1] if index + 1 < len(doc) else None
    possessive = following is not None and following.text == "'" and not doc[index].whitespace_
    if possessive and following is not None and mention.plural and not mention.neutral.endswith("s"):
        end = following.idx + len(following)
        edits.append(PassageEdit(end, end, "s", mention, "agreement.possessive", 2))
    return edits


def _determiner(doc: Doc, index: int) -> int:
    """The token before the adjectives of the noun at ``index``."""
    lead = index - 1
    while lead >= 0 and (
        doc[lead].pos_ in ("ADJ", "ADV")
        or doc[lead].tag_ in ("VBG", "VBN", "HYPH")
        or (doc[lead].text == "," and lead + 1 < index)
    ):
        lead -= 1
    return lead


def baby_pronoun_edits(doc: Doc, nouns: dict[int, Mention]) -> list[PassageEdit]:
    """ "The baby has a spoon in its mouth" -> "their mouth": only where nothing else of the sentence may own it."""
    edits: list[PassageEdit] = []
    babies = [index for index in sorted(nouns) if nouns[index].rule == _AGE_NOUN and not nouns[index].plural]
    for token in doc if babies else ():
        if token.lower_ not in ("its", "itself"):
            continue
        start = sentence_bounds(doc, token.i)[0]
        earlier = [one for one in babies if start <= one < token.i]
        if not earlier:
            continue
        before = [one for one in doc[start : earlier[-1]] if one.pos_ in ("NOUN", "PROPN")]
        part = token.i + 1 < len(doc) and doc[token.i + 1].lower_ in grammar_words("parts_of_babies")
        near = all(one.pos_ != "NOUN" for one in doc[earlier[-1] + 1 : token.i])
        if (part or token.lower_ == "itself" or near) and not before:
            shown = like_case("their" if token.lower_ == "its" else "themselves", token.text)
            cause = nouns[earlier[-1]]
            edits.append(PassageEdit(token.idx, token.idx + len(token), shown, cause, "rewrite.its"))
    return edits
