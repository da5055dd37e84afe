"""How strong a change is, and the strength at which two changes are equally strong.

Gradients of marked images are compared with gradients of rotated images or reworded texts. A rotation by 30
degrees is a far larger change than a line of small print, so the strength of each baseline is searched until
its dose equals that of the mark: in mean squared error of pixels, or in shift of the model's features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.errors import ConfigError
from transforms.engines.protocols import RgbArray


@dataclass(frozen=True, slots=True)
class MatchedDose:
    """``strength`` in [0, 1] whose ``dose`` came nearest to ``wanted``; ``reached``: within the tolerance."""

    strength: float
    dose: float
    wanted: float
    reached: bool


def match_strength(
    dose: Callable[[float], float], wanted: float, *, tolerance: float = 0.05, steps: int = 20
) -> MatchedDose:
    """Searches by bisection the strength in [0, 1] where ``dose``, which grows with it, is ``wanted`` up to a
    share of ``tolerance``. A dose that grows in steps ends at the nearest one. Raises ConfigError where
    ``wanted`` is not above 0."""
    if not (np.isfinite(wanted) and wanted > 0):
        raise ConfigError("dose", wanted, "nothing to match: the marked images equal the original ones")
    tried = [(1.0, dose(1.0))]
    low, high = 0.0, 1.0
    while tried[-1][1] > 0 and len(tried) <= steps and not _near(tried[-1][1], wanted, tolerance):
        if len(tried) == 1 and tried[0][1] < wanted:
            break
        middle = (low + high) / 2
        found = dose(middle)
        tried.append((middle, found))
        low, high = (middle, high) if found < wanted else (low, middle)
    strength, found = min(tried, key=lambda one: abs(one[1] - wanted))
    return MatchedDose(strength, found, wanted, _near(found, wanted, tolerance))


def pixel_dose(pairs: Iterable[tuple[RgbArray, RgbArray]]) -> float:
    """Mean over images of the mean squared error (levels of 0 to 255, squared). A changed image of another
    size is brought to that of its original first, as a model's processor would."""
    import cv2

    errors = []
    for before, after in pairs:
        height, width = before.shape[:2]
        if after.shape != before.shape:
            after = cv2.resize(after, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
        errors.append(float(np.mean(np.square(before.astype(np.float32) - after))))
    if not errors:
        raise ConfigError("dose", 0, "give at least one image")
    return float(np.mean(errors))


def psnr(error: float) -> float:
    """Peak signal-to-noise ratio in dB of a mean squared error; infinite for 0."""
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


def feature_dose(before: NDArray[np.floating], after: NDArray[np.floating]) -> float:
    """Mean over samples of how far features [n, d] moved, as a share of their length."""
    moved = np.linalg.norm(after.astype(np.float64) - before, axis=1)
    length = np.linalg.norm(before.astype(np.float64), axis=1)
    return float(np.mean(moved / np.maximum(length, 1e-12)))


def _near(found: float, wanted: float, tolerance: float) -> bool:
    return abs(found - wanted) <= tolerance * wanted
