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


class Ground:
    """A box of a clean image and what is around it: measured once for all twins."""

    def __init__(self, clean: RgbArray, box: MarkBox) -> None:
        """``clean``: the whole image, height x width x 3."""
        height, width = clean.shape[:2]
        self._pixels = height * width
        self._before = np.ascontiguousarray(clean[box.y : box.y + box.height, box.x : box.x + box.width])
        self._lab = _lab(self._before)
        # A pixel's window of SSIM reaches the box, and its own pixels reach as far again.
        inner, outer = _grown(box, _REACH, width, height), _grown(box, 2 * _REACH, width, height)
        around = clean[outer.y : outer.y + outer.height, outer.x : outer.x + outer.width]
        self._luma = _luma(np.ascontiguousarray(around))
        self._mean = _smooth(self._luma)
        self._square_mean = self._mean**2
        self._squares = _smooth(self._luma * self._luma)
        y, x = box.y - outer.y, box.x - outer.x
        self._box = np.s_[y : y + box.height, x : x + box.width]
        y, x = inner.y - outer.y, inner.x - outer.x
        self._reached = np.s_[y : y + inner.height, x : x + inner.width]

    def measure(self, marked: RgbArray, ink: Ink | None) -> Visibility:
        """Of ``marked``, the pixels of the box with a mark on them. ``ink``: of the box; None: there is
        none, contrasts are 1 and 0."""
        import cv2

        error = float(cv2.norm(self._before, marked, cv2.NORM_L2SQR))
        similar = self._similarity(marked)
        lost = float((1 - similar[self._reached]).sum(dtype=np.float64))
        wcag, weber = (1.0, 0.0) if ink is None else contrasts(marked, ink)
        return Visibility(
            psnr_box=_psnr(error, self._before.size),
            ssim_box=float(similar[self._box].mean(dtype=np.float64)),
            delta_e=float(np.sqrt(((self._lab - _lab(marked)) ** 2).sum(axis=2)).mean()),
            psnr=_psnr(error, self._pixels * 3),
            ssim=1 - lost / self._pixels,
            wcag=wcag,
            weber=weber,
        )

    def _similarity(self, marked: RgbArray) -> NDArray[Any]:
        """SSIM of each pixel around the box. A window that does not reach the box has 1."""
        other = self._luma.copy()
        other[self._box] = _luma(marked)
        mean = _smooth(other)
        both = self._mean * mean
        squares = mean * mean
        squares += self._square_mean
        spread = _smooth(self._luma * other)
        spread -= both
        other *= other
        noise = _smooth(other)
        noise += self._squares
        noise -= squares
        similar: NDArray[Any] = (2 * both + _C1) * (2 * spread + _C2)
        similar /= (squares + _C1) * (noise + _C2)
        return similar


def measure_visibility(clean: RgbArray, marked: RgbArray, box: MarkBox, ink: Ink | None) -> Visibility:
    """Of ``marked``, the pixels of ``box``, put into ``clean``, a whole image (uint8)."""
    return Ground(clean, box).measure(marked, ink)


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


def _lab(pixels: RgbArray) -> NDArray[Any]:
    import cv2

    lab: NDArray[Any] = cv2.cvtColor(np.multiply(sampled(pixels), np.float32(1 / 255)), cv2.COLOR_RGB2Lab)
    return lab


def _luma(pixels: RgbArray) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)


def _grown(box: MarkBox, by: int, width: int, height: int) -> MarkBox:
    x0, y0 = max(0, box.x - by), max(0, box.y - by)
    x1, y1 = min(width, box.x + box.width + by), min(height, box.y + box.height + by)
    return MarkBox(x0, y0, x1 - x0, y1 - y0)


def _smooth(plane: NDArray[np.float32]) -> NDArray[Any]:
    import cv2

    smooth: NDArray[Any] = cv2.GaussianBlur(plane, (11, 11), 1.5, borderType=cv2.BORDER_REFLECT)
    return smooth
