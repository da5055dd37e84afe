"""Finds personal names: an entity engine proposes and scores, name lists, casing and context decide.

A name that the engine misses is still found where lists, tags and context agree by pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from schemas.finding import Kind
from transforms.engines.parser_with_names import SCORES
from transforms.text.mentions import Form, Mention
from transforms.text.name_prefilter import CONTEXT_REACH
from transforms.text.rules import NameWords, TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

NAME = "pii.name"
_NAME_TOKEN = regex.compile(
    r"^(?:[\p{Lu}][\p{L}'-]*\.?|[\p{Lu}]\.|(?:de|da|van|von|der|den|la|le|del|di|bin|al|el))$"
)
_GLUED = regex.compile(r"[\\:\"\[\]()<>|;]+(?=\S)")
_INITIAL = regex.compile(r"^[\p{Lu}]\.$")
_LISTED_SCORE = 0.7
_LEAST_EVIDENCE = 0.1
_KNOWN_PAIR = 0.85
"""The evidence of a known given name before a known surname."""

_UNSCORED = 0.45
"""Taken as the score of an entity of an engine that gives none."""

_SURE_ENTITY = 0.5
"""From this score on a capitalised entity is a name without further evidence; also bars other readings."""

_TRUSTED = 0.8
"""From this score on only a word for a place, a firm or a thing beside it speaks against a name."""

_SURE_OF_PERSON = 0.9
_SURE_CAPITALS = 0.6
_UNLISTED_ENTITY = 0.65
_LISTED_ENTITY = 0.25
_SURE_LOWER_NAME = 0.8
"""For a name in lower case of two words, or in a text that has no capitals at all."""

_SUPPORTED_LOWER = 0.35
_INTRODUCE = frozenset({"is", "me", "him", "her", "says", "said", "?"})
_ADDRESS = "lexicon.gender.title"
_PARTICLES = frozenset(
    {"de", "da", "van", "von", "der", "den", "la", "le", "del", "di", "bin", "al", "el", "-"}
)


def name_mentions(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    """Personal names of one parsed passage. May overlap."""
    words = rules.names
    found, others = _from_entities(doc, words)
    taken = {index for start, (end, _) in found.items() for index in range(start, end)}
    # Beside an engine that scores, a single listed word adds false names and no right one (measured).
    least = _KNOWN_PAIR if SCORES in doc.user_data else _LEAST_EVIDENCE
    listed: dict[int, int] = {}
    alone: list[int] = []
    for whole, end in _capitalised_runs(doc, words):
        start = _first_name(doc, whole, end, words)
        run = range(start, end)
        known_thing = doc[whole:end].text.lower() in words.not_names
        if known_thing or not taken.isdisjoint(run) or _refused(doc, start, end, words):
            continue
        score = _evidence(doc, start, end, words)
        if score >= max(least, *(others.get(index, 0.0) for index in run)):
            found[start] = (end, score)
        elif words.is_known(doc[start].lower_) and doc[start].tag_ in ("NNP", "NN") and end - start <= 2:
            listed[start] = end
        if start not in found and end - start == 1:
            alone.append(start)
    _add_repeated(doc, found, alone)
    _add_listed(doc, found, listed)
    for start in sorted(found):
        end, score = found[start]
        last = doc[end - 1]
        first, stop = _written(doc.text, doc[start].idx, last.idx + len(last), words)
        yield Mention(first, stop, NAME, Kind.EXPLICIT, "name.person", Form.VALUE, score=score)


def _written(text: str, start: int, stop: int, words: NameWords) -> tuple[int, int]:
    """A name with its form of address, without what a token glues to it: "Mr. [Ali]:\\"Who"."""
    name = _GLUED.search(text, start + 1, stop)
    address = words.forms_of_address.search(text, max(0, start - CONTEXT_REACH), start)
    return address.start() if address else start, name.start() if name else stop


def beside_titles(text: str, names: Iterable[Mention], others: Sequence[Mention]) -> Iterator[Mention]:
    """``names`` without a form of address that one of ``others`` tells already: "Mr." tells a gender, and
    "Aunt" is masked with the name."""
    for name in names:
        claimed = [
            one.end
            for one in others
            if one.start <= name.start < one.end < name.end
            and (one.form is not Form.TITLE or one.rule == _ADDRESS)
        ]
        start = max(claimed, default=name.start)
        yield replace(name, start=start + (text[start : start + 1] == " "))


