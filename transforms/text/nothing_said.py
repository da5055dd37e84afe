"""Leaves out what says nothing once its attribute is gone: the phrase, the clause, or the whole sentence.

Every edit may leave a frame behind: "They have skin", "The person is of unstated age". Whatever made it, a
stretch of a sentence whose remaining words only hold an attribute to somebody goes whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import regex

from transforms.text import clauses
from transforms.text.doc_text import text_of
from transforms.text.lexicon import read_list
from transforms.text.mentions import Form
from transforms.text.passage_edits import PassageEdit
from transforms.text.recognise_measures import NOT_STATED
from transforms.text.stretches import DASHES, HEDGES, Stretch, stretches_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

LEFT_OUT = "left_out."
"""Begins the rules of edits that leave out more than an attribute."""

_WORD = regex.compile(r"[\p{L}\p{M}]+")
_LABEL = regex.compile(r"\A[^.!?\n:]{0,60}:\W*")
_EVIDENCE = frozenset({"based", "judging"})
_TELLS = frozenset({Form.MODIFIER, Form.PREDICATE, Form.VERB_PHRASE, Form.POSTMODIFIER, Form.VALUE})


@dataclass(frozen=True, slots=True)
class _Frames:
    words: frozenset[str]
    inserted: frozenset[str]


@cache
def _frames() -> _Frames:
    content = read_list("frames")
    words = frozenset(content["words"])
    return _Frames(words, words | frozenset(content["stand_ins"]))


def without_frames(doc: Doc, edits: Sequence[PassageEdit], *, may_empty: bool) -> list[PassageEdit]:
    """``edits`` (in order, apart), with what they leave without content left out. ``may_empty``: the passage
    may become the empty text."""
    if not any(_tells(doc, edit) for edit in edits):
        return list(edits)
    sentences = _sentences(doc)
    changed: list[PassageEdit] = list(edits)
    gone: list[int] = []
    for number, (start, end) in enumerate(sentences):
        inside = _inside(doc, edits, start, end)
        if not any(_tells(doc, edit) for edit in inside) or doc[end - 1].text == "?":
            continue
        left = _Sentence(doc, start, end, inside).left_out()
        if left is None:
            gone.append(number)
        else:
            for edit in left:
                changed = _with(text_of(doc), changed, edit)
    gone = _without_value(doc, edits, sentences, gone)
    first, after = sentences[-1]
    words = {token.lower_ for token in doc[first:after] if _WORD.search(token.text)}
    if len(sentences) - 2 in gone and words <= _frames().words:
        # A text cut off: "They have a beard and".
        gone.append(len(sentences) - 1)
    return _without_sentences(doc, sorted(changed, key=_place), sentences, gone, may_empty=may_empty)


def _without_value(
    doc: Doc, edits: Sequence[PassageEdit], sentences: Sequence[tuple[int, int]], gone: Sequence[int]
) -> list[int]:
    """``gone`` and the sentence that became "not stated" behind a label that promises more: "Appearance:"."""
    label = _LABEL.match(text_of(doc))
    value = next((edit for edit in edits if edit.text.startswith(NOT_STATED)), None)
    if value is None or label is None or value.start > label.end():
        return list(gone)
    if label.group().strip(" *_:").lower() in _attribute_labels():
        return list(gone)
    number = next(
        (place for place, (start, _) in enumerate(sentences) if doc[start].idx >= label.end()), len(sentences)
    )
    later = [place for place in range(number + 1, len(sentences)) if place not in gone]
    covered = number < len(sentences) and value.end >= _end(doc, sentences[number][1] - 1) - 1
    return sorted({*gone, number}) if later and covered else list(gone)


@cache
def _attribute_labels() -> frozenset[str]:
    return frozenset(label for labels in read_list("statements")["labels"].values() for label in labels)


def _with(text: str, edits: Sequence[PassageEdit], wider: PassageEdit) -> list[PassageEdit]:
    """``edits`` and one that takes the place of all it holds; one that it only touches becomes part of it."""
    apart = [one for one in edits if not _overlap(one, wider)]
    within = [one for one in edits if _overlap(one, wider)]
    start = min([wider.start, *(one.start for one in within)])
    end = max([wider.end, *(one.end for one in within)])
    if any(one.text for one in within if one.start < wider.start or one.end > wider.end):
        return list(edits)
    if within and not wider.text and start > 0 and text[start].isspace() and text[end - 1].isspace():
        # One of the two blanks stays.
        start += 1
    return [*apart, replace(wider, start=start, end=end)]


def without_sentences(
    doc: Doc, edits: Sequence[PassageEdit], is_faulty: Callable[[int, str, str], bool], *, may_empty: bool
) -> list[PassageEdit]:
    """``edits``, with the sentences left out of which ``is_faulty(start, before, after)`` is true."""
    sentences = _sentences(doc)
    gone: list[int] = []
    for number, (start, end) in enumerate(sentences):
        inside = _inside(doc, edits, start, end)
        begin, stop = doc[start].idx, doc[end].idx if end < len(doc) else len(text_of(doc))
        if not inside or inside[0].start < begin or inside[-1].end > stop:
            continue
        after = before = text_of(doc)[begin:stop]
        for edit in reversed(inside):
            after = after[: edit.start - begin] + edit.text + after[edit.end - begin :]
        if is_faulty(begin, before, after):
            gone.append(number)
    return _without_sentences(doc, list(edits), sentences, gone, may_empty=may_empty)


def _sentences(doc: Doc) -> list[tuple[int, int]]:
    ends = [token.i for token in doc if token.is_sent_start and token.i] + [len(doc)]
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _place(edit: PassageEdit) -> tuple[int, int]:
    return edit.start, edit.end


def _overlap(one: PassageEdit, other: PassageEdit) -> bool:
    if one.start == one.end:
        return other.start < one.start < other.end
    return one.start < other.end and other.start < one.end


def _inside(doc: Doc, edits: Sequence[PassageEdit], start: int, end: int) -> list[PassageEdit]:
    return _touching(edits, doc[start].idx, _end(doc, end - 1))


def _touching(edits: Sequence[PassageEdit], begin: int, stop: int) -> list[PassageEdit]:
    return [edit for edit in edits if edit.start < stop and begin < max(edit.end, edit.start + 1)]


def _tells(doc: Doc, edit: PassageEdit) -> bool:
    """True for an edit that takes an attribute out of what is said, rather than naming somebody anew."""
    form = edit.cause.form
    if edit.rule.startswith("agreement.") or not edit.cause.attribute.startswith(
        ("biometric.", "sensitive.")
    ):
        return False
    if form is Form.NOUN:
        head = [token for token in doc if edit.cause.start <= token.idx < edit.cause.end]
        return not edit.text or (bool(head) and _is_said(doc, head[0].i))
    return form in _TELLS


def _is_said(doc: Doc, index: int) -> bool:
    """True if the noun phrase around token ``index`` is said of somebody: "is a man", "likely a boy"."""
    before = clauses.noun_phrase_start(doc, index) - 1
    while before >= 0 and doc[before].lower_ in ("to", "be", "like", "also", "both", "all", *HEDGES):
        before -= 1
    verb = before >= 0 and doc[before].lower_ in clauses.BE | clauses.SEEM
    return verb or (before + 1 < index and doc[before + 1].lower_ in HEDGES)


class _Sentence:
    """One sentence under its edits, cut into stretches."""

    def __init__(self, doc: Doc, start: int, end: int, edits: Sequence[PassageEdit]) -> None:
        self.doc = doc
        self.edits = edits
        label = _LABEL.match(text_of(doc))
        if label is not None and doc[start].idx < label.end():
            start = next((i for i in range(start, end) if doc[i].idx >= label.end()), end)
        while end > start and (doc[end - 1].is_space or not _WORD.search(doc[end - 1].text)):
            end -= 1
        self.start, self.end = start, end

    def left_out(self) -> list[PassageEdit] | None:
        """Edits that leave stretches out; None if the whole sentence is to go."""
        if self.start >= self.end:
            return []
        stretches = stretches_of(self.doc, self.start, self.end)
        empty = self._empty(stretches)
        if self._is_empty(self.start, self.end) or all(empty):
            if self._has_verb(stretches[0].first, stretches[0].after):
                return None
            empty[0] = False
        edits: list[PassageEdit] = []
        for index, one in enumerate(stretches):
            if index and empty[index] and not empty[index - 1]:
                last = index
                while last + 1 < len(stretches) and empty[last + 1]:
                    last += 1
                edits += self._without(one, stretches[last])
        if empty[0] and self._has_verb(stretches[0].first, stretches[0].after):
            edits += self._without_first(stretches, empty)
        return edits

    def _empty(self, stretches: Sequence[Stretch]) -> list[bool]:
        empty = [self._is_empty(one.first, one.after) for one in stretches]
        of_fact = False
        for index, one in enumerate(stretches):
            following = stretches[index + 1] if index + 1 < len(stretches) else None
            if one.kind == "main" or (index and empty[index] and self._holds_subject(one)):
                empty[index] = False
            if one.kind == "phrase" and following is not None and self._is_listed(following):
                empty[index] = False
            if one.kind == "of clause" and index and empty[index - 1]:
                # What is said of the fact goes with it: "..., which is common among athletes".
                of_fact = empty[index] = True
            elif of_fact and one.kind in ("phrase", "relative"):
                empty[index] = True
            else:
                of_fact = False
        return empty

    def _holds_subject(self, one: Stretch) -> bool:
        """True if a verb outside needs what is named here: "Yes, the youngest girl with a hat plays"."""
        inside = range(one.first, one.after)
        subjects = (token for token in self.doc[one.first : one.after] if token.dep_.startswith("nsubj"))
        return any(token.head.i not in inside for token in subjects)

    def _is_listed(self, following: Stretch) -> bool:
        """True if a list goes on: "with fair skin, dark hair pulled back", "a beard and glasses"."""
        doc = self.doc
        opened = doc[following.first].pos_ == "PRON" or doc[following.lead].text == ","
        return following.kind == "clause" and not opened

    def _is_empty(self, first: int, after: int) -> bool:
        """True if an attribute was told in the tokens and nothing but a frame is left of them."""
        doc, frames = self.doc, _frames()
        inside = _inside(doc, self.edits, first, after)
        if not any(_tells(doc, edit) for edit in inside):
            return False
        for edit in inside:
            if (
                any(word.lower() not in frames.inserted for word in _WORD.findall(edit.text))
                or "[" in edit.text
            ):
                return False
        for token in doc[first:after]:
            if token.lower_ in _EVIDENCE and inside[0].start < token.idx:
                # "likely a woman, based on the hairstyle": what a guess rests on goes with it.
                break
            covered = any(
                edit.start <= token.idx and token.idx + len(token) <= edit.end for edit in self.edits
            )
            known = token.lower_ in frames.words or not _WORD.search(token.text)
            if token.like_num and not covered:
                return False
            if not (covered or known):
                return False
        return True

    def _has_verb(self, first: int, after: int) -> bool:
        return any(clauses.is_finite(token) for token in self.doc[first:after])

    def _cause(self, begin: int, stop: int) -> PassageEdit:
        inside = _touching(self.edits, begin, stop) or self.edits
        return next((edit for edit in inside if _tells(self.doc, edit)), inside[0])

    def _without(self, first: Stretch, last: Stretch) -> list[PassageEdit]:
        doc = self.doc
        begin, stop = _end(doc, first.lead - 1), _end(doc, last.after - 1)
        sign = doc[first.lead].text
        opened = sign == "," or sign in DASHES
        closed = opened and last.after < self.end and doc[last.after].text == sign
        if doc[first.lead].text == "(":
            if last.after >= len(doc) or doc[last.after].text != ")":
                return []
            stop = _end(doc, last.after)
        elif opened and closed and first.kind != "clause" and not _joins(doc, last.after):
            stop = _end(doc, last.after)
        return [_deletion(begin, stop, self._cause(begin, stop), "clause")]

    def _without_first(self, stretches: Sequence[Stretch], empty: Sequence[bool]) -> list[PassageEdit]:
        """The edits that leave out the beginning of the sentence, where the rest can stand for itself."""
        doc = self.doc
        rest = next(index for index, one in enumerate(empty) if not one)
        following, before = stretches[rest], stretches[rest - 1]
        begin = doc[self.start].idx
        if following.kind == "clause":
            stop = doc[following.first].idx
            return [_deletion(begin, stop, self._cause(begin, stop), "clause")]
        if following.kind == "participle" and doc[following.lead].text == ",":
            inside = [edit for edit in self.edits if begin <= edit.start < doc[following.lead].idx]
            stand_in = next((edit for edit in inside if _unstated(edit.text)), None)
            if before.after > following.lead:
                return []
            if stand_in is None:
                return self._progressive(following)
            verb = stand_in.text.split(" of unstated")[0].split(" not described")[0]
            verb = "" if verb.startswith(("of unstated", "not described")) else verb
            stop = doc[following.first].idx
            shown = f"{verb} " if verb else ""
            start = stand_in.start
            return [PassageEdit(start, stop, shown, stand_in.cause, f"{LEFT_OUT}clause", 0)]
        return []

    def _progressive(self, following: Stretch) -> list[PassageEdit]:
        """ "appears to be a man, wearing a hat" -> "appears to be wearing a hat"."""
        doc = self.doc
        verbs = [token for token in doc[self.start : following.lead] if token.lower_ in clauses.BE]
        if not verbs or any(edit.start <= verbs[-1].idx < edit.end for edit in self.edits):
            return []
        begin, stop = _end(doc, verbs[-1].i), doc[following.first].idx
        return [replace(_deletion(begin, stop, self._cause(begin, stop), "clause"), text=" ")]


def _unstated(text: str) -> bool:
    return "of unstated" in text or "not described here" in text


def _joins(doc: Doc, comma: int) -> bool:
    return comma + 1 < len(doc) and doc[comma + 1].lower_ in clauses.CONJUNCTIONS


def _end(doc: Doc, index: int) -> int:
    return doc[index].idx + len(doc[index]) if index >= 0 else 0


def _deletion(start: int, end: int, because: PassageEdit, what: str) -> PassageEdit:
    return PassageEdit(start, end, "", because.cause, f"{LEFT_OUT}{what}", 0)


def _without_sentences(
    doc: Doc,
    edits: list[PassageEdit],
    sentences: Sequence[tuple[int, int]],
    gone: Sequence[int],
    *,
    may_empty: bool,
) -> list[PassageEdit]:
    """``edits`` without the sentences ``gone``; one stays where none may go or nothing else is said."""
    if not gone:
        return edits
    said = [
        number
        for number, (start, end) in enumerate(sentences)
        if any(_WORD.search(token.text) for token in doc[start:end])
    ]
    if not may_empty and set(said) <= set(gone):
        gone = gone[1:]
    label = _LABEL.match(text_of(doc))
    whole = set(said) <= set(gone)
    for number, last in _runs(gone):
        begin, end = doc[sentences[number][0]].idx, sentences[last][1]
        if label is not None and begin < label.end():
            begin = 0 if whole else label.end()
        stop = doc[end].idx if end < len(doc) else len(text_of(doc))
        if end >= len(doc):
            begin = len(text_of(doc)[:begin].rstrip())
        inside = [edit for edit in edits if begin <= edit.start < stop]
        because = next((edit for edit in inside if _tells(doc, edit)), (inside or edits)[0])
        edits = _with(text_of(doc), edits, _deletion(begin, stop, because, "sentence"))
        edits = _named_again(doc, sorted(edits, key=_place), sentences, number, gone)
    return sorted(edits, key=_place)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of the numbers that follow one another."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] + 1 == number:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _named_again(
    doc: Doc, edits: list[PassageEdit], sentences: Sequence[tuple[int, int]], number: int, gone: Sequence[int]
) -> list[PassageEdit]:
    """``edits``, with a noun for "They" where the sentence that introduced them went."""
    following = next((other for other in range(number + 1, len(sentences)) if other not in gone), None)
    if any(other not in gone for other in range(number)) or following is None:
        return edits
    first, pronoun = doc[sentences[number][0]], doc[sentences[following][0]]
    if first.lower_ not in ("the", "this") or pronoun.lower_ not in ("he", "she", "his", "her"):
        return edits
    start, end = pronoun.idx, pronoun.idx + len(pronoun)
    own = next((edit for edit in edits if edit.start == start and edit.end == end), None)
    names = {"They": "The person", "Their": "The person's"}
    if own is None or own.text not in names:
        return edits
    named = PassageEdit(start, end, names[own.text], own.cause, own.rule, 0)
    rest = [edit for edit in edits if edit.cause is not own.cause]
    return sorted([*rest, named], key=_place)
