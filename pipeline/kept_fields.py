"""The text of fields that are kept as they are: mmscrub cleans conversations, so it says what else it saw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.columns import ID, IMAGE, IMAGES
from schemas.record import Record

_MAX_CHARACTERS = 2_000
_NOT_TEXT = (ID, IMAGE, IMAGES)


def kept_texts(record: Record) -> Iterator[str]:
    """Every string of the raw object that is no turn, id or image reference, cut to 2,000 characters."""
    turns = {turn.locator for turn in record.turns}
    fields = {name: item for name, item in record.raw.items() if name not in _NOT_TEXT}
    for locator, text in _strings(fields, ()):
        if locator not in turns:
            yield text[:_MAX_CHARACTERS]


def _strings(item: Any, locator: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(item, str):
        yield locator, item
    elif isinstance(item, dict):
        for name, child in item.items():
            yield from _strings(child, (*locator, name))
    elif isinstance(item, list):
        for index, child in enumerate(item):
            yield from _strings(child, (*locator, index))
