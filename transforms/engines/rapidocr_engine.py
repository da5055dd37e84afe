"""OCR by RapidOCR (PP-OCRv6 small on ONNX Runtime); the weights are in its wheel, nothing is downloaded."""

from __future__ import annotations

import hashlib
import logging
from importlib import metadata, resources
from typing import Any, Final

import numpy as np

from schemas.errors import ConfigError
from transforms.engines.protocols import EngineInfo, OcrLine, RgbArray

_WEIGHTS: Final = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx")
PHOTO_SIDE: Final = 640
"""Longer side (pixels) at which text is looked for first. Measured: below 480 small print is lost, above
640 a photograph of that size costs more and reads no better."""
DOCUMENT_SIDE: Final = 1280
"""Longer side at which a larger image is looked at as well."""
_MIN_SIDE: Final = 4
_COVERED: Final = 0.7


class RapidOcr:
    """Reads printed text. One object per worker process; not safe for use by two threads at once."""

    info: EngineInfo

    def __init__(self, *, text_score: float = 0.5) -> None:
        """Loads both models (about 0.5 s, 150 MB). ``text_score``: lines read with less are dropped.

        Raises ConfigError if the installed wheel does not hold the weights."""
        import cv2

        cv2.setNumThreads(1)
        folder = resources.files("rapidocr").joinpath("models")
        digest = hashlib.sha256()
        for name in _WEIGHTS:
            weights = folder.joinpath(name)
            if not weights.is_file():
                raise ConfigError("engines.ocr", "rapidocr", f"{name} is not in the wheel; reinstall it")
            digest.update(weights.read_bytes())
        self._engine = _make_engine(
            {
                "Global.use_cls": False,
                "Global.text_score": text_score,
                "Global.log_level": "critical",
                # Reading is done on the full image: lines of a large page keep their resolution.
                "Global.max_side_len": 100_000,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Det.limit_type": "max",
                "Det.limit_side_len": PHOTO_SIDE,
                "Det.model_path": str(folder.joinpath(_WEIGHTS[0])),
                "Rec.model_path": str(folder.joinpath(_WEIGHTS[1])),
            }
        )
        # Both models are loaded lazily otherwise, inside the first read.
        self._detector = self._engine._load_det_model()
        self._engine._load_rec_model()
        # Its own log may hold what it read.
        logger = logging.getLogger("RapidOCR")
        logger.handlers = [logging.NullHandler()]
        logger.disabled = True
        self.info = EngineInfo(
            role="ocr",
            name="rapidocr",
            version=metadata.version("rapidocr"),
            weights_sha256=digest.hexdigest(),
            settings=f"side={PHOTO_SIDE}/{DOCUMENT_SIDE} cls=off text_score={text_score}",
        )

    def read(self, image: RgbArray) -> tuple[OcrLine, ...]:
        """Lines of ``image`` (height x width x 3), in the order of the engine."""
        if min(image.shape[:2]) < _MIN_SIDE:
            return ()
        bgr = np.ascontiguousarray(image[:, :, ::-1])
        if max(image.shape[:2]) <= PHOTO_SIDE:
            return self._read_at(bgr, PHOTO_SIDE)
        # Thin print is lost at one scale and read at the other, either way.
        fine, coarse = self._read_at(bgr, DOCUMENT_SIDE), self._read_at(bgr, PHOTO_SIDE)
        return fine + tuple(line for line in coarse if not _is_covered(line, fine))

    def _read_at(self, bgr: RgbArray, side: int) -> tuple[OcrLine, ...]:
        self._detector.limit_side_len = side
        found = self._engine(bgr)
        if found.boxes is None or found.txts is None:
            return ()
        return tuple(
            OcrLine(
                text=str(text),
                quad=tuple((float(x), float(y)) for x, y in quad),  # type: ignore[arg-type]
                score=round(float(score), 4),
            )
            for quad, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        )


def _is_covered(line: OcrLine, others: tuple[OcrLine, ...]) -> bool:
    """True if most of the box around ``line`` lies in the boxes around ``others``."""
    x0, y0, x1, y1 = _bounds(line)
    shared = 0.0
    for other in others:
        u0, v0, u1, v1 = _bounds(other)
        shared += max(0.0, min(x1, u1) - max(x0, u0)) * max(0.0, min(y1, v1) - max(y0, v0))
    return shared >= _COVERED * max(1.0, (x1 - x0) * (y1 - y0))


def _bounds(line: OcrLine) -> tuple[float, float, float, float]:
    xs, ys = zip(*line.quad, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _make_engine(settings: dict[str, object]) -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params=settings)