def _from_entities(doc: Doc, words: NameWords) -> tuple[dict[int, tuple[int, float]], dict[int, float]]:
    """Accepted people among the entities, and what evidence a token of a firm or a place would need."""
    scores: Sequence[float] = doc.user_data.get(SCORES, [_UNSCORED] * len(doc.ents))
    people: dict[int, tuple[int, float]] = {}
    others: dict[int, float] = {}
    for span, score in zip(doc.ents, scores, strict=True):
        if span.label_ != "PERSON":
            place = span.label_ == "LOC"
            if score >= _SURE_ENTITY and not (place and len(span) == 1 and span.root.lower_ in words.sure):
                others.update(dict.fromkeys(range(span.start, span.end), 0.85 if place else 0.95))
            continue
        start, end = _without_title(doc, span.start, span.end, words)
        if start < end and _accepted(doc, start, end, score, words):
            start, end = _extended(doc, start, end, words)
            people[start] = (end, score)
    return people, others


def _without_title(doc: Doc, start: int, end: int, words: NameWords) -> tuple[int, int]:
    while start < end and (doc[start].lower_.rstrip(".") in words.titles or doc[start].is_punct):
        start += 1
    while end > start and (
        doc[end - 1].lower_ == "'s" or (doc[end - 1].is_punct and doc[end - 1].text != ".")
    ):
        end -= 1
    return start, end


def _extended(doc: Doc, start: int, end: int, words: NameWords) -> tuple[int, int]:
    """The span with the known names that stand directly beside it: [Timothy] Novak."""

    def belongs(index: int) -> bool:
        token = doc[index]
        known = words.is_known(token.lower_) or bool(_INITIAL.match(token.text))
        return token.tag_ == "NNP" and known and bool(_NAME_TOKEN.match(token.text))

    while start > 0 and doc[start - 1].whitespace_ and not doc[start - 1].ent_type_ and belongs(start - 1):
        start -= 1
    while end < len(doc) and doc[end - 1].whitespace_ and not doc[end].ent_type_ and belongs(end):
        end += 1
    return start, end


def _accepted(doc: Doc, start: int, end: int, score: float, words: NameWords) -> bool:
    """Whether an entity of ``score`` is a name, by how it is written and what stands around it."""
    span = doc[start:end]
    if not any(token.text[0].isalpha() for token in span) or _in_thing(doc, start, end, words):
        return False
    title, strong, context = _introduced(doc, start, words)
    printed = _printed(doc, start, words)
    if printed and end - start == 1 and not title:
        return False
    strong, context = strong and not printed, context and not printed
    if end - start == 1 and score < _SURE_OF_PERSON and span.text.lower() in words.not_triggers:
        return False
    if not (title or strong) and (
        _placed(doc, start, end, words, score >= _SURE_OF_PERSON)
        if score >= _TRUSTED
        else _refused(doc, start, end, words)
    ):
        return False
    sure = any(token.lower_ in words.sure for token in span)
    supported = title or strong or sure
    if span.text == span.text.lower():
        plain = end - start > 1 or doc.text == doc.text.lower()
        return score >= (_SURE_LOWER_NAME if plain else 2.0) or (supported and score >= _SUPPORTED_LOWER)
    last = end - start > 1 and doc[end - 1].lower_ in words.surnames
    known = words.is_known(doc[start].lower_) or last
    if all(token.text.isupper() and len(token.text) > 2 for token in span if token.is_alpha):
        return title or (known and score >= _SURE_CAPITALS) or score >= _SURE_OF_PERSON or (sure and context)
    first = bool(doc[start].is_sent_start) or printed
    least = _TRUSTED if first else _UNLISTED_ENTITY
    return score >= least or supported or context or (known and score >= _LISTED_ENTITY)


def _printed(doc: Doc, start: int, words: NameWords) -> bool:
    """Whether the text says that it reads a sign, a logo or a street corner out at ``start``."""
    return bool(words.printed.search(_lead(doc.text, doc[start].idx)))


def _introduced(doc: Doc, start: int, words: NameWords) -> tuple[bool, bool, bool]:
    """What introduces a name at ``start``: a title, words after which only names stand, words that may."""
    title = (
        start > 0
        and doc[start - 1].lower_.rstrip(".") in words.titles
        and (doc[start - 1].text[:1].isupper() or doc[start - 1].lower_.rstrip(".") in words.short_titles)
    )
    if start > 1 and doc[start - 1].text == ".":
        title = title or doc[start - 2].lower_ in words.titles
    lead = _lead(doc.text, doc[start].idx)
    if doc[start].lower_ in words.not_after_contexts:
        return title, False, False
    return title, bool(words.strong_contexts.search(lead)), bool(words.contexts.search(lead))


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


