"""WebP in chunks (RFC 9649)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from transforms.image.colour_profile import neutral_profile
from transforms.image.exif import minimal_exif
from transforms.image.metadata_parts import (
    EXIF,
    Part,
    exif_attributes,
    text_attributes,
    trailing_attributes,
)

_KEPT: Final = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH"})
_FLAG_EXIF: Final = 0x08
_FLAG_XMP: Final = 0x04
_FLAG_PROFILE: Final = 0x20
_HEADER: Final = 12


def split(data: bytes) -> list[Part]:
    """The chunks of a WebP file, trailing bytes last. The RIFF header is not among them."""
    return list(_chunks(data))


def rebuild(parts: Sequence[Part], orientation: int) -> bytes | None:
    """The file without what is not kept, its flags and its size set anew; None if its picture stands in an
    animation's frame. A simple file (no VP8X) has no orientation to keep."""
    if any(part.data[:4] == b"ANMF" for part in parts):
        return None
    body = []
    extended = False
    has_profile = any(part.keep and part.data[:4] == b"ICCP" for part in parts)
    for part in parts:
        if not part.keep:
            continue
        chunk = part.data
        if chunk[:4] == b"VP8X" and len(chunk) >= 18:
            extended = True
            flags = chunk[8] & ~(_FLAG_EXIF | _FLAG_XMP | (0 if has_profile else _FLAG_PROFILE)) & 0xFF
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
        elif kind == b"ICCP":
            yield from _profile(chunk, payload)
        elif kind == b"EXIF":
            yield Part(chunk, keep=False, attributes=exif_attributes(payload.removeprefix(b"Exif\0\0")))
        else:
            yield Part(chunk, keep=False, attributes=text_attributes(payload))
        at = end
    if data[end_of_file:]:
        yield Part(data[end_of_file:], keep=False, attributes=trailing_attributes(data[end_of_file:]))


def _profile(chunk: bytes, payload: bytes) -> Iterator[Part]:
    neutral = neutral_profile(payload)
    if neutral == payload:
        yield Part(chunk, keep=True)
        return
    yield Part(chunk, keep=False, attributes=(EXIF,))
    if neutral is not None:
        framed = b"ICCP" + len(neutral).to_bytes(4, "little") + neutral + b"\0" * (len(neutral) % 2)
        yield Part(framed, keep=True)
