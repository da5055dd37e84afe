"""Lines of print in a photograph that have the shape of a licence plate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import regex

from transforms.engines.protocols import OcrLine
from transforms.image.labelled_values import PrintedSpan
from transforms.image.ocr_text import OcrText
from transforms.image.printed_pii import load_printed

_MAX_LINES: Final = 8
"""Pages with more lines than this are documents, where article numbers look like plates."""
_SHAPE: Final = (1.7, 7.0)
"""Width over height of a plate's print: from US 12 x 6 inch to EU 520 x 110 mm, seen at an angle."""


def find_plates(ocr: OcrText) -> Iterator[PrintedSpan]:
    """Lines that are nothing but letters and digits in the groups of a plate, in a plate's proportions."""
    if len(ocr.lines) > _MAX_LINES:
        return
    for index, line in enumerate(ocr.lines):
        if _expression().fullmatch(line.text.strip()) and _SHAPE[0] <= _proportion(line) <= _SHAPE[1]:
            start, end = ocr.line_span(index)
            yield PrintedSpan(start, end, "pii.plate", "plate.shape")


@cache
def _expression() -> Any:
    return regex.compile(load_printed()["plate"])


def _proportion(line: OcrLine) -> float:
    top_left, top_right, _, bottom_left = line.quad
    return math.dist(top_left, top_right) / max(1.0, math.dist(top_left, bottom_left))
