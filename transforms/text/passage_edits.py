"""Edits of one passage while a rewrite is being built: offsets into the passage, never applied here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms.text.agreement import article_for
from transforms.text.doc_text import text_of
from transforms.text.mentions import Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class PassageEdit:
    """Characters ``start:end`` become ``text``. Of two that overlap the lower ``rank`` stays."""

    start: int
    end: int
    text: str
    cause: Mention
    rule: str
    rank: int = 1


def resolve(edits: Iterable[PassageEdit]) -> list[PassageEdit]:
    """In text order, overlaps settled by rank, then length; of two deletions that overlap both are made."""
    chosen: list[PassageEdit] = []
    for edit in sorted(edits, key=lambda item: (item.rank, item.start - item.end, item.start)):
        met = [other for other in chosen if edit.start < other.end and other.start < edit.end]
        if len(met) == 1 and not edit.text and not met[0].text:
            before = edit.start < met[0].start
            start, end = (edit.start, met[0].start) if before else (met[0].end, edit.end)
            edit, met = replace(edit, start=start, end=end), []
            met = [other for other in chosen if (start < other.end and other.start < end) or start >= end]
        if not met:
            chosen.append(edit)
    return sorted(chosen, key=lambda item: (item.start, item.end))


def next_word(text: str, edits: Sequence[PassageEdit], position: int) -> tuple[str, int]:
    """The word that follows ``position`` after the edits, and where it stands in the old text."""
    for edit in edits:
        if edit.end <= position:
            continue
        gap = text[position : edit.start] if edit.start >= position else ""
        if gap.strip():
            break
        if edit.text.strip():
            return edit.text.split()[0], edit.start
        position = max(position, edit.end)
    while position < len(text) and text[position].isspace():
        position += 1
    end = position
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[position:end], position


def _articles(doc: Doc) -> list[int]:
    """Indices of "a" and "an": making a Token of every word is what costs."""
    wanted = (doc.vocab.strings["a"], doc.vocab.strings["an"])
    return [index for index, word in enumerate(doc.to_array("LOWER").tolist()) if word in wanted]


def fix_articles(doc: Doc, edits: Sequence[PassageEdit]) -> list[PassageEdit]:
    """``edits`` plus the "a" and "an" that a changed next word asks for."""
    text = text_of(doc)
    added: list[PassageEdit] = []
    for index in _articles(doc):
        token = doc[index]
        if token.text == "A" and len(doc) > index + 1 and doc[index + 1].text == ".":
            continue
        end = token.idx + len(token)
        near = [edit for edit in edits if edit.end > token.idx and edit.start <= end + 1]
        if not near or near[0].start < end or text[end : near[0].start].strip():
            continue
        word, _ = next_word(text, edits, end)
        if not word[:1].isalnum():
            continue
        wanted = article_for(word)
        if wanted != token.lower_:
            shown = wanted.capitalize() if token.text[0].isupper() else wanted
            added.append(PassageEdit(token.idx, end, shown, near[0].cause, "agreement.article", 0))
    return resolve([*edits, *added])


def fix_capitals(text: str, starts: Sequence[int], edits: Sequence[PassageEdit]) -> list[PassageEdit]:
    """``edits``, with the capital of a deleted sentence beginning moved to the word that now begins it."""
    fixed = list(edits)
    for index, edit in enumerate(edits):
        lead = text[edit.start : edit.end].lstrip()
        if edit.text.strip() or edit.start not in starts or not lead[:1].isupper():
            continue
        word, position = next_word(text, edits, edit.end)
        if not word[:1].islower():
            continue
        following = next(
            (other for other in range(index + 1, len(fixed)) if fixed[other].start == position), None
        )
        if following is not None and fixed[following].text.strip():
            other = fixed[following]
            fixed[following] = PassageEdit(
                other.start, other.end, _upper_first(other.text), other.cause, other.rule, other.rank
            )
        else:
            fixed.append(
                PassageEdit(position, position + 1, word[0].upper(), edit.cause, "agreement.capital", 0)
            )
    return sorted(fixed, key=lambda item: (item.start, item.end))


def _upper_first(text: str) -> str:
    lead = len(text) - len(text.lstrip())
    return text[:lead] + text[lead : lead + 1].upper() + text[lead + 1 :]
