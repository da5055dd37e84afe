"""BMP: headers, colours, samples (Microsoft, BITMAPFILEHEADER to BITMAPV5HEADER)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from transforms.image.metadata_parts import EXIF, Part, trailing_attributes

_FILE_HEADER: Final = 14
_KNOWN: Final = frozenset({12, 40, 52, 56, 108, 124})
_UNCOMPRESSED: Final = (0, 3, 6)
_V5: Final = 124
_PROFILES: Final = (b"DEBM", b"KNIL")
"""Colour spaces of a version 5 header (as they stand in the file) that name a profile: within, or a path."""
_WINDOWS: Final = b" niW"


def split(data: bytes) -> list[Part] | None:
    """The headers without reserved fields and profile, the samples, and what stands between and after them,
    which is dropped. None for a kind of BMP that is not known here."""
    header = _Header.read(data)
    if header is None:
        return None
    kept = header.plain(data)
    told = kept[:2] + kept[6:10] + kept[14:] != data[:2] + data[6:10] + data[14 : len(kept)]
    samples = data[header.offset : header.end]
    between, after = data[len(kept) : header.offset], data[header.end :]
    size = len(kept) + len(samples)
    kept = kept[:2] + struct.pack("<I", size) + kept[6:10] + struct.pack("<I", len(kept)) + kept[14:]
    return [
        Part(kept, keep=True, attributes=(EXIF,) if told else ()),
        Part(between, keep=False, attributes=trailing_attributes(between)),
        Part(samples, keep=True),
        Part(after, keep=False, attributes=trailing_attributes(after)),
    ]


def rebuild(parts: Sequence[Part]) -> bytes:
    """The file without what is not kept."""
    return b"".join(part.data for part in parts if part.keep)


class _Header:
    """``size`` of the second header, ``colours``: bytes of masks and palette after it, ``offset`` and
    ``end`` of the samples."""

    def __init__(self, size: int, colours: int, offset: int, end: int) -> None:
        self.size, self.colours, self.offset, self.end = size, colours, offset, end

    @classmethod
    def read(cls, data: bytes) -> _Header | None:
        if len(data) < _FILE_HEADER + 12 or data[:2] != b"BM":
            return None
        offset, size = struct.unpack_from("<II", data, 10)
        if size not in _KNOWN or len(data) < _FILE_HEADER + size:
            return None
        if size == 12:
            width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
            packing, stored, used, entry = 0, 0, 0, 3
        else:
            width, height, _, bits, packing, stored, _, _, used = struct.unpack_from("<iiHHIIiiI", data, 18)
            entry = 4
        count = (used or 1 << bits) if bits <= 8 else used
        colours = entry * min(count, 256) + (12 if packing == 3 and size == 40 else 0)
        colours += 16 if packing == 6 and size == 40 else 0
        row = (abs(width) * bits + 31) // 32 * 4
        length = row * abs(height) if packing in _UNCOMPRESSED else stored
        start = _FILE_HEADER + size + colours
        if not length or not start <= offset <= offset + length <= len(data):
            return None
        return cls(size, colours, offset, offset + length)

    def plain(self, data: bytes) -> bytes:
        """Both headers and the colours, without reserved fields and without a profile."""
        head = bytearray(data[: _FILE_HEADER + self.size + self.colours])
        head[6:10] = bytes(4)
        if self.size == _V5:
            if bytes(head[_FILE_HEADER + 56 : _FILE_HEADER + 60]) in _PROFILES:
                head[_FILE_HEADER + 56 : _FILE_HEADER + 60] = _WINDOWS
            head[_FILE_HEADER + 112 : _FILE_HEADER + 124] = bytes(12)
        return bytes(head)
