"""JPEG in segments (ITU-T T.81, annex B; JFIF 1.02; ICC.1 annex B.4)."""

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

_SOI: Final = b"\xff\xd8"
_EOI: Final = 0xD9
_SOS: Final = 0xDA
_COMMENT: Final = 0xFE
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_APP: Final = range(0xE0, 0xF0)
_EXIF_PREFIX: Final = b"Exif\0\0"
_PICTURE: Final = frozenset({*range(0xC0, 0xE0)} - {0xC8, *range(0xD0, 0xDA)} | {_SOS})
"""Frames, scans, tables and what they need (T.81, table B.1); other segments are not of the picture."""
_ICC_PREFIX: Final = b"ICC_PROFILE\0"
_ICC_HEAD: Final = 18
"""Marker, length, ``ICC_PROFILE\\0``, number and count of the piece."""
_ICC_PIECE: Final = 65_519
_ADOBE: Final = 12
_JFIF_LENGTH: Final = 18
"""Marker, length, ``JFIF\\0``, version, units, densities, thumbnail size: a segment without thumbnail."""


def split(data: bytes) -> list[Part]:
    """The segments of a JPEG file, entropy-coded data beside their SOS, trailing bytes last."""
    parts = [Part(_SOI, keep=True)]
    parts.extend(_segments(data))
    return _with_neutral_profile(parts)


def rebuild(parts: Sequence[Part], orientation: int) -> bytes:
    """The file without what is not kept."""
    kept = [part.data for part in parts if part.keep]
    if orientation != 1:
        block = _EXIF_PREFIX + minimal_exif(orientation)
        segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
        # JFIF must come first where there is one.
        kept.insert(2 if len(kept) > 1 and kept[1][:2] == b"\xff\xe0" else 1, segment)
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[Part]:
    at = 2
    while at + 1 < len(data):
        if data[at] != 0xFF:
            # Decoders skip stray bytes between segments, and so do we: they are not kept.
            found = data.find(b"\xff", at)
            stray = data[at : found if found >= 0 else len(data)]
            yield Part(stray, keep=False, attributes=trailing_attributes(stray))
            at += len(stray)
            continue
        marker = data[at + 1]
        if marker in (0xFF, 0x00):
            at += 1
            continue
        if marker == _EOI:
            yield Part(b"\xff\xd9", keep=True)
            trailing = data[at + 2 :]
            if trailing:
                yield Part(trailing, keep=False, attributes=trailing_attributes(trailing.strip(b"\xff")))
            return
        if marker in _STANDALONE:
            yield Part(data[at : at + 2], keep=True)
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SOS:
            end = _end_of_scan(data, end)
            yield Part(data[at:end], keep=True)
        else:
            yield _segment(marker, data[at:end])
        at = max(end, at + 2)


def _segment(marker: int, segment: bytes) -> Part:
    payload = segment[4:]
    if marker == _COMMENT:
        return Part(segment, keep=False, attributes=text_attributes(payload))
    if marker not in _APP:
        known = marker in _PICTURE
        return Part(segment, keep=known, attributes=() if known else (EXIF,))
    if marker == 0xE0 and payload.startswith(b"JFIF\0"):
        if len(segment) <= _JFIF_LENGTH:
            return Part(segment, keep=True)
        plain = b"\xff\xe0\x00\x10" + payload[:12] + b"\0\0"
        return Part(plain, keep=True, attributes=(EXIF,))
    if _is_profile(segment):
        return Part(segment, keep=True)
    if marker == 0xEE and payload.startswith(b"Adobe") and len(payload) >= _ADOBE:
        # It says how colours are coded; without it a decoder would guess.
        plain = b"\xff\xee\x00\x0e" + payload[:_ADOBE]
        return Part(plain, keep=True, attributes=(EXIF,) if plain != segment else ())
    if marker == 0xE1 and payload.startswith(_EXIF_PREFIX):
        return Part(segment, keep=False, attributes=exif_attributes(payload[len(_EXIF_PREFIX) :]))
    return Part(segment, keep=False, attributes=text_attributes(payload))


def _is_profile(segment: bytes) -> bool:
    return segment[:2] == b"\xff\xe2" and segment[4:].startswith(_ICC_PREFIX)


def _with_neutral_profile(parts: list[Part]) -> list[Part]:
    """``parts`` with the pieces of the colour profile replaced by those of its neutral one, if it differs."""
    places = [at for at, part in enumerate(parts) if part.keep and _is_profile(part.data)]
    if not places:
        return parts
    pieces = sorted((parts[at].data for at in places), key=lambda piece: piece[16:17])
    profile = b"".join(piece[_ICC_HEAD:] for piece in pieces)
    neutral = neutral_profile(profile)
    if neutral == profile:
        return parts
    fresh: list[Part] = []
    if neutral is not None:
        bodies = [neutral[at : at + _ICC_PIECE] for at in range(0, len(neutral), _ICC_PIECE)]
        for number, body in enumerate(bodies, 1):
            head = b"\xff\xe2" + (len(body) + _ICC_HEAD - 2).to_bytes(2, "big") + _ICC_PREFIX
            fresh.append(Part(head + bytes([number, len(bodies)]) + body, keep=True))
    rest = [
        Part(part.data, keep=False, attributes=(EXIF,)) if at in places else part
        for at, part in enumerate(parts)
    ]
    return [*rest[: places[0]], *fresh, *rest[places[0] :]]


def _end_of_scan(data: bytes, start: int) -> int:
    """Index of the next marker after entropy-coded data: 0xFF not followed by 0x00, a restart or 0xFF."""
    at = data.find(b"\xff", start)
    while 0 <= at < len(data) - 1:
        following = data[at + 1]
        if following == 0xFF:
            at += 1
        elif following == 0x00 or 0xD0 <= following <= 0xD7:
            at = data.find(b"\xff", at + 2)
        else:
            return at
    return len(data)
