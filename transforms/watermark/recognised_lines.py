"""The legibility reader that ships: PP-OCR's recogniser on lines whose places are known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import metadata
from typing import Final

from transforms.engines.ppocr.line_box import LineBox
from transforms.engines.ppocr.recognition import LineReader
from transforms.engines.protocols import EngineInfo, RgbArray
from transforms.engines.rapidocr_engine import wheel_weights
from transforms.watermark.legibility import PrintedLine

_WEIGHTS: Final = "PP-OCRv6_rec_small.onnx"
_GROWTH: Final = 0.15
"""Of a line on each side, in its height: the recogniser wants some ground around the letters."""


class RecognisedLines:
    """Reads the lines of a mark. One object per worker process."""

    info: EngineInfo

    def __init__(self) -> None:
        """Loads the model (about 0.3 s). Raises ConfigError if the installed wheel does not hold it."""
        import cv2

        cv2.setNumThreads(1)
        path = wheel_weights(_WEIGHTS)
        self._reader = LineReader(path)
        self.info = EngineInfo(
            role="mark_reader",
            name="rapidocr",
            version=metadata.version("rapidocr"),
            weights_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            settings=f"growth={_GROWTH}",
        )

    def read_lines(self, image: RgbArray, lines: Sequence[PrintedLine]) -> tuple[str, ...]:
        """What stands in each of ``lines``."""
        return tuple(self._reader(image, _around(line)).text for line in lines)


def _around(line: PrintedLine) -> LineBox:
    by = 2 * _GROWTH * line.height
    return LineBox(
        x=line.x + line.width / 2,
        y=line.y + line.height / 2,
        ux=1.0,
        uy=0.0,
        along=line.width + by,
        across=line.height + by,
        score=1.0,
    )
