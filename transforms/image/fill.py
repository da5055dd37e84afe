"""How a box of pixels is made to tell nothing."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Box

_MAX_CELLS: Final = 4
_MIN_CELL: Final = 16
"""A blurred box keeps at most 4 x 4 values and no cell is smaller than 16 pixels, whatever the size of the
face: strength in units of the face, not of the image, since fixed radii leave large faces readable. Measured
with CenterFace on 49 faces: 16 are still detected at 6 x 6 cells of 8 pixels, 4 at this setting."""
_COLOUR_REACH: Final = 33
"""Width in pixels of the square whose known pixels give one its colour."""
_NO_COLOUR: Final = 128.0
_SAME_COLOUR: Final = 16
"""Levels by which colour may differ from that around without its being cut off telling anything: print in
muted colours stays at chance, red on white does not."""
_AT_END: Final = 2
"""Levels from the end of the scale at which a channel counts as cut off."""
_EDGE: Final = 2
"""Pixels beside a box that are looked at."""


def fill_solid(
    pixels: NDArray[Any], box: Box, colour: NDArray[Any], mask: NDArray[np.bool_] | None = None
) -> None:
    """Paints ``box`` of ``pixels`` (height x width, or x channels) in one colour, in place; where given, only
    what ``mask`` (as large as the box) marks."""
    region = pixels[box.y0 : box.y1, box.x0 : box.x1]
    region[... if mask is None else mask] = colour if pixels.ndim == 3 else colour[0]


def fill_blur(pixels: NDArray[Any], box: Box) -> None:
    """Replaces ``box`` by the means of its cells, smoothly joined, in place."""
    region = pixels[box.y0 : box.y1, box.x0 : box.x1]
    _put(region, _spread(_spread(_cell_means(region), 0, region.shape[0]), 1, region.shape[1]))


def fill_pixelate(pixels: NDArray[Any], box: Box) -> None:
    """Replaces ``box`` by the means of its cells, in place."""
    region = pixels[box.y0 : box.y1, box.x0 : box.x1]
    _put(region, _repeated(_cell_means(region), region.shape[:2]))


def fill_from_around(pixels: NDArray[Any], box: Box, *, mosaic: bool) -> None:
    """Fills ``box`` with what stands around it, as if that had been blurred (or pixelated) over it, in place.

    What it hides has no part in it: print would else come back from the means of its cells."""
    region = pixels[box.y0 : box.y1, box.x0 : box.x1]
    cells = _cells_from_around(pixels, box)
    smooth = _spread(_spread(cells, 0, region.shape[0]), 1, region.shape[1])
    _put(region, _repeated(cells, region.shape[:2]) if mosaic else smooth)


def smooth_colour(
    rgb: NDArray[np.uint8],
    unknown: NDArray[np.bool_],
    shown: NDArray[np.bool_],
    coded: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8] | None:
    """``rgb`` (height x width x 3) with the brightness it has and, where ``unknown``, the colour of the known
    pixels around; without colour where none is known. None where colour cannot be told from brightness in
    what of it is ``shown``: a reader cuts off what leaves the scale, so that red on white is less bright than
    it was coded. ``coded``: brightness as it was coded (height x width), where that is known."""
    import cv2

    known = (~unknown).astype(np.float32)
    planes = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb), np.uint8)
    before = planes.copy()
    weight = cv2.blur(known, (_COLOUR_REACH, _COLOUR_REACH))
    share = max(1.0, float(known.sum()))
    for channel in (1, 2):
        plane = planes[:, :, channel].astype(np.float32)
        far = float((plane * known).sum()) / share if known.any() else _NO_COLOUR
        near = cv2.blur(plane * known, (_COLOUR_REACH, _COLOUR_REACH)) / np.maximum(weight, 1e-6)
        planes[:, :, channel] = np.where(unknown, np.rint(np.where(weight > 1e-3, near, far)), plane)
    if coded is not None:
        # Taken from RGB, brightness would still tell the colour that was there, by a level or two.
        planes[:, :, 0] = np.where(unknown, coded, planes[:, :, 0])
        return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YCrCb2RGB), np.uint8)
    moved = np.abs(planes.astype(np.int16) - before).max(axis=2) > _SAME_COLOUR
    cut_off = (rgb.max(axis=2) >= 255 - _AT_END) | (rgb.min(axis=2) <= _AT_END)
    if bool((moved & cut_off & shown).any()):
        return None
    return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YCrCb2RGB), np.uint8)


def _put(region: NDArray[Any], values: NDArray[np.float64]) -> None:
    region[...] = np.rint(values).astype(region.dtype).reshape(region.shape)


def _cell_means(region: NDArray[Any]) -> NDArray[np.float64]:
    """Rows x columns x channels of means."""
    return _means(_means(region.reshape(region.shape[0], region.shape[1], -1), 0), 1)


def _repeated(cells: NDArray[np.float64], size: tuple[int, ...]) -> NDArray[np.float64]:
    rows = np.arange(size[0]) * cells.shape[0] // size[0]
    columns = np.arange(size[1]) * cells.shape[1] // size[1]
    repeated: NDArray[np.float64] = cells[rows][:, columns]
    return repeated


def _cells_from_around(pixels: NDArray[Any], box: Box) -> NDArray[np.float64]:
    """Means of the pixels along the sides of ``box``, blended over its cells by their distance."""
    height, width = pixels.shape[:2]
    rows, columns = _cells(box.height), _cells(box.width)
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    total, weights = np.zeros((rows, columns, channels)), np.zeros((rows, columns, 1))
    for axis, at, inside in (
        (1, box.x0 - _EDGE, True),
        (1, box.x1, False),
        (0, box.y0 - _EDGE, True),
        (0, box.y1, False),
    ):
        if at < 0 or at + _EDGE > (width, height)[axis == 0]:
            continue
        strip = pixels[box.y0 : box.y1, at : at + _EDGE] if axis else pixels[at : at + _EDGE, box.x0 : box.x1]
        means = _means(strip.reshape(*strip.shape[:2], -1).mean(axis=axis, keepdims=True), 1 - axis)
        count = columns if axis else rows
        near = (np.arange(count) + 0.5) / count
        near = 1 - near if inside else near
        near = near[None, :, None] if axis else near[:, None, None]
        total += means * near
        weights = weights + near
    return np.where(weights > 0, total / np.maximum(weights, 1e-9), 0.0)


def _cells(length: int) -> int:
    return max(1, min(_MAX_CELLS, length // _MIN_CELL))


def _means(planes: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    length = planes.shape[axis]
    edges = np.linspace(0, length, _cells(length) + 1).astype(int)
    sums = np.add.reduceat(planes, edges[:-1], axis=axis)
    shape = [1] * planes.ndim
    shape[axis] = -1
    means: NDArray[np.float64] = sums / np.diff(edges).reshape(shape)
    return means


def _spread(cells: NDArray[np.float64], axis: int, length: int) -> NDArray[np.float64]:
    """Linear interpolation between the centres of the cells to ``length`` samples."""
    count = cells.shape[axis]
    places = np.clip((np.arange(length) + 0.5) * count / length - 0.5, 0, count - 1)
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, count - 1)
    shape = [1] * cells.ndim
    shape[axis] = -1
    share = (places - low).reshape(shape)
    spread: NDArray[np.float64] = (
        np.take(cells, low, axis=axis) * (1 - share) + np.take(cells, high, axis=axis) * share
    )
    return spread
