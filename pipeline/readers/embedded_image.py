"""Names for images that stand inside a source instead of beside it."""

from __future__ import annotations

from hashlib import sha256

from pipeline.image_refs import check_relative
from schemas.errors import RejectRecord

_SIGNATURES = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
)
_DIGEST_CHARACTERS = 32


def embedded_path(data: bytes, path: str | None) -> str:
    """The path of an embedded image: its own if that is relative and safe. Else one made of its digest, which
    does not depend on where or in which order the image was read."""
    if path and is_safe_path(path):
        return path
    return f"{sha256(data).hexdigest()[:_DIGEST_CHARACTERS]}.{_extension(data)}"


def is_safe_path(path: str) -> bool:
    """True if ``path`` is relative and stays below the folder it is written to."""
    try:
        check_relative(path)
    except RejectRecord:
        return False
    return True


def add_embedded(images: dict[str, bytes], data: bytes, path: str | None) -> str:
    """Adds an image to those of its record and returns its path, which no other image of the record has."""
    name = embedded_path(data, path)
    if images.setdefault(name, data) != data:
        name = embedded_path(data, None)
        images[name] = data
    return name


def _extension(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((extension for start, extension in _SIGNATURES if data.startswith(start)), "bin")
