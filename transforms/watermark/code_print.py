"""The identity as a QR code (ISO/IEC 18004), by OpenCV's encoder, and what its detector reads of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np

from transforms.engines.protocols import EngineInfo, RgbArray
from transforms.watermark.ink import Ink, LineSpot
from transforms.watermark.legibility import PrintedLine

_QUIET: Final = 2
"""Modules of quiet zone that the encoder leaves; as many are added to make the four of the standard."""
_LEAST: Final = 17
"""Modules of version 0, were there one; each version has four more."""


def print_codes(texts: Sequence[tuple[str, ...]], module: int) -> list[Ink]:
    """One code per text, its lines joined by line feeds, all of the same version, so of one size. ``module``:
    its side in pixels. Level L of error correction."""
    payloads = ["\n".join(lines) for lines in texts]
    version = max((_encoded(payload, 0).shape[0] - 2 * _QUIET - _LEAST) // 4 for payload in payloads)
    inks = []
    for payload, lines in zip(payloads, texts, strict=True):
        code = np.pad(_encoded(payload, version), _QUIET, constant_values=255)
        fill = np.kron(255 - code, np.ones((module, module), np.uint8))
        side = fill.shape[0]
        spots = tuple(LineSpot(line, 0, 0, side, side) for line in lines)
        inks.append(Ink(fill, np.full_like(fill, 255), spots))
    return inks


def _encoded(payload: str, version: int) -> Any:
    options = cv2.QRCodeEncoder.Params()
    options.version = version
    return cv2.QRCodeEncoder.create(options).encode(payload)


_SCALES: Final = (1.0, 2.0, 3.0, 1.5)
"""The detector finds some codes at one size alone."""


class CodeReader:
    """Reads the lines of a QR code."""

    info: EngineInfo

    def __init__(self) -> None:
        self._detector = cv2.QRCodeDetector()
        self.info = EngineInfo("mark_reader", "opencv-qr", cv2.__version__, "", "")

    def read_lines(self, image: RgbArray, lines: Sequence[PrintedLine]) -> tuple[str, ...]:
        """The lines of the code that fills the first of ``lines``; empty ones where it cannot be read."""
        spot = lines[0]
        x0, y0 = max(0, round(spot.x)), max(0, round(spot.y))
        part: Any = image[y0 : round(spot.y + spot.height), x0 : round(spot.x + spot.width)]
        part = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY)
        for scale in _SCALES:
            size = (round(part.shape[1] * scale), round(part.shape[0] * scale))
            read = self._decoded(cv2.resize(part, size, interpolation=cv2.INTER_CUBIC)).split("\n")
            if len(read) == len(lines):
                return tuple(read)
        return ("",) * len(lines)

    def _decoded(self, grey: Any) -> str:
        try:
            return str(self._detector.detectAndDecode(grey)[0])
        except (cv2.error, UnicodeDecodeError):
            return ""
