"""Finds where a turn quotes a value that an image of its record no longer shows, by keyed hashes of both.

Windows of whole words are folded and hashed; so "12" is not found in "512.00", and dropped blanks and dots, O
for 0 and one wrong character in a longer value do no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

import regex

from schemas.finding import ImageFinding, Print, PrintForm
from transforms.text.dates import find_dates
from transforms.text.lexicon import read_list
from transforms.text.print_folding import WORD, alike, plain, print_digest, shortened
from transforms.text.surrogates import like_quotation

TIMEOUT_SECONDS: Final = 2.0
IMAGE_VALUE: Final = "image.value"
"""Rule of what is found here."""

_MOST_WORDS: Final = 24
_SLACK: Final = 8
"""Characters by which folding may shorten a window."""
_TAIL: Final = 4
_TAIL_LEAD: Final = 48
_SAID_BEFORE: Final = 28
_ATTRIBUTES_OF: Final = {"image.plate": "pii.plate"}
_JOINED_BEFORE: Final = regex.compile(r"\d[.,:/-]$|[$€£¥]\s?$")
_JOINED_AFTER: Final = regex.compile(r"[.,:/-]\d|\s?%")
_AMOUNT: Final = regex.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+[.,]\d{1,2}")
_DIALLED: Final = regex.compile(r"(?:\+\s?\d{1,3}[\s.-]{0,2})?[(\[]?$|\+$")
_NAME_GAP: Final = regex.compile(r"\s+(?:\p{Lu}[\p{L}'’.-]*\s+)?|[\s,.'’-]+")
_INITIALS: Final = regex.compile(r"(?:\b\p{Lu}\.\s?){1,2}$")
_GAP: Final = regex.compile(r"[\s,.;/()-]*")
_SENTENCE_START: Final = regex.compile(r"(?:^|(?<!\b\p{Lu})[.!?:\n]['\")*\]]*\s+)['\"(*\[]*$")


@dataclass(frozen=True, slots=True)
class HiddenValues:
    """What the images of a record lost: the ``pii.*`` attributes, and the prints of the values by digest."""

    key: bytes = field(repr=False)
    attributes: frozenset[str]
    prints: Mapping[str, tuple[str, Print]] = field(repr=False, hash=False)
    lengths: Mapping[PrintForm, frozenset[int]] = field(repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters ``start:end`` of a text quote a hidden value. ``sure`` is false for a common word or short
    number, which counts only where it is asked for; ``surrogate``: what stands in the image now; ``exact``:
    false if one character differs."""

    start: int
    end: int
    attribute: str
    sure: bool
    surrogate: str = ""
    exact: bool = True


def hidden_values(findings: Iterable[ImageFinding], key: bytes) -> HiddenValues | None:
    """What is gone with ``findings``, hashed under ``key``; None if nothing with a value is."""
    prints: dict[str, tuple[str, Print]] = {}
    attributes: set[str] = set()
    lengths: dict[PrintForm, set[int]] = {}
    for finding in findings:
        if finding.attribute in _ATTRIBUTES_OF:
            attributes.add(_ATTRIBUTES_OF[finding.attribute])
        if finding.printed is None:
            continue
        attributes.add(finding.printed.attribute)
        for one in finding.printed.prints:
            prints.setdefault(one.digest, (finding.printed.attribute, one))
            lengths.setdefault(one.form, set()).add(one.length)
    if not attributes:
        return None
    return HiddenValues(
        key, frozenset(attributes), prints, {form: frozenset(some) for form, some in lengths.items()}
    )


def find_quotes(text: str, hidden: HiddenValues) -> tuple[Quote, ...]:
    """The quotations in ``text`` (folded), in order, without overlaps; neighbours of one value are joined.

    Raises TimeoutError on a runaway pattern.
    """
    if not hidden.prints:
        return ()
    found = [*_by_window(text, hidden), *_by_tail(text, hidden), *_by_date(text, hidden)]
    chosen: list[Quote] = []
    for quote in sorted(found, key=lambda one: (not one.sure, not one.exact, one.start - one.end, one.start)):
        if all(quote.end <= other.start or other.end <= quote.start for other in chosen):
            chosen.append(quote)
    return tuple(_joined(text, sorted(chosen, key=lambda one: one.start)))


