"""Names in print that no label announces, and what only looks like one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import regex

from transforms.image.label_words import find_labels
from transforms.image.labelled_values import PrintedSpan
from transforms.image.ocr_text import LINE_BREAK, OcrText
from transforms.image.value_shapes import is_given_name, is_harmless_word, is_known_name

_WORD: Final = regex.compile(r"\p{L}[\p{L}\p{M}]*")
_PART: Final = r"\p{Lu}[\p{L}\p{M}'’\-]+"
_SMALL: Final = "van|von|de|der|den|del|della|da|di|la|le|du|el|al|bin|zu|ten|ter"
_LINE: Final = regex.compile(
    rf"\W{{0,3}}{_PART}\.?(?: (?:{_SMALL})){{0,2}}(?: \p{{Lu}}\.){{0,2}}(?: {_PART}){{1,3}}\W{{0,2}}"
)
_TIMEOUT: Final = 0.2


def find_bare_names(ocr: OcrText) -> Iterator[PrintedSpan]:
    """Whole lines of two to five words that are known names, or a double given name and another word."""
    for row in ocr.text.split(LINE_BREAK):
        if len(row) > 48 or _LINE.fullmatch(row.strip(), timeout=_TIMEOUT) is None:
            continue
        words = [word for word in _WORD.findall(row) if word[0].isupper() and len(word) > 1]
        if len(words) < 2 or any(map(is_harmless_word, words)):
            continue
        double = "-" in row.split()[0] and any(map(is_given_name, words[:2]))
        if double or (is_given_name(words[0]) and all(map(is_known_name, words))):
            start = ocr.text.index(row)
            yield PrintedSpan(start, start + len(row), "pii.name", "name.line")


def is_no_name(ocr: OcrText, start: int, end: int) -> bool:
    """True if what was taken for a name in running text is none on a card or a form: the words of a label,
    "Coach B", a single word that no list holds."""
    index = next(i for i in range(len(ocr.lines)) if start < ocr.line_span(i)[1])
    first, line = ocr.starts[index], ocr.lines[index].text
    inside = (start - first, end - first)
    for label in find_labels(line):
        if label.start <= inside[0] and inside[1] <= label.end:
            return True
    words = _WORD.findall(ocr.text[start:end])
    if len(words) == 2 and len(words[1]) == 1 and not ocr.text[start:end].rstrip().endswith("."):
        return True
    capitals = [word for word in words if word[0].isupper()]
    known = any(map(is_known_name, capitals))
    if not known and len(capitals) < 2 and len(words) > 1:
        return True
    # Inside a sentence the words around it told; as the first word of a line its capital tells nothing.
    first_word = not any(char.isalpha() for char in line[: inside[0]])
    alone = first_word or len(_WORD.findall(line)) <= len(words) + 2
    return alone and len(words) == 1 and not known


def names_of_emails(ocr: OcrText, found: Iterable[PrintedSpan]) -> Iterator[PrintedSpan]:
    """Words of other lines that are spelled in the local part of an e-mail address of the same image."""
    emails = [span for span in found if span.attribute == "pii.email"]
    parts = {
        part.casefold()
        for span in emails
        for part in regex.split(r"[^\p{L}]+", ocr.text[span.start : span.end].partition("@")[0])
        if len(part) >= 4
    }
    if not parts:
        return
    for match in regex.finditer(r"\p{Lu}[\p{L}'’\-]{2,}", ocr.text, timeout=_TIMEOUT):
        word = match[0].casefold()
        if any(span.start <= match.start() < span.end for span in emails):
            continue
        if any(part == word or (len(word) >= 4 and part.endswith(word)) for part in parts):
            start, end = _whole_name(ocr.text, match.start(), match.end())
            if not is_no_name(ocr, start, end):
                yield PrintedSpan(start, end, "pii.name", "email.local_part")


def _whole_name(text: str, start: int, end: int) -> tuple[int, int]:
    """The word together with the capitalised words beside it on its line."""
    before = regex.search(r"(?:\p{Lu}[\p{L}'’.\-]*[ \t]){1,3}\Z", text[max(0, start - 60) : start])
    after = regex.match(r"(?:[ \t]\p{Lu}[\p{L}'’.\-]*){1,3}", text[end : end + 60])
    first = start - (len(before[0]) if before else 0)
    return first, end + (len(after[0]) if after else 0)
