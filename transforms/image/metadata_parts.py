"""The pieces that a file is cut into: kept as they are, or dropped as metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from transforms.image.exif import read_exif

GPS: Final = "image.exif_gps"
EXIF: Final = "image.exif"


@dataclass(frozen=True, slots=True)
class Part:
    """One segment or chunk, with its framing. ``attributes``: the findings that it stands for.
    ``image_start`` marks the part before which an orientation block may be written."""

    data: bytes
    keep: bool
    attributes: tuple[str, ...] = ()
    image_start: bool = False


def exif_attributes(block: bytes) -> tuple[str, ...]:
    """Attributes of a TIFF block of EXIF."""
    content = read_exif(block)
    return ((GPS,) if content.gps else ()) + ((EXIF,) if content.other else ())


def text_attributes(text: bytes) -> tuple[str, ...]:
    """Attributes of XMP or of a free text: always metadata; GPS too where it names a latitude."""
    lowered = text.lower()
    return (GPS, EXIF) if b"gpslatitude" in lowered else (EXIF,)


PADDING: Final = b"\0\r\n\t "
"""Bytes after the end of a file that say nothing: they go, but are no finding."""


def trailing_attributes(data: bytes) -> tuple[str, ...]:
    """Attributes of what follows the end of a picture."""
    return (EXIF,) if data.strip(PADDING) else ()
