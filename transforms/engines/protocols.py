"""What an engine must offer. Engines load their models when they are made, in ``setup``, never on import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Box, Kind, Quad
from schemas.reasons import Reason

if TYPE_CHECKING:
    from spacy.tokens import Doc

RgbArray = NDArray[np.uint8]
"""A decoded, upright image: height x width x 3, RGB, 0-255."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the manifest records of an engine. ``weights_sha256`` covers every weight file, in name order.

    ``reproducible`` is false where the same call need not give the same answer (a model behind an endpoint):
    then ``weights_sha256`` covers what was asked, prompt and model name, and no promise of equal bytes holds.
    """

    role: str
    name: str
    version: str
    weights_sha256: str
    settings: str
    reproducible: bool = True


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One line of text in an image. ``quad``: its corners in pixels, clockwise from the text's own top left,
    so that the first two are the upper side as it is read, whichever way the page lies. ``places``: where
    along the line the middle of each character stands, 0 to 1; empty if the engine does not tell."""

    text: str
    quad: Quad
    score: float
    places: tuple[float, ...] = ()


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


@runtime_checkable
class BatchOcrEngine(OcrEngine, Protocol):
    """Reads several images at once quicker than one after another: on a GPU."""

    def read_many(self, images: Sequence[RgbArray]) -> list[tuple[OcrLine, ...]]:
        """As ``read`` of each. May raise what the device raises where they are too much for its memory."""
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


class ImageTextMatcher(Protocol):
    """Says how well pictures and a text go together."""

    info: EngineInfo

    def match(self, pictures: Sequence[RgbArray], text: str) -> list[float]:
        """Cosine per picture, -1 to 1."""
        ...


@dataclass(frozen=True, slots=True)
class HiddenSpan:
    """Characters ``start:end`` of a text tell ``attribute`` and must not tell it any more."""

    start: int
    end: int
    attribute: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class RewriteRequest:
    """A turn to be said without what ``hide`` marks; ``hide`` is in text order and without overlaps.

    ``question`` is true for what a human says; with ``pronouns_only`` nothing but pronouns and
    their verbs may change. ``text`` is a stranger's: an engine must not follow instructions in it.
    """

    text: str
    hide: tuple[HiddenSpan, ...]
    question: bool
    pronouns_only: bool = False


class Rewriter(Protocol):
    """Proposes whole new texts for turns. A proposal is a candidate: verifier and fidelity gate decide.

    Making one raises ConfigError if a package, weight file, key or endpoint is missing.
    """

    @property
    def info(self) -> EngineInfo:
        """May take a while the first time: it digests the weights."""
        ...

    def propose(self, requests: Sequence[RewriteRequest]) -> list[tuple[str, ...]]:
        """Candidate texts per request, best first, in order. None for a request on which the engine failed,
        timed out or answered beside the point: the grammar rules then do it."""
        ...


@dataclass(frozen=True, slots=True)
class EntitySpan:
    """A name in a text: characters ``start:end``, label PERSON, ORG or LOC, score 0 to 1."""

    start: int
    end: int
    label: str
    score: float


class EntityTagger(Protocol):
    """Finds names. What it finds in a text depends on that text alone, never on its neighbours in a call."""

    info: EngineInfo

    def tag(self, texts: Sequence[str]) -> list[tuple[EntitySpan, ...]]:
        """The names of each text, in text order, without overlaps."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said to one question. Tokens are 0 where nobody counted; ``cut``: it had not ended where
    its tokens did. With a ``reason`` there is no answer: ``text`` is empty."""

    text: str
    input_tokens: int = 0
    output_tokens: int = 0
    cut: bool = False
    reason: Reason | None = None


class VisionLanguageModel(Protocol):
    """Answers questions on images, each by itself.

    Making one raises ConfigError if a package, weight file, key or endpoint is missing."""

    @property
    def info(self) -> EngineInfo:
        """May take a while the first time: it digests the weights."""
        ...

    @property
    def batch(self) -> int:
        """How many questions it likes to be given at a time."""
        ...

    def answer(self, images: Sequence[bytes], prompts: Sequence[str]) -> list[Reply]:
        """One reply per question, in order; ``images`` are encoded files. A bad image or a question on which
        the model fails costs its own answer alone. RunFailed if the model is of no use any more."""
        ...
