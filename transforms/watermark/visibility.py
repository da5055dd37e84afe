"""How visible a mark is, from the pixels of its box alone: outside of it nothing changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.watermark import MarkBox
from transforms.engines.protocols import RgbArray
from transforms.watermark.ink import Ink
from transforms.watermark.paint import relative_luminance, sampled

_C1: Final = (0.01 * 255) ** 2
_C2: Final = (0.03 * 255) ** 2
_REACH: Final = 5
"""Pixels from the middle of SSIM's 11 x 11 Gaussian window (sigma 1.5) to its edge."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """PSNR (dB) and mean SSIM (Wang et al. 2004, on luma) in the box and of the whole image, mean CIE76
    difference in the box, WCAG contrast (1 to 21) and Weber contrast of ink to its ground. Of pixels before
    encoding: the encoder that follows is the same for all. Colours of large boxes are sampled."""

    psnr_box: float
    ssim_box: float
    delta_e: float
    psnr: float
    ssim: float
    wcag: float
    weber: float


def measure_visibility(clean: RgbArray, marked: RgbArray, box: MarkBox, ink: Ink | None) -> Visibility:
    """Of ``marked``, the pixels of ``box``, put into ``clean``, a whole image (uint8). ``ink``: of the box's
    size; None: there is none, contrasts are 1 and 0."""
    import cv2

    height, width = clean.shape[:2]
    before = clean[box.y : box.y + box.height, box.x : box.x + box.width]
    error = float(cv2.norm(np.ascontiguousarray(before), marked, cv2.NORM_L2SQR))
    whole, part = _similarity(clean, marked, box)
    wcag, weber = (1.0, 0.0) if ink is None else contrasts(marked, ink)
    return Visibility(
        psnr_box=_psnr(error, before.size),
        ssim_box=part,
        delta_e=_delta_e(before, marked),
        psnr=_psnr(error, height * width * 3),
        ssim=whole,
        wcag=wcag,
        weber=weber,
    )


def contrasts(marked: RgbArray, ink: Ink) -> tuple[float, float]:
    """WCAG and Weber contrast of the inked pixels of ``marked`` to what lies around them: the backing where
    there is one, else the rest of the box; 1 and 0 where there is no ink."""
    luminance = relative_luminance(sampled(marked))
    fill, backing = sampled(ink.fill), sampled(ink.backing)
    inked = fill >= 128
    ground = (fill == 0) & (backing >= 128)
    if not ground.any():
        ground = fill == 0
    if not inked.any() or not ground.any():
        return 1.0, 0.0
    own, other = float(luminance[inked].mean()), float(luminance[ground].mean())
    wcag = (max(own, other) + 0.05) / (min(own, other) + 0.05)
    return wcag, (own - other) / max(other, 1e-4)


def _psnr(squares: float, count: int) -> float:
    return 10 * math.log10(255**2 * count / squares) if squares else math.inf


def _delta_e(before: RgbArray, after: RgbArray) -> float:
    import cv2

    one, other = (
        cv2.cvtColor(np.multiply(sampled(pixels), np.float32(1 / 255)), cv2.COLOR_RGB2Lab)
        for pixels in (before, after)
    )
    return float(np.sqrt(((one - other) ** 2).sum(axis=2)).mean())


def _similarity(clean: RgbArray, marked: RgbArray, box: MarkBox) -> tuple[float, float]:
    """SSIM of the whole image and in the box. A window that does not reach the box has 1."""
    import cv2

    height, width = clean.shape[:2]
    outer = _grown(box, 2 * _REACH, width, height)
    inner = _grown(box, _REACH, width, height)
    before = clean[outer.y : outer.y + outer.height, outer.x : outer.x + outer.width]
    after = before.copy()
    x, y = box.x - outer.x, box.y - outer.y
    after[y : y + box.height, x : x + box.width] = marked
    one, other = (cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) for pixels in (before, after))
    similar = _ssim(one, other)
    reached = similar[inner.y - outer.y :, inner.x - outer.x :][: inner.height, : inner.width]
    lost = float((1 - reached).sum(dtype=np.float64))
    part = float(similar[y : y + box.height, x : x + box.width].mean(dtype=np.float64))
    return 1 - lost / (height * width), part


def _grown(box: MarkBox, by: int, width: int, height: int) -> MarkBox:
    x0, y0 = max(0, box.x - by), max(0, box.y - by)
    x1, y1 = min(width, box.x + box.width + by), min(height, box.y + box.height + by)
    return MarkBox(x0, y0, x1 - x0, y1 - y0)


def _ssim(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[Any]:
    mean_one, mean_other = _smooth(one), _smooth(other)
    both, squares = mean_one * mean_other, mean_one**2 + mean_other**2
    spread = _smooth(one * other) - both
    noise = _smooth(one * one + other * other) - squares
    similar: NDArray[Any] = (2 * both + _C1) * (2 * spread + _C2)
    similar /= (squares + _C1) * (noise + _C2)
    return similar


def _smooth(plane: NDArray[np.float32]) -> NDArray[Any]:
    import cv2

    smooth: NDArray[Any] = cv2.GaussianBlur(plane, (11, 11), 1.5, borderType=cv2.BORDER_REFLECT)
    return smooth
