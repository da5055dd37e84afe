"""What a file says beside its pixels, and the same file without it.

All formats but TIFF are rewritten byte for byte around their pixel data, so no pixel changes. The colours of
their profile stay, its texts do not. An orientation other than 1 stays as an EXIF block with that one tag,
because dropping it would turn the picture. TIFF has to be encoded again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from transforms.image import (
    metadata_bmp,
    metadata_gif,
    metadata_jpeg,
    metadata_png,
    metadata_tiff,
    metadata_webp,
)
from transforms.image.metadata_parts import EXIF, Part

_UNKNOWN: Final = Part(b"", keep=True, attributes=(EXIF,))
"""A file whose parts are not understood: it is written anew."""


def find_metadata(data: bytes, form: str) -> tuple[str, ...]:
    """Names of the metadata attributes that ``data``, a file of Pillow format ``form``, carries."""
    return tuple(sorted({name for part in _parts(data, form) for name in part.attributes}))


def strip_metadata(data: bytes, form: str, orientation: int) -> bytes | None:
    """The same file without its metadata, pixels untouched; None if it can only be encoded again."""
    if form == "JPEG":
        return metadata_jpeg.rebuild(metadata_jpeg.split(data), orientation)
    if form == "PNG":
        return metadata_png.rebuild(metadata_png.split(data), orientation)
    if form == "WEBP":
        return metadata_webp.rebuild(metadata_webp.split(data), orientation)
    if form == "GIF":
        return metadata_gif.rebuild(_gif(data)) or None
    if form == "BMP":
        return metadata_bmp.rebuild(metadata_bmp.split(data) or []) or None
    return None


def _parts(data: bytes, form: str) -> Iterable[Part]:
    if form == "JPEG":
        return metadata_jpeg.split(data)
    if form == "PNG":
        return metadata_png.split(data)
    if form == "WEBP":
        return metadata_webp.split(data)
    if form == "GIF":
        return _gif(data) or (_UNKNOWN,)
    if form == "BMP":
        return metadata_bmp.split(data) or (_UNKNOWN,)
    return (Part(b"", keep=True, attributes=tuple(metadata_tiff.find(data))),)


def _gif(data: bytes) -> list[Part]:
    try:
        return metadata_gif.split(data)
    except ValueError:
        return []
