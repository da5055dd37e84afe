"""Finds personal names: entity recogniser, proper-noun tags and given names must agree by pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_LISTED_SCORE = 0.7
_INTRODUCE = frozenset({"is", "me", "him", "her", "says", "said", "?"})
_BEFORE_PEOPLE = frozenset(
    {"by", "with", "to", "ask", "asked", "tell", "told", "contact", "including", "add"}
)
_PARTICLES = frozenset(
    {"de", "da", "van", "von", "der", "den", "la", "le", "del", "di", "bin", "al", "el", "-"}
)


CONTEXT_REACH = 32
"""Characters before a name that may introduce it."""


def name_mentions(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    """Personal names of one parsed passage. May overlap."""
    words = rules.names
    entities: set[int] = set()
    for span in doc.ents:
        if span.label_ == "PERSON":
            entities.update(range(span.start, span.end))
    found: dict[int, tuple[int, float]] = {}
    listed: dict[int, int] = {}
    alone: list[int] = []
    for whole, end in _capitalised_runs(doc, words):
        start = _first_name(doc, whole, end, words, entities)
        known_thing = doc[whole:end].text.lower() in words.not_names
        if known_thing or _refused(doc, start, end, words, entities):
            continue
        score = _evidence(doc, start, end, words, entities)
        if score > 0:
            found[start] = (end, score)
        elif words.is_known(doc[start].lower_) and doc[start].tag_ in ("NNP", "NN") and end - start <= 2:
            listed[start] = end
        if score <= 0 and end - start == 1:
            alone.append(start)
    _add_repeated(doc, found, alone)
    _add_listed(doc, found, listed)
    for start in sorted(found):
        end, score = found[start]
        first, last = doc[start], doc[end - 1]
        stop = last.idx + len(last)
        yield Mention(first.idx, stop, NAME, Kind.EXPLICIT, "name.person", Form.VALUE, score=score)


def _add_repeated(doc: Doc, found: dict[int, tuple[int, float]], alone: Sequence[int]) -> None:
    """Adds a single word that is part of a full name of the same passage: "Joe Theismann ... Theismann"."""
    parts = {
        doc[index].text
        for start, (end, _) in found.items()
        if end - start > 1
        for index in (start, end - 1)
        if len(doc[index]) > 2
    }
    for start in alone:
        if doc[start].text in parts and not doc[start].text.isupper():
            found[start] = (start + 1, _LISTED_SCORE)


def _add_listed(doc: Doc, found: dict[int, tuple[int, float]], listed: dict[int, int]) -> None:
    """Adds known names that stand in a list with a name: "Novosel, Robinson and Holmes"."""
    changed = bool(found and listed)
    while changed:
        changed = False
        ends = {end: start for start, (end, _) in found.items()}
        for start, end in sorted(listed.items()):
            before = start - 1
            while before > 0 and doc[before].text in (",", "and"):
                before -= 1
            after = end
            while after < len(doc) and doc[after].text in (",", "and"):
                after += 1
            if (before < start - 1 and before + 1 in ends) or (after > end and after in found):
                found[start] = (end, _LISTED_SCORE)
                del listed[start]
                changed = True
                break


def _first_name(doc: Doc, start: int, end: int, words: NameWords, entities: set[int]) -> int:
    """Where the name begins in a run of capitals: "Ask Holly Sherman", "Producer Thomas Speer"."""
    lead = bool(doc[start].is_sent_start) or doc[start].tag_ not in ("NNP", "NNPS")
    for index in range(start, end if lead else end - 1):
        word = doc[index].lower_
        if words.is_known(word) or index in entities or _INITIAL.match(doc[index].text):
            return index
    return start


def _capitalised_runs(doc: Doc, words: NameWords) -> Iterator[tuple[int, int]]:
    index = 0
    while index < len(doc):
        if not _starts_name(doc[index], words):
            index += 1
            continue
        end = index + 1
        while end < len(doc) and _continues_name(doc, end, words):
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
    if token.tag_ in ("NNP", "NNPS") or token.ent_type_ == "PERSON" or words.is_known(token.lower_):
        return True
    # The tagger takes a foreign name for any part of speech: "My name is Sandgreen."
    before = token.nbor(-1).lower_ if token.i else ""
    lead = _lead(token.doc.text, token.idx) if before in _INTRODUCE else ""
    return bool(lead and words.strong_contexts.search(lead))


def _lead(text: str, position: int) -> str:
    return text[max(0, position - CONTEXT_REACH) : position]


def _continues_name(doc: Doc, index: int, words: NameWords) -> bool:
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
        and (token.tag_ in ("NNP", "NNPS", "NN", "FW") or token.lower_ in words.surnames)
    ) or (token.ent_type_ == "PERSON" and token.text[:1].isupper())


def _refused(doc: Doc, start: int, end: int, words: NameWords, entities: set[int]) -> bool:
    run = [doc[index].lower_ for index in range(start, end)]
    text = " ".join(run)
    if text in words.not_names or any(
        name in text for name in words.not_names if " " in name and len(name) > 6
    ):
        return True
    following = doc[end] if end < len(doc) else None
    if following is not None and following.text == "-" and not doc[end - 1].whitespace_:
        return True
    sure = end - start > 1 and run[0] in words.sure
    thing = (
        following is not None
        and following.pos_ in ("NOUN", "PROPN")
        and not (sure and following.text.islower())
    )
    nearby = run[1:] + ([following.lower_] if following is not None and thing else [])
    if any(word.rstrip(".") in words.place_words for word in nearby):
        return True
    if (
        following is not None
        and following.lower_ in ("'s", "'")
        and end + 1 < len(doc)
        and doc[end + 1].text[:1].isupper()
        and not sure
    ):
        return True
    before = doc[start - 1].lower_ if start else ""
    if before == "&" or (following is not None and following.text == "&"):
        return True
    if end - start == 1 and (
        before in ("the", "a", "an") or (before in ("at", "in") and start not in entities)
    ):
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
    lead = _lead(doc.text, doc[start].idx)
    context = first not in words.not_after_contexts and bool(words.contexts.search(lead))
    strong = first not in words.not_after_contexts and bool(words.strong_contexts.search(lead))
    given = first in words.sure
    maybe = first in words.ambiguous or first in words.given or bool(_INITIAL.match(doc[start].text))
    known_last = doc[end - 1].lower_ in words.surnames
    known = given or maybe or known_last
    if size > 1 and not given and all(doc[index].text.isupper() for index in range(start, end)):
        return 0.95 if title else 0.0
    if title or strong or (context and (in_entity > 0 or known)):
        return 0.95
    if size >= 2 and given:
        return 0.9
    if size >= 2 and maybe and (in_entity > 0 or (known_last and not _title_case(doc))):
        return 0.85
    if size >= 2 and in_entity == 1.0 and (known or first in words.surnames):
        return 0.8
    if 2 <= size <= 3 and in_entity == 1.0 and _placed_as_person(doc, start, end):
        return 0.6
    if size == 1 and in_entity == 1.0 and (known or _placed_as_person(doc, start, end)):
        return 0.7 if doc[start].tag_ == "NNP" and not _title_case(doc) else 0.0
    if size == 1 and given and start == 0 and doc[start].tag_ == "NNP" and len(doc) > 2:
        return 0.7 if doc[1].tag_ in ("VBZ", "VBD", "MD", "POS") or doc[1].text in (",", ":") else 0.0
    if size == 1 and given and (in_entity > 0 or start > 0):
        return 0.8 if doc[start].tag_ == "NNP" else 0.0
    return 0.0


def _title_case(doc: Doc) -> bool:
    """True for a heading, where capitals tell nothing; a list of names has commas."""
    long = [token.text for token in doc if token.is_alpha and len(token.text) > 3]
    commas = sum(token.text == "," for token in doc)
    return len(long) > 3 + 2 * commas and sum(word[0].isupper() for word in long) > 0.8 * len(long)


def _placed_as_person(doc: Doc, start: int, end: int) -> bool:
    """A name without a known given name counts as a subject, after "by", or where it is the whole text."""
    if all(doc[index].text.isupper() for index in range(start, end)):
        return False
    whole = start == 0 and all(doc[index].is_punct for index in range(end, len(doc)))
    by = start > 0 and doc[start - 1].lower_ in _BEFORE_PEOPLE
    appositive = start > 0 and doc[start - 1].pos_ == "NOUN" and doc[start].dep_ in ("appos", "flat")
    return whole or by or appositive or doc[start].dep_ in ("nsubj", "nsubj:pass", "vocative")
