"""Engines by role and name. Loading is lazy and happens once per process, in a worker's ``setup``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from typing import cast

from schemas.errors import ConfigError
from transforms.engines.protocols import BoxDetector, Embedder, OcrEngine, TextParser

NONE = "none"


def _rapidocr() -> OcrEngine:
    from transforms.engines.rapidocr_engine import RapidOcr

    return RapidOcr()


def _centerface() -> BoxDetector:
    from transforms.engines.centerface.engine import CenterFaceDetector

    return CenterFaceDetector()


def _opencv_codes() -> BoxDetector:
    from transforms.engines.opencv_codes import OpenCvCodes

    return OpenCvCodes()


def _minilm() -> Embedder:
    from transforms.engines.minilm.engine import MiniLmEmbedder

    return MiniLmEmbedder()


_LOADERS: Mapping[str, Mapping[str, Callable[[], object]]] = {
    "ocr": {"rapidocr": _rapidocr},
    "faces": {"centerface": _centerface},
    "codes": {"opencv": _opencv_codes},
    "embedder": {"minilm": _minilm},
}
_NEEDS = {"rapidocr": "rapidocr", "centerface": "onnxruntime", "opencv": "cv2", "minilm": "onnxruntime"}


def check_engine(role: str, name: str) -> None:
    """Raises ConfigError if ``name`` cannot serve ``role`` here. Loads nothing."""
    if name == NONE and role in ("ocr", "faces", "codes"):
        return
    loaders = _LOADERS[role]
    if name not in loaders:
        allowed = ", ".join([*loaders, *([NONE] if role in ("ocr", "faces", "codes") else [])])
        raise ConfigError(f"engines.{role}", name, f"no such engine; allowed: {allowed}")
    if find_spec(_NEEDS[name]) is None:
        raise ConfigError(f"engines.{role}", name, f"needs the package {_NEEDS[name]}: reinstall mmscrub")


@cache
def _load(role: str, name: str) -> object:
    check_engine(role, name)
    return None if name == NONE else _LOADERS[role][name]()


def load_ocr(name: str) -> OcrEngine | None:
    """The OCR engine; None for ``none``."""
    return cast("OcrEngine | None", _load("ocr", name))


def load_detector(role: str, name: str) -> BoxDetector | None:
    """The box detector of ``role`` (``faces`` or ``codes``); None for ``none``."""
    return cast("BoxDetector | None", _load(role, name))


def load_embedder(name: str) -> Embedder:
    """The text embedder."""
    return cast(Embedder, _load("embedder", name))


@cache
def load_parser(name: str) -> TextParser:
    """``bundled``, or the name or folder of any spaCy pipeline. Raises ConfigError if it is missing."""
    from transforms.engines.spacy_english.engine import SpacyParser

    return SpacyParser() if name == "bundled" else SpacyParser(name)
