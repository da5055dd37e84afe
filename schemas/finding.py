"""What an audit sees: text spans, image boxes, metadata fields. Never the text itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How an attribute is expressed."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"
    PROXY = "proxy"


class Field(StrEnum):
    """Where in a record a finding stands."""

    QUESTION = "question"
    ANSWER = "answer"
    CAPTION = "caption"
    IMAGE = "image"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class TextFinding:
    """A span of one turn: characters ``start:end`` of the turn's text, half open.

    ``asks`` is true where the span is a question's request for the attribute rather than a mention
    of somebody's value of it ("How old is she?" asks for age; "she" mentions gender).
    ``detector`` is the rule id, for example ``lexicon.gender.noun`` or ``pattern.email``.
    """

    turn: int
    start: int
    end: int
    attribute: str
    kind: Kind
    detector: str
    score: float
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """Axis-aligned box in pixels of the upright image: x0, y0 inclusive, x1, y1 exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """In pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """In pixels."""
        return self.y1 - self.y0


def corners(box: Box | None) -> list[int] | None:
    """x0, y0, x1, y1 as files keep them; None for no box."""
    return [box.x0, box.y0, box.x1, box.y1] if box else None


Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""Four corners (x, y) in pixels of the upright image, clockwise from the content's own top left: of a text
that lies on its side or its head, the first corner is where its first letter's top left is."""


def bounds(quad: Quad) -> Box:
    """The smallest upright box around ``quad``, not clipped to an image."""
    xs, ys = zip(*quad, strict=True)
    return Box(math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys)))


def quad_of_box(box: Box) -> Quad:
    """The corners of ``box``, clockwise from the top left."""
    return (box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)


class PrintForm(StrEnum):
    """What of a printed value a keyed hash is of, and so how a quotation of it must look."""

    WHOLE = "whole"
    """The value, one of its lines, or a part that is a value itself: tells it wherever it stands."""
    PART = "part"
    """Some of its words, written as a name is."""
    WORD = "word"
    """A common word or a short number: only where what is asked or said before is what it is."""
    TAIL = "tail"
    """Its last four digits, said to be that."""
    DATE = "date"
    """The day, however it is written."""
    NEAR = "near"
    """It with one character left out: for misread print."""


@dataclass(frozen=True, slots=True)
class Print:
    """A keyed hash of a printed value in some ``form``, of ``length`` folded characters. ``surrogate``: what
    stands there instead, empty where nothing does."""

    form: PrintForm
    length: int
    digest: str
    surrogate: str = ""


@dataclass(frozen=True, slots=True)
class PrintedValue:
    """What tells a quotation of a value in print, without the value: ``attribute`` is one of ``pii.*``."""

    attribute: str
    prints: tuple[Print, ...]


@dataclass(frozen=True, slots=True)
class ImageFinding:
    """A place of an image, or (``box`` is None) a metadata field of its file.

    ``value_hash`` is a keyed hash of the detected value (lower hex), empty where there is no value;
    ``printed`` what finds the value in turns that quote it; ``surrogate`` what is to stand there instead.
    ``quad`` is the place itself where that is not upright; ``box`` is then the part of its bounds inside the
    image. None: the box is the place.
    """

    attribute: str
    kind: Kind
    detector: str
    score: float
    box: Box | None
    value_hash: str = ""
    quad: Quad | None = None
    printed: PrintedValue | None = None
    surrogate: str = ""
