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


def fill_solid(pixels: NDArray[Any], box: Box, colour: NDArray[Any]) -> None:
    """Paints ``box`` of ``pixels`` (height x width, or x channels) in one colour, in place."""
    pixels[box.y0 : box.y1, box.x0 : box.x1] = colour if pixels.ndim == 3 else colour[0]


def fill_blur(pixels: NDArray[Any], box: Box) -> None:
    """Replaces ``box`` by the means of its cells, smoothly joined, in place."""
    region = pixels[box.y0 : box.y1, box.x0 : box.x1]
    planes = region.reshape(region.shape[0], region.shape[1], -1).astype(np.float64)
    cells = _means(_means(planes, 0), 1)
    smooth = _spread(_spread(cells, 0, planes.shape[0]), 1, planes.shape[1])
    region[...] = np.rint(smooth).astype(pixels.dtype).reshape(region.shape)


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
