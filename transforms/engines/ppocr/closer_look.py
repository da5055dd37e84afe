"""Lines of one area of an image: scaled, turned level, looked at in tiles, and mapped back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms.engines.ppocr.areas import Area
from transforms.engines.ppocr.detection import BoxOptions, Map, TextMaps, boxes_of
from transforms.engines.ppocr.line_box import LineBox
from transforms.engines.protocols import RgbArray

_TILE_WIDTH: Final = 1024
_TILE_AREA: Final = 1 << 20
"""Pixels that the model sees at once: it holds about 200 bytes for each."""
_SHARED: Final = 128
"""Pixels that neighbouring tiles share."""
_SMALLEST: Final = 64


def look_closer(image: RgbArray, area: Area, maps: TextMaps, options: BoxOptions) -> tuple[LineBox, ...]:
    """Boxes of the lines in ``area`` of ``image``, in pixels of the image, read along ``area.angle``."""
    import cv2

    part: NDArray[Any] = image[area.y0 : area.y1, area.x0 : area.x1]
    size = (max(1, round(part.shape[1] * area.scale)), max(1, round(part.shape[0] * area.scale)))
    step_x, step_y = part.shape[1] / size[0], part.shape[0] / size[1]
    if size != (part.shape[1], part.shape[0]):
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    back: NDArray[np.float64] = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    if area.angle:
        part, back = _level(part, area.angle)
    high, wide = part.shape[:2]
    pad_x, pad_y = max(0, _SMALLEST - wide), max(0, _SMALLEST - high)
    if pad_x or pad_y:
        part = cv2.copyMakeBorder(part, 0, pad_y, 0, pad_x, cv2.BORDER_REPLICATE)
    found = _map_in_tiles(part, maps)
    back = np.array([[step_x], [step_y]]) * back
    moved = []
    for box in boxes_of(found, part.shape[1], part.shape[0], options):
        x, y = back @ (box.x, box.y, 1.0)
        right = back[:, :2] @ (box.ux, box.uy)
        down = back[:, :2] @ (-box.uy, box.ux)
        by, across = float(np.hypot(*right)), float(np.hypot(*down))
        moved.append(
            LineBox(
                float(x) + area.x0,
                float(y) + area.y0,
                float(right[0]) / by,
                float(right[1]) / by,
                box.along * by,
                box.across * across,
                box.score,
            )
        )
    return tuple(moved)


def _level(part: NDArray[Any], angle: float) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """``part`` turned so that lines which fall by ``angle`` are level, and the matrix (2 x 3) back."""
    import cv2

    high, wide = part.shape[:2]
    if angle == math.pi / 2:
        # Down becomes right: x of the turned picture is y, its y counts from the right.
        return np.ascontiguousarray(np.rot90(part)), np.array([[0.0, -1.0, wide], [1.0, 0.0, 0.0]])
    cos, sin = math.cos(angle), math.sin(angle)
    new_wide = math.ceil(wide * abs(cos) + high * abs(sin))
    new_high = math.ceil(wide * abs(sin) + high * abs(cos))
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = np.array([new_wide, new_high]) / 2 - turn @ (wide / 2, high / 2)
    forth: NDArray[Any] = np.hstack([turn, shift[:, None]])
    levelled = cv2.warpAffine(
        part, forth, (new_wide, new_high), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return levelled, np.hstack([turn.T, (-turn.T @ shift)[:, None]])


def _map_in_tiles(part: RgbArray, maps: TextMaps) -> Map:
    """The map of ``part``: all at once if it is small, else in tiles that share their rims."""
    import cv2

    high, wide = part.shape[:2]
    if wide * high <= _TILE_AREA:
        return maps(part, 1.0)
    across = min(wide, _TILE_WIDTH)
    down = min(high, _TILE_AREA // across)
    whole = np.zeros((high, wide), np.float32)
    for top in _starts(high, down):
        for left in _starts(wide, across):
            tile = part[top : top + down, left : left + across]
            found = maps(tile, 1.0)
            place = whole[top : top + tile.shape[0], left : left + tile.shape[1]]
            np.maximum(place, cv2.resize(found, (tile.shape[1], tile.shape[0])), out=place)
    return whole


def _starts(length: int, tile: int) -> Iterator[int]:
    count = max(1, math.ceil((length - _SHARED) / (tile - _SHARED)))
    yield from (max(0, round(index * (length - tile) / max(1, count - 1))) for index in range(count))
