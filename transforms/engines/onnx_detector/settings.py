"""What a detector's file does not say of itself: an optional YAML or JSON file beside it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.errors import ConfigError

_SUFFIXES = (".yaml", ".yml", ".json")

Share = Annotated[float, Field(ge=0, le=1)]
Side = Annotated[int, Field(ge=32, le=8192)]


class Layout(StrEnum):
    """How a model's outputs are to be read; ``auto`` goes by their shapes."""

    AUTO = "auto"
    YOLOV5 = "yolov5"
    """1 x N x (5 + C): centre, size, objectness, score per class."""
    YOLOV8 = "yolov8"
    """1 x (4 + C) x N: centre, size, score per class."""
    END_TO_END = "end_to_end"
    """1 x N x 6: corners, score, class; or N x 7: image, corners, class, score. Duplicates are gone."""
    BOXES = "boxes"
    """Boxes, scores and perhaps classes as outputs of their own. Duplicates are gone."""


class Coordinates(StrEnum):
    """The unit of boxes: pixels of the input or shares of its sides; ``auto`` goes by their size."""

    AUTO = "auto"
    PIXELS = "pixels"
    UNIT = "unit"


class Corners(StrEnum):
    """The order of a box's numbers in the layout ``boxes``."""

    XYXY = "xyxy"
    YXYX = "yxyx"


class Colours(StrEnum):
    """The order of the channels."""

    RGB = "rgb"
    BGR = "bgr"


class DetectorSettings(BaseModel):
    """``threshold``: smallest score that counts. ``overlap``: largest IoU of two boxes that both stay.
    ``classes``: those that count, by number; None for all. ``input_size``: width and height where the
    model leaves them open. Pixels go in as (value - ``mean``) / ``std``, per channel, 0 to 255; a model
    that takes whole numbers gets them as they are. Without ``letterbox`` the image is stretched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: Share = 0.3
    overlap: Share = 0.45
    layout: Layout = Layout.AUTO
    classes: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    input_size: tuple[Side, Side] = (640, 640)
    colours: Colours = Colours.RGB
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[
        Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]
    ] = (255.0, 255.0, 255.0)
    letterbox: bool = True
    coordinates: Coordinates = Coordinates.AUTO
    corners: Corners | None = None


def read_settings(weights: Path, key: str) -> DetectorSettings:
    """The settings beside ``weights`` (``plates.onnx``: ``plates.yaml``, ``.yml`` or ``.json``), or the
    defaults. Raises ConfigError for ``key`` if there are two such files or one is wrong."""
    found = [path for suffix in _SUFFIXES if (path := weights.with_suffix(suffix)).is_file()]
    if not found:
        return DetectorSettings()
    if len(found) > 1:
        raise ConfigError(key, str(found[1]), f"beside {found[0].name}: keep one of them")
    name = str(found[0])
    try:
        content = yaml.safe_load(found[0].read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise ConfigError(key, name, "is no valid YAML or JSON") from error
    try:
        return DetectorSettings.model_validate(content if content is not None else {})
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(str(part) for part in detail["loc"])
        raise ConfigError(key, name, f"{where}: {detail['msg']}" if where else detail["msg"]) from error
