"""Exposure of a canary in bits (The Secret Sharer, arXiv 1802.08232), higher scores meaning more familiar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.draws import FloatArray, finite

NULL_EXPOSURE: Final = 1 / math.log(2)
"""Mean exposure in bits of canaries that were never trained on, 1.44, in the limit of many references:
-log2 of a uniform number is exponential with this mean, so P(exposure >= t) = 2^-t."""

_START_SKEW: Final = 0.99


def sampled_exposure(rank: npt.ArrayLike, references: int) -> FloatArray:
    """log2 n - log2 rank, shape of ``rank`` (1 the most familiar, n + 1 the least).

    Capped at log2 n (rank 1): n references cannot show more. Rank n + 1 gives log2(n / (n + 1)), just below
    0. Raises ValueError for ranks outside 1 … n + 1.
    """
    place = np.asarray(rank, dtype=np.float64)
    if references < 1 or place.size == 0 or place.min() < 1 or place.max() > references + 1:
        raise ValueError(f"ranks must lie in 1 … {references + 1}, with 1 reference or more")
    return np.asarray(math.log2(references) - np.log2(place), dtype=np.float64)


def null_mean_exposure(references: int) -> float:
    """Exact mean of :func:`sampled_exposure` over a uniform rank: log2 n - log2((n + 1)!) / (n + 1).

    -0.5, 1.38, 1.44 bits for 1, 99, 999 references. Raises ValueError for fewer than 1."""
    if references < 1:
        raise ValueError("give 1 reference or more")
    return math.log2(references) - math.lgamma(references + 2) / math.log(2) / (references + 1)


@dataclass(frozen=True, slots=True)
class SkewNormal:
    """A skew-normal law of reference scores: shape, place and scale, after Azzalini 1985."""

    shape: float
    place: float
    scale: float

    def exposure(self, score: float) -> float:
        """-log2 P(reference >= score). The tail is integrated on a log scale: never infinite."""
        return -_log_tail((score - self.place) / self.scale, self.shape) / math.log(2)


def fit_references(references: npt.ArrayLike) -> SkewNormal:
    """Maximum likelihood on ``references`` [n]; about 80 ms. Raises ValueError for fewer than 10 of them, for
    equal ones and for scores that are not finite."""
    from scipy.stats import skewnorm

    others = finite("references", references)
    if others.ndim != 1 or others.size < 10 or np.ptp(others) == 0:
        raise ValueError("a skew-normal needs 10 references or more that differ")
    # Scaled: the optimiser's steps and tolerances are absolute.
    centre, spread = float(others.mean()), float(others.std())
    scaled = (others - centre) / spread
    shape, start = _moments(scaled)
    skew, place, scale = skewnorm.fit(scaled, shape, **start)
    return SkewNormal(float(skew), centre + spread * float(place), spread * float(scale))


def extrapolated_exposure(canary: float, references: npt.ArrayLike) -> float:
    """-log2 P(reference >= canary) under a skew-normal fitted to ``references`` [n].

    Goes beyond log2 n where the canary lies above all references; it is a fit, not a test: no p-value follows
    from it. Raises ValueError as :func:`fit_references` does.
    """
    return fit_references(references).exposure(float(finite("canary", canary)))


def common_extrapolated_exposure(
    canary: npt.ArrayLike, references: npt.ArrayLike, draws: np.random.Generator, most: int = 5_000
) -> FloatArray:
    """Extrapolated exposure [m] from one fit to the references [m, n] of all units, each unit's shifted and
    scaled to mean 0 and deviation 1; at most ``most`` of them, drawn by key. Takes the shape of the law to be
    the same everywhere. Raises ValueError where a unit's references are all equal or fewer than 3."""
    own, others = finite("canary", canary), finite("references", references)
    spread = others.std(axis=1, ddof=1) if others.ndim == 2 and others.shape[1] > 2 else np.zeros(1)
    if (spread <= 0).any() or own.shape != others.shape[:1]:
        raise ValueError("give 3 references or more that differ for every canary")
    centre = others.mean(axis=1)
    scaled = ((others - centre[:, None]) / spread[:, None]).ravel()
    law = fit_references(scaled if scaled.size <= most else draws.choice(scaled, most, replace=False))
    return np.asarray([law.exposure(float(z)) for z in (own - centre) / spread], dtype=np.float64)


def _moments(scaled: FloatArray) -> tuple[float, dict[str, float]]:
    """Shape, place and scale of the sample's moments (Azzalini 1985), where the fit starts."""
    skewness = float(np.clip((scaled**3).mean(), -_START_SKEW, _START_SKEW))
    power = abs(skewness) ** (2 / 3)
    delta = math.copysign(math.sqrt(math.pi / 2 * power / (power + ((4 - math.pi) / 2) ** (2 / 3))), skewness)
    scale = 1 / math.sqrt(1 - 2 * delta**2 / math.pi)
    shape = delta / math.sqrt(max(1 - delta**2, 1e-6))
    return shape, {"loc": -scale * delta * math.sqrt(2 / math.pi), "scale": scale}


def _log_tail(z: float, skew: float) -> float:
    """ln P(Z >= z) of the standard skew-normal 2 phi(z) Phi(skew z). Far out, where the distribution function
    has no digits left, the density is integrated relative to its value at z; it is log-concave."""
    from scipy.integrate import quad
    from scipy.special import log_ndtr
    from scipy.stats import skewnorm

    tail = float(skewnorm.sf(z, skew))
    if tail > 1e-8:
        return math.log(tail)

    def log_density(x: float) -> float:
        return math.log(2) - x * x / 2 - math.log(2 * math.pi) / 2 + float(log_ndtr(skew * x))

    here = log_density(z)
    slope = (here - log_density(z + 1e-3)) / 1e-3
    area, _ = quad(lambda u: math.exp(log_density(z + u / slope) - here), 0, math.inf)
    return here + math.log(area / slope)
