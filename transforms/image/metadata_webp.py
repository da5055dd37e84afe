"""WebP in chunks (RFC 9649)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from transforms.image.exif import minimal_exif
from transforms.image.metadata_parts import EXIF, Part, exif_attributes, text_attributes

_KEPT: Final = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
_FLAG_EXIF: Final = 0x08
_FLAG_XMP: Final = 0x04
_HEADER: Final = 12


def split(data: bytes) -> list[Part]:
    """The chunks of a WebP file, trailing bytes last. The RIFF header is not among them."""
    return list(_chunks(data))


def rebuild(parts: Sequence[Part], orientation: int) -> bytes:
    """The file without what is not kept, its flags and its size set anew. A simple file (no VP8X) has
    no orientation to keep."""
    body = []
    extended = False
    for part in parts:
        if not part.keep:
            continue
        chunk = part.data
        if chunk[:4] == b"VP8X" and len(chunk) >= 18:
            extended = True
            flags = chunk[8] & ~(_FLAG_EXIF | _FLAG_XMP) & 0xFF
            if orientation != 1:
                flags |= _FLAG_EXIF
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        body.append(chunk)
    if orientation != 1 and extended:
        block = minimal_exif(orientation)
        body.append(b"EXIF" + len(block).to_bytes(4, "little") + block + b"\0" * (len(block) % 2))
    payload = b"WEBP" + b"".join(body)
    return b"RIFF" + len(payload).to_bytes(4, "little") + payload


def _chunks(data: bytes) -> Iterator[Part]:
    end_of_file = min(len(data), int.from_bytes(data[4:8], "little") + 8)
    at = _HEADER
    while at + 8 <= end_of_file:
        kind = data[at : at + 4]
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        payload = data[at + 8 : at + 8 + length]
        chunk = data[at:end]
        if kind in _KEPT:
            yield Part(chunk + b"\0" * (end - at - len(chunk) if end - len(data) == 1 else 0), keep=True)
        elif kind == b"EXIF":
            yield Part(chunk, keep=False, attributes=exif_attributes(payload.removeprefix(b"Exif\0\0")))
        else:
            yield Part(chunk, keep=False, attributes=text_attributes(payload))
        at = end
    if data[end_of_file:].strip(b"\0\r\n\t "):
        yield Part(data[end_of_file:], keep=False, attributes=(EXIF,))
