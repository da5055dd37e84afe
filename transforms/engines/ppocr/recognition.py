"""What a line says: PP-OCR's recognition model on the line's own pixels, one line at a time.

A batch is no faster on one CPU thread, and would pad each line to its longest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms.engines.device import Device
from transforms.engines.onnx_session import one_thread_session
from transforms.engines.ppocr.line_box import LineBox
from transforms.engines.protocols import RgbArray

HEIGHT: Final = 48
"""Pixels of a line as the model wants it."""
_STEP: Final = 8
"""Pixels per output of the model."""
_NARROWEST: Final = 32
_WIDEST: Final = 48 * 80
_BLANK: Final = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """``score``: mean probability of the characters. ``middles``: where along the line each of them
    stands, 0 to 1."""

    text: str
    score: float
    middles: tuple[float, ...]


class LineReader:
    """The recognition model."""

    def __init__(self, weights: Path, device: Device = Device.CPU) -> None:
        # Patterns are kept per input size, and every line has its own.
        self._session: Any = one_thread_session(weights, memory_pattern=False, device=device)
        self._input = self._session.get_inputs()[0].name
        listed = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._characters = ["", *listed, " "]

    def __call__(self, image: RgbArray, box: LineBox) -> Reading:
        """What stands in ``box`` of ``image``."""
        line = cut_line(image, box)
        width = line.shape[1]
        padded = np.zeros((1, 3, HEIGHT, max(_NARROWEST, -(-width // _STEP) * _STEP)), np.float32)
        np.multiply(line[:, :, ::-1].transpose(2, 0, 1), np.float32(1 / 127.5), out=padded[0, :, :, :width])
        padded[0, :, :, :width] -= 1.0
        chances = self._session.run(None, {self._input: padded})[0][0]
        return self._decoded(chances, padded.shape[3] / width)

    def _decoded(self, chances: NDArray[np.float32], stretch: float) -> Reading:
        best = chances.argmax(axis=1)
        kept = best != _BLANK
        kept[1:] &= best[1:] != best[:-1]
        places = np.flatnonzero(kept)
        if not len(places):
            return Reading("", 0.0, ())
        text = "".join(self._characters[index] for index in best[places])
        score = float(chances[places, best[places]].mean())
        middles = np.minimum(1.0, (places + 0.5) * stretch / len(best))
        return Reading(text, score, tuple(round(float(place), 4) for place in middles))


def cut_line(image: RgbArray, box: LineBox) -> NDArray[Any]:
    """The pixels of ``box``, upright, scaled to ``HEIGHT`` (height x width x 3)."""
    import cv2

    width = min(_WIDEST, max(1, math.ceil(HEIGHT * box.along / max(1.0, box.across))))
    part: NDArray[Any]
    part, left, top = _around(image, box)
    shrink = box.across / HEIGHT
    if box.is_upright:
        x0, x1 = max(0, round(box.x - box.along / 2 - left)), round(box.x + box.along / 2 - left)
        y0, y1 = max(0, round(box.y - box.across / 2 - top)), round(box.y + box.across / 2 - top)
        part = part[y0 : max(y0 + 1, y1), x0 : max(x0 + 1, x1)]
        return cv2.resize(part, (width, HEIGHT), interpolation=cv2.INTER_LINEAR)
    if shrink > 2:
        # A warp takes single pixels: what it would skip is averaged first.
        size = (max(1, round(part.shape[1] / shrink)), max(1, round(part.shape[0] / shrink)))
        step_x, step_y = part.shape[1] / size[0], part.shape[0] / size[1]
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    else:
        step_x = step_y = 1.0
    corners = [((x - left) / step_x, (y - top) / step_y) for x, y in box.quad]
    target = [(0, 0), (width, 0), (width, HEIGHT), (0, HEIGHT)]
    matrix = cv2.getPerspectiveTransform(np.array(corners, np.float32), np.array(target, np.float32))
    return cv2.warpPerspective(
        part, matrix, (width, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def _around(image: RgbArray, box: LineBox) -> tuple[RgbArray, int, int]:
    """The upright part of ``image`` that holds ``box``, and where it begins."""
    xs, ys = zip(*box.quad, strict=True)
    left = min(max(0, math.floor(min(xs)) - 2), image.shape[1] - 1)
    top = min(max(0, math.floor(min(ys)) - 2), image.shape[0] - 1)
    right, bottom = math.ceil(max(xs)) + 2, math.ceil(max(ys)) + 2
    return image[top : max(top + 1, bottom), left : max(left + 1, right)], left, top
