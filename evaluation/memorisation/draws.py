"""A generator that follows from names, never from order or a global seed, where many numbers are drawn."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.keyed import Draws

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_KEY: Final = b"mmscrub scores"
"""Public: scores are judged after the split's secret draws are made, and anybody may judge them again."""


def generator(*names: str) -> np.random.Generator:
    """PCG64 seeded with the digest of ``names``: the same names, the same numbers, on every machine."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(Draws(_KEY).digest(*names), "big")))


def finite(name: str, numbers: npt.ArrayLike) -> FloatArray:
    """``numbers`` as float64. Raises ValueError if there is none, or one that is NaN or infinite."""
    array = np.asarray(numbers, dtype=np.float64)
    if array.size == 0:
        raise ValueError(f"{name}: no numbers")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: {int((~np.isfinite(array)).sum())} of {array.size} are not finite")
    return array
