"""Print that hardly differs from its ground: shown by evening out the contrast, place by place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms.engines.ppocr.detection import Map
from transforms.engines.ppocr.line_box import LineBox
from transforms.engines.protocols import RgbArray

MOST_PIXELS: Final = 8_000_000
"""Larger images are not evened out: that takes three copies."""
_CLIP: Final = 4.0
_GRID: Final = (8, 8)
_RIM: Final = 0.5
"""How far around known print the map shows it, in heights of its box."""


def evened(image: RgbArray) -> RgbArray:
    """Grey, with the contrast of each place limited adaptively stretched (CLAHE, Zuiderveld 1994), as
    height x width x 3."""
    import cv2

    grey = cv2.createCLAHE(_CLIP, _GRID).apply(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))


def without_known(found: Map, boxes: Sequence[LineBox], width: int, height: int) -> Map:
    """``found``, a map of a ``width`` x ``height`` image, with nothing where ``boxes`` are."""
    import cv2

    left = found.copy()
    step: NDArray[Any] = np.array([found.shape[1] / width, found.shape[0] / height])
    for box in boxes:
        grown = box.grown(2 * _RIM)
        cv2.fillConvexPoly(left, np.rint(np.array(grown.quad) * step).astype(np.int32), 0.0)
    return left