def said_before(text: str, quote: Quote) -> bool:
    """True if the words before a quotation say what it is: "PIN: 1234"."""
    noun = noun_of(quote.attribute)
    lead = text[max(0, quote.start - _SAID_BEFORE) : quote.start]
    return noun is not None and any(
        regex.fullmatch(r"(?i)\W*(?:(?:is|was|no|number|reads|of)\b\W*)?", lead[match.end() :])
        for match in noun.finditer(lead, timeout=TIMEOUT_SECONDS)
    )


@cache
def noun_of(attribute: str) -> regex.Pattern[str] | None:
    """What names a value of ``attribute``; None if the list has no word for it."""
    words = read_list("image_values")["nouns"].get(attribute)
    return None if words is None else regex.compile(rf"(?i)(?<![\w@])(?:{words})(?!\w)")


@cache
def _tail_lead() -> regex.Pattern[str]:
    return regex.compile(read_list("image_values")["tail"])


@cache
def _street() -> regex.Pattern[str]:
    return regex.compile(read_list("image_values")["street"])


def _by_window(text: str, hidden: HiddenValues) -> Iterator[Quote]:
    words = [(match.start(), match.end(), plain(match[0])) for match in WORD.finditer(text)]
    lengths = {
        form: hidden.lengths.get(form, frozenset())
        for form in (PrintForm.WHOLE, PrintForm.PART, PrintForm.WORD)
    }
    near = hidden.lengths.get(PrintForm.NEAR, frozenset())
    near_whole = {length + 1 for length in near} | near | {length + 2 for length in near}
    all_lengths = set(near_whole).union(*lengths.values())
    longest = max(all_lengths, default=0) + _SLACK
    for first in range(len(words)):
        raw = ""
        for last in range(first, min(len(words), first + _MOST_WORDS)):
            raw += words[last][2]
            if len(raw) > longest:
                break
            folded = alike(raw)
            if len(folded) not in all_lengths:
                continue
            start, end = words[first][0], words[last][1]
            if folded.isdigit() and _inside_number(text, start, end, raw):
                continue
            quote = _match(text, start, end, folded, lengths, near, hidden)
            if quote is not None:
                yield quote


def _match(
    text: str,
    start: int,
    end: int,
    folded: str,
    lengths: Mapping[PrintForm, frozenset[int]],
    near: frozenset[int],
    hidden: HiddenValues,
) -> Quote | None:
    for form, some in lengths.items():
        if len(folded) not in some:
            continue
        known = hidden.prints.get(print_digest(form, folded, hidden.key))
        if known is not None and (form is not PrintForm.PART or _is_written_so(text, start, known[0])):
            sure = form is not PrintForm.WORD or _is_name_in_sentence(text, start, known[0])
            return Quote(start, end, known[0], sure, known[1].surrogate)
    for form, short in _one_off(folded, near):
        known = hidden.prints.get(print_digest(form, short, hidden.key))
        if known is not None and (known[0] != "pii.name" or text[start].isupper()):
            return Quote(start, end, known[0], True, known[1].surrogate, exact=False)
    return None


def _one_off(folded: str, near: frozenset[int]) -> Iterator[tuple[PrintForm, str]]:
    """What a window may be by one character: it lacks one, has another one, or has one too many."""
    if len(folded) in near:
        yield PrintForm.NEAR, folded
    if len(folded) - 1 in near or len(folded) - 2 in near:
        for short in sorted(shortened(folded)):
            yield PrintForm.NEAR, short
            yield PrintForm.WHOLE, short


def _is_written_so(text: str, start: int, attribute: str) -> bool:
    """True unless a street's name, which may be common words, is written small."""
    return attribute == "pii.name" or text[start].isupper()


