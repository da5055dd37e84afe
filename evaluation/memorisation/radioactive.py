"""Radioactive data (arXiv 2002.00937): does a classifier lean towards the carriers its training data bore?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.combine import fisher_p_value
from evaluation.memorisation.draws import FloatArray, finite


def aligned_weights(weights: npt.ArrayLike, marking: npt.ArrayLike, tested: npt.ArrayLike) -> FloatArray:
    """Classifier ``weights`` [c, e] of the tested model in the feature space of the marking model, [c, d].

    ``marking`` [n, d] and ``tested`` [n, e]: features of the same unmarked items; the map M [d, e] between
    them is fitted by least squares. Raises ValueError on shapes that do not fit.
    """
    w, source, target = finite("weights", weights), finite("marking", marking), finite("tested", tested)
    if source.ndim != 2 or target.ndim != 2 or w.ndim != 2:
        raise ValueError("weights and features are tables")
    if len(source) != len(target) or w.shape[1] != target.shape[1]:
        raise ValueError(f"weights {w.shape}, marking {source.shape}, tested {target.shape} do not fit")
    alignment = np.linalg.lstsq(source, target, rcond=None)[0]
    return np.asarray(w @ alignment.T, dtype=np.float64)


def cosine_p_values(cosine: npt.ArrayLike, dimension: int) -> FloatArray:
    """P that a direction drawn evenly in ``dimension`` dimensions has a cosine >= ``cosine`` [...]:

    I_{1-c^2}((d-1)/2, 1/2) / 2 for c >= 0, one minus that of -c below. 1/2 at 0, 0 at 1, 1 at -1. Raises
    ValueError for cosines beyond -1 … 1 and for fewer than 2 dimensions.
    """
    from scipy.special import betainc

    c = finite("cosine", cosine)
    if dimension < 2 or np.abs(c).max() > 1 + 1e-9:
        raise ValueError("cosines lie in -1 … 1, in 2 dimensions or more")
    c = np.clip(c, -1, 1)
    upper = betainc((dimension - 1) / 2, 0.5, (1 - c) * (1 + c)) / 2
    return np.asarray(np.where(c >= 0, upper, 1 - upper), dtype=np.float64)


def radioactive_p_value(weights: npt.ArrayLike, carriers: npt.ArrayLike) -> float:
    """Fisher over the classes: ``weights`` [c, d] against the carriers [c, d] of their classes.

    Raises ValueError for a row of zeros and for shapes that differ.
    """
    w, u = finite("weights", weights), finite("carriers", carriers)
    if w.shape != u.shape or w.ndim != 2:
        raise ValueError(f"weights {w.shape} and carriers {u.shape} are not of one shape")
    norms = np.linalg.norm(w, axis=1) * np.linalg.norm(u, axis=1)
    if not norms.all():
        raise ValueError("weights and carriers are directions, not zeros")
    p = cosine_p_values((w * u).sum(axis=1) / norms, w.shape[1])
    return fisher_p_value(np.clip(p, 1e-300, 1))
