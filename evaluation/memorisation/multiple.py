"""p-values of several tests held against one error rate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.draws import FloatArray, finite


def holm(p_values: npt.ArrayLike) -> FloatArray:
    """Adjusted p-values [m] (Holm 1979): those at most alpha hold with at most alpha chance of any false one,
    however the tests hang together. Raises ValueError for numbers outside 0 … 1."""
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted


def benjamini_hochberg(p_values: npt.ArrayLike) -> FloatArray:
    """Adjusted p-values [m]: among those at most alpha the expected share of false ones is at most alpha, for
    tests that are independent or hang together positively (Benjamini and Hochberg 1995)."""
    from scipy.stats import false_discovery_control

    return np.asarray(false_discovery_control(_checked(p_values), method="bh"), dtype=np.float64)


def _checked(p_values: npt.ArrayLike) -> FloatArray:
    p = finite("p-values", p_values)
    if p.ndim != 1 or p.min() < 0 or p.max() > 1:
        raise ValueError("p-values are one row of numbers from 0 to 1")
    return p
