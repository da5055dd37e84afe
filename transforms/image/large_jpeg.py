"""Large JPEG files without a whole copy in Pillow, which takes four bytes for a pixel of three.

They are decoded into one array, of which the fourth bytes are taken out in place, and written in strips: each
strip is a restart interval (ITU-T T.81, B.2.4.4) of one file, so that what is decoded from it is what a file
written at once would hold."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transforms.engines.protocols import RgbArray

LARGE: Final = 24_000_000
"""Pixels above which an image is dealt with so that no two copies of it are held."""
_BAND: Final = 256
_MCU: Final = 16
"""Rows of the highest units that Pillow codes; every unit's height divides it."""
_MOST_UNITS: Final = 65_535
_SOF: Final = frozenset({0xC0, 0xC1})
_SOS: Final = 0xDA


def decode_large(data: bytes, orientation: int) -> RgbArray:
    """The upright pixels of a JPEG of mode RGB. Raises what Pillow raises of damaged files."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        width, height = image.size
        memory: NDArray[np.uint8] = np.empty(4 * width * height, np.uint8)
        target = Image.frombuffer("RGBX", (width, height), memory, "raw", "RGBX", 0, 1)
        # Pillow decodes into the image that is there: one that lies in memory of ours.
        image.im = target.im
        image._mode = "RGBX"
        image.tile = [tile._replace(args=("RGBX", *tile.args[1:])) for tile in image.tile]  # type: ignore[index]
        image.load()
        if image.im is not target.im:
            raise RuntimeError("Pillow decoded elsewhere")
    del image, target
    wide = memory.reshape(height, width, 4)
    for top in range(0, height, _BAND):
        band = np.ascontiguousarray(wide[top : top + _BAND, :, :3]).ravel()
        memory[3 * width * top :][: band.size] = band
    del wide
    # Nothing else refers to the memory: its end is given back.
    memory.resize(3 * width * height, refcheck=False)
    return np.ascontiguousarray(_turned(memory.reshape(height, width, 3), orientation))


def _turned(pixels: RgbArray, orientation: int) -> RgbArray:
    """Upright, by the EXIF orientation; a view."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    # After transposing, 6 and 7 are left mirrored and 7 and 8 upside down.
    mirrored, upside_down = orientation in (2, 3, 6, 7), orientation in (3, 4, 7, 8)
    return pixels[:: -1 if upside_down else 1, :: -1 if mirrored else 1]


def encode_in_strips(pixels: NDArray[Any], mode: str, options: Mapping[str, Any]) -> bytes:
    """``pixels`` (8 bits) of Pillow's ``mode`` as a baseline JPEG. ``options``: as Pillow's encoder takes
    them; without ``progressive``, which takes all of the image at once."""
    chosen = {name: value for name, value in options.items() if name != "progressive"}
    height, width = pixels.shape[:2]
    # The narrowest units are 8 x 8 pixels.
    rows = _MCU * max(1, min(_BAND // _MCU, _MOST_UNITS // (2 * math.ceil(width / 8))))
    out = io.BytesIO()
    units = 0
    for index, top in enumerate(range(0, height, rows)):
        strip = _encoded(pixels[top : top + rows], mode, chosen)
        frame, scan = _places(strip)
        if index == 0:
            units = _units(strip, frame, rows)
            header = bytearray(strip[:scan])
            header[frame + 5 : frame + 7] = height.to_bytes(2, "big")
            sos = _start_of_scan(strip)
            restart = b"\xff\xdd\x00\x04" + units.to_bytes(2, "big")
            out.write(bytes(header[:sos]) + restart + bytes(header[sos:]))
            # What tells of the file as a whole stands in its first strip.
            chosen.pop("icc_profile", None)
        else:
            out.write(bytes((0xFF, 0xD0 + (index - 1) % 8)))
        out.write(strip[scan:-2])
    out.write(b"\xff\xd9")
    return out.getvalue()


def _encoded(strip: NDArray[Any], mode: str, options: Mapping[str, Any]) -> bytes:
    height, width = strip.shape[:2]
    image = Image.frombuffer(mode, (width, height), np.ascontiguousarray(strip), "raw", mode, 0, 1)
    out = io.BytesIO()
    image.save(out, format="JPEG", **options)
    return out.getvalue()


def _segments(data: bytes) -> list[tuple[int, int]]:
    """Marker and place of every segment up to the start of the scan."""
    found = []
    at = 2
    while True:
        found.append((data[at + 1], at))
        if data[at + 1] == _SOS:
            return found
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def _start_of_scan(data: bytes) -> int:
    return _segments(data)[-1][1]


def _places(data: bytes) -> tuple[int, int]:
    """Where the frame header begins, and the coded data of the scan."""
    segments = _segments(data)
    frame = next(at for marker, at in segments if marker in _SOF)
    sos = segments[-1][1]
    return frame, sos + 2 + int.from_bytes(data[sos + 2 : sos + 4], "big")


def _units(data: bytes, frame: int, rows: int) -> int:
    """Coded units (MCU) in ``rows`` rows of pixels."""
    width = int.from_bytes(data[frame + 7 : frame + 9], "big")
    count = data[frame + 9]
    factors = [data[frame + 11 + 3 * index] for index in range(count)]
    # The units of a single component are 8 x 8, whatever its factors are (A.2.2).
    wide = max(factor >> 4 for factor in factors) if count > 1 else 1
    high = max(factor & 15 for factor in factors) if count > 1 else 1
    return math.ceil(width / (8 * wide)) * (rows // (8 * high))
