"""What a TIFF file (TIFF 6.0) says beside its samples. Offsets tie it together: it is only encoded again."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from transforms.image.colour_profile import neutral_profile
from transforms.image.metadata_parts import EXIF, GPS, PADDING

_STRUCTURE: Final = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 263, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284}
    | {290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 334}
    | {336, 338, 339, 340, 341, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532}
    | {34675}
)
"""Tags that describe the samples (TIFF 6.0, and 34675, the colour profile); all others are metadata."""
_GPS: Final = 34853
_PROFILE: Final = 34675
_PLACES: Final = {273: 279, 324: 325, 513: 514}
"""Tags that say where samples stand, and those that say how long they are."""
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MAX_VALUES: Final = 1 << 22


def find(data: bytes) -> Iterator[str]:
    """Names of the metadata attributes, some of them more than once."""
    try:
        directory = _Directory(data)
    except (struct.error, KeyError, ValueError):
        yield EXIF  # nothing else is known of it, so it is written anew
        return
    tags = set(directory.fields)
    if _GPS in tags:
        yield GPS
    profile = directory.value(_PROFILE)
    speaks = profile is not None and neutral_profile(profile) != profile
    if speaks or tags - _STRUCTURE - {_GPS} or directory.following or directory.hides_something():
        yield EXIF


class _Directory:
    """The first directory of a file: ``fields`` maps a tag to its type, number of values and place."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order = {b"II*\0": "<", b"MM\0*": ">"}[data[:4]]
        (start,) = struct.unpack_from(self._order + "I", data, 4)
        (count,) = struct.unpack_from(self._order + "H", data, start)
        self._used = [(0, 8), (start, start + 2 + 12 * count + 4)]
        self.fields: dict[int, tuple[int, int, int]] = {}
        for index in range(count):
            at = start + 2 + 12 * index
            tag, kind, number = struct.unpack_from(self._order + "HHI", data, at)
            size = _SIZES.get(kind, 1) * number
            place = at + 8 if size <= 4 else struct.unpack_from(self._order + "I", data, at + 8)[0]
            if number > _MAX_VALUES or place + size > len(data):
                raise ValueError("a value outside the file")
            self.fields[tag] = (kind, number, place)
            self._used.append((place, place + size))
        self.following: int = struct.unpack_from(self._order + "I", data, start + 2 + 12 * count)[0]

    def value(self, tag: int) -> bytes | None:
        """The bytes of a field of single bytes."""
        if tag not in self.fields:
            return None
        kind, number, place = self.fields[tag]
        return self._data[place : place + number * _SIZES.get(kind, 1)]

    def hides_something(self) -> bool:
        """True if bytes that are not zero stand where no field points to."""
        used = sorted(self._used + list(self._samples()))
        at = 0
        for start, end in used:
            if start > at and self._data[at:start].strip(PADDING):
                return True
            at = max(at, end)
        return bool(self._data[at:].strip(PADDING))

    def _samples(self) -> Iterator[tuple[int, int]]:
        for places, lengths in _PLACES.items():
            if places in self.fields and lengths in self.fields:
                for place, length in zip(self._numbers(places), self._numbers(lengths), strict=False):
                    yield place, place + length

    def _numbers(self, tag: int) -> tuple[int, ...]:
        kind, number, place = self.fields[tag]
        return struct.unpack_from(
            f"{self._order}{number}{ {3: 'H', 4: 'I', 13: 'I'}[kind] }", self._data, place
        )
