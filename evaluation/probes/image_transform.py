"""The image baseline of arXiv 2503.01208: rotation, flip, brightness and contrast, at any strength."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from schemas.errors import ConfigError
from transforms import keyed
from transforms.engines.protocols import RgbArray

MOST_DEGREES: Final = 30
FLIPPED: Final = 0.5
MOST_FACTOR: Final = 0.2
_PURPOSE: Final = "probe image transform"


@dataclass(frozen=True, slots=True)
class ImageTransform:
    """At ``strength`` 1: a whole number of degrees in -30 to 30 on a canvas that grows, black corners; a
    mirror image for every second one; brightness and contrast factors in 0.8 to 1.2. At less, degrees and
    factors shrink with it and so does the share of mirror images; what is drawn for an image stays the same.

    ``continuous``: the form whose dose can be made as small as that of small print. Without mirror images,
    which have no small dose, and brought back to the size of the image in the same resampling.
    """

    key: bytes
    strength: float = 1.0
    continuous: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise ConfigError("strength", self.strength, "give a number from 0 to 1")

    def apply(self, rgb: RgbArray, name: str) -> RgbArray:
        """The changed image [h', w', 3]. ``name``: what the draws belong to, such as a record's place."""
        from PIL import Image, ImageEnhance

        draws = keyed.Draws(self.key, _PURPOSE)
        degrees = (draws.below(2 * MOST_DEGREES + 1, "degrees", name) - MOST_DEGREES) * self.strength
        factors = [
            1 + self.strength * MOST_FACTOR * (2 * draws.uniform(which, name) - 1)
            for which in ("brightness", "contrast")
        ]
        if self.continuous:
            image = Image.fromarray(_turned_within(rgb, degrees))
        else:
            image = Image.fromarray(rgb)
            if degrees:
                image = image.rotate(degrees, resample=Image.Resampling.BILINEAR, expand=True)
            if draws.uniform("flip", name) < FLIPPED * self.strength:
                image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        image = ImageEnhance.Brightness(image).enhance(factors[0])
        return np.asarray(ImageEnhance.Contrast(image).enhance(factors[1]))


def _turned_within(rgb: RgbArray, degrees: float) -> RgbArray:
    """Turned about its middle and shrunk until it fits into its own canvas again; black around it."""
    import cv2

    height, width = rgb.shape[:2]
    turn = np.deg2rad(abs(degrees))
    shrunk = min(
        width / (width * np.cos(turn) + height * np.sin(turn)),
        height / (width * np.sin(turn) + height * np.cos(turn)),
    )
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, float(shrunk))
    return cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_LINEAR).astype(np.uint8)
