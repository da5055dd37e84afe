"""Where print may stand: PP-OCR's map of probabilities, and the boxes that it holds (DBNet, Liao 2020)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms.engines.device import Device
from transforms.engines.onnx_session import one_thread_session, runs_on
from transforms.engines.ppocr.line_box import LineBox, rightward_box
from transforms.engines.protocols import RgbArray

Map = NDArray[np.float32]
"""Height x width, 0 to 1: how likely each pixel is in the middle of a line of print."""

_MULTIPLE: Final = 32
_MOST_LINES: Final = 1000


@dataclass(frozen=True, slots=True)
class BoxOptions:
    """``print_above``: pixels of a map that count. ``box_above``: mean of a box that stays. ``growth``: how
    much the model's boxes, which surround the middle of a line, are enlarged. ``thinnest``: pixels of the
    map."""

    print_above: float = 0.3
    box_above: float = 0.5
    growth: float = 1.6
    thinnest: float = 3.0


class TextMaps:
    """The detection model. Any part of an image at any scale."""

    def __init__(self, weights: Path, device: Device = Device.CPU) -> None:
        # Patterns are kept per input size, and sizes differ from image to image.
        self._session: Any = one_thread_session(weights, memory_pattern=False, device=device)
        self.device = runs_on(self._session)
        self._input = self._session.get_inputs()[0].name

    def __call__(self, image: RgbArray, scale: float) -> Map:
        """The map of ``image`` (height x width x 3) scaled by about ``scale``: both sides of the map are
        multiples of 32."""
        import cv2

        height, width = image.shape[:2]
        size = (_rounded(width * scale), _rounded(height * scale))
        method = cv2.INTER_AREA if size[0] < width else cv2.INTER_LINEAR
        scaled = image if size == (width, height) else cv2.resize(image, size, interpolation=method)
        pixels = np.empty((1, 3, size[1], size[0]), np.float32)
        # The model was trained on blue, green, red.
        np.multiply(scaled[:, :, ::-1].transpose(2, 0, 1), np.float32(1 / 127.5), out=pixels[0])
        pixels -= 1.0
        return self._run(pixels)

    def free(self) -> None:
        """Gives back the memory that the session keeps for its next run."""
        if self.device is not Device.CPU:
            return
        import onnxruntime

        options = onnxruntime.RunOptions()
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._run(np.zeros((1, 3, _MULTIPLE, _MULTIPLE), np.float32), options)

    def _run(self, pixels: NDArray[np.float32], options: Any = None) -> Map:
        found: Map = self._session.run(None, {self._input: pixels}, options)[0][0, 0]
        return found


def boxes_of(
    found: Map, width: float, height: float, options: BoxOptions, *, left: float = 0, top: float = 0
) -> tuple[LineBox, ...]:
    """Boxes in ``found``, a map of the ``width`` x ``height`` pixels right of and below ``left, top``."""
    return tuple(_boxes(found, width, height, options, left, top))


def _boxes(
    found: Map, width: float, height: float, options: BoxOptions, left: float, top: float
) -> Iterator[LineBox]:
    import cv2

    mask: NDArray[Any] = cv2.dilate((found > options.print_above).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    step: NDArray[Any] = np.array([width / found.shape[1], height / found.shape[0]], np.float32)
    start: NDArray[Any] = np.array([left, top], np.float32)
    for index, outline in enumerate(outlines[:_MOST_LINES]):
        if tree[0][index][3] >= 0:  # the rim of a hole
            continue
        points = outline.reshape(-1, 2).astype(np.float32)
        score = _mean_inside(found, cv2.boxPoints(cv2.minAreaRect(points)))
        if score < options.box_above:
            continue
        corners: Any = cv2.boxPoints(cv2.minAreaRect(points * step + start))
        box = rightward_box(corners, score)
        if min(box.along, box.across) < options.thinnest * min(step):
            continue
        yield box.grown(options.growth)


def _mean_inside(found: Map, corners: NDArray[Any]) -> float:
    import cv2

    height, width = found.shape
    low = np.clip(np.floor(corners.min(0)).astype(int), 0, (width - 1, height - 1))
    high = np.clip(np.ceil(corners.max(0)).astype(int), 0, (width - 1, height - 1))
    part = found[low[1] : high[1] + 1, low[0] : high[0] + 1]
    inside = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(inside, [(corners - low).astype(np.int32)], 1)
    return float(cv2.mean(part, inside)[0])


def _rounded(pixels: float) -> int:
    return max(_MULTIPLE, round(pixels / _MULTIPLE) * _MULTIPLE)
