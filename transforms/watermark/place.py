"""Where in an image a mark goes. Every draw is keyed by image and attempt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Box
from schemas.watermark import MarkBox
from transforms import keyed
from transforms.engines.protocols import RgbArray
from transforms.watermark.style import Placement

_CANDIDATES: Final = 24
_MARGIN: Final = 0.02
"""Of a corner mark from the edges, as a share of the shorter side."""
_TEXTURE_SIDE: Final = 160
"""Longer side of the small copy in which texture is looked for."""


def place_mark(
    rgb: RgbArray,
    size: tuple[int, int],
    placement: Placement,
    avoid: Sequence[Box],
    key: bytes,
    names: tuple[str, ...],
) -> MarkBox:
    """A box of ``size`` (width, height), no larger than ``rgb``, in it. ``names``: what is drawn for."""
    height, width = rgb.shape[:2]
    free = (width - size[0], height - size[1])
    if placement is Placement.CORNER:
        margin = round(_MARGIN * min(width, height))
        return MarkBox(max(0, free[0] - margin), max(0, free[1] - margin), *size)
    if placement is Placement.RANDOM:
        return _drawn(free, size, key, (*names, "0"))
    boxes = [_drawn(free, size, key, (*names, str(index))) for index in range(_CANDIDATES)]
    if placement is Placement.AWAY:
        return min(boxes, key=lambda box: overlap_with(box, avoid))
    texture = _texture(rgb)
    return min(boxes, key=lambda box: _mean_in(texture, box, (width, height)))


def overlap_with(box: MarkBox, avoid: Sequence[Box]) -> float:
    """Share of ``box`` that lies in any of ``avoid``, 0 to 1."""
    covered = np.zeros((box.height, box.width), bool)
    for other in avoid:
        x0, y0 = max(0, round(other.x0) - box.x), max(0, round(other.y0) - box.y)
        x1, y1 = max(0, round(other.x1) - box.x), max(0, round(other.y1) - box.y)
        covered[y0:y1, x0:x1] = True
    return float(covered.mean())


def _drawn(free: tuple[int, int], size: tuple[int, int], key: bytes, names: tuple[str, ...]) -> MarkBox:
    x = keyed.below(key, free[0] + 1, "place-x", *names)
    y = keyed.below(key, free[1] + 1, "place-y", *names)
    return MarkBox(x, y, *size)


def _texture(rgb: RgbArray) -> NDArray[Any]:
    """Integral image of the gradient's strength in a small grey copy."""
    import cv2

    shrink = min(1.0, _TEXTURE_SIDE / max(rgb.shape[:2]))
    small = (max(1, round(rgb.shape[1] * shrink)), max(1, round(rgb.shape[0] * shrink)))
    grey = cv2.cvtColor(cv2.resize(rgb, small, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    strength = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    total: NDArray[Any] = cv2.integral(strength)
    return total


def _mean_in(texture: NDArray[Any], box: MarkBox, size: tuple[int, int]) -> float:
    rows, columns = (int(side) - 1 for side in texture.shape)
    x0, x1 = box.x * columns // size[0], -(-(box.x + box.width) * columns // size[0])
    y0, y1 = box.y * rows // size[1], -(-(box.y + box.height) * rows // size[1])
    total = float(texture[y1, x1] - texture[y0, x1] - texture[y1, x0] + texture[y0, x0])
    return total / max(1, (x1 - x0) * (y1 - y0))
