"""Values beside, beneath and above the labels of a form, a card, a table or a screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import regex

from transforms.image.label_words import Kind, Label, find_labels, find_phrase, kinds
from transforms.image.ocr_text import PAINTED, OcrText
from transforms.image.print_layout import WORD_GAP, Layout, Place
from transforms.image.value_shapes import Trust, find_alone, find_value

_SMALLER: Final = 0.86
"""A caption is at most this high, in heights of the value above it."""
_MOST_ROWS: Final = 40
_POSTCODE: Final = regex.compile(
    r"(?<![\d.])\d{4,6}(?![\d.])|\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b"
)
_OTHER_LABEL: Final = regex.compile(r"\p{L}[\p{L} .'\-]{1,24}:(?=\s|\p{L}|$)(?!//)")
_SURE: Final = frozenset({"email", "date", "iban", "card", "ssn", "phone"})
"""Kinds whose values tell by themselves that a label belongs to them."""
_LEAST_UNDER: Final = 2
_DIGIT: Final = regex.compile(r"\d")
_BLANK: Final = regex.compile(r"\s+")
_LONGEST_LINE: Final = 90
_HOUSE: Final = regex.compile(r"^\W{0,3}\d{1,6}\s")


@dataclass(frozen=True, slots=True)
class PrintedSpan:
    """Characters ``start:end`` of the joined OCR text that tell ``attribute``."""

    start: int
    end: int
    attribute: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Page:
    """Lines of print; pieces of one line that the engine split at a blank are put together again."""

    spans: tuple[tuple[int, int], ...]
    texts: tuple[str, ...]
    layout: Layout
    labels: tuple[tuple[Label, ...], ...]
    phrases: tuple[Label | None, ...]
    """The label in words of its own that a line is, where none of ``labels`` is the whole line."""

    @classmethod
    def of(cls, ocr: OcrText) -> _Page:
        pieces = Layout.of(ocr.level).places
        spans: list[tuple[int, int]] = []
        places: list[Place] = []
        for index, piece in enumerate(pieces):
            start, end = ocr.line_span(index)
            painted = PAINTED in (ocr.text[start : start + 1], ocr.text[spans[-1][0] :][:1] if spans else "")
            if places and not painted and places[-1].begins_row_of(piece, WORD_GAP):
                spans[-1], places[-1] = (spans[-1][0], end), places[-1].with_right(piece)
            else:
                spans.append((start, end))
                places.append(piece)
        texts = tuple(ocr.text[start:end] for start, end in spans)
        labels = tuple(map(find_labels, texts))
        phrases = tuple(
            None if any(one.bare for one in found) else find_phrase(text)
            for found, text in zip(labels, texts, strict=True)
        )
        return cls(tuple(spans), texts, Layout(tuple(places)), labels, phrases)

    def text(self, index: int) -> str:
        return self.texts[index]

    def is_painted(self, index: int | None) -> bool:
        """True for a place where something was: it was the value that a label beside it announces."""
        return index is not None and self.text(index).startswith(PAINTED)

    def is_value_of(self, label: Label, index: int | None) -> bool:
        """True if line ``index`` is nothing but a value that ``label`` announces and whose form is sure."""
        if index is None:
            return False
        return any(
            head.kind in _SURE and find_alone(head.kind, self.text(index)) is not None for head in label.heads
        )

    def has_captions(self) -> bool:
        """True if labels of this page stand under their values, as far as values of sure form tell."""
        under = over = 0
        for index, label in self._whole_lines():
            above, below = self.layout.above(index), self.layout.beneath(index)
            fits_above, fits_below = self.is_value_of(label, above), self.is_value_of(label, below)
            if fits_above and fits_below and above is not None and below is not None:
                top, own, bottom = (self.layout.places[one].left_y for one in (above, index, below))
                fits_above = own - top < bottom - own
                fits_below = not fits_above
            under += fits_above
            over += fits_below or self.is_value_of(label, self.layout.beside(index))
        return under >= _LEAST_UNDER and under > 2 * over

    def _whole_lines(self) -> Iterator[tuple[int, Label]]:
        for index, (found, phrase) in enumerate(zip(self.labels, self.phrases, strict=True)):
            label = next((one for one in found if one.bare), phrase)
            if label is not None and not label.marked:
                yield index, label

    def is_label(self, index: int) -> bool:
        """True if a line begins with a label, known or not: it is nobody else's value."""
        known = any(label.leads and (label.bare or label.marked) for label in self.labels[index])
        return known or _OTHER_LABEL.match(self.text(index)) is not None


