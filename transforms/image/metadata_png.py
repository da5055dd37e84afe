"""PNG in chunks (W3C PNG, third edition, section 5 and 11)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from transforms.image.colour_profile import neutral_profile
from transforms.image.exif import minimal_exif
from transforms.image.metadata_parts import (
    EXIF,
    GPS,
    Part,
    exif_attributes,
    text_attributes,
    trailing_attributes,
)

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_LONGEST: Final = {
    b"IHDR": 13, b"PLTE": 768, b"IEND": 0, b"tRNS": 256, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"sBIT": 4,
    b"bKGD": 6, b"pHYs": 9, b"hIST": 512, b"cICP": 4, b"mDCV": 24, b"cLLI": 8,
}  # fmt: skip
"""Chunks that say how the samples look, with the most bytes that each may have; IDAT and iCCP beside them."""
_PROFILE_NAME: Final = b"ICC Profile"
_MAX_PROFILE: Final = 8 << 20
_TEXT: Final = frozenset(b"tEXt zTXt iTXt".split())
_MAX_TEXT: Final = 1 << 20


def split(data: bytes) -> list[Part]:
    """The chunks of a PNG file, trailing bytes last."""
    return [Part(_SIGNATURE, keep=True), *_chunks(data)]


def rebuild(parts: Sequence[Part], orientation: int) -> bytes:
    """The file without what is not kept."""
    out = []
    for part in parts:
        if part.image_start and orientation != 1:
            out.append(_chunk(b"eXIf", minimal_exif(orientation)))
        if part.keep:
            out.append(part.data)
    return b"".join(out)


def _chunk(kind: bytes, payload: bytes) -> bytes:
    checksum = zlib.crc32(kind + payload).to_bytes(4, "big")
    return len(payload).to_bytes(4, "big") + kind + payload + checksum


def _chunks(data: bytes) -> Iterator[Part]:
    at = len(_SIGNATURE)
    seen_image = False
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        end = at + 12 + length
        payload = data[at + 8 : end - 4]
        if kind == b"IDAT":
            yield Part(data[at:end], keep=True, image_start=not seen_image)
            seen_image = True
        elif kind == b"IEND":
            yield Part(_chunk(kind, b""), keep=True, attributes=trailing_attributes(payload))
        elif kind == b"iCCP":
            yield from _profile(data[at:end], payload)
        elif length <= _LONGEST.get(kind, -1):
            yield Part(data[at:end], keep=True)
        else:
            yield Part(data[at:end], keep=False, attributes=_attributes(kind, payload))
        at = end
        if kind == b"IEND":
            break
    if data[at:]:
        yield Part(data[at:], keep=False, attributes=trailing_attributes(data[at:]))


def _profile(chunk: bytes, payload: bytes) -> Iterator[Part]:
    """The chunk itself if its name and profile say nothing, else one that does, and the old one dropped."""
    name, _, rest = payload.partition(b"\0")
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(rest[1:], _MAX_PROFILE)
    except zlib.error:
        profile = b""
    neutral = neutral_profile(profile)
    whole = inflater.eof and not inflater.unused_data
    if name == _PROFILE_NAME and neutral == profile and whole:
        yield Part(chunk, keep=True)
        return
    yield Part(chunk, keep=False, attributes=(EXIF,))
    if neutral is not None:
        yield Part(_chunk(b"iCCP", _PROFILE_NAME + b"\0\0" + zlib.compress(neutral, 9)), keep=True)


def _attributes(kind: bytes, payload: bytes) -> tuple[str, ...]:
    if kind == b"eXIf":
        return exif_attributes(payload)
    if kind in _TEXT:
        text = _inflate(kind, payload)
        hidden = re.search(rb"Raw profile type (?:exif|APP1)\s+exif\s+\d+\s+([0-9a-fA-F\s]+)", text)
        found = set(text_attributes(text))
        if hidden:
            block = bytes.fromhex(re.sub(rb"\s", b"", hidden[1])[: _MAX_TEXT & ~1].decode("ascii") or "")
            found |= {name for name in exif_attributes(block.removeprefix(b"Exif\0\0")) if name == GPS}
        return tuple(sorted(found))
    return (EXIF,)


def _inflate(kind: bytes, payload: bytes) -> bytes:
    """Keyword and text of a text chunk, the text inflated to at most 1 MiB."""
    keyword, _, rest = payload.partition(b"\0")
    body = rest
    if kind == b"zTXt":
        body = rest[1:]
    elif kind == b"iTXt":
        compressed = rest[:1] == b"\1"
        body = rest[2:].split(b"\0", 2)[-1]
        if not compressed:
            return keyword + b" " + body
    if kind in (b"zTXt", b"iTXt"):
        try:
            body = zlib.decompressobj().decompress(body, _MAX_TEXT)
        except zlib.error:
            body = b""
    return keyword + b" " + body
