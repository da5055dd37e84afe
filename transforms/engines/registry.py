"""Engines by role and name. Loading is lazy and happens once per process, in a worker's ``setup``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from schemas.errors import ConfigError
from transforms.engines.device import EngineOptions
from transforms.engines.easyocr_engine import check_folder
from transforms.engines.onnx_detector.engine import check_weights
from transforms.engines.protocols import (
    BoxDetector,
    Embedder,
    EntityTagger,
    ImageTextMatcher,
    OcrEngine,
    Rewriter,
    TextParser,
)
from transforms.engines.rewriter.settings import CONFIG_KEY as REWRITER_KEY
from transforms.engines.rewriter.settings import RewriterSettings
from transforms.engines.tesseract import check_program

NONE = "none"
RULES = "rules"
"""The rewriter that is no model: the grammar rules of ``transforms/text``."""

SECOND_OCR_KEY = "engines.second_ocr"
BUNDLED = "bundled"
_DEFAULT = EngineOptions()
OF_THE_PARSER = "spacy"
"""``engines.ner``: the entity recogniser of the spaCy pipeline that ``engines.parser`` names."""


def _rapidocr(_place: str, options: EngineOptions) -> OcrEngine:
    from transforms.engines.rapidocr_engine import RapidOcr

    return RapidOcr(device=options.device)


def _tesseract(_place: str, _options: EngineOptions) -> OcrEngine:
    from transforms.engines.tesseract import Tesseract

    return Tesseract()


def _easyocr(place: str, options: EngineOptions) -> OcrEngine:
    from transforms.engines.easyocr_engine import EasyOcr

    return EasyOcr(place, options)


def _centerface(_place: str, options: EngineOptions) -> BoxDetector:
    from transforms.engines.centerface.engine import CenterFaceDetector

    return CenterFaceDetector(device=options.device)


def _opencv_codes(_place: str, _options: EngineOptions) -> BoxDetector:
    from transforms.engines.opencv_codes import OpenCvCodes

    return OpenCvCodes()


def _onnx_faces(place: str, options: EngineOptions) -> BoxDetector:
    from transforms.engines.onnx_detector.engine import OnnxDetector

    return OnnxDetector("faces", place, options.device)


def _onnx_plates(place: str, options: EngineOptions) -> BoxDetector:
    from transforms.engines.onnx_detector.engine import OnnxDetector

    return OnnxDetector("plates", place, options.device)


def _clip(place: str, options: EngineOptions) -> ImageTextMatcher:
    from transforms.engines.clip_matcher import ClipMatcher

    return ClipMatcher(place, options)


def _minilm(_place: str, _options: EngineOptions) -> Embedder:
    from transforms.engines.minilm.engine import MiniLmEmbedder

    return MiniLmEmbedder()


def _name_tagger() -> EntityTagger:
    from transforms.engines.name_tagger.engine import NameTagger
    from transforms.engines.name_tagger.lists import listed_words

    return NameTagger(listed_words())


_LOADERS: Mapping[str, Mapping[str, Callable[[str, EngineOptions], object]]] = {
    "ocr": {"rapidocr": _rapidocr, "easyocr": _easyocr, "tesseract": _tesseract},
    "faces": {"centerface": _centerface, "onnx": _onnx_faces},
    "codes": {"opencv": _opencv_codes},
    "plates": {"onnx": _onnx_plates},
    "embedder": {"minilm": _minilm},
    "image_text": {"clip": _clip},
}
_PLACES = {"onnx": "onnx:PATH", "easyocr": "easyocr:FOLDER", "clip": "clip:FOLDER"}
"""Engines that are named with the place of their weights."""

_NEEDS = {
    "rapidocr": "rapidocr",
    "centerface": "onnxruntime",
    "onnx": "onnxruntime",
    "opencv": "cv2",
    "minilm": "onnxruntime",
}
_MAY_BE_OFF = ("ocr", "faces", "codes", "plates", "ner", "image_text")


def check_engine(role: str, name: str) -> None:
    """Raises ConfigError if ``name`` cannot serve ``role`` here. Loads nothing, opens no connection."""
    if role == "rewriter":
        _check_rewriter(name)
    elif name == NONE and role in _MAY_BE_OFF:
        return
    elif role == "ner":
        _check_tagger(name)
    else:
        _check_named(role, name)


def _check_named(role: str, name: str) -> None:
    kind, colon, place = name.partition(":")
    loaders = _LOADERS[role]
    if kind not in loaders or bool(colon) != (kind in _PLACES):
        allowed = [_PLACES.get(one, one) for one in loaders] + ([NONE] if role in _MAY_BE_OFF else [])
        raise ConfigError(f"engines.{role}", name, f"no such engine; allowed: {', '.join(allowed)}")
    if kind == "tesseract":
        check_program()
        return
    if kind == "clip":
        _check_transformers_folder(role, name, place)
        return
    if kind == "onnx":
        check_weights(role, place)
    if kind == "easyocr":
        check_folder(place)
        _check_gpu_extra(f"engines.{role}", name, "torch", "easyocr")
        return
    if find_spec(_NEEDS[kind]) is None:
        raise ConfigError(f"engines.{role}", name, f"needs the package {_NEEDS[kind]}: reinstall mmscrub")


def _check_gpu_extra(key: str, name: str, *packages: str) -> None:
    missing = next((need for need in packages if find_spec(need) is None), None)
    if missing:
        raise ConfigError(key, name, f"needs {missing}: pip install 'mmscrub[gpu]'")


@cache
def _load(role: str, name: str, options: EngineOptions) -> object:
    check_engine(role, name)
    if name == NONE:
        return None
    kind, _, place = name.partition(":")
    return _LOADERS[role][kind](place, options)


def takes_batches(ocr: str) -> bool:
    """True if the OCR engine of that name gains from several images at once. Loads nothing."""
    return ocr.partition(":")[0] == "easyocr"


def load_ocr(name: str, options: EngineOptions = _DEFAULT) -> OcrEngine | None:
    """The OCR engine; None for ``none``."""
    return cast("OcrEngine | None", _load("ocr", name, options))


def check_engines(engines: Mapping[str, str], *, sampled: bool) -> None:
    """Raises ConfigError if an engine, by role, cannot serve here; loads nothing. A parser is checked by
    loading it. ``sampled``: whether ``second_ocr`` is needed."""
    for role, name in engines.items():
        if role == "second_ocr":
            if sampled:
                _check_second_ocr(name, engines["ocr"])
        elif role != "parser":
            check_engine(role, name)


def _check_second_ocr(name: str, first: str) -> None:
    """Raises ConfigError if ``name`` cannot read again what ``first`` has read."""
    if name in (NONE, first):
        why = "verify_sample needs another engine than engines.ocr, for example tesseract"
        raise ConfigError(SECOND_OCR_KEY, name, why)
    with _named_second():
        check_engine("ocr", name)


@contextmanager
def _named_second() -> Iterator[None]:
    """Errors of an OCR engine name the key that chose it as the second one."""
    try:
        yield
    except ConfigError as error:
        if error.key != "engines.ocr":
            raise
        raise ConfigError(SECOND_OCR_KEY, str(error.value), error.remedy) from error


def load_second_ocr(name: str, options: EngineOptions = _DEFAULT) -> OcrEngine:
    """An OCR engine that reads images at twice their size, for a second opinion."""
    with _named_second():
        engine = load_ocr(name, options)
    if engine is None:
        raise ConfigError(SECOND_OCR_KEY, name, "is no engine")
    if name == "tesseract":
        return engine  # enlarges by itself
    from transforms.engines.enlarged import Enlarged

    return Enlarged(engine)


def load_detector(role: str, name: str, options: EngineOptions = _DEFAULT) -> BoxDetector | None:
    """The box detector of ``role`` (``faces``, ``codes`` or ``plates``); None for ``none``."""
    return cast("BoxDetector | None", _load(role, name, options))


def load_image_text(name: str, options: EngineOptions = _DEFAULT) -> ImageTextMatcher | None:
    """What compares pictures and texts; None for ``none``."""
    return cast("ImageTextMatcher | None", _load("image_text", name, options))


def load_embedder(name: str) -> Embedder:
    """The text embedder."""
    return cast(Embedder, _load("embedder", name, _DEFAULT))


def _check_tagger(name: str) -> None:
    kind, _, place = name.partition(":")
    if name in (BUNDLED, OF_THE_PARSER):
        return
    if kind != "transformers":
        allowed = f"{BUNDLED}, {OF_THE_PARSER}, {NONE}, transformers:FOLDER"
        raise ConfigError("engines.ner", name, f"no such engine; allowed: {allowed}")
    _check_transformers_folder("ner", name, place)


def _check_transformers_folder(role: str, name: str, folder: str) -> None:
    if not Path(folder or "?").is_dir():
        raise ConfigError(f"engines.{role}", name, "no such folder: give one that save_pretrained wrote")
    _check_gpu_extra(f"engines.{role}", name, "torch", "transformers")


@cache
def load_entity_tagger(name: str) -> EntityTagger | None:
    """``bundled`` or ``transformers:FOLDER``; None for ``none`` and ``spacy``. Raises ConfigError if
    something that it needs is missing."""
    check_engine("ner", name)
    if name in (NONE, OF_THE_PARSER):
        return None
    if name == BUNDLED:
        return _name_tagger()
    from transforms.engines.transformers_tagger import TransformersTagger

    return TransformersTagger(name.partition(":")[2])


@cache
def load_parser(name: str, ner: str = BUNDLED) -> TextParser:
    """``bundled``, or the name or folder of any spaCy pipeline; entities come from the engine ``ner``.

    Raises ConfigError if either is missing.
    """
    from transforms.engines.parser_with_names import ParserWithNames
    from transforms.engines.spacy_english.engine import SpacyParser

    parser = SpacyParser() if name == BUNDLED else SpacyParser(name)
    return parser if ner == OF_THE_PARSER else ParserWithNames(parser, load_entity_tagger(ner))


def _check_rewriter(name: str) -> None:
    kind, _, place = name.partition(":")
    if name == RULES or (kind == "openai" and place):
        return
    if kind != "transformers" or not place:
        allowed = "rules, transformers:MODEL_OR_PATH, openai:BASE_URL#MODEL"
        raise ConfigError(REWRITER_KEY, name, f"no such engine; allowed: {allowed}")
    _check_gpu_extra(REWRITER_KEY, name, "torch", "transformers")


@cache
def load_rewriter(name: str, settings: RewriterSettings) -> Rewriter | None:
    """``transformers:MODEL_OR_PATH`` or ``openai:BASE_URL#MODEL``; None for ``rules``. Raises ConfigError
    if something that it needs is missing."""
    check_engine("rewriter", name)
    kind, _, place = name.partition(":")
    if kind == RULES:
        return None
    if kind == "openai":
        from transforms.engines.rewriter.openai_endpoint import OpenAiEndpoint

        return OpenAiEndpoint(place, settings)
    from transforms.engines.rewriter.transformers_model import TransformersRewriter

    return TransformersRewriter(place, settings)
