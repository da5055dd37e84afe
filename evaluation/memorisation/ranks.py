"""How high a canary stands among references drawn by the same law, and what that is worth as a p-value.

Scores: higher means more familiar. If the canary was drawn like its references and the model never saw any of
them, its rank is uniform on 1 … n + 1, whatever the model (arXiv 2409.19798). Shapes: ``canary`` [...],
``references`` [..., n].
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.draws import FloatArray, IntArray, finite


class Ties(StrEnum):
    """What an equal score counts: ``conservative`` against the canary, ``keyed`` by a draw of the caller's
    generator, which makes the rank exactly uniform under the null."""

    CONSERVATIVE = "conservative"
    KEYED = "keyed"


def ranks(
    canary: npt.ArrayLike,
    references: npt.ArrayLike,
    ties: Ties = Ties.CONSERVATIVE,
    draws: np.random.Generator | None = None,
) -> IntArray:
    """Ranks [...] of the canaries, 1 the most familiar, at most n + 1.

    Raises ValueError on empty or non-finite scores, on shapes that do not fit, and if ``ties`` is keyed but
    nothing is given to draw from.
    """
    own, others = finite("canary", canary), finite("references", references)
    if others.ndim != own.ndim + 1 or others.shape[:-1] != own.shape:
        raise ValueError(f"references of shape {others.shape} do not fit canaries of shape {own.shape}")
    above = (others > own[..., None]).sum(axis=-1)
    equal = (others == own[..., None]).sum(axis=-1)
    if ties is Ties.CONSERVATIVE:
        return np.asarray(1 + above + equal, dtype=np.int64)
    if draws is None:
        raise ValueError("keyed ties need a generator")
    return np.asarray(1 + above + draws.integers(0, equal, endpoint=True), dtype=np.int64)


def rank_p_values(rank: npt.ArrayLike, references: int) -> FloatArray:
    """p = rank / (n + 1) = (1 + #{references >= canary}) / (n + 1), shape of ``rank``.

    P(p <= a) <= a under the null for every a; never below 1 / (n + 1) (arXiv 2409.19798; Phipson and Smyth
    2010). Raises ValueError for ranks outside 1 … n + 1.
    """
    place = np.asarray(rank, dtype=np.int64)
    if references < 1 or place.size == 0 or place.min() < 1 or place.max() > references + 1:
        raise ValueError(f"ranks must lie in 1 … {references + 1}, with 1 reference or more")
    return np.asarray(place / (references + 1), dtype=np.float64)


def smooth_p_values(rank: npt.ArrayLike, references: int, draws: np.random.Generator) -> FloatArray:
    """p = (rank - u) / (n + 1) with u uniform on [0, 1): exactly uniform on (0, 1] under the null where ties
    were broken by keyed draws, so that Fisher's combination of them is exact."""
    whole = rank_p_values(rank, references)
    return np.asarray(whole - draws.random(whole.shape) / (references + 1), dtype=np.float64)
