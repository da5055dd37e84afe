"""An OCR engine that sees images at twice their size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from schemas.finding import Quad
from transforms.engines.protocols import OcrEngine, OcrLine, RgbArray

_FACTOR = 2
_MAX_PIXELS = 64_000_000


class Enlarged:
    """``engine`` on enlarged images, as far as 64 megapixels allow. Places are those of the image given."""

    def __init__(self, engine: OcrEngine) -> None:
        self.info = replace(engine.info, settings=f"{engine.info.settings} enlarged={_FACTOR}")
        self._engine = engine

    def read(self, image: RgbArray) -> tuple[OcrLine, ...]:
        """As the engine reads it."""
        import cv2

        height, width = image.shape[:2]
        if min(height, width) == 0 or height * width * _FACTOR**2 > _MAX_PIXELS:
            return self._engine.read(image)
        size = width * _FACTOR, height * _FACTOR
        enlarged = cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_CUBIC)
        return tuple(
            replace(line, quad=_reduced(line.quad)) for line in self._engine.read(enlarged.astype(np.uint8))
        )


def _reduced(quad: Quad) -> Quad:
    first, second, third, fourth = ((x / _FACTOR, y / _FACTOR) for x, y in quad)
    return first, second, third, fourth
