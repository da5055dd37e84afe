"""Whether a mark can be read at the sizes at which models look at images."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np

from schemas.watermark import FieldReading, Legibility
from transforms.edit_distance import edit_distance
from transforms.engines.protocols import EngineInfo, RgbArray

QWEN_SIDE: Final = 448
"""Qwen-VL squashes an image to a square of this side (arXiv 2308.12966)."""
LLAVA_SIDE: Final = 336
"""LLaVA-1.5 pads an image to a square, then scales it to this side (arXiv 2310.03744)."""
_PAD: Final = (122, 116, 104)
"""CLIP's mean colour, with which LLaVA pads."""
_LOST: Final = 0.5
"""Character error rate from which a mark without any field read exactly counts as unreadable."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a mark and its rectangle in pixels of the image it is read from."""

    text: str
    x: float
    y: float
    width: float
    height: float


class View(StrEnum):
    """A size at which a mark is read."""

    NATIVE = "native"
    Q448 = "q448"
    L336 = "l336"


class MarkReader(Protocol):
    """Reads lines whose places are known. Loads its model when made, in ``setup``."""

    info: EngineInfo

    def read_lines(self, image: RgbArray, lines: Sequence[PrintedLine]) -> tuple[str, ...]:
        """What stands in each of ``lines``; their texts are not to be looked at."""
        ...


def seen_as(rgb: RgbArray, lines: Sequence[PrintedLine], view: View) -> tuple[RgbArray, list[PrintedLine]]:
    """The image as a model gets it at ``view``, and where the lines stand in it. Scaled bicubically with
    smoothing, as CLIP's processor does."""
    from PIL import Image

    height, width = rgb.shape[:2]
    if view is View.NATIVE:
        return rgb, list(lines)
    if view is View.Q448:
        target, start = (QWEN_SIDE, QWEN_SIDE), (0, 0)
        canvas = None
    else:
        scale = LLAVA_SIDE / max(width, height)
        target = (max(1, round(width * scale)), max(1, round(height * scale)))
        start = ((LLAVA_SIDE - target[0]) // 2, (LLAVA_SIDE - target[1]) // 2)
        canvas = np.full((LLAVA_SIDE, LLAVA_SIDE, 3), _PAD, np.uint8)
    small = np.asarray(Image.fromarray(rgb).resize(target, Image.Resampling.BICUBIC))
    if canvas is not None:
        canvas[start[1] : start[1] + target[1], start[0] : start[0] + target[0]] = small
        small = canvas
    step_x, step_y = target[0] / width, target[1] / height
    moved = [
        PrintedLine(
            line.text,
            line.x * step_x + start[0],
            line.y * step_y + start[1],
            line.width * step_x,
            line.height * step_y,
        )
        for line in lines
    ]
    return small, moved


def read_mark(reader: MarkReader, rgb: RgbArray, lines: Sequence[PrintedLine], view: View) -> FieldReading:
    """What ``reader`` reads of ``lines`` of ``rgb`` at ``view``."""
    image, moved = seen_as(rgb, lines, view)
    return compare_reading([line.text for line in lines], reader.read_lines(image, moved))


def compare_reading(printed: Sequence[str], read: Sequence[str]) -> FieldReading:
    """Fields whose value was read exactly, and the character error rate over all lines: edits by characters
    printed. White space and wide forms of signs do not count: recognisers lose the one and add the other."""
    exact = []
    edits = length = 0
    for wanted, got in zip(printed, read, strict=True):
        one, other = folded(wanted), folded(got)
        edits += edit_distance(one, other)
        length += len(one)
        name, _, value = one.partition(":")
        if other == one or other.partition(":")[2] == value:
            exact.append(name)
    return FieldReading(tuple(exact), edits / length if length else 0.0)


def legibility_of(reading: FieldReading, fields: int) -> Legibility:
    """The bucket of ``reading`` of a mark with ``fields`` fields: all exact, or none and at least half of the
    characters wrong, or between."""
    if len(reading.exact) == fields:
        return Legibility.READABLE
    if not reading.exact and reading.cer >= _LOST:
        return Legibility.UNREADABLE
    return Legibility.BORDERLINE


def folded(text: str) -> str:
    """``text`` in compatibility form without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())