def _is_name_in_sentence(text: str, start: int, attribute: str) -> bool:
    """A common word in capitals inside a sentence of small letters is the name that it also is."""
    if attribute != "pii.name" or not text[start].isupper():
        return False
    lead = text[:start]
    before = WORD.findall(lead[-24:])
    return (
        bool(before)
        and not _SENTENCE_START.search(lead[-8:])
        and (before[-1].islower() or len(before[-1]) == 1)
    )


def _inside_number(text: str, start: int, end: int, raw: str) -> bool:
    """True if the digits go on, or are an amount: of "1234567.89" or "$12,345" nothing is quoted."""
    if not any(char.isdigit() for char in raw):
        return False
    return bool(
        _AMOUNT.fullmatch(text, start, end)
        or _JOINED_BEFORE.search(text, max(0, start - 3), start, timeout=TIMEOUT_SECONDS)
        or _JOINED_AFTER.match(text, end, min(len(text), end + 3), timeout=TIMEOUT_SECONDS)
    )


def _by_tail(text: str, hidden: HiddenValues) -> Iterator[Quote]:
    if PrintForm.TAIL not in hidden.lengths:
        return
    for match in WORD.finditer(text):
        word = match[0]
        marked = word.lstrip("xX")  # XXXX4242
        if len(plain(marked)) != _TAIL or not any(char.isdigit() for char in marked):
            continue
        start = match.end() - len(marked)
        known = hidden.prints.get(print_digest(PrintForm.TAIL, alike(plain(marked)), hidden.key))
        if known is None:
            continue
        if len(word) - len(marked) >= 2 or _tail_lead().search(
            text[max(0, start - _TAIL_LEAD) : start], timeout=TIMEOUT_SECONDS
        ):
            yield Quote(start, match.end(), known[0], True, known[1].surrogate)


def _by_date(text: str, hidden: HiddenValues) -> Iterator[Quote]:
    if PrintForm.DATE not in hidden.lengths:
        return
    for date in find_dates(text):
        for day in date.days:
            known = hidden.prints.get(print_digest(PrintForm.DATE, day, hidden.key))
            if known is not None:
                yield Quote(date.start, date.end, known[0], True, known[1].surrogate)
                break


def _joined(text: str, quotes: Sequence[Quote]) -> Iterator[Quote]:
    """Neighbours of one attribute as one, and what belongs to a value that is masked: "+1 (", "Street"."""
    held: Quote | None = None
    for quote in quotes:
        quote = _widened(text, quote, held.end if held else 0)
        if held is not None and _is_one(text[held.end : quote.start], held, quote):
            both = held.surrogate and quote.surrogate
            said = held.surrogate + text[held.end : quote.start] + quote.surrogate if both else ""
            held = Quote(held.start, quote.end, held.attribute, held.sure or quote.sure, said)
            continue
        if held is not None:
            yield held
        held = quote
    if held is not None:
        yield held


def _is_one(between: str, one: Quote, other: Quote) -> bool:
    if one.attribute != other.attribute or "\n" in between or one.sure != other.sure:
        return False
    gap = _NAME_GAP if one.attribute == "pii.name" else _GAP
    return len(between) <= 16 and gap.fullmatch(between, timeout=TIMEOUT_SECONDS) is not None


def _widened(text: str, quote: Quote, least: int) -> Quote:
    start, end = quote.start, quote.end
    if quote.surrogate:
        return replace(quote, surrogate=like_quotation(text[start:end], quote.surrogate))
    if quote.attribute == "pii.phone":
        lead = _DIALLED.search(text, max(least, start - 10), start, timeout=TIMEOUT_SECONDS)
        start = lead.start() if lead else start
    elif quote.attribute == "pii.name" and quote.sure:
        lead = _INITIALS.search(text, max(least, start - 8), start, timeout=TIMEOUT_SECONDS)
        start = lead.start() if lead else start
    elif quote.attribute == "pii.address":
        tail = _street().match(text, end)
        end = tail.end() if tail else end
    elif quote.attribute == "pii.username" and text[start - 1 : start] == "@":
        start -= 1
    return replace(quote, start=start, end=end)
