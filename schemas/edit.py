"""What an action changed: spans of text, boxes of images. Offsets only, never the old text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.finding import Box, Kind, Quad


class Action(StrEnum):
    """What a policy does with a finding."""

    REPORT = "report"
    REWRITE = "rewrite"
    REFUSE = "refuse"
    MASK = "mask"
    REDACT = "redact"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Replacement:
    """A wanted change: characters ``start:end`` of a turn become ``text``. Not yet applied."""

    turn: int
    start: int
    end: int
    text: str
    attribute: str
    kind: Kind
    action: Action
    rule: str


@dataclass(frozen=True, slots=True)
class TextEdit:
    """An applied change: ``start:end`` of the old turn stand at ``new_start:new_end`` of the new."""

    turn: int
    start: int
    end: int
    new_start: int
    new_end: int
    attribute: str
    kind: Kind
    action: Action
    rule: str


@dataclass(frozen=True, slots=True)
class ImageEdit:
    """A redacted box (``box`` is None: the file's metadata were removed) of the record's image ``image``.

    ``quad``: the place itself where that is not upright; ``box`` is then the upright box around it."""

    image: int
    box: Box | None
    attribute: str
    action: Action
    method: str
    quad: Quad | None = None
