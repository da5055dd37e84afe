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
"""Longer side at which a larger image is looked at."""


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
        height, width = image.shape[:2]
        side = max(height, width)
        self._detector.limit_side_len = min(max(side, PHOTO_SIDE), DOCUMENT_SIDE)
        found = self._engine(np.ascontiguousarray(image[:, :, ::-1]))
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


def _make_engine(settings: dict[str, object]) -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params=settings)
