"""Image engines that do not look at the same picture twice: in one process by memory, beyond it by files."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.answer_store import AnswerDamagedError, AnswerStore
from pipeline.digests import library_versions
from pipeline.progress import PROGRESS
from schemas.finding import Box
from transforms.engines.protocols import (
    BatchOcrEngine,
    BoxDetector,
    EngineInfo,
    OcrEngine,
    OcrLine,
    RgbArray,
    ScoredBox,
)
from transforms.image.audit import ImageEngines

_IN_MEMORY: Final = 64
"""Answers that a process remembers: those of the few pictures that the image it works on is tried as."""
_CLASSES: Final[Mapping[str, type]] = {kind.__name__: kind for kind in (OcrLine, ScoredBox, Box)}
_LIBRARIES: Final = ("numpy", "onnxruntime", "opencv-python-headless")


class Answers:
    """Answers of all image engines of a process. ``store``: where they outlive it, None for memory alone."""

    def __init__(self, store: AnswerStore | None) -> None:
        self._store = store
        self._remembered: OrderedDict[tuple[str, str], tuple[Any, ...]] = OrderedDict()
        self._ahead: dict[tuple[str, str], tuple[Any, ...]] = {}

    def of(self, engine: str, image: RgbArray, ask: Callable[[RgbArray], tuple[Any, ...]]) -> tuple[Any, ...]:
        """What ``ask`` says of ``image``. The same objects come back whether it had to be asked or not."""
        key = engine, picture_digest(image)
        if key in self._ahead:
            return self._remember(key, self._ahead.pop(key))
        answer = self._remembered.get(key)
        if answer is None:
            answer = self._stored(*key)
        if answer is None:
            plain = _plain(ask(image))
            answer = _object(plain)
            PROGRESS.add(engine_calls=1)
            self._keep(*key, plain)
        else:
            PROGRESS.add(answers_reused=1)
        return self._remember(key, answer)

    def _remember(self, key: tuple[str, str], answer: tuple[Any, ...]) -> tuple[Any, ...]:
        self._remembered[key] = answer
        self._remembered.move_to_end(key)
        if len(self._remembered) > _IN_MEMORY:
            self._remembered.popitem(last=False)
        return answer

    def ask_ahead(
        self,
        engine: str,
        images: Sequence[RgbArray],
        ask: Callable[[Sequence[RgbArray]], Sequence[tuple[Any, ...] | None]],
    ) -> None:
        """Keeps what ``ask`` says of those images that nothing is known of, until they are asked for one by
        one or the next call. An image of which it says None is asked again then."""
        self._ahead.clear()
        unknown: dict[tuple[str, str], RgbArray] = {}
        for image in images:
            key = engine, picture_digest(image)
            if key in self._remembered or key in self._ahead or key in unknown:
                continue
            stored = self._stored(*key)
            if stored is None:
                unknown[key] = image
            else:
                self._ahead[key] = stored
        for key, answer in zip(unknown, ask(list(unknown.values())) if unknown else (), strict=True):
            if answer is not None:
                plain = _plain(answer)
                self._ahead[key] = _object(plain)
                PROGRESS.add(engine_calls=1)
                self._keep(*key, plain)

    def _stored(self, engine: str, picture: str) -> tuple[Any, ...] | None:
        if self._store is None:
            return None
        try:
            plain = self._store.load(engine, picture)
            return None if plain is None else tuple(_object(plain))
        except (AnswerDamagedError, ValueError, TypeError, KeyError, RecursionError):
            PROGRESS.add(answers_rebuilt=1)
            return None

    def _keep(self, engine: str, picture: str, plain: Any) -> None:
        if self._store is None:
            return
        try:
            self._store.save(engine, picture, plain)
        except OSError:
            PROGRESS.add(answers_not_kept=1)  # a full disk costs the next run time, not this one its result


class KeptOcr:
    """An OCR engine that reads no picture twice."""

    def __init__(self, engine: OcrEngine, answers: Answers) -> None:
        self.info = engine.info
        self._engine = engine
        self._answers = answers
        self._digest = engine_digest(engine.info)

    def read(self, image: RgbArray) -> tuple[OcrLine, ...]:
        """As the engine reads it."""
        return self._answers.of(self._digest, image, self._engine.read)

    @property
    def batch_engine(self) -> BatchOcrEngine | None:
        """The engine, if it gains from reading several images at once."""
        return self._engine if isinstance(self._engine, BatchOcrEngine) else None

    def read_ahead(
        self,
        images: Sequence[RgbArray],
        read: Callable[[Sequence[RgbArray]], Sequence[tuple[OcrLine, ...] | None]],
    ) -> None:
        """Has ``read`` read those images that are not known, for the ``read`` of each that follows."""
        self._answers.ask_ahead(self._digest, images, read)


class KeptDetector:
    """A detector that looks at no picture twice."""

    def __init__(self, engine: BoxDetector, answers: Answers) -> None:
        self.info = engine.info
        self._engine = engine
        self._answers = answers
        self._digest = engine_digest(engine.info)

    def detect(self, image: RgbArray) -> tuple[ScoredBox, ...]:
        """As the engine sees it."""
        return self._answers.of(self._digest, image, self._engine.detect)


def answers_in(folder: Path | None) -> Answers:
    """Answers that are kept in ``folder`` for later runs; None: for this process alone."""
    return Answers(None if folder is None else AnswerStore(folder))


def keep_answers(engines: ImageEngines, answers: Answers) -> ImageEngines:
    """The same engines, each asked once per picture."""
    kept: dict[str, Any] = {}
    for role in (field.name for field in fields(engines)):
        engine = getattr(engines, role)
        kind = KeptOcr if role == "ocr" else KeptDetector
        kept[role] = None if engine is None else kind(engine, answers)
    return ImageEngines(**kept)


def picture_digest(image: RgbArray) -> str:
    """SHA-256 of the pixels and the shape, so that files that differ around equal pixels share answers."""
    digest = sha256(repr((image.shape, image.dtype.str)).encode())
    digest.update(np.ascontiguousarray(image).data)
    return digest.hexdigest()


def engine_digest(info: EngineInfo) -> str:
    """Changes whenever an engine could answer otherwise: weights, settings, our code around it, libraries."""
    what = [info.role, info.name, info.version, info.weights_sha256, info.settings]
    return sha256(json.dumps([what, _code_digest()]).encode()).hexdigest()


@cache
def _code_digest() -> str:
    digest = sha256()
    root = Path(str(resources.files("transforms.engines")))
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.yaml")]):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    for name in _LIBRARIES:
        digest.update(f"{name} {library_versions()[name]}\n".encode())
    return digest.hexdigest()


def _plain(answer: Any) -> Any:
    """An answer as JSON holds it: objects as {class: fields}."""
    if is_dataclass(answer):
        name = type(answer).__name__
        if _CLASSES.get(name) is not type(answer):
            raise TypeError(f"{name} is no class that answers are made of")
        return {name: [_plain(getattr(answer, field.name)) for field in fields(answer)]}
    if isinstance(answer, tuple | list):
        return [_plain(one) for one in answer]
    return answer.item() if isinstance(answer, np.generic) else answer


def _object(plain: Any) -> Any:
    if isinstance(plain, dict):
        ((name, values),) = plain.items()
        return _CLASSES[name](*map(_object, values))
    return tuple(map(_object, plain)) if isinstance(plain, list) else plain
