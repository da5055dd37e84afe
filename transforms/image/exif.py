"""Just enough of EXIF (EXIF 2.32, a TIFF 6.0 structure) to say what it holds."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

ORIENTATION: Final = 0x0112
GPS_IFD: Final = 0x8825
_MAX_ENTRIES: Final = 1000
_ENTRY: Final = 12
_MINIMAL: Final = 26


@dataclass(frozen=True, slots=True)
class ExifContent:
    """``gps``: a GPS directory with entries. ``other``: anything beside the orientation."""

    gps: bool
    other: bool


def minimal_exif(orientation: int) -> bytes:
    """A TIFF block with the orientation tag and nothing else (26 bytes, without the ``Exif`` prefix)."""
    entry = struct.pack("<HHIHH", ORIENTATION, 3, 1, orientation, 0)
    return b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)


def read_exif(block: bytes) -> ExifContent:
    """What a TIFF block, after its ``Exif`` prefix, holds. A block that cannot be read counts as other."""
    try:
        order = {b"II*\0": "<", b"MM\0*": ">"}[block[:4]]
        tags, following = _directory(block, struct.unpack(order + "I", block[4:8])[0], order)
        gps = False
        if GPS_IFD in tags:
            gps = bool(_directory(block, tags[GPS_IFD], order)[0])
    except (KeyError, struct.error, ValueError):
        return ExifContent(gps=False, other=bool(block.strip(b"\0")))
    # A block longer than its directory hides something that no tag points to.
    hidden = not gps and (block[4:8].strip(b"\0") != b"\x08" or bool(block[_MINIMAL:].strip(b"\0")))
    other = bool(set(tags) - {ORIENTATION, GPS_IFD}) or bool(following) or hidden
    return ExifContent(gps=gps, other=other)


def _directory(block: bytes, offset: int, order: str) -> tuple[dict[int, int], int]:
    """Tags of one directory with their raw value field, and the offset of the next directory."""
    (count,) = struct.unpack_from(order + "H", block, offset)
    if count > _MAX_ENTRIES:
        raise ValueError("too many entries")
    tags = {}
    for index in range(count):
        tag, _, _, value = struct.unpack_from(order + "HHII", block, offset + 2 + index * _ENTRY)
        tags[tag] = value
    end = offset + 2 + count * _ENTRY
    following = struct.unpack_from(order + "I", block, end)[0] if end + 4 <= len(block) else 0
    return tags, following
