"""What a file says beside its pixels, and the same file without it.

JPEG, PNG and WebP are rewritten byte for byte around their pixel data, so no pixel changes. Their colour
profile stays; so does an orientation other than 1, as an EXIF block with that one tag, because dropping it
would turn the picture. Other formats have to be encoded again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Final

from PIL import Image

from transforms.image import metadata_jpeg, metadata_png, metadata_webp
from transforms.image.metadata_parts import EXIF, GPS, Part

_TIFF_STRUCTURE: Final = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 263, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284}
    | {290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 330, 332, 334}
    | {336, 338, 339, 340, 341, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532}
    | {34675}
)
"""Tags that describe the samples (TIFF 6.0, and 34675, the colour profile); all others are metadata."""
_TIFF_GPS: Final = 34853


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
    return None


def _parts(data: bytes, form: str) -> Iterable[Part]:
    if form == "JPEG":
        return metadata_jpeg.split(data)
    if form == "PNG":
        return metadata_png.split(data)
    if form == "WEBP":
        return metadata_webp.split(data)
    return (Part(b"", keep=True, attributes=tuple(_by_pillow(data, form))),)


def _by_pillow(data: bytes, form: str) -> Iterable[str]:
    if form == "GIF":
        with Image.open(io.BytesIO(data), formats=("GIF",)) as image:
            image.load()
            if image.info.get("comment") or image.info.get("xmp"):
                yield EXIF
    elif form == "TIFF":
        with Image.open(io.BytesIO(data), formats=("TIFF",)) as image:
            tags = set(getattr(image, "tag_v2", {}))
        if _TIFF_GPS in tags:
            yield GPS
        if tags - _TIFF_STRUCTURE - {_TIFF_GPS}:
            yield EXIF
