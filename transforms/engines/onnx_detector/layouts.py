"""From the outputs of common detectors to candidate boxes. Pure functions over arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.engines.onnx_detector.settings import Coordinates, Corners, DetectorSettings, Layout

FloatArray = NDArray[np.float32]
Outputs = Mapping[str, NDArray[Any]]
"""What one run of a model gave, by name, in the model's order."""

_MOST_FINAL_ROWS = 1000
"""A raw YOLO grid has more rows than this; what is left after its suppression has fewer."""
_LARGEST_UNIT = 2.0
"""Shares of the side may run a little over the edge; pixels are larger."""


@dataclass(frozen=True, slots=True)
class Named:
    """The outputs of ``Layout.BOXES`` by what they hold; ``classes`` and ``count`` may be empty."""

    boxes: str
    scores: str
    classes: str = ""
    count: str = ""


def layout_of(outputs: Outputs) -> Layout | None:
    """The layout that the shapes tell, None if they tell none."""
    if len(outputs) > 1:
        return Layout.BOXES if named_outputs(outputs) else None
    shape = next(iter(outputs.values())).shape
    if len(shape) == 2 and shape[1] in (6, 7):
        return Layout.END_TO_END
    if len(shape) != 3 or shape[0] != 1:
        return None
    if shape[2] == 6 and shape[1] <= _MOST_FINAL_ROWS:
        return Layout.END_TO_END
    if 5 <= shape[2] < shape[1]:
        return Layout.YOLOV5
    return Layout.YOLOV8 if 5 <= shape[1] < shape[2] else None


def named_outputs(outputs: Outputs) -> Named | None:
    """Which output holds what: by name where names tell, else by type and shape."""
    boxes = _chosen(outputs, ("box", "loc"), lambda a: a.ndim in (2, 3) and a.shape[-1] == 4)
    left = {name: array for name, array in outputs.items() if name != boxes}
    count = _chosen(left, ("num",), lambda a: a.size == 1 and a.ndim <= 2, by_name_only=True)
    left.pop(count, None)
    scores = _chosen(left, ("score", "conf", "prob"), lambda a: a.ndim in (1, 2, 3) and a.dtype.kind == "f")
    left.pop(scores, None)
    classes = _chosen(left, ("label", "class", "cls"), lambda a: a.ndim in (1, 2))
    return Named(boxes, scores, classes, count) if boxes and scores else None


def candidates(outputs: Outputs, layout: Layout, settings: DetectorSettings) -> FloatArray:
    """n x 5 float32 rows (x0, y0, x1, y1, score) of what counts: in pixels of the input or in shares of
    its sides, as the model gives them."""
    if layout is Layout.BOXES:
        rows = _separate(outputs, settings)
    else:
        first = np.asarray(next(iter(outputs.values())), dtype=np.float32)
        rows = _DECODERS[layout](first, settings)
    usable = np.isfinite(rows).all(axis=1) & (rows[:, 4] >= settings.threshold)
    usable &= (rows[:, 2] > rows[:, 0]) & (rows[:, 3] > rows[:, 1])
    return rows[usable]


def in_pixels(rows: FloatArray, width: int, height: int, coordinates: Coordinates) -> FloatArray:
    """``rows`` in pixels of an input of ``width`` x ``height``."""
    if coordinates is Coordinates.AUTO:
        shares = len(rows) > 0 and float(np.abs(rows[:, :4]).max()) <= _LARGEST_UNIT
        coordinates = Coordinates.UNIT if shares else Coordinates.PIXELS
    if coordinates is Coordinates.PIXELS:
        return rows
    return rows * np.array([width, height, width, height, 1], dtype=np.float32)


def _chosen(outputs: Outputs, words: tuple[str, ...], fits: Any, *, by_name_only: bool = False) -> str:
    fitting = [name for name, array in outputs.items() if fits(array)]
    named = [name for name in fitting if any(word in name.lower() for word in words)]
    if named or by_name_only:
        return named[0] if named else ""
    return fitting[0] if fitting else ""


def _yolov5(output: FloatArray, settings: DetectorSettings) -> FloatArray:
    rows = output[0]
    best = _best(rows[:, 5:], settings) if rows.shape[1] > 5 else np.float32(1)
    return _from_centres(rows[:, :4], rows[:, 4] * best)


def _yolov8(output: FloatArray, settings: DetectorSettings) -> FloatArray:
    rows = output[0].T
    return _from_centres(rows[:, :4], _best(rows[:, 4:], settings))


def _end_to_end(output: FloatArray, settings: DetectorSettings) -> FloatArray:
    rows = output.reshape(-1, output.shape[-1])
    if rows.shape[1] == 7:  # image, corners, class, score
        rows = rows[:, [1, 2, 3, 4, 6, 5]]
    return rows[_counts(rows[:, 5], settings)][:, :5]


def _separate(outputs: Outputs, settings: DetectorSettings) -> FloatArray:
    named = named_outputs(outputs)
    if named is None:
        return np.zeros((0, 5), np.float32)
    boxes = np.asarray(outputs[named.boxes], dtype=np.float32).reshape(-1, 4)
    scores = np.asarray(outputs[named.scores], dtype=np.float32)
    per_class = scores.ndim == 3 and scores.shape[-1] > 1
    best = _best(scores.reshape(-1, scores.shape[-1]), settings) if per_class else scores.reshape(-1)
    last = min(len(boxes), len(best))
    if named.count:
        last = min(last, max(0, int(np.asarray(outputs[named.count]).reshape(-1)[0])))
    if _corners(named, settings) is Corners.YXYX:
        boxes = boxes[:, [1, 0, 3, 2]]
    rows = np.concatenate([boxes[:last], best[:last, None]], axis=1)
    if named.classes and not per_class:
        rows = rows[_counts(np.asarray(outputs[named.classes]).reshape(-1)[:last], settings)]
    return rows


def _corners(named: Named, settings: DetectorSettings) -> Corners:
    if settings.corners is not None:
        return settings.corners
    # The name that TensorFlow's object detection gives them, which puts y first.
    return Corners.YXYX if named.boxes.startswith("detection_boxes") else Corners.XYXY


def _best(scores: FloatArray, settings: DetectorSettings) -> FloatArray:
    if settings.classes is not None:
        scores = scores[:, [number for number in settings.classes if number < scores.shape[1]]]
    return np.asarray(scores.max(axis=1, initial=0.0), dtype=np.float32)


def _counts(classes: NDArray[Any], settings: DetectorSettings) -> NDArray[np.bool_]:
    if settings.classes is None:
        return np.ones(len(classes), dtype=bool)
    return np.isin(classes, settings.classes)


def _from_centres(boxes: FloatArray, scores: FloatArray) -> FloatArray:
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half, scores[:, None]], axis=1)


_DECODERS = {Layout.YOLOV5: _yolov5, Layout.YOLOV8: _yolov8, Layout.END_TO_END: _end_to_end}
