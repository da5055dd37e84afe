"""A placebo: the identity in the lowest bit of the blue channel. The JPEG encoder that follows takes it away,
so that nothing can be learnt of it; a method that finds it finds something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from transforms.engines.protocols import RgbArray

_COLUMNS: Final = 64


def bit_box(texts: Sequence[tuple[str, ...]]) -> tuple[int, int]:
    """Width and height in pixels of a box that holds any of ``texts``, one bit a pixel."""
    longest = max(len("\n".join(lines).encode()) for lines in texts)
    return _COLUMNS, -(-longest * 8 // _COLUMNS)


def write_bits(ground: RgbArray, lines: Sequence[str]) -> RgbArray:
    """``ground`` with the bits of ``lines``, row by row; pixels after their end are as they were."""
    bits = np.unpackbits(np.frombuffer("\n".join(lines).encode(), np.uint8))
    out = ground.copy()
    blue = out[:, :, 2].ravel()
    blue[: bits.size] = (blue[: bits.size] & 0xFE) | bits
    out[:, :, 2] = blue.reshape(out.shape[:2])
    return out


def read_bits(pixels: RgbArray) -> bytes:
    """What stands in the lowest bits of ``pixels``."""
    return np.packbits(pixels[:, :, 2].ravel() & 1).tobytes()
