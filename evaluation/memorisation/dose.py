"""Does memory grow with repetition? Trend and fit over the ladder of repetitions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.draws import FloatArray, finite

_SMALL: Final = 60
_PERMUTATIONS: Final = 9_999


@dataclass(frozen=True, slots=True)
class Rung:
    """Units that were shown ``dose`` times: how many, their mean, its 95 % interval (NaN for one unit)."""

    dose: int
    units: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """``rho``: Spearman's, with the one-sided ``p_value`` of a rising trend. ``slope``: least squares of the
    response on log2(1 + dose), per doubling of many repetitions, with its 95 % interval."""

    rungs: tuple[Rung, ...]
    rho: float
    p_value: float
    slope: float
    low: float
    high: float


def dose_response(dose: npt.ArrayLike, response: npt.ArrayLike, draws: np.random.Generator) -> DoseResponse:
    """Trend of ``response`` [m] (exposure, say) over ``dose`` [m] repetitions; held-out units have dose 0.

    Below 60 units the p-value comes from 9,999 keyed permutations, above from Student's t. Equal responses
    give rho 0 and p 1. Raises ValueError for fewer than 3 units, a single dose, or negative ones.
    """
    from scipy.stats import linregress, rankdata, spearmanr
    from scipy.stats import t as student

    shown, seen = finite("dose", dose), finite("response", response)
    if shown.shape != seen.shape or shown.ndim != 1 or shown.size < 3:
        raise ValueError("dose and response are two rows of one length, 3 units or more")
    if shown.min() < 0 or np.ptp(shown) == 0:
        raise ValueError("doses are 0 or more, and at least two different ones")
    rungs = tuple(_rung(int(one), seen[shown == one]) for one in np.unique(shown))
    if np.ptp(seen) == 0:
        return DoseResponse(rungs, 0.0, 1.0, 0.0, 0.0, 0.0)
    line = linregress(np.log2(1 + shown), seen)
    half = float(student.ppf(0.975, shown.size - 2)) * float(line.stderr)
    trend = spearmanr(shown, seen, alternative="greater")
    p_value = float(trend.pvalue)
    if shown.size < _SMALL:
        ranked = rankdata(shown), rankdata(seen)
        shuffled = draws.permuted(np.tile(ranked[1], (_PERMUTATIONS, 1)), axis=1)
        above = int((shuffled @ ranked[0] >= ranked[1] @ ranked[0] - 1e-9).sum())
        p_value = (1 + above) / (_PERMUTATIONS + 1)
    slope = float(line.slope)
    return DoseResponse(rungs, float(trend.statistic), p_value, slope, slope - half, slope + half)


def _rung(dose: int, responses: FloatArray) -> Rung:
    from scipy.stats import t as student

    mean = float(responses.mean())
    if responses.size < 2:
        return Rung(dose, int(responses.size), mean, math.nan, math.nan)
    error = float(responses.std(ddof=1)) / math.sqrt(responses.size)
    half = float(student.ppf(0.975, responses.size - 1)) * error
    return Rung(dose, int(responses.size), mean, mean - half, mean + half)
