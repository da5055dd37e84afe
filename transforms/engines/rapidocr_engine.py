"""OCR by the models of RapidOCR (PP-OCRv6 small on ONNX Runtime); the weights are in its wheel, nothing is
downloaded.

An overview at low resolution says where there may be print; only there a closer look finds the lines, and
each of them is read once. Pages and lines that lie on their side or head are read as well."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path
from typing import Final

import numpy as np

from schemas.errors import ConfigError
from transforms.engines.device import Device, told
from transforms.engines.ppocr.areas import Area, areas_of_interest
from transforms.engines.ppocr.closer_look import look_closer
from transforms.engines.ppocr.detection import BoxOptions, Map, TextMaps, boxes_of
from transforms.engines.ppocr.direction import DirectedReader
from transforms.engines.ppocr.line_box import LineBox
from transforms.engines.ppocr.pale_print import MOST_PIXELS, evened, without_known
from transforms.engines.ppocr.recognition import LineReader, Reading
from transforms.engines.ppocr.rows import RowOptions, joined_boxes, parted, trimmed
from transforms.engines.protocols import EngineInfo, OcrLine, RgbArray

_WEIGHTS: Final = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx")
_METHOD: Final = 7
"""Counts changes of the reading that no option shows: answers kept of another method are not used."""
_OVERVIEW: Final = 0.4
_MIN_SIDE: Final = 4
_PRINTED: Final = 3
"""Lines from which an image counts as printed matter."""
_LARGE: Final = 24_000_000
"""Pixels of an image beside which the worker is to hold no memory for the next one."""
_SURE: Final = 0.6
"""Score of a box of the overview that the closer look does not take back."""


@dataclass(frozen=True, slots=True)
class RapidOcrOptions:
    """How print is looked for.

    ``overview``: the longer side is scaled to two fifths for the overview, but stays in these limits
    (pixels).
    ``line_height``: pixels of a line in the closer look, which scales the longer side of the image to no less
    than ``least_side``. ``text_score``: lines read with less are dropped; ``pale_score``: the same for print
    that shows only with its contrast evened out.
    """

    overview: tuple[int, int] = (384, 960)
    line_height: float = 32.0
    least_side: int = 640
    text_score: float = 0.5
    pale_score: float = 0.8
    boxes: BoxOptions = field(default_factory=BoxOptions)
    rows: RowOptions = field(default_factory=RowOptions)


class RapidOcr:
    """Reads printed text. One object per worker process; not safe for use by two threads at once."""

    info: EngineInfo

    def __init__(self, options: RapidOcrOptions | None = None, device: Device = Device.CPU) -> None:
        """Loads both models (about 0.5 s, 150 MB). Raises ConfigError if the installed wheel does not hold
        the weights, or CUDA is asked for and not there."""
        import cv2

        cv2.setNumThreads(1)
        self.options = options or RapidOcrOptions()
        files = tuple(wheel_weights(name) for name in _WEIGHTS)
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
        self._maps, self._reader = TextMaps(files[0], device), LineReader(files[1], device)
        self.info = EngineInfo(
            role="ocr",
            name="rapidocr",
            version=metadata.version("rapidocr"),
            weights_sha256=digest.hexdigest(),
            settings=f"method={_METHOD} {self.options}{told(self._maps.device)}",
        )

    def read(self, image: RgbArray) -> tuple[OcrLine, ...]:
        """Lines of ``image`` (height x width x 3), area by area, top to bottom."""
        height, width = image.shape[:2]
        if min(height, width) < _MIN_SIDE:
            return ()
        image = np.ascontiguousarray(image)
        overview, rough = self._overview(image)
        lines, known = self._lines(image, overview, rough, self.options.text_score)
        if len(known) >= _PRINTED and height * width <= MOST_PIXELS:
            # Only where there is print pale print is looked for: a second overview is dear.
            image = evened(image)
            overview = without_known(self._overview(image)[0], known, width, height)
            rough = boxes_of(overview, width, height, self.options.boxes)
            lines += self._lines(image, overview, rough, self.options.pale_score, known)[0]
        if height * width > _LARGE:
            self._maps.free()
        return tuple(lines)

    def _overview(self, image: RgbArray) -> tuple[Map, tuple[LineBox, ...]]:
        height, width = image.shape[:2]
        long, (low, high) = max(width, height), self.options.overview
        overview = self._maps(image, min(1.0, min(high, max(low, _OVERVIEW * long)) / long))
        return overview, boxes_of(overview, width, height, self.options.boxes)

    def _lines(
        self,
        image: RgbArray,
        overview: Map,
        rough: Sequence[LineBox],
        least_score: float,
        known: Sequence[LineBox] = (),
    ) -> tuple[list[OcrLine], list[LineBox]]:
        """Lines that ``overview`` leads to, but for the ``known`` ones, and the boxes that were read."""
        height, width = image.shape[:2]
        reader = DirectedReader(self._reader, image)
        lines: list[OcrLine] = []
        boxes: list[LineBox] = []
        areas = areas_of_interest(
            overview,
            rough,
            width,
            height,
            line_height=self.options.line_height,
            least_side=self.options.least_side,
        )
        for area in areas:
            found = look_closer(image, area, self._maps, self.options.boxes)
            wanted = joined_boxes((*found, *_lost(rough, found, area)), self.options.rows)
            wanted = sorted(_apart_from(known, wanted), key=_place)
            for box, reading in reader.read(wanted, area.angle):
                boxes.append(box)
                if reading.score < least_score or not reading.text.strip():
                    continue
                for piece, words in parted(box, reading, self.options.rows):
                    lines.append(_line(*trimmed(piece, words, self.options.rows), width, height))
        return lines, boxes


def _apart_from(known: Sequence[LineBox], boxes: Sequence[LineBox]) -> list[LineBox]:
    return [
        box for box in boxes if not any(one.holds(box.x, box.y) or box.holds(one.x, one.y) for one in known)
    ]


def _lost(rough: Sequence[LineBox], found: Sequence[LineBox], area: Area) -> list[LineBox]:
    """Boxes of the overview in ``area`` that it was sure of and that nothing ``found`` there answers to."""
    return [
        box
        for box in rough
        if box.score >= _SURE
        and area.x0 <= box.x < area.x1
        and area.y0 <= box.y < area.y1
        and not any(one.holds(box.x, box.y) or box.holds(one.x, one.y) for one in found)
    ]


def _place(box: LineBox) -> tuple[float, float]:
    return box.y, box.x


def _line(box: LineBox, reading: Reading, width: int, height: int) -> OcrLine:
    quad = tuple(
        (round(min(max(x, 0.0), float(width)), 1), round(min(max(y, 0.0), float(height)), 1))
        for x, y in box.quad
    )
    places = tuple(round(place, 4) for place in reading.middles)
    return OcrLine(reading.text, quad, round(reading.score, 4), places)  # type: ignore[arg-type]


def wheel_weights(name: str) -> Path:
    """A model that the rapidocr wheel carries. Raises ConfigError if it does not."""
    path = Path(str(resources.files("rapidocr").joinpath("models", name)))
    if not path.is_file():
        raise ConfigError("engines.ocr", "rapidocr", f"{name} is not in the wheel; reinstall it")
    return path
