"""One record of a LLaVA-style corpus, whatever form it came in.

The source object is kept whole in ``raw`` so that unknown fields and the conversation form survive;
``turns`` point into it by ``locator``. Cleaning replaces the strings at the locators and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """Who speaks, normalised from the many spellings of the source forms."""

    HUMAN = "human"
    GPT = "gpt"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance. ``locator`` is the path of its string inside the raw object, e.g.
    ``("conversations", 0, "value")`` or ``("messages", 1, "content", 0, "text")``."""

    role: Role
    text: str
    locator: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ImageRef:
    """One image of a record. ``path`` is what the source says (relative, for people and exports);
    ``location`` is where the bytes are (a file, or a blob extracted by the reader; empty with
    ``--images none``); ``sha256`` is the digest of the encoded bytes (empty when unopened)."""

    path: str
    location: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record came from: source URI and row in that source, counted from 0."""

    uri: str
    row: int


@dataclass(frozen=True, slots=True)
class Record:
    """A readable record. ``record_id`` is what the source says, as a string; not unique, may be empty."""

    record_id: str
    turns: tuple[Turn, ...]
    images: tuple[ImageRef, ...]
    raw: Mapping[str, Any]
    origin: Origin


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row of a source that is no readable record."""

    record_id: str
    origin: Origin
    stage: str
    reason: str
