"""Reads print with the system program Tesseract 5: slower and weaker than the default engine, but another
engine, so that what one misses the other may see."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Final

import numpy as np

from schemas.errors import ConfigError, RejectRecord
from schemas.reasons import Reason, Stage
from transforms.engines.bundled_weights import combined_sha256, file_sha256
from transforms.engines.protocols import EngineInfo, OcrLine, RgbArray

CONFIG_KEY = "engines.ocr"
PROGRAM = "tesseract"

_REMEDY = "install the program Tesseract 5 and put it on PATH (Debian, Ubuntu: apt-get install tesseract-ocr)"
_DATA: Final = ("eng.traineddata", "osd.traineddata")
"""English, and the data that tell which way up a page lies."""
_START_SECONDS: Final = 30.0
_MIN_SIDE: Final = 4
_LONGEST_SIDE: Final = 32_000
"""Tesseract refuses images of 32,768 pixels and more on a side."""
_WIDEST_GAP: Final = 1.5
"""Words further apart than this many times their height stand in two columns, not in one line."""
_VERSION = re.compile(r"tesseract v?(\d+)(\.[\w.-]+)?")
_DATA_FOLDER = re.compile(r'available languages in "([^"]+)"')
_WORD_LEVEL: Final = "5"
_COLUMNS: Final = 12


@dataclass(frozen=True, slots=True)
class TesseractOptions:
    """``enlarge``: factor at which an image is read, as far as ``max_pixels`` of the enlarged image allow.
    ``min_score``: words with less (0 to 1) are dropped. ``seconds``: the longest that one image may take."""

    enlarge: float = 2.0
    max_pixels: int = 64_000_000
    min_score: float = 0.3
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class _Word:
    """``box``: x0, y0, x1, y1 in pixels of the image given; ``line``: what Tesseract counts as one line."""

    line: tuple[str, ...]
    text: str
    box: tuple[float, float, float, float]
    score: float


def check_program() -> str:
    """The path of the program. Raises ConfigError, which names the remedy, if it is not installed."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise ConfigError(CONFIG_KEY, PROGRAM, _REMEDY)
    return program


