"""What travels through the record graph: chunks of records on their way to one shard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.image_cache import ImageResult
from schemas.finding import TextFinding
from schemas.record import Origin, Record
from transforms.text.contract import CleanedText


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of the corpus. ``reason`` is empty while the record may still be emitted."""

    record_key: str
    record_id: str
    source: int
    origin: Origin
    raw: Any
    record: Record | None = None
    images: tuple[ImageResult, ...] = ()
    findings: tuple[TextFinding, ...] = ()
    kept_field_findings: tuple[str, ...] = ()
    """Attributes told in fields that are kept as they are (see ``pipeline/kept_fields.py``)."""
    text: CleanedText | None = None
    caption_match: float | None = None
    """How well the answer still goes with the redacted image, 0 to 1 (see ``pipeline/caption_stage.py``)."""
    stage: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records that are processed together: always the same ones for the same shard content."""

    shard: int
    index: int
    outcomes: tuple[Outcome, ...]
