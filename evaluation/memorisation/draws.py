"""A generator that follows from names, never from order or a global seed, where many numbers are drawn."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def generator(*names: str) -> np.random.Generator:
    """PCG64 seeded with the digest of ``names``: the same names, the same numbers, on every machine."""
    digest = hashlib.sha256("\x00".join(names).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def finite(name: str, numbers: npt.ArrayLike) -> FloatArray:
    """``numbers`` as float64. Raises ValueError if there is none, or one that is NaN or infinite."""
    array = np.asarray(numbers, dtype=np.float64)
    if array.size == 0:
        raise ValueError(f"{name}: no numbers")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: {int((~np.isfinite(array)).sum())} of {array.size} are not finite")
    return array