def _first_name(doc: Doc, start: int, end: int, words: NameWords) -> int:
    """Where the name begins in a run of capitals: "Ask Holly Sherman", "Producer Thomas Speer"."""
    lead = bool(doc[start].is_sent_start) or doc[start].tag_ not in ("NNP", "NNPS")
    for index in range(start, end if lead else end - 1):
        word = doc[index].lower_
        if words.is_known(word) or _INITIAL.match(doc[index].text):
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


def _is_thing(text: str, words: NameWords) -> bool:
    """Whether the lower-case ``text`` is, or holds, what only looks like a name."""
    return text in words.not_names or any(
        name in text for name in words.not_names if " " in name and len(name) > 6
    )


def _in_thing(doc: Doc, start: int, end: int, words: NameWords) -> bool:
    """Whether the span, or the run of capitals it stands in, only looks like a name: "Big [Ben]"."""
    first, stop = start, end
    while first > 0 and doc[first - 1].text[0].isupper():
        first -= 1
    while stop < len(doc) and doc[stop].text[0].isupper():
        stop += 1
    return _is_thing(doc[start:end].text.lower(), words) or (
        (first, stop) != (start, end) and doc[first:stop].text.lower() in words.not_names
    )


def _placed(doc: Doc, start: int, end: int, words: NameWords, person: bool = False) -> bool:
    """Whether the run names a street, a firm or another thing: "Jordan River", "the band Gorillaz".

    ``person``: the run is surely a person's, so that a noun in lower case behind it says nothing.
    """
    if start and doc[start - 1].text in words.thing_words:
        return True
    following = doc[end] if end < len(doc) else None
    nearby = [doc[index].lower_ for index in range(start + 1, end)]
    sure = end - start > 1 and (person or doc[start].lower_ in words.sure)
    if (
        following is not None
        and following.pos_ in ("NOUN", "PROPN")
        and not (sure and following.text.islower())
    ):
        nearby.append(following.lower_)
    return any(word.rstrip(".") in words.place_words for word in nearby)


def _refused(doc: Doc, start: int, end: int, words: NameWords) -> bool:
    """Whether what stands around a run of capitals speaks against a name."""
    if _is_thing(" ".join(doc[index].lower_ for index in range(start, end)), words):
        return True
    following = doc[end] if end < len(doc) else None
    if following is not None and following.text == "-" and not doc[end - 1].whitespace_:
        return True
    if _placed(doc, start, end, words):
        return True
    sure = end - start > 1 and doc[start].lower_ in words.sure
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
    person = doc[start].ent_type_ == "PERSON"
    if end - start == 1 and (before in ("the", "a", "an") or (before in ("at", "in") and not person)):
        return True
    return end - start == 1 and doc[start].text.isupper() and len(doc[start].text) > 2


def _evidence(doc: Doc, start: int, end: int, words: NameWords) -> float:
    """How surely lists, tags and context make a run of capitals a name that no entity holds; 0 for no."""
    size = end - start
    first = doc[start].lower_
    title, strong, context = _introduced(doc, start, words)
    if _printed(doc, start, words) and size == 1:
        return 0.95 if title else 0.0
    given = first in words.sure
    maybe = first in words.ambiguous or first in words.given or bool(_INITIAL.match(doc[start].text))
    known_last = doc[end - 1].lower_ in words.surnames
    if size > 1 and not (given and known_last) and all(token.text.isupper() for token in doc[start:end]):
        return 0.95 if title else 0.0
    if title or strong or (context and (given or maybe or known_last)):
        return 0.95
    if size >= 2 and given:
        return 0.9
    if size >= 2 and maybe and known_last and not _title_case(doc):
        return 0.85
    if size == 1 and given and start == 0 and doc[start].tag_ == "NNP" and len(doc) > 2:
        return 0.7 if doc[1].tag_ in ("VBZ", "VBD", "MD", "POS") or doc[1].text in (",", ":") else 0.0
    if size == 1 and given and start > 0:
        return 0.8 if doc[start].tag_ == "NNP" else 0.0
    return 0.0


def _title_case(doc: Doc) -> bool:
    """True for a heading, where capitals tell nothing; a list of names has commas."""
    long = [token.text for token in doc if token.is_alpha and len(token.text) > 3]
    commas = sum(token.text == "," for token in doc)
    return len(long) > 3 + 2 * commas and sum(word[0].isupper() for word in long) > 0.8 * len(long)
