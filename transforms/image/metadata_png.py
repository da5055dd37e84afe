"""PNG in chunks (W3C PNG, third edition, section 5 and 11)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from transforms.image.exif import minimal_exif
from transforms.image.metadata_parts import EXIF, GPS, Part, exif_attributes, text_attributes

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST sPLT cICP mDCV cLLI".split()
)
"""Chunks that say how the samples look. iCCP is the colour profile."""
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
        if kind in _KEPT:
            yield Part(data[at:end], keep=True, image_start=kind == b"IDAT" and not seen_image)
            seen_image = seen_image or kind == b"IDAT"
        else:
            yield Part(data[at:end], keep=False, attributes=_attributes(kind, payload))
        at = end
        if kind == b"IEND":
            break
    if data[at:].strip(b"\0\r\n\t "):
        yield Part(data[at:], keep=False, attributes=(EXIF,))


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
