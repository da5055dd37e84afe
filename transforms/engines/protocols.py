"""What an engine must offer. Engines load their models when they are made, in ``setup``, never on import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Box

if TYPE_CHECKING:
    from spacy.tokens import Doc

RgbArray = NDArray[np.uint8]
"""A decoded, upright image: height x width x 3, RGB, 0-255."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the manifest records of an engine. ``weights_sha256`` covers every weight file, in name order."""

    role: str
    name: str
    version: str
    weights_sha256: str
    settings: str


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One line of text in an image. ``quad``: four (x, y) corners in pixels, clockwise from top left."""

    text: str
    quad: tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
    score: float


@dataclass(frozen=True, slots=True)
class ScoredBox:
    """A detection: box in pixels, score 0 to 1."""

    box: Box
    score: float


class OcrEngine(Protocol):
    """Reads the text of one image."""

    info: EngineInfo

    def read(self, image: RgbArray) -> tuple[OcrLine, ...]:
        """Lines in reading order."""
        ...


class BoxDetector(Protocol):
    """Finds boxes of one kind (faces, codes) in one image."""

    info: EngineInfo

    def detect(self, image: RgbArray) -> tuple[ScoredBox, ...]:
        """Boxes, best first."""
        ...


class TextParser(Protocol):
    """Tags, parses and finds entities. Order of the result follows the input."""

    info: EngineInfo

    def parse(self, texts: Sequence[str], *, entities: bool = True) -> list[Doc]:
        """One parsed document per text. Without ``entities`` it may be quicker and hold none."""
        ...


class Embedder(Protocol):
    """Maps texts to unit vectors, n x d float32."""

    info: EngineInfo

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row per text."""
        ...
