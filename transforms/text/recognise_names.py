"""Finds personal names: entity recogniser, proper-noun tags and given names must agree by pairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import regex

from schemas.finding import Kind
from transforms.text.mentions import Form, Mention
from transforms.text.rules import NameWords, TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

NAME = "pii.name"
_NAME_TOKEN = regex.compile(
    r"^(?:[\p{Lu}][\p{L}'-]*\.?|[\p{Lu}]\.|(?:de|da|van|von|der|den|la|le|del|di|bin|al|el))$"
)
_INITIAL = regex.compile(r"^[\p{Lu}]\.$")
_PARTICLES = frozenset(
    {"de", "da", "van", "von", "der", "den", "la", "le", "del", "di", "bin", "al", "el", "-"}
)


def name_mentions(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    """Personal names of one parsed passage. May overlap."""
    words = rules.names
    entities: set[int] = set()
    for span in doc.ents:
        if span.label_ == "PERSON":
            entities.update(range(span.start, span.end))
    for start, end in _capitalised_runs(doc, words):
        if not _refused(doc, start, end, words):
            score = _evidence(doc, start, end, words, entities)
            if score > 0:
                first, last = doc[start], doc[end - 1]
                stop = last.idx + len(last)
                yield Mention(first.idx, stop, NAME, Kind.EXPLICIT, "name.person", Form.VALUE, score=score)


def _capitalised_runs(doc: Doc, words: NameWords) -> Iterator[tuple[int, int]]:
    index = 0
    while index < len(doc):
        if not _starts_name(doc[index], words):
            index += 1
            continue
        end = index + 1
        while end < len(doc) and _continues_name(doc, end):
            end += 1
        while end - 1 > index and doc[end - 1].lower_ in _PARTICLES:
            end -= 1
        yield index, end
        index = end


def _starts_name(token: Token, words: NameWords) -> bool:
    if (
        not _NAME_TOKEN.match(token.text)
        or not token.text[0].isupper()
        or token.lower_.rstrip(".") in words.titles
    ):
        return False
    return token.tag_ in ("NNP", "NNPS") or token.ent_type_ == "PERSON" or token.lower_ in words.sure


def _continues_name(doc: Doc, index: int) -> bool:
    token = doc[index]
    if doc[index - 1].whitespace_ == "" and token.text not in ("-", ".") and doc[index - 1].text != "-":
        return False
    if token.lower_ in _PARTICLES:
        after = index + 1
        while after < len(doc) and doc[after].lower_ in _PARTICLES:
            after += 1
        return after < len(doc) and doc[after].text[:1].isupper() and bool(_NAME_TOKEN.match(doc[after].text))
    return (
        bool(_NAME_TOKEN.match(token.text))
        and token.text[0].isupper()
        and token.tag_ in ("NNP", "NNPS", "NN", "FW")
    ) or (token.ent_type_ == "PERSON" and token.text[:1].isupper())


def _refused(doc: Doc, start: int, end: int, words: NameWords) -> bool:
    run = [doc[index].lower_ for index in range(start, end)]
    text = " ".join(run)
    if text in words.not_names or any(
        name in text for name in words.not_names if " " in name and len(name) > 6
    ):
        return True
    following = doc[end] if end < len(doc) else None
    if following is not None and following.text == "-" and not doc[end - 1].whitespace_:
        return True
    nearby = run[1:] + (
        [following.lower_] if following is not None and following.pos_ in ("NOUN", "PROPN") else []
    )
    if any(word.rstrip(".") in words.place_words for word in nearby):
        return True
    if (
        following is not None
        and following.lower_ in ("'s", "'")
        and end + 1 < len(doc)
        and doc[end + 1].text[:1].isupper()
    ):
        return True
    before = doc[start - 1].lower_ if start else ""
    if before in ("the", "a", "an", "at", "in") and end - start == 1:
        return True
    return (
        all(doc[index].text.isupper() and len(doc[index].text) > 2 for index in range(start, end))
        and end - start == 1
    )


def _evidence(doc: Doc, start: int, end: int, words: NameWords, entities: set[int]) -> float:
    size = end - start
    first = doc[start].lower_
    in_entity = sum(index in entities for index in range(start, end)) / size
    title = (
        start > 0 and doc[start - 1].lower_.rstrip(".") in words.titles and doc[start - 1].text[:1].isupper()
    )
    if start > 1 and doc[start - 1].text == ".":
        title = title or doc[start - 2].lower_ in words.titles
    context = bool(words.contexts.search(doc.text[: doc[start].idx]))
    given = first in words.sure
    maybe = first in words.ambiguous or bool(_INITIAL.match(doc[start].text))
    if title or (context and (in_entity > 0 or given or maybe or size > 1)):
        return 0.95
    if size >= 2 and given:
        return 0.9
    if size >= 2 and maybe and in_entity > 0:
        return 0.85
    if 2 <= size <= 3 and in_entity == 1.0 and _placed_as_person(doc, start, end):
        return 0.6
    if size == 1 and given and (in_entity > 0 or start > 0):
        return 0.8 if doc[start].tag_ == "NNP" else 0.0
    return 0.0


def _placed_as_person(doc: Doc, start: int, end: int) -> bool:
    """A name without a known given name counts as a subject, after "by", or where it is the whole text."""
    if all(doc[index].text.isupper() for index in range(start, end)):
        return False
    whole = start == 0 and all(doc[index].is_punct for index in range(end, len(doc)))
    by = start > 0 and doc[start - 1].lower_ == "by"
    appositive = start > 0 and doc[start - 1].pos_ == "NOUN" and doc[start].dep_ in ("appos", "flat")
    return whole or by or appositive or doc[start].dep_ in ("nsubj", "nsubj:pass", "vocative")
