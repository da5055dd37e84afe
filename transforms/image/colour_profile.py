"""A colour profile (ICC.1:2022) without what it says beside its colours: names, notices, dates, makers.

What a colour transform reads is kept bit for bit; the two texts that a profile must have say nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final

_HEADER: Final = 128
_ENTRY: Final = 12
_MAX_TAGS: Final = 200
_COLOUR_TAGS: Final = frozenset(
    b"rXYZ gXYZ bXYZ wtpt bkpt chad chrm cicp lumi rTRC gTRC bTRC kTRC gamt "
    b"A2B0 A2B1 A2B2 A2B3 B2A0 B2A1 B2A2 B2A3 D2B0 D2B1 D2B2 D2B3 B2D0 B2D1 B2D2 B2D3".split()
)
_COLOUR_TYPES: Final = frozenset(b"XYZ |curv|para|sf32|mft1|mft2|mAB |mBA |mpet|chrm|cicp".split(b"|"))
_NAME: Final = "profile"
_NOTICE: Final = "none"
_BLANKED: Final = ((4, 8), (24, 36), (40, 44), (48, 56), (80, 128))
"""Parts of the header: module, date, platform, maker and model of the device, creator and on."""


def neutral_profile(profile: bytes) -> bytes | None:
    """``profile`` without texts; None if it cannot be read. A neutral profile comes back as it is."""
    if len(profile) < _HEADER or profile[36:40] != b"acsp":
        return None
    header = bytearray(profile[:_HEADER])
    for start, end in _BLANKED:
        header[start:end] = bytes(end - start)
    if len(profile) < _HEADER + 4:
        return bytes(header)
    tags = _tags(profile)
    if tags is None:
        return None
    kept = {
        name: _exact(body)
        for name, body in tags.items()
        if name in _COLOUR_TAGS and body[:4] in _COLOUR_TYPES
    }
    fourth = header[8] >= 4
    kept[b"desc"] = _localised(_NAME) if fourth else _description(_NAME)
    kept[b"cprt"] = _localised(_NOTICE) if fourth else b"text\0\0\0\0" + _NOTICE.encode() + b"\0"
    return _joined(header, kept)


def _tags(profile: bytes) -> dict[bytes, bytes] | None:
    (count,) = struct.unpack_from(">I", profile, _HEADER)
    if count > _MAX_TAGS or _HEADER + 4 + count * _ENTRY > len(profile):
        return None
    found: dict[bytes, bytes] = {}
    for index in range(count):
        name, offset, size = struct.unpack_from(">4sII", profile, _HEADER + 4 + index * _ENTRY)
        if size < 8 or offset + size > len(profile):
            return None
        found.setdefault(name, profile[offset : offset + size])
    return found


def _exact(body: bytes) -> bytes:
    """A tag without what follows its values, for the types whose length their own fields tell."""
    kind = body[:4]
    if kind == b"XYZ ":
        return body[: 8 + 12]
    if kind == b"curv" and len(body) >= 12:
        return body[: 12 + 2 * int.from_bytes(body[8:12], "big")]
    if kind == b"para" and len(body) >= 12:
        numbers = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}.get(int.from_bytes(body[8:10], "big"), 7)
        return body[:10] + b"\0\0" + body[12 : 12 + 4 * numbers]
    return body


def _joined(header: bytearray, tags: Mapping[bytes, bytes]) -> bytes:
    """The profile; tags with the same value share it, as the red, green and blue curve often do."""
    bodies: dict[bytes, int] = {}
    table = bytearray(struct.pack(">I", len(tags)))
    at = _HEADER + 4 + len(tags) * _ENTRY
    values = bytearray()
    for name in sorted(tags):
        body = tags[name]
        if body not in bodies:
            bodies[body] = at + len(values)
            values += body + bytes(-len(body) % 4)
        table += struct.pack(">4sII", name, bodies[body], len(body))
    header[:4] = struct.pack(">I", at + len(values))
    return bytes(header + table + values)


def _localised(text: str) -> bytes:
    encoded = text.encode("utf-16be")
    return struct.pack(">4sIII2s2sII", b"mluc", 0, 1, 12, b"en", b"US", len(encoded), 28) + encoded


def _description(text: str) -> bytes:
    plain = text.encode() + b"\0"
    return struct.pack(">4sII", b"desc", 0, len(plain)) + plain + bytes(4 + 4 + 2 + 1 + 67)