def find_labelled(ocr: OcrText) -> Iterator[PrintedSpan]:
    """Spans of values that a label announces."""
    page = _Page.of(ocr)
    captions = page.has_captions()
    for index, found in enumerate(page.labels):
        spans: list[PrintedSpan] = []
        for number, label in enumerate(found):
            later = [other.start for other in found[number + 1 :] if other.marked]
            stop = min(later, default=len(page.text(index)))
            spans.extend(_of_label(page, index, label, stop, captions))
        phrase = page.phrases[index]
        if not spans:
            spans.extend(_of_phrase(page, index, phrase, captions) if phrase else _behind_phrase(page, index))
        yield from spans


def _of_phrase(page: _Page, index: int, label: Label, captions: bool) -> Iterator[PrintedSpan]:
    """The value of a label in words of its own: a line that is nothing but a value of sure form."""
    layout = page.layout
    places = [layout.beside(index), layout.beneath(index)]
    if captions and not label.marked:
        places.insert(0, layout.above(index))
    for place in places:
        if place is None or page.is_label(place):
            continue
        if page.is_painted(place):
            return
        if (found := _alone(page, place, label, 0)) is not None:
            yield found
            return


def _behind_phrase(page: _Page, index: int) -> Iterator[PrintedSpan]:
    """The value at the end of a line that begins with a label in words of its own."""
    text = page.text(index)
    digit = _DIGIT.search(text)
    if digit is None or len(text) > _LONGEST_LINE:
        return
    for blank in _BLANK.finditer(text, 0, digit.start()):
        label = find_phrase(text[: blank.start()])
        found = _alone(page, index, label, blank.end()) if label is not None else None
        if found is not None:
            yield found
            return


def _alone(page: _Page, index: int, label: Label, start: int) -> PrintedSpan | None:
    """Line ``index`` from ``start`` on if it is a value that ``label`` announces and nothing else."""
    named = {head.kind for head in label.heads}
    at = page.spans[index][0] + start
    for kind in kinds():
        found = find_alone(kind.name, page.text(index)[start:]) if kind.name in named else None
        if found is not None:
            return PrintedSpan(at + found[0], at + found[1], kind.attribute, f"label.{_rule(kind)}")
    return None


def _of_label(page: _Page, index: int, label: Label, stop: int, captions: bool) -> Iterator[PrintedSpan]:
    rest = page.text(index)[label.end : stop]
    if any(char.isalnum() for char in rest):
        # The engine may have split what goes on in the same row.
        split = stop == len(page.text(index))
        row = page.layout.row_from(index)[1:] if split else []
        found = _in_line(page, index, label, label.end, stop, Trust.MARK if label.marked else Trust.SHAPE)
        if found is None:
            return
        kind, span = found
        yield span
        if kind.name in ("name", "address"):
            for more in row:
                if not page.is_label(more):
                    yield _whole_line(page, more, kind)
        yield from _further(page, index, kind, span.start - page.spans[index][0])
    elif not all(head.letter for head in label.heads) and (
        label.bare or (label.marked and stop == len(page.text(index)))
    ):
        yield from _of_lone_label(page, index, label, captions)


def _of_lone_label(page: _Page, index: int, label: Label, captions: bool) -> Iterator[PrintedSpan]:
    """The value of a label with nothing behind it: right of it, else beneath, else above; above first on a
    page of ``captions``."""
    beside, beneath = page.layout.beside(index), page.layout.beneath(index)
    above = page.layout.above(index)
    if captions and not label.marked and above is not None and not page.is_label(above):
        if page.is_painted(above):
            return
        found = list(_at_line(page, above, label, Trust.PLACE, upward=True))
        if found:
            yield from found
            return
    if page.is_painted(beside) or page.is_painted(beneath):
        return
    if beside is not None and not page.is_label(beside):
        found = list(_at_line(page, beside, label, Trust.MARK if label.marked else Trust.PLACE))
        if found:
            yield from found
            return
    if above is not None and not label.marked and _is_caption(page, index, above):
        if page.is_painted(above):
            return
        found = list(_at_line(page, above, label, Trust.PLACE, upward=True))
        if found:
            yield from found
            return
    if beneath is not None and not page.is_label(beneath):
        found = list(_at_line(page, beneath, label, Trust.PLACE))
        yield from found
        if found and _heads_column(page, index, beside):
            yield from _column(page, beneath, label)


