"""Lines of print in a photograph that have the shape of a licence plate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import regex

from transforms.engines.protocols import OcrLine
from transforms.image.labelled_values import PrintedSpan
from transforms.image.ocr_text import OcrText
from transforms.image.printed_pii import load_printed
from transforms.image.reading_frame import own_quad, sides

_MAX_LINES: Final = 8
"""Pages with more lines than this are documents, where article numbers look like plates."""
_SHAPE: Final = (1.7, 7.0)
"""Width over height of a plate's print: from US 12 x 6 inch to EU 520 x 110 mm, seen at an angle."""
_TIMEOUT: Final = 0.1


def find_plates(ocr: OcrText) -> Iterator[PrintedSpan]:
    """Lines that are nothing but letters and digits in the groups of a plate, in a plate's proportions."""
    if len(ocr.lines) > _MAX_LINES:
        return
    largest = max((_height(line) for line in ocr.lines), default=0.0)
    for index, line in enumerate(ocr.lines):
        text = line.text.strip()
        shaped = _expression("plate").fullmatch(text, timeout=_TIMEOUT) or (
            _height(line) >= largest and _expression("plate_few_letters").fullmatch(text, timeout=_TIMEOUT)
        )
        if shaped and _SHAPE[0] <= _proportion(line) <= _SHAPE[1]:
            start, end = ocr.line_span(index)
            yield PrintedSpan(start, end, "pii.plate", "plate.shape")


@cache
def _expression(name: str) -> Any:
    return regex.compile(load_printed()[name])


def _height(line: OcrLine) -> float:
    return sides(own_quad(line))[1]


def _proportion(line: OcrLine) -> float:
    along, across = sides(own_quad(line))
    return along / max(1.0, across)
