"""From CenterFace's output maps to boxes (Xu et al. 2020, "CenterFace: Joint Face Detection and Alignment
Using Face as Point"): each cell of a map at a quarter of the input size may be the centre of a face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Box
from transforms.engines.protocols import ScoredBox

STRIDE = 4
"""Input pixels per map cell."""

FloatArray = NDArray[np.float32]


def decode(heatmap: FloatArray, scale: FloatArray, offset: FloatArray, threshold: float) -> FloatArray:
    """Candidates as n x 5 float32 rows (x0, y0, x1, y1 in input pixels, score), in map order.

    ``heatmap``: h x w, face-centre scores 0 to 1. ``scale``: 2 x h x w, log of height and width in cells.
    ``offset``: 2 x h x w, centre shift (y, x) in cells. A cell counts if its score is above ``threshold``.
    """
    rows, columns = np.nonzero(heatmap > threshold)
    height = np.exp(scale[0, rows, columns]) * STRIDE
    width = np.exp(scale[1, rows, columns]) * STRIDE
    centre_y = (rows + offset[0, rows, columns] + 0.5) * STRIDE
    centre_x = (columns + offset[1, rows, columns] + 0.5) * STRIDE
    return np.stack(
        [
            centre_x - width / 2,
            centre_y - height / 2,
            centre_x + width / 2,
            centre_y + height / 2,
            heatmap[rows, columns],
        ],
        axis=1,
    ).astype(np.float32)


def suppressed(candidates: FloatArray, overlap: float) -> FloatArray:
    """Non-maximum suppression: the best-scored rows, none of which overlap by more than ``overlap`` (IoU).

    Ties in score are broken by position, so the result does not depend on the order of the rows.
    """
    order = np.lexsort((candidates[:, 0], candidates[:, 1], -candidates[:, 4]))
    boxes = candidates[order]
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    alive = np.ones(len(boxes), dtype=bool)
    kept: list[int] = []
    for index in range(len(boxes)):
        if not alive[index]:
            continue
        kept.append(index)
        low = np.maximum(boxes[index, :2], boxes[:, :2])
        high = np.minimum(boxes[index, 2:4], boxes[:, 2:4])
        shared = np.prod(np.clip(high - low, 0, None), axis=1)
        alive &= shared <= overlap * (areas[index] + areas - shared)
    return boxes[kept]


def clipped(candidates: FloatArray, width: int, height: int) -> tuple[ScoredBox, ...]:
    """Whole-pixel boxes inside a ``width`` x ``height`` image, rounded outwards; empty ones are left out."""
    found: list[ScoredBox] = []
    for x0, y0, x1, y1, score in candidates.tolist():
        box = Box(
            max(0, int(np.floor(x0))),
            max(0, int(np.floor(y0))),
            min(width, int(np.ceil(x1))),
            min(height, int(np.ceil(y1))),
        )
        if box.width > 0 and box.height > 0:
            found.append(ScoredBox(box, float(score)))
    return tuple(found)