def _is_caption(page: _Page, index: int, above: int) -> bool:
    """True if line ``index`` stands close beneath ``above``, smaller or in brackets."""
    own, over = page.layout.places[index], page.layout.places[above]
    small = own.height <= _SMALLER * over.height or page.text(index).lstrip().startswith("(")
    beneath = page.layout.beneath(index)
    if not small or page.is_label(above) or own.left_y - over.left_y > 1.9 * max(own.height, over.height):
        return False
    if beneath is None or page.is_label(beneath) or page.text(index).lstrip().startswith("("):
        return True
    return page.layout.places[beneath].left_y - own.left_y > 1.2 * (own.left_y - over.left_y)


def _heads_column(page: _Page, index: int, beside: int | None) -> bool:
    """True if a label is one of several in a row: the head of a column."""
    before = any(
        place.begins_row_of(page.layout.places[index]) and any(label.bare for label in page.labels[other])
        for other, place in enumerate(page.layout.places)
        if other != index
    )
    return before or (beside is not None and any(label.bare for label in page.labels[beside]))


def _column(page: _Page, first: int, label: Label) -> Iterator[PrintedSpan]:
    """Further values of a column beneath line ``first``; one that is read badly may stand between."""
    at: int | None = first
    misses = 0
    for _ in range(_MOST_ROWS):
        at = page.layout.beneath(at) if at is not None else None
        if at is None or page.is_label(at) or misses > 1:
            return
        found = _in_line(page, at, label, 0, len(page.text(at)), Trust.PLACE)
        if found is not None:
            yield found[1]
        misses = 0 if found is not None else misses + 1


def _at_line(
    page: _Page, index: int, label: Label, trust: Trust, *, upward: bool = False
) -> Iterator[PrintedSpan]:
    """The value of ``label`` in line ``index``, in the pieces right of it, and in the lines below."""
    found = _in_line(page, index, label, 0, len(page.text(index)), trust)
    row = page.layout.row_from(index)
    if found is None:
        return
    kind, span = found
    yield span
    for piece in row[1:]:
        if not page.is_label(piece) and kind.name in ("name", "address"):
            yield _whole_line(page, piece, kind)
    if not upward:
        yield from _further(page, index, kind, 0)


def _in_line(
    page: _Page, index: int, label: Label, start: int, stop: int, trust: Trust
) -> tuple[Kind, PrintedSpan] | None:
    """The value of the first kind that ``label`` may announce and whose shape ``text[start:stop]`` has."""
    text = page.text(index)[start:stop]
    kind = _kind_of(label, text, trust)
    if kind is None:
        return None
    found = find_value(kind.name, text, _trust(label, kind, trust))
    if found is None:
        return None
    at = page.spans[index][0] + start
    return kind, PrintedSpan(at + found[0], at + found[1], kind.attribute, f"label.{_rule(kind)}")


def _kind_of(label: Label, text: str, trust: Trust) -> Kind | None:
    named = {head.kind for head in label.heads}
    for kind in kinds():
        if kind.name not in named:
            continue
        if find_value(kind.name, text, _trust(label, kind, trust)) is not None:
            return kind
    return None


def _trust(label: Label, kind: Kind, trust: Trust) -> Trust:
    """``trust``; for a word that also stands for other things the shape must prove it."""
    weak = all(head.weak for head in label.heads if head.kind == kind.name)
    return Trust.SHAPE if weak and not label.marked else trust


def _rule(kind: Kind) -> str:
    return kind.attribute.removeprefix("pii.")


def _whole_line(page: _Page, index: int, kind: Kind) -> PrintedSpan:
    start, end = page.spans[index]
    return PrintedSpan(start, end, kind.attribute, f"label.{_rule(kind)}")


def _further(page: _Page, index: int, kind: Kind, begins: int) -> Iterator[PrintedSpan]:
    """The lines below line ``index`` in which an address goes on, until one has held a postcode.

    ``begins``: the character of the line with which the value begins."""
    text = page.text(index)
    place = page.layout.places[index]
    left = place.left + (place.right - place.left) * begins / max(1, len(text))
    # A house number of five digits in front is no postcode.
    ended = bool(_POSTCODE.search(_HOUSE.sub("", text[begins:])))
    current = index
    for _ in range(kind.lines - 1):
        below = page.layout.next_in_block(current, left)
        if ended or below is None or page.is_label(below) or page.labels[below]:
            return
        yield _whole_line(page, below, kind)
        ended = bool(_POSTCODE.search(page.text(below)))
        current = below
