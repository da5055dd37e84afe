"""Other ways than one colour to fill the place of printed text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.finding import ImageFinding
from schemas.policy import TextFill
from transforms.engines.protocols import OcrLine
from transforms.image.fill_print import fill_ground, fill_text

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A place of printed text in a cut-out of an image, height x width.

    ``quad``: the text itself, corners in pixels of the cut-out, clockwise from the text's own top left.
    ``fill``: the pixels to be filled, more than the quad. ``hidden``: all that are to be filled in the
    cut-out, also for other findings; what they hold may not be looked at."""

    finding: ImageFinding
    quad: Corners
    fill: NDArray[np.bool_]
    hidden: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FillContext:
    """What a fill may know besides the pixels. ``lines``: the OCR lines of the image before, in pixels of the
    whole image, empty where they were not read. ``key`` keys what is drawn by chance. ``left_top``: x and y
    of the cut-out in the image."""

    method: TextFill
    lines: tuple[OcrLine, ...]
    key: bytes
    left_top: tuple[int, int]


def fill_region(rgb: NDArray[np.uint8], place: TextPlace, context: FillContext) -> str | None:
    """Fills ``place`` of ``rgb`` (height x width x 3, the cut-out) in place, pixels outside ``place.fill``
    untouched. Returns the text that stands there now, empty for none. None, and nothing done, where the
    method cannot be used there: the caller fills it solid."""
    if context.method is TextFill.INPAINT:
        return "" if fill_ground(rgb, place.fill, place.hidden) else None
    said = place.finding.surrogate
    if said and fill_text(rgb, place.fill, place.hidden, place.quad, said):
        return said
    return None
