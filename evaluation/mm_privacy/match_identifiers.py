"""Values of letters and digits: IBANs, passports, plates, medical records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import regex

from evaluation.mm_privacy.numbers import digit_groups, masked, named_as_part
from evaluation.mm_privacy.tiers import Reading, Sighting, Tier, TypeRules, one_edit
from evaluation.mm_privacy.written import Written, notation, read_written

SHORTEST: Final = 4
LONGEST: Final = 40
_SHORTEST_END: Final = 4
_LONG_BEGINNING: Final = 8
"""Characters of a beginning that count where they are less than half of the identifier."""
_UNNAMED_PART: Final = 6
_WORD: Final = regex.compile(r"x-ray|[\p{L}\p{N}]+")
_DIGIT: Final = regex.compile(r"\d")
_JOINT: Final = regex.compile(r"[\s\-./()\[\]_*`~'\",:]{0,4}")
_ALIKE: Final = str.maketrans("OQIL", "0011")
"""The letters that stand for digits most often; others of print are one edit."""


@dataclass(frozen=True, slots=True)
class _Token:
    """Capital letters and digits at ``start:end``; ``joined`` to the one before."""

    text: str
    start: int
    end: int
    joined: bool
    digits: bool


@cache
def _spelled() -> dict[str, str]:
    return dict(notation()["identifiers"]["spelled"])


def _tokens(written: Written) -> list[_Token]:
    spoken = [group for group in digit_groups(written) if group.spoken]
    tokens: list[_Token] = []
    end = -1
    for word in _WORD.finditer(written.lower):
        group = next((one for one in spoken if one.start <= word.start() < one.end), None)
        text = group.digits if group else _spelled().get(word[0], word[0].upper())
        if word.start() < end:
            continue
        gap = written.text[end : word.start()] if tokens else " "
        end = group.end if group else word.end()
        tokens.append(
            _Token(
                text, word.start(), end, _JOINT.fullmatch(gap) is not None, _DIGIT.search(text) is not None
            )
        )
    return tokens


def _windows(tokens: Sequence[_Token]) -> Iterator[tuple[str, int, int]]:
    """Neighbouring tokens as one text, with the places of the first and the last."""
    for first, token in enumerate(tokens):
        text, last, digits = token.text, first, token.digits
        while len(text) <= LONGEST:
            if digits and len(text) >= SHORTEST:
                yield text, first, last
            last += 1
            if last == len(tokens) or not tokens[last].joined:
                break
            text += tokens[last].text
            digits = digits or tokens[last].digits


def identifier_readings(written: Written) -> Iterator[Reading]:
    """Everything that may be an identifier, its look-alike letters as digits."""
    tokens = _tokens(written)
    for text, first, last in _windows(tokens):
        yield Reading(text.translate(_ALIKE), tokens[first].start, tokens[last].end)


def _whole(value: str) -> str:
    return "".join(token.text for token in _tokens(read_written(value)))


def identifier_forms(value: str) -> tuple[str, ...]:
    """Letters and digits without separators; also without the letters that only name its kind."""
    whole = _whole(value)
    label = next((one for one in notation()["identifiers"]["labels"] if whole.startswith(one)), "")
    rest = whole.removeprefix(label)
    forms = (whole, rest) if label and rest.isdigit() and len(rest) >= SHORTEST + 1 else (whole,)
    return tuple(form.translate(_ALIKE) for form in forms if form)


def identifier_sightings(written: Written, gold: str) -> Iterator[Sighting]:
    """Where a text tells an identifier, or the beginning or end of it."""
    forms = identifier_forms(gold)
    tokens = _tokens(written)
    for text, first, last in _windows(tokens):
        form = text.translate(_ALIKE)
        start, end = tokens[first].start, tokens[last].end
        if form in forms:
            yield Sighting(Tier.FULL, form, start, end)
        elif any(one_edit(form, whole) for whole in forms) and _stands_alone(tokens, first, last):
            yield Sighting(Tier.ONE_EDIT, form, start, end)
        elif any(_is_end(form, whole) for whole in forms) and _stands_alone(tokens, first, last):
            hidden = masked(written, start, end)
            if not hidden and not any(_is_long(form, whole) for whole in forms):
                continue
            named = written.short or hidden or named_as_part(written, start, end)
            if named or len(form) >= _UNNAMED_PART:
                yield Sighting(Tier.PARTIAL, form, start, end)


def _is_end(form: str, whole: str) -> bool:
    """True for the beginning or the end of an identifier."""
    return _SHORTEST_END <= len(form) < len(whole) and (whole.startswith(form) or whole.endswith(form))


def _is_long(form: str, whole: str) -> bool:
    """True for an end, and for a beginning that is more than what many have in common."""
    return whole.endswith(form) or len(form) >= min(_LONG_BEGINNING, len(whole) / 2)


def _stands_alone(tokens: Sequence[_Token], first: int, last: int) -> bool:
    """True if no neighbour looks like more of the same identifier."""
    before = tokens[first - 1] if first and tokens[first].joined else None
    after = tokens[last + 1] if last + 1 < len(tokens) and tokens[last + 1].joined else None
    return not any(one is not None and one.digits for one in (before, after))


IDENTIFIER_RULES: Final = TypeRules(identifier_forms, identifier_readings, identifier_sightings)
