"""GIF in blocks (GIF89a specification, CompuServe 1990)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from transforms.image.metadata_parts import EXIF, Part, text_attributes, trailing_attributes

_EXTENSION: Final = 0x21
_IMAGE: Final = 0x2C
_END: Final = 0x3B
_GRAPHIC_CONTROL: Final = 0xF9
_APPLICATION: Final = 0xFF
_LOOPS: Final = (b"\x0bNETSCAPE2.0\x03\x01", b"\x0bANIMEXTS1.0\x03\x01")
_LOOP_LENGTH: Final = 19


def split(data: bytes) -> list[Part]:
    """Header, blocks and end of a GIF file, trailing bytes last. Raises ValueError where it does not hold
    together as blocks."""
    if len(data) < 13:
        raise ValueError("no screen descriptor")
    end = 13 + _table(data[10])
    return [Part(data[:end], keep=True), *_blocks(data, end)]


def rebuild(parts: Sequence[Part]) -> bytes:
    """The file without what is not kept."""
    return b"".join(part.data for part in parts if part.keep)


def _blocks(data: bytes, at: int) -> Iterator[Part]:
    while at < len(data):
        kind = data[at]
        if kind == _END:
            yield Part(data[at : at + 1], keep=True)
            if data[at + 1 :]:
                yield Part(data[at + 1 :], keep=False, attributes=trailing_attributes(data[at + 1 :]))
            return
        if kind == _IMAGE and at + 10 <= len(data):
            end = _end_of_data(data, at + 10 + _table(data[at + 9]) + 1)
            yield Part(data[at:end], keep=True)
        elif kind == _EXTENSION and at + 2 <= len(data):
            end = _end_of_data(data, at + 2)
            yield _extension(data[at:end])
        else:
            raise ValueError("unknown block")
        at = end


def _extension(block: bytes) -> Part:
    label = block[1]
    if label == _GRAPHIC_CONTROL and len(block) == 8:
        return Part(block, keep=True)
    if label == _APPLICATION and len(block) == _LOOP_LENGTH and block[2:].startswith(_LOOPS):
        return Part(block, keep=True)
    return Part(block, keep=False, attributes=text_attributes(block) or (EXIF,))


def _table(flags: int) -> int:
    """Bytes of the colour table that ``flags`` announces."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _end_of_data(data: bytes, at: int) -> int:
    """Index after the empty block that ends a row of data blocks."""
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return min(at + 1, len(data))
