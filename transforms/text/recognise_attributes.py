"""Finds words of the lexicons that tell an attribute of a person, and not of a thing or an animal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import regex

from schemas.finding import Kind
from transforms.text.lexicon import Head, LexiconEntry, WordRole
from transforms.text.mentions import Form, Mention
from transforms.text.persons import (
    head_counts,
    in_title,
    is_person,
    is_person_subject,
    only_animals,
    phrase_head,
    subject_of,
    token_range,
)
from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc

GENDER = "biometric.gender"
_SCORE = {Kind.EXPLICIT: 0.95, Kind.IMPLICIT: 0.9, Kind.PROXY: 0.6}
# What is printed on a shirt or a sign is told of nobody in the picture.
_PRINTED = regex.compile(
    r"(?i)\b(?:says?|saying|reads?|reading|written|titled?|called|labell?ed|words?|signs?|text|logo"
    r"|letters|title|phrase|message|slogan)"
    r'[^".]{0,30}"(?P<value>[^"]{1,120})"'
)
# Without one of these before it a quotation is what somebody says, and a pronoun in it is somebody's.
_PRINT = regex.compile(
    r"(?i)\b(?:signs?|signage|(?:t-)?shirts?|posters?|billboards?|banners?|labels?|labell?ed|texts?|text|books?|titled?"
    r"|titles|logos?|slogans?|plaques?|boards?|stickers?|captions?|pages?|covers?|screens?|buttons?|cards?|hats?|caps?"
    r"|songs?|albums?|mugs?|bags?|tattoos?|graffiti|written|called|reads?|reading|letters|placards?|displays?)\b"
)
_REACH_OF_PRINT = 60
_HOLDERS_OF_CONDITION = frozenset(
    {"has", "have", "had", "having", "with", "from", "of", "battling", "for", "treating"}
)
_DETERMINERS = frozenset({"a", "an", "the", "this", "that", "these", "those", "one", "two", "three",
    "some", "several",
                          "many", "another", "each", "every", "both", "young", "old"})  # fmt: skip
_PROPER_ADJECTIVES = frozenset(
    {"biometric.race", "sensitive.nationality", "sensitive.religion", "sensitive.politics"}
)
_KIN_OR_AGE = ("kinship", "sex", "age_noun")


def attribute_mentions(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    """Lexicon mentions and gendered pronouns of one parsed passage. May overlap."""
    # Doc.text is put together anew at each call.
    text = doc.text
    blocked = [match.span() for match in rules.exceptions.finditer(text)] if rules.exceptions else []
    printed = [match.span("value") for match in _PRINTED.finditer(text)] if '"' in text else []
    unspoken = blocked + [
        span for span in printed if _PRINT.search(text, max(0, span[0] - _REACH_OF_PRINT), span[0])
    ]
    blocked += printed
    taken: set[int] = set()
    if rules.phrases is not None:
        for match in rules.phrases.finditer(text):
            first, last = token_range(doc, *match.span())
            if _covered(match.span(), blocked):
                continue
            key = " ".join(match.group().lower().split())
            entry = rules.lexicon.phrases.get(key) or rules.lexicon.phrases.get(key.replace(" ", "-"))
            if entry is not None:
                taken.update(range(first, last))
                yield from _mention(doc, first, last, entry, rules)
    for token in doc:
        if token.i in taken:
            continue
        word = token.lower_
        entry = rules.lexicon.words.get(word) or (
            rules.lexicon.words.get(word[:-1]) if word.endswith(".") else None
        )
        if entry is not None:
            if not _covered((token.idx, token.idx + len(token)), blocked):
                yield from _mention(doc, token.i, token.i + 1, entry, rules)
        elif (
            GENDER in rules.attributes
            and token.lower_ in rules.pronouns
            and (token.is_sent_start or not _pronoun_in_title(doc, token.i))
            and not _covered((token.idx, token.idx + len(token)), unspoken)
        ):
            yield Mention(token.idx, token.idx + len(token), GENDER, Kind.IMPLICIT, "lexicon.gender.pronoun",
                          Form.PRONOUN, rules.pronouns[token.lower_])  # fmt: skip


def _pronoun_in_title(doc: Doc, index: int) -> bool:
    """As ``in_title``; a capital on "he" alone ("and He was late") makes no title."""
    lower_next = index + 1 < len(doc) and doc[index + 1].is_alpha and doc[index + 1].text.islower()
    subject = doc[index].lower_ in ("he", "she")
    return in_title(doc, index) and not (subject and lower_next)


def _covered(span: tuple[int, int], blocked: list[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in blocked)


def _mention(doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules) -> Iterator[Mention]:
    if (
        entry.role is not WordRole.TITLE
        and entry.attribute not in _PROPER_ADJECTIVES
        and in_title(doc, start)
    ):
        return
    found = _form(doc, start, end, entry, rules)
    if found is None:
        return
    while found is Form.NOUN and start and doc[start - 1].lower_ in rules.lexicon.adherence and (
        entry.attribute.startswith("sensitive.")
    ):  # fmt: skip
        start -= 1
    first, last = doc[start], doc[end - 1]
    stop = last.idx + len(last)
    if entry.role is WordRole.TITLE and end < len(doc) and doc[end].text == ".":
        stop = doc[end].idx + 1
    neutral = "a health condition" if entry.role is WordRole.CONDITION else entry.neutral
    yield Mention(first.idx, stop, entry.attribute, entry.kind, entry.rule, found, neutral, entry.plural,
                  _SCORE[entry.kind])  # fmt: skip


def _form(doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules) -> Form | None:
    if entry.role is WordRole.NOUN:
        return _noun_form(doc, start, end, entry, rules)
    if entry.role is WordRole.ADJECTIVE:
        return _adjective_form(doc, start, end, entry, rules)
    if entry.role is WordRole.NOUN_OR_ADJECTIVE:
        if start and doc[start - 1].lower_ in ("a", "an") and _bare_noun_form(doc, start, end, entry, rules):
            return Form.NOUN
        return _adjective_form(doc, start, end, entry, rules) or _bare_noun_form(
            doc, start, end, entry, rules
        )
    if entry.role is WordRole.TITLE:
        return _title_form(doc, start, end)
    if entry.role is WordRole.CONDITION:
        before = doc[start - 1].lower_ if start else ""
        thing_follows = end < len(doc) and doc[end].pos_ in ("NOUN", "PROPN")
        return Form.NOUN if before in _HOLDERS_OF_CONDITION and not thing_follows else None
    return None


def _noun_form(doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules) -> Form | None:
    people = rules.people
    token = doc[end - 1]
    if entry.kind is Kind.PROXY:
        return Form.NOUN
    if entry.attribute == GENDER and not entry.plural and _names_thing(doc, token.i, entry, rules):
        return None
    kin_or_age = entry.rule.rsplit(".", 1)[1] in _KIN_OR_AGE
    if token.pos_ == "VERB" and token.tag_ in ("VB", "VBP") and start and doc[start - 1].lower_ == "to":
        return None
    if end < len(doc) and doc[end].text == "-" and end + 1 < len(doc) and doc[end + 1].tag_ == "VBN":
        return None
    head = phrase_head(doc, end - 1, people)
    if head is not None and head.i != token.i:
        if is_person(head, people):
            # "my mother cooks": a verb in -s is often taken for a noun.
            verb_like = (
                head.tag_ in ("NNS", "VBZ") and head.i == token.i + 1 and not entry.plural and kin_or_age
            )
            return Form.NOUN if verb_like else Form.MODIFIER
        if head.lower_ in people.animals or kin_or_age:
            return None
    owned = start > 0 and doc[start - 1].tag_ == "PRP$" and doc[start - 1].lower_ != "its"
    if kin_or_age and not owned and (only_animals(doc, token.i, people) or _beside_animal(doc, end, rules)):
        return None
    return Form.NOUN


def _names_thing(doc: Doc, index: int, entry: LexiconEntry, rules: TextRules) -> bool:
    """ "the sister ship": by the parse, a word for kin that is part of the name of a thing.

    Not read for "man" or "waitress", nor before a word in -s: there the parser takes verbs for nouns.
    """
    if entry.rule.rsplit(".", 1)[1] != "kinship" or index + 1 >= len(doc):
        return False
    token, following = doc[index], doc[index + 1]
    head = token.head
    if index and doc[index - 1].tag_ in ("PRP$", "POS"):
        return False  # "my brother" is somebody, whatever follows.
    return (
        token.dep_ in ("compound", "nmod", "amod")
        and head.i > index
        and following.tag_ == "NN"
        and following.text.islower()
        and head.pos_ == "NOUN"
        and not is_person(head, rules.people)
        and head.lower_ not in rules.people.animals
    )


def _beside_animal(doc: Doc, end: int, rules: TextRules) -> bool:
    ahead = [doc[index].lower_ for index in range(end, min(end + 4, len(doc)))]
    return bool(ahead) and ahead[0] in ("and", "or") and any(word in rules.people.animals for word in ahead)


def _adjective_form(doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules) -> Form | None:
    people = rules.people
    if entry.plural and entry.surface.endswith("s"):
        return None
    if entry.head is Head.HUMAN and end < len(doc) and doc[end].text == "-":
        return None
    head = phrase_head(doc, end, people)
    if head is not None and head_counts(head, entry.head, people):
        return Form.MODIFIER
    # "who is overweight, sits": what follows a comma is often tagged as a noun.
    if head is not None and not (doc[end].text == "," and head.i == end + 1):
        return None
    if end < len(doc) and doc[end].pos_ in ("NOUN", "PROPN"):
        return None
    token = doc[end - 1]
    subject = subject_of(token)
    if subject is None or subject.i >= start or not is_person_subject(subject, entry.head, people):
        return None
    return Form.PREDICATE if rules.linking.search(doc.text[: doc[start].idx]) else None


def _bare_noun_form(doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules) -> Form | None:
    following = doc[end] if end < len(doc) else None
    if following is not None and (
        following.pos_ in ("NOUN", "PROPN", "ADJ", "NUM") or following.text in ("-", "/")
    ):
        return None
    if (
        following is not None
        and following.tag_ == "VBN"
        and end + 1 < len(doc)
        and doc[end + 1].pos_ == "NOUN"
    ):
        return None  # "an Asian structured house"
    if only_animals(doc, end - 1, rules.people):
        return None
    if entry.attribute == GENDER and len([token for token in doc if token.is_alpha]) == 1:
        return Form.NOUN
    if entry.plural and entry.surface.endswith("s"):
        return Form.NOUN
    lead = start - 1
    while lead > 0 and (doc[lead].pos_ == "ADJ" or doc[lead].tag_ in ("VBG", "VBN")):
        lead -= 1
    before = doc[lead] if lead >= 0 else None
    if before is not None and before.lower_ in _DETERMINERS and doc[end - 1].tag_ != "JJR":
        return Form.NOUN
    return Form.NOUN if entry.attribute == GENDER and doc[end - 1].pos_ == "NOUN" else None


def _title_form(doc: Doc, start: int, end: int) -> Form | None:
    index = end + 1 if end < len(doc) and doc[end].text == "." else end
    if index >= len(doc) or not doc[start].text[:1].isupper():
        return None
    following = doc[index].text
    return Form.TITLE if following[:1].isupper() and following.isalpha() and len(following) > 1 else None
