"""The identity in the metadata of a file alone; its pixels are those of the clean twin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PIL import ExifTags, Image

_LENGTH: Final = 256
"""Characters to which the text is filled up with spaces: the size of a file tells nothing."""


def exif_with(lines: Sequence[str]) -> bytes:
    """An EXIF block whose ``ImageDescription`` holds ``lines``; without lines it is as long and blank."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "\n".join(lines).ljust(_LENGTH)
    return exif.tobytes()
