"""How much of an image lies under boxes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from schemas.finding import Box


def share_under(boxes: Sequence[Box], width: int, height: int) -> float:
    """Share (0 to 1) of a ``width`` x ``height`` image under at least one of ``boxes``."""
    if not boxes or width <= 0 or height <= 0:
        return 0.0
    xs = np.unique(np.clip([x for box in boxes for x in (box.x0, box.x1)], 0, width))
    ys = np.unique(np.clip([y for box in boxes for y in (box.y0, box.y1)], 0, height))
    under = np.zeros((max(0, len(ys) - 1), max(0, len(xs) - 1)), dtype=bool)
    for box in boxes:
        left, right = np.searchsorted(xs, np.clip([box.x0, box.x1], 0, width))
        top, bottom = np.searchsorted(ys, np.clip([box.y0, box.y1], 0, height))
        under[top:bottom, left:right] = True
    covered = np.diff(ys).astype(np.float64) @ under @ np.diff(xs).astype(np.float64)
    return float(covered) / (width * height)
