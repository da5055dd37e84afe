"""Where a lossy coder mixed hidden pixels with others before the file was read.

JPEG (ITU-T T.81) codes blocks of 8 x 8 samples by themselves. What print did to a block when it was quantised
stands in the whole block, also beside the box that hides the print: the blocks that hold print are to be
hidden whole. Samples of colour stand for up to 2 x 2 pixels (or more) each, so that their blocks are larger;
there it is enough that the colour goes, and the print beside stays legible.
WebP (RFC 6386) codes macroblocks of 16 x 16 pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_WEBP: Final = 16


@dataclass(frozen=True, slots=True)
class BlockGrid:
    """Blocks of an upright image: width and height of those of brightness and of those of colour (pixels),
    and where the first whole block begins, from the left and from the top."""

    brightness: tuple[int, int]
    colour: tuple[int, int]
    left: int
    top: int

    @property
    def has_wider_colour(self) -> bool:
        """True if a block of colour is larger than one of brightness."""
        return self.colour != self.brightness


def grid_of(source: Image.Image, orientation: int, *, lossless: bool) -> BlockGrid | None:
    """The blocks in which ``source`` (as stored) was coded, turned upright; None for what loses nothing."""
    if source.format in ("JPEG", "MPO"):
        brightness, colour = (8, 8), _chroma_block(getattr(source, "layer", ()))
    elif source.format == "WEBP" and not lossless:
        brightness = colour = (_WEBP, _WEBP)
    else:
        return None
    # Orientations 2, 3, 6, 7 end up with the stored right or bottom edge on the left; 3, 4, 7, 8 on top.
    width, height = source.size
    if orientation >= 5:
        width, height = height, width
        brightness, colour = brightness[::-1], colour[::-1]
    left = width % colour[0] if orientation in (2, 3, 6, 7) else 0
    top = height % colour[1] if orientation in (3, 4, 7, 8) else 0
    return BlockGrid(brightness, colour, left, top)


def _chroma_block(layers: Sequence[Any]) -> tuple[int, int]:
    """Pixels that a block of the most coarsely sampled component stands for."""
    factors = [(int(layer[1]), int(layer[2])) for layer in layers]
    if not factors or 0 in (value for factor in factors for value in factor):
        return 8, 8
    wide, high = max(h for h, _ in factors), max(v for _, v in factors)
    return 8 * wide // min(h for h, _ in factors), 8 * high // min(v for _, v in factors)


def whole_blocks(
    mask: NDArray[np.bool_], left: int, top: int, grid: BlockGrid, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """``mask`` (a cut-out whose edges lie on the grid or the image's edge) with every block of ``size`` that
    it touches filled. ``left``, ``top``: place of the cut-out in the image."""
    height, width = mask.shape
    rows = (np.arange(top, top + height) - grid.top) // size[1]
    columns = (np.arange(left, left + width) - grid.left) // size[0]
    rows -= rows[0]
    columns -= columns[0]
    touched = np.zeros((rows[-1] + 1, columns[-1] + 1), bool)
    ys, xs = np.nonzero(mask)
    touched[rows[ys], columns[xs]] = True
    filled: NDArray[np.bool_] = touched[rows][:, columns]
    return filled
