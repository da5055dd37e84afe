"""The word that stands for a noun that tells an attribute, and the readings that the tagger gets wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from transforms.text.agreement import grammar_words, like_case
from transforms.text.doc_text import text_of
from transforms.text.mentions import Form, Mention
from transforms.text.passage_edits import PassageEdit
from transforms.text.persons import sentence_bounds, token_range

if TYPE_CHECKING:
    from spacy.tokens import Doc

_AGE_NOUN = "lexicon.age.age_noun"
_FACIAL_HAIR = "lexicon.gender.facial_hair"
_PLURALS = {"person": "people", "child": "children"}
_SLIPS = frozenset(
    {"women", "men", "boys", "girls", "guys", "kids", "males", "females", "ladies", "children"}
)


def read_again(doc: Doc, mentions: Sequence[Mention]) -> dict[Mention, Mention]:
    """Mentions that have another form or number than they seem, by the original.

    "a man cooks" has a noun and a verb, "a slender women" is one, "two man" are two, "youth singers" singers.
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
        elif one.plural and doc[first].lower_ in _SLIPS and _is_one(doc, first):
            single = {"people": "person", "children": "child"}.get(one.neutral, one.neutral)
            found[one] = replace(one, neutral=single, plural=False)
        elif one.neutral == "people" and first and doc[first - 1].lower_ in ("a", "an"):
            found[one] = replace(one, neutral="person", plural=False)
        elif one.neutral in _PLURALS and not one.plural and _is_many(doc, first):
            found[one] = replace(one, neutral=_PLURALS[one.neutral], plural=True)
        elif one.rule == _AGE_NOUN and not one.plural:
            members = following is not None and following.tag_ == "NNS" and following == doc[first].head
            bare = first == 0 or doc[first - 1].pos_ not in ("DET", "PRON")
            named = following is not None and following.tag_ == "NNP" and following.text[:1].isupper()
            youth = members and doc[first].lower_ == "youth" and doc[first].dep_ == "compound"
            if bare and (youth or (named and doc[first].text.islower())):
                # "Mary and baby Jesus"
                found[one] = replace(one, form=Form.MODIFIER)
    return found


def _is_one(doc: Doc, noun: int) -> bool:
    """True for a plural that is meant as a singular: "a women", "the women is", "the women as she turned"."""
    lead = noun - 1
    while lead >= 0 and (doc[lead].pos_ in ("ADJ", "ADV") or doc[lead].tag_ in ("VBG", "VBN", "HYPH")):
        lead -= 1
    word = doc[lead].lower_ if lead >= 0 else ""
    following = doc[noun + 1].lower_ if noun + 1 < len(doc) else ""
    if word in ("a", "an", "another", "one"):
        return following not in ("and", "'") and not any(one.pos_ == "NOUN" for one in doc[lead + 1 : noun])
    if doc[noun].lower_ not in ("women", "men") or word not in ("the", "this", "that"):
        return False
    if word != "the":
        return True
    before = doc[lead - 1] if lead else None
    if before is not None and before.pos_ == "ADP":
        # "one of the men is tall", "next to the men is a car": something else is.
        if following in ("is", "was", "has") or (lead > 1 and doc[lead - 2].pos_ in ("NUM", "PRON", "DET")):
            return False
    elif following in ("is", "was", "has"):
        return True
    start, end = sentence_bounds(doc, noun)
    others = any(one.i != noun and one.lower_ in grammar_words("female_nouns") for one in doc[start:end])
    return (
        doc[noun].lower_ == "women"
        and not others
        and any(one.lower_ == "she" for one in doc[noun + 1 : end])
        and not any(one.lower_ in ("they", "their") for one in doc[start:end])
    )


def _is_many(doc: Doc, noun: int) -> bool:
    """True for a singular that is meant as a plural: "a group of woman", "two man dressed in red"."""
    following = doc[noun + 1] if noun + 1 < len(doc) else None
    if following is not None and (following.pos_ == "NOUN" or following.text in ("-", "'s")):
        return False
    lead = _determiner(doc, noun)
    if noun and doc[noun - 1].lower_ in ("several", "many"):
        return True
    if lead < 0:
        return False
    word = doc[lead].lower_
    if doc[lead].pos_ == "NUM":
        return word not in ("one", "1") and doc[lead].is_alpha
    group = doc[lead - 1].lower_ if word == "of" and lead else ""
    return group in grammar_words("groups")


def noun_edits(doc: Doc, index: int, mention: Mention) -> list[PassageEdit]:
    """The neutral word for the noun at token ``index``, with its capital and its possessive."""
    neutral = mention.neutral
    lead = _determiner(doc, index)
    young = mention.rule == _AGE_NOUN or doc[index].lower_ in grammar_words("words_for_children")
    if young and lead >= 0 and doc[lead].tag_ in ("PRP$", "POS"):
        # "her baby" is no "her person".
        neutral = "relatives" if mention.plural else "relative"
    elif mention.rule == _FACIAL_HAIR and _is_object(doc, lead):
        # "strokes his beard": the face is under it; "combs his beard": of hair that may be said.
        touched = doc[lead - 1].lemma_.lower() in grammar_words("touching")
        neutral = "face" if touched else "hairstyle" if any(one.lower_ == "hair" for one in doc) else "hair"
    following = doc[index + 1] if index + 1 < len(doc) else None
    if (
        following is not None
        and following.lower_ in grammar_words("parts_of_babies")
        and doc[index].lower_.endswith("s")
        and following.pos_ == "NOUN"
        and neutral in ("person", "people", "child", "children")
    ):
        # "a girls legs" lacks its apostrophe.
        neutral += "'s"
    old = text_of(doc)[mention.start : mention.end]
    # A capital inside the sentence belongs to the name of the group, not to what replaces it.
    proper = not mention.attribute.startswith("biometric.") or mention.attribute == "biometric.race"
    inside = proper and not old.isupper() and not doc[index].is_sent_start and index > 0
    shown = neutral if inside else like_case(neutral, old)
    edits = [PassageEdit(mention.start, mention.end, shown, mention, mention.rule)]
    possessive = following is not None and following.text == "'" and not doc[index].whitespace_
    if possessive and following is not None and mention.plural and not mention.neutral.endswith("s"):
        end = following.idx + len(following)
        edits.append(PassageEdit(end, end, "s", mention, "agreement.possessive", 2))
    return edits


def _is_object(doc: Doc, lead: int) -> bool:
    """True for "his beard" after a verb or preposition."""
    if lead < 1 or doc[lead].tag_ not in ("PRP$", "POS") or doc[lead].is_sent_start:
        return False
    return doc[lead - 1].pos_ in ("VERB", "ADP")


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
    """ "The baby has a spoon in its mouth" -> "their mouth", where nothing else there may own it."""
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
