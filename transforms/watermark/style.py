"""How a mark looks and where it goes: what users write, and the presets."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.errors import ConfigError
from transforms.tables import read_table

DEFAULT_STYLE = "legible"
"""The preset that is used where none is named."""

Level = Annotated[int, Field(ge=0, le=255)]


class Carrier(StrEnum):
    """What holds the identity: one block of print, print all over, a QR code, the file's metadata alone, or
    the lowest bit of pixels (a placebo: the JPEG encoder takes it away)."""

    TEXT = "text"
    TILED = "tiled"
    QR = "qr"
    METADATA = "metadata"
    LSB = "lsb"


class Backing(StrEnum):
    """What stands behind the letters: nothing, a line around each, or a rectangle."""

    NONE = "none"
    OUTLINE = "outline"
    PLATE = "plate"


class Placement(StrEnum):
    """Where a mark goes: anywhere with equal chance, where there is least texture, away from given boxes, or
    the lower right corner."""

    RANDOM = "random"
    LOW_TEXTURE = "low_texture"
    AWAY = "away"
    CORNER = "corner"


class MarkStyle(BaseModel):
    """One way to print a mark.

    Size of the letters (em) in pixels: ``em_px`` of the image as emitted, or ``em_at_336`` after the longer
    side is scaled to 336 pixels, as LLaVA-1.5 sees it; exactly one of them. Of a QR code it is the size of a
    module. ``spacing``: between lines, in em. ``colour``: of the ink, RGB; None: black or white, whichever
    differs more from the ground. ``alpha`` and ``backing_alpha``: opacity, 0 to 255. ``adaptive``: whether a
    mark that misses the wanted legibility may be printed larger, smaller or fainter; its place always may
    change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    carrier: Carrier = Carrier.TEXT
    em_px: Annotated[float, Field(ge=4, le=512)] | None = None
    em_at_336: Annotated[float, Field(ge=1, le=128)] | None = None
    spacing: Annotated[float, Field(ge=0, le=4)] = 0.3
    colour: tuple[Level, Level, Level] | None = None
    alpha: Annotated[int, Field(ge=1, le=255)] = 255
    backing: Backing = Backing.NONE
    backing_alpha: Level = 255
    placement: Placement = Placement.RANDOM
    adaptive: bool = True

    @model_validator(mode="after")
    def _has_one_size(self) -> Self:
        if (self.em_px is None) == (self.em_at_336 is None):
            raise ValueError("give em_px or em_at_336, not both")
        return self


@cache
def preset_styles() -> dict[str, MarkStyle]:
    """Every preset by name."""
    table = read_table("transforms.watermark", "styles.yaml")
    return {name: MarkStyle.model_validate(fields) for name, fields in table.items()}


def style_named(name: str) -> MarkStyle:
    """The preset ``name``. Raises ConfigError, which lists the presets."""
    styles = preset_styles()
    if name not in styles:
        raise ConfigError("mark.style", name, f"choose one of {', '.join(sorted(styles))}")
    return styles[name]
