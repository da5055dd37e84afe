"""What a user may set of marking."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.watermark import Legibility, Variant
from transforms.watermark.legibility import View
from transforms.watermark.style import DEFAULT_STYLE, MarkStyle, style_named


class OnMiss(StrEnum):
    """What becomes of an image on which no attempt has the wanted legibility."""

    REJECT = "reject"
    KEEP = "keep"


class MarkSettings(BaseModel):
    """How images are marked and encoded. All variants of all images share the encoder's settings.

    ``font``: a TrueType or OpenType file; None: the bundled Aileron. ``variants``: twins to write; those
    without an identity to print are left out. ``max_side``: longer images are scaled down to it, all
    variants alike. ``quality`` and ``subsampling``: of the JPEG encoder. ``bucket``: legibility at 336 pixels
    that each mark must have; None: whatever comes. A bucket needs a reader. ``views``: sizes at which marks
    are read, where there is a reader; 336 pixels always is. ``attempts``: how often place, then size and
    opacity, are drawn anew to reach the bucket, then ``on_miss``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    style: MarkStyle = Field(default_factory=lambda: style_named(DEFAULT_STYLE))
    font: Path | None = None
    variants: tuple[Variant, ...] = tuple(Variant)
    max_side: Annotated[int, Field(ge=32, le=65_500)] | None = None
    quality: Annotated[int, Field(ge=1, le=100)] = 75
    subsampling: Literal["4:4:4", "4:2:2", "4:2:0"] = "4:2:0"
    bucket: Legibility | None = None
    views: tuple[View, ...] = tuple(View)
    attempts: Annotated[int, Field(ge=1, le=64)] = 8
    on_miss: OnMiss = OnMiss.REJECT
