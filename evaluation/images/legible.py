"""Whether a value can still be read where it stood."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from PIL import Image

from evaluation.images.coverage import bounds
from evaluation.images.page import Corners
from schemas.finding import Box
from transforms.engines.protocols import OcrLine, RgbArray

READ_ERROR: Final = 0.2
"""Share of a value's characters that may be wrong for it to count as read: a reader repairs as many."""
_ENLARGED: Final = 2


def normal(text: str) -> str:
    """Letters and digits without case, accents and width."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def read_error(value: str, text: str) -> float:
    """Edits per character that turn the best matching part of ``text`` into ``value`` (Sellers 1980), both
    as ``normal`` gives them. 0: it stands there; 1: nothing of it does."""
    pattern, body = normal(value), normal(text)
    if not pattern:
        return 1.0
    row = list(range(len(pattern) + 1))
    best = row[-1]
    for char in body:
        before, row[0] = row[0], 0
        for index, wanted in enumerate(pattern, 1):
            kept = before + (wanted != char)
            before = row[index]
            row[index] = min(kept, row[index] + 1, row[index - 1] + 1)
        best = min(best, row[-1])
    return best / len(pattern)


def is_legible(value: str, quads: Sequence[Corners], lines: Sequence[OcrLine]) -> bool:
    """True if what ``lines`` say at the place of ``quads`` holds ``value``, up to ``READ_ERROR``."""
    around = bounds(quads, 0.5)
    near = [line for line in lines if _meets(around, bounds([line.quad]))]
    near.sort(key=lambda line: (bounds([line.quad]).y0, bounds([line.quad]).x0))
    return read_error(value, " ".join(line.text for line in near)) <= READ_ERROR


def unturned(image: RgbArray, quarters: int) -> RgbArray:
    """``image`` as it was before ``quarters`` turns against the clock."""
    return np.ascontiguousarray(np.rot90(image, -quarters))


def unturned_quads(quads: Sequence[Corners], quarters: int, width: int, height: int) -> list[Corners]:
    """``quads`` of an image of ``width`` x ``height`` as they stand in ``unturned``."""
    return [_unturned(quad, quarters % 4, width, height) for quad in quads]


@cache
def tesseract() -> str | None:
    """The program, None where it is not installed."""
    return shutil.which("tesseract")


def read_with_tesseract(image: RgbArray) -> str:
    """What Tesseract reads at twice the size, words in any place (page segmentation 11). Empty where it
    fails or takes longer than a minute. Raises ValueError if it is not installed."""
    program = tesseract()
    if program is None:
        raise ValueError("tesseract is not installed")
    height, width = image.shape[:2]
    large = Image.fromarray(image).resize((_ENLARGED * width, _ENLARGED * height), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    large.save(out, "PNG", compress_level=1)
    try:
        done = subprocess.run(
            [program, "stdin", "stdout", "--psm", "11"],
            input=out.getvalue(),
            capture_output=True,
            timeout=60,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("utf-8", "replace")


def _unturned(quad: Corners, quarters: int, width: int, height: int) -> Corners:
    def back(x: float, y: float) -> tuple[float, float]:
        return {0: (x, y), 1: (height - y, x), 2: (width - x, height - y), 3: (y, width - x)}[quarters]

    first, second, third, fourth = (back(x, y) for x, y in quad)
    return first, second, third, fourth


def _meets(one: Box, other: Box) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1