class Tesseract:
    """An ``OcrEngine``: words in any place, pages on their side or head too. Quads are upright boxes, so
    a tilted line has some ground around it. Each image is one call of the program, over pipes: nothing
    that it reads touches the disk. An image that takes too long, or on which it fails, is rejected."""

    info: EngineInfo

    def __init__(self, options: TesseractOptions | None = None) -> None:
        """Raises ConfigError if the program or its language data are missing or too old."""
        self.options = options if options is not None else TesseractOptions()
        self._program = check_program()
        version, folder = _version(self._program), _data_folder(self._program)
        missing = next((name for name in _DATA if not (folder / name).is_file()), None)
        if missing:
            where = f"{missing} is not in {folder}: install the language data of Tesseract"
            raise ConfigError(CONFIG_KEY, PROGRAM, where)
        digest = combined_sha256({name: file_sha256(folder / name) for name in _DATA})
        self.info = EngineInfo("ocr", PROGRAM, version, digest, str(self.options))

    def read(self, image: RgbArray) -> tuple[OcrLine, ...]:
        """Lines of ``image`` (height x width x 3), in the order of the program. Raises RejectRecord if it
        fails or takes too long."""
        height, width = image.shape[:2]
        if min(height, width) < _MIN_SIDE:
            return ()
        enlarged = _resized(image, self._factor(height, width))
        tall, wide = enlarged.shape[:2]
        words = _words(self._run(enlarged), wide / width, tall / height, self.options.min_score)
        return _lines(list(words))

    def _factor(self, height: int, width: int) -> float:
        bound = sqrt(self.options.max_pixels / (height * width))
        return min(self.options.enlarge, bound, _LONGEST_SIDE / max(height, width))

    def _run(self, image: RgbArray) -> str:
        height, width = image.shape[:2]
        try:
            done = subprocess.run(
                # Sparse text, with page orientation; any margin between two orientations decides.
                [self._program, "stdin", "stdout", "-l", "eng", "--psm", "12", "--dpi", "300",
                 "-c", "min_orientation_margin=0.5", "-c", "tessedit_create_tsv=1"],
                input=b"P6\n%d %d\n255\n" % (width, height) + image.tobytes(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self.options.seconds,
                check=False,
                env=_environment(),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise RejectRecord(Stage.AUDIT_IMAGE, Reason.ENGINE_FAILED) from None
        if done.returncode != 0:
            raise RejectRecord(Stage.AUDIT_IMAGE, Reason.ENGINE_FAILED)
        return done.stdout.decode("utf-8", "replace")


def _environment() -> dict[str, str]:
    # Its threads spin while they wait for one another; workers are processes.
    return {**os.environ, "OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}


def _told(program: str, argument: str) -> str:
    try:
        done = subprocess.run(
            [program, argument],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_START_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(CONFIG_KEY, PROGRAM, f"{program} does not run: {_REMEDY}") from error
    return done.stdout.decode("utf-8", "replace")


def _version(program: str) -> str:
    match = _VERSION.search(_told(program, "--version"))
    if match is None or int(match[1]) < 5:
        raise ConfigError(CONFIG_KEY, PROGRAM, f"{program} is not Tesseract 5: {_REMEDY}")
    return match[1] + (match[2] or "")


def _data_folder(program: str) -> Path:
    match = _DATA_FOLDER.search(_told(program, "--list-langs"))
    if match is None:
        raise ConfigError(
            CONFIG_KEY, PROGRAM, "it finds no language data: install them or set TESSDATA_PREFIX"
        )
    return Path(match[1])


def _resized(image: RgbArray, factor: float) -> RgbArray:
    import cv2

    height, width = image.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    if size == (width, height):
        return np.ascontiguousarray(image)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(image), size, interpolation=method), dtype=np.uint8)


def _words(table: str, scale_x: float, scale_y: float, min_score: float) -> Iterator[_Word]:
    """The words of Tesseract's TSV: level, page, block, paragraph, line, word, left, top, width, height,
    confidence (0 to 100), text."""
    for row in table.splitlines():
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) != _COLUMNS or cells[0] != _WORD_LEVEL or not cells[11].strip():
            continue
        left, top, width, height, confidence = (float(cell) for cell in cells[6:11])
        if confidence >= 100 * min_score:
            x0, y0, x1, y1 = left / scale_x, top / scale_y, (left + width) / scale_x, (top + height) / scale_y
            yield _Word(tuple(cells[1:5]), cells[11].strip(), (x0, y0, x1, y1), confidence / 100)


def _lines(words: Sequence[_Word]) -> tuple[OcrLine, ...]:
    rows: dict[tuple[str, ...], list[_Word]] = {}
    for word in words:
        rows.setdefault(word.line, []).append(word)
    turns = {key: _quarters(row) for key, row in rows.items()}
    votes = Counter(turn for turn in turns.values() if turn is not None)
    most = max(sorted(votes), key=lambda turn: votes[turn], default=0)
    found = []
    for key, row in rows.items():
        turn = turns[key]
        found += [_line(part, most if turn is None else turn) for part in _columns(row)]
    return tuple(found)


def _quarters(row: Sequence[_Word]) -> int | None:
    """Which way the words follow each other: 0 to the right, 1 down, 2 to the left, 3 up; None for one
    word."""
    if len(row) < 2:
        return None
    (x0, y0), (x1, y1) = _middle(row[0]), _middle(row[-1])
    if abs(x1 - x0) >= abs(y1 - y0):
        return 0 if x1 >= x0 else 2
    return 1 if y1 > y0 else 3


def _columns(row: Sequence[_Word]) -> Iterator[list[_Word]]:
    part = [row[0]]
    for before, word in pairwise(row):
        a, b = before.box, word.box
        gap = max(b[0] - a[2], a[0] - b[2], b[1] - a[3], a[1] - b[3])
        if gap > _WIDEST_GAP * min(_thickness(before), _thickness(word)):
            yield part
            part = []
        part.append(word)
    yield part


def _line(part: Sequence[_Word], quarters: int) -> OcrLine:
    x0, y0 = min(word.box[0] for word in part), min(word.box[1] for word in part)
    x1, y1 = max(word.box[2] for word in part), max(word.box[3] for word in part)
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    a, b, c, d = corners[quarters:] + corners[:quarters]
    letters = sum(len(word.text) for word in part)
    score = sum(word.score * len(word.text) for word in part) / letters
    text = " ".join(word.text for word in part)
    return OcrLine(text, (a, b, c, d), round(score, 4), _places(part, quarters, (x0, y0, x1, y1)))


def _places(
    part: Sequence[_Word], quarters: int, bounds: tuple[float, float, float, float]
) -> tuple[float, ...]:
    """Where along the line each character stands: a word's are spread evenly over its box."""
    low, high = (0, 2) if quarters in (0, 2) else (1, 3)
    length = max(1e-6, bounds[high] - bounds[low])
    back = quarters in (2, 3)
    found: list[float] = []
    stop = 0.0
    for word in part:
        start, end = ((word.box[side] - bounds[low]) / length for side in (low, high))
        start, end = (1 - end, 1 - start) if back else (start, end)
        start, end = max(start, stop), max(end, stop)
        if found:
            found.append((stop + start) / 2)  # the blank
        count = len(word.text)
        found += [start + (end - start) * (index + 0.5) / count for index in range(count)]
        stop = end
    return tuple(round(min(1.0, max(0.0, place)), 4) for place in found)


def _thickness(word: _Word) -> float:
    x0, y0, x1, y1 = word.box
    return min(x1 - x0, y1 - y0)


def _middle(word: _Word) -> tuple[float, float]:
    x0, y0, x1, y1 = word.box
    return (x0 + x1) / 2, (y0 + y1) / 2
