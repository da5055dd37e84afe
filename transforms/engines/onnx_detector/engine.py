"""Runs an object detector from an ONNX file as the user names it: ``onnx:PATH``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.errors import ConfigError
from transforms.engines.bundled_weights import combined_sha256, file_sha256
from transforms.engines.centerface.decoding import clipped, suppressed
from transforms.engines.device import Device
from transforms.engines.onnx_detector.layouts import Outputs, candidates, in_pixels, layout_of
from transforms.engines.onnx_detector.settings import Colours, DetectorSettings, Layout, read_settings
from transforms.engines.onnx_session import one_thread_session, runs_on
from transforms.engines.protocols import EngineInfo, RgbArray, ScoredBox

_GREY = 114
"""What YOLO models are trained to see around a letterboxed image."""
_STRIDE = 32
_MOST_CANDIDATES = 2000
"""Rows that go into suppression, best first: it compares each with each."""
_SUPPRESSED = (Layout.END_TO_END, Layout.BOXES)
"""Layouts of models that leave out duplicates themselves."""
_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8}


@dataclass(frozen=True, slots=True)
class ModelInput:
    """What the model takes: ``width`` x ``height`` pixels, channels before or after the sides, with or
    without an axis for the batch."""

    name: str
    width: int
    height: int
    channels_first: bool
    batch: bool
    dtype: Any


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the image lies in the input: input pixel = image pixel x ``scale`` + ``shift``, for x and y."""

    scale: tuple[float, float]
    shift: tuple[float, float]

    def undone(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes of the input (n x 5) as boxes of the image."""
        shift = np.array([*self.shift, *self.shift, 0], dtype=np.float32)
        scale = np.array([*self.scale, *self.scale, 1], dtype=np.float32)
        return np.asarray((rows - shift) / scale, dtype=np.float32)


class OnnxDetector:
    """A ``BoxDetector`` over a model that takes one image and gives boxes in one of the common layouts;
    everything else it needs stands in a file beside it (``settings.py``)."""

    info: EngineInfo

    def __init__(self, role: str, path: str, device: Device = Device.CPU) -> None:
        """Loads the model and runs it once. Raises ConfigError for ``engines.<role>``, before any image is
        opened, if the file is missing, is no model, or has inputs or outputs that cannot be read."""
        self._key, self._path = f"engines.{role}", path
        weights = Path(path)
        check_weights(role, path)
        self.settings = read_settings(weights, self._key)
        self._session = self._load(weights, device)
        self._input = self._model_input()
        self._layout = self._known_layout()
        where = runs_on(self._session).value
        settings = (
            f"{self._layout.value}; {self._input.width}x{self._input.height}; device={where}; {self.settings}"
        )
        self.info = EngineInfo(role, weights.stem, _version(), _digest(weights), settings)

    def detect(self, image: RgbArray) -> tuple[ScoredBox, ...]:
        """Boxes of an h x w x 3 RGB image, best first, in its pixels, clipped to it."""
        height, width = image.shape[:2]
        if height == 0 or width == 0:
            return ()
        values, placement = network_input(image, self._input, self.settings)
        rows = candidates(self._run(values), self._layout, self.settings)
        rows = in_pixels(rows, self._input.width, self._input.height, self.settings.coordinates)
        best = rows[np.argsort(-rows[:, 4], kind="stable")[:_MOST_CANDIDATES]]
        overlap = 1.0 if self._layout in _SUPPRESSED else self.settings.overlap
        return clipped(suppressed(placement.undone(best), overlap), width, height)

    def _load(self, weights: Path, device: Device) -> Any:
        try:
            return one_thread_session(weights, device=device)
        except ConfigError:
            raise
        except Exception as error:
            raise self._refused("is no ONNX model that onnxruntime can load") from error

    def _model_input(self) -> ModelInput:
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise self._refused(f"takes {len(inputs)} inputs; give a model that takes the image alone")
        shape, kind = list(inputs[0].shape), inputs[0].type
        sides = shape[-3:]
        if len(shape) not in (3, 4) or 3 not in (sides[0], sides[-1]) or kind not in _TYPES:
            raise self._refused(
                f"takes {kind} of shape {shape}; give a model that takes an image of 3 channels"
            )
        first = bool(sides[0] == 3)
        height, width = sides[1:] if first else sides[:2]
        open_width, open_height = (-(-side // _STRIDE) * _STRIDE for side in self.settings.input_size)
        return ModelInput(
            name=inputs[0].name,
            width=width if isinstance(width, int) else open_width,
            height=height if isinstance(height, int) else open_height,
            channels_first=first,
            batch=len(shape) == 4,
            dtype=_TYPES[kind],
        )

    def _known_layout(self) -> Layout:
        grey = np.full((self._input.height, self._input.width, 3), _GREY, np.uint8)
        values, _ = network_input(grey, self._input, self.settings)
        wanted = self.settings.layout
        try:
            outputs = self._run(values)
            layout = layout_of(outputs) if wanted is Layout.AUTO else wanted
            if layout is not None:
                candidates(outputs, layout, self.settings)
                return layout
        except Exception as error:
            raise self._refused("fails on a grey image with these settings") from error
        shapes = ", ".join(f"{name} {list(array.shape)}" for name, array in outputs.items())
        layouts = ", ".join(layout for layout in Layout if layout is not Layout.AUTO)
        raise self._refused(f"has outputs of no known layout ({shapes}); known: {layouts}")

    def _run(self, values: NDArray[Any]) -> Outputs:
        names = [output.name for output in self._session.get_outputs()]
        return dict(zip(names, self._session.run(names, {self._input.name: values}), strict=True))

    def _refused(self, remedy: str) -> ConfigError:
        return ConfigError(self._key, f"onnx:{self._path}", remedy)


def check_weights(role: str, path: str) -> None:
    """Raises ConfigError if there is no such file."""
    if not path or not Path(path).is_file():
        raise ConfigError(f"engines.{role}", f"onnx:{path}", "no such file; give the path of an ONNX model")


def network_input(
    image: RgbArray, shape: ModelInput, settings: DetectorSettings
) -> tuple[NDArray[Any], Placement]:
    """``image`` as the model takes it, and where it lies there: as large as fits, in the middle of grey; or
    stretched."""
    import cv2

    height, width = image.shape[:2]
    new_width, new_height = shape.width, shape.height
    if settings.letterbox:
        factor = min(shape.width / width, shape.height / height)
        new_width, new_height = max(1, round(width * factor)), max(1, round(height * factor))
    method = cv2.INTER_AREA if new_width * new_height < width * height else cv2.INTER_LINEAR
    canvas = np.full((shape.height, shape.width, 3), _GREY, np.uint8)
    left, top = (shape.width - new_width) // 2, (shape.height - new_height) // 2
    canvas[top : top + new_height, left : left + new_width] = cv2.resize(
        np.ascontiguousarray(image), (new_width, new_height), interpolation=method
    )
    values: NDArray[Any] = canvas[:, :, ::-1] if settings.colours is Colours.BGR else canvas
    if shape.dtype is not np.uint8:
        mean, std = np.array(settings.mean, np.float32), np.array(settings.std, np.float32)
        values = ((values.astype(np.float32) - mean) / std).astype(shape.dtype)
    if shape.channels_first:
        values = values.transpose(2, 0, 1)
    values = np.ascontiguousarray(values[None] if shape.batch else values)
    return values, Placement((new_width / width, new_height / height), (float(left), float(top)))


def _digest(weights: Path) -> str:
    """Over the file and, where a model keeps its arrays beside itself, over those files."""
    names = (f"{weights.name}.data", f"{weights.name}_data")
    beside = [path for path in weights.parent.iterdir() if path.name.startswith(names) and path.is_file()]
    return combined_sha256({path.name: file_sha256(path) for path in (weights, *beside)})


def _version() -> str:
    import onnxruntime

    return f"onnxruntime-{onnxruntime.__version__}"
