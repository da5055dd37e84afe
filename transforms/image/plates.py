"""Lines of print in a photograph that have the shape of a licence plate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import regex

from transforms.image.labelled_values import PrintedSpan
from transforms.image.ocr_text import PAINTED, OcrText
from transforms.image.print_layout import Layout
from transforms.image.printed_pii import load_printed

_MAX_LINES: Final = 8
"""Pages with more lines than this are documents, where article numbers look like plates."""
_SHAPE: Final = (1.7, 9.0)
"""Width over height of a plate's print: from US 12 x 6 inch, seen at an angle, to the letters alone of EU
520 x 110 mm."""
_TIMEOUT: Final = 0.1


def find_plates(ocr: OcrText) -> Iterator[PrintedSpan]:
    """Lines that are nothing but letters and digits in the groups of a plate, in a plate's proportions; the
    engine may have read the groups one by one."""
    read = [index for index, line in enumerate(ocr.lines) if not line.text.startswith(PAINTED)]
    if not read or len(read) > _MAX_LINES:
        return
    layout = Layout.of(ocr.level)
    largest = max(layout.places[index].height for index in read)
    for index in read:
        row = layout.row_from(index)
        for size in sorted({1, len(row)}):
            pieces = row[:size]
            places = [layout.places[piece] for piece in pieces]
            height = max(place.height for place in places)
            text = " ".join(ocr.lines[piece].text.strip() for piece in pieces)
            wide = (places[-1].right - places[0].left) / height
            if _SHAPE[0] <= wide <= _SHAPE[1] and _is_plate(text, largest=height >= largest):
                for piece in pieces:
                    yield PrintedSpan(*ocr.line_span(piece), "pii.plate", "plate.shape")


def _is_plate(text: str, *, largest: bool) -> bool:
    names = ("plate", "plate_few_letters") if largest else ("plate",)
    return any(_expression(name).fullmatch(text, timeout=_TIMEOUT) for name in names)


@cache
def _expression(name: str) -> Any:
    return regex.compile(load_printed()[name])
