"""Handwriting at a place to sign: pen strokes beside, above or beneath the word "Signature", or over "X____".

Found is ink that nobody can read as print: thin, connected strokes on plain ground, where the words say that
somebody signs. Not found: a signature without such words near, one over a photograph or a pattern, one that
the engine reads as print (that is print: a name, or nothing), initials smaller than the label.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import regex
from numpy.typing import NDArray

from schemas.finding import Quad
from transforms.engines.protocols import OcrLine, RgbArray
from transforms.image.label_words import is_place_to_sign
from transforms.image.ocr_text import PAINTED, OcrText
from transforms.image.reading_frame import own_quad, sides

_RULE_TO_SIGN: Final = regex.compile(r"^\W{0,2}[Xx×✕]?\s?[_.\-–—]{6,}\W{0,2}$|^[Xx×✕]\s?[_]{2,}$")
_READ: Final = 0.8
"""Score from which a line is print; what the engine reads with less may be handwriting."""
_SURE: Final = 0.97
_TALLER: Final = 1.3
_CLEAR: Final = 0.93
"""Score below which strokes may have run into the words of a label."""
_REACH: Final = 26.0
"""How far beside its label a signature may go, in heights of the label."""
_DEEP: Final = 4.6
"""How far above or beneath, likewise."""
_MERGED: Final = 1.45
"""A label this much higher than other print (times) was read as one line with what stands beside it."""
_SCALE: Final = 16.0
"""Pixels to which the label's height is brought before strokes are looked for."""
_CONTRAST: Final = 32
_MOST_INK: Final = 0.22
"""Share of a place that strokes may fill; more is a picture or a pattern."""
_THICKEST: Final = 0.3
"""Mean thickness of a stroke in heights of the label."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A label's own directions: ``across`` runs along the print, ``down`` beneath it; both of length 1."""

    origin: tuple[float, float]
    across: tuple[float, float]
    down: tuple[float, float]
    height: float
    width: float

    @classmethod
    def of(cls, quad: Quad) -> _Frame:
        a, b, _, d = quad
        width, height = sides(quad)
        right = ((b[0] - a[0]) / max(width, 1e-6), (b[1] - a[1]) / max(width, 1e-6))
        below = ((d[0] - a[0]) / max(height, 1e-6), (d[1] - a[1]) / max(height, 1e-6))
        return cls(a, right, below, max(height, 1.0), width)

    def corner(self, x: float, y: float) -> tuple[float, float]:
        """Image coordinates of a point in pixels along and down from the label's first corner."""
        return (
            self.origin[0] + self.across[0] * x + self.down[0] * y,
            self.origin[1] + self.across[1] * x + self.down[1] * y,
        )

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """The inverse of ``corner``, for directions that are nearly at right angles."""
        dx, dy = point[0] - self.origin[0], point[1] - self.origin[1]
        return dx * self.across[0] + dy * self.across[1], dx * self.down[0] + dy * self.down[1]


def find_signatures(rgb: RgbArray, ocr: OcrText) -> Iterator[tuple[Quad, str]]:
    """Quads (pixels, as a reader sees them) of handwriting, each with the rule that found it."""
    for index, line in enumerate(ocr.lines):
        ruled = _RULE_TO_SIGN.match(line.text.strip()) is not None
        if not ruled and not is_place_to_sign(line.text, spoiled=line.score < _CLEAR):
            continue
        frame = _frame_of_label(line, ocr) if not ruled else _Frame.of(own_quad(line))
        print_around = [
            other
            for at, other in enumerate(ocr.lines)
            if at != index and not _is_scrawl(other, frame.height) and not _is_rule(other.text)
        ]
        taken = [_box(frame, own_quad(other)) for other in print_around]
        low = [other for at, other in enumerate(ocr.lines) if at != index and _is_scrawl(other, frame.height)]
        boxes = [_box(frame, own_quad(other)) for other in low]
        found = [
            place
            for area in _areas(frame, taken, ruled=ruled)
            if (place := _strokes(rgb, frame, area, taken) or _badly_read(frame, area, boxes)) is not None
        ]
        if found:
            # The same strokes reach into two areas: the one that holds more of them.
            largest = max(found, key=lambda rect: (rect[2] - rect[0]) * (rect[3] - rect[1]))
            yield _quad(frame, largest), "signature.strokes"


def _frame_of_label(line: OcrLine, ocr: OcrText) -> _Frame:
    """The frame of the words alone, where the engine took them and the strokes beside them for one line."""
    frame = _Frame.of(own_quad(line))
    others = [other for other in ocr.lines if other is not line and other.score >= _READ]
    if not others:
        return frame
    measured = [(sides(own_quad(other)), len(other.text)) for other in others]
    height = statistics.median(across for (_, across), _ in measured)
    letter = statistics.median(along / max(1, letters) for (along, _), letters in measured)
    width = min(frame.width, letter * len(line.text.strip()) * 1.1)
    if frame.height <= _MERGED * height and frame.width <= _MERGED * width:
        return frame
    origin = frame.corner(0.0, (frame.height - height) / 2)
    return _Frame(origin, frame.across, frame.down, height, width)


def _is_scrawl(line: OcrLine, height: float) -> bool:
    """True for what the engine reads with little confidence, or with some as a few letters that are much
    higher than the label."""
    letters = "".join(line.text.split())
    tall = sides(own_quad(line))[1] >= _TALLER * height
    scrawled = tall and line.score < _SURE and len(letters) <= 16 and not any(map(str.isdigit, letters))
    return line.score < _READ or scrawled


def _is_rule(text: str) -> bool:
    return _RULE_TO_SIGN.match(text.strip()) is not None or not any(
        map(str.isalnum, text.replace(PAINTED, "0"))
    )


_Rect = tuple[float, float, float, float]
"""x0, y0, x1, y1 in a label's frame."""


def _box(frame: _Frame, quad: Quad) -> _Rect:
    points = [frame.place(point) for point in quad]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _areas(frame: _Frame, taken: Sequence[_Rect], *, ruled: bool) -> list[_Rect]:
    """Where a signature may stand: beside, above and beneath; each cut short by other print."""
    h, w = frame.height, frame.width
    right = min(
        [_REACH * h + w, *(x0 for x0, y0, _, y1 in taken if x0 >= w - h and y0 < 0.8 * h and y1 > 0.2 * h)]
    )
    wide = max(w, 14 * h)
    over = max([-_DEEP * h, *(y1 for x0, _, x1, y1 in taken if x0 < wide and x1 > 0 and y1 <= 0.3 * h)])
    under = min([(1 + _DEEP) * h, *(y0 for x0, y0, x1, _ in taken if x0 < wide and x1 > 0 and y0 >= 0.7 * h)])
    # Strokes over a rule cross it; the label itself is no stroke.
    above = (-0.5 * h, over, wide, 0.75 * h if ruled else 0.0)
    if ruled:
        return [above]
    beside = (w + 0.2 * h, max(over, -2.2 * h), right, min(under, 2.2 * h))
    beneath = (-0.5 * h, 1.05 * h, wide, under)
    return [beside, above, beneath]


def _strokes(rgb: RgbArray, frame: _Frame, area: _Rect, taken: Sequence[_Rect]) -> _Rect | None:
    """The part of ``area`` that holds pen strokes; None if there are none."""
    import cv2

    x0, y0, x1, y1 = area
    h = frame.height
    if x1 - x0 < 1.5 * h or y1 - y0 < 0.8 * h:
        return None
    scale = min(1.0, _SCALE / h)
    wide, high = max(1, math.ceil((x1 - x0) * scale)), max(1, math.ceil((y1 - y0) * scale))
    source = np.array([frame.corner(x0, y0), frame.corner(x1, y0), frame.corner(x0, y1)], np.float32)
    matrix = cv2.getAffineTransform(source, np.array([(0, 0), (wide, 0), (0, high)], np.float32))
    edge = cv2.BORDER_REPLICATE
    patch = cv2.warpAffine(rgb, matrix, (wide, high), flags=cv2.INTER_AREA, borderMode=edge)
    ink = _ink(np.asarray(patch, np.uint8))
    if ink is None:
        return None
    for bx0, by0, bx1, by1 in taken:
        left, top = max(0, int((bx0 - x0) * scale)), max(0, int((by0 - y0) * scale))
        ink[top : max(0, math.ceil((by1 - y0) * scale)), left : max(0, math.ceil((bx1 - x0) * scale))] = 0
    found = _of_pen(_without_rules(ink, h * scale), h * scale)
    if found is None:
        return None
    return x0 + found[0] / scale, y0 + found[1] / scale, x0 + found[2] / scale, y0 + found[3] / scale


def _ink(patch: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """1 where a patch differs from its ground by more than its unrest; None where the ground is not plain."""
    import cv2

    levels = patch.astype(np.int16)
    ground = np.median(levels.reshape(-1, 3), axis=0)
    apart = np.abs(levels - ground).max(axis=2)
    unrest = float(np.median(apart))
    if unrest > _CONTRAST / 3:
        return None
    ink = np.asarray(apart > max(_CONTRAST, 5 * unrest), np.uint8)
    return np.asarray(cv2.medianBlur(ink, 3), np.uint8) if unrest > 4 else ink


def _without_rules(ink: NDArray[np.uint8], height: float) -> NDArray[np.uint8]:
    """``ink`` without straight lines along and across: the rule one signs on, the sides of a box."""
    import cv2

    rules = np.zeros_like(ink)
    for along in (True, False):
        length = max(8, round(2.2 * height)) if along else max(8, round(2.0 * height))
        kernel = np.ones((1, length) if along else (length, 1), np.uint8)
        rules |= np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel), np.uint8)
    return np.asarray(ink & (1 - rules), np.uint8)


def _of_pen(ink: NDArray[np.uint8], height: float) -> tuple[float, float, float, float] | None:
    """The box around the strokes of a hand: long, thin, bent; None if what is there is no writing."""
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept: list[int] = []
    for number in range(1, count):
        wide, high, area = (int(value) for value in stats[number][2:])
        filled = area > 0.6 * wide * high and min(wide, high) > 0.6 * height
        if max(wide, high) >= 0.35 * height and not filled:
            kept.append(number)
    if not kept:
        return None
    boxes = stats[kept]
    left, top = int(boxes[:, 0].min()), int(boxes[:, 1].min())
    right = int((boxes[:, 0] + boxes[:, 2]).max())
    bottom = int((boxes[:, 1] + boxes[:, 3]).max())
    widest = int(boxes[:, 2].max())
    strokes = np.isin(labels, kept)
    area = int(strokes.sum())
    if right - left < 1.6 * height or bottom - top < 0.7 * height or widest < 0.9 * height:
        return None
    if area > _MOST_INK * ink.size or area > 0.45 * (right - left) * (bottom - top):
        return None
    return (left, top, right, bottom) if _thickness(strokes) <= _THICKEST * height else None


def _thickness(strokes: NDArray[Any]) -> float:
    """Area over half of the outline's length: how broad a long stroke is, in pixels."""
    padded = np.pad(strokes, 1)
    inner = padded[1:-1, :-2] & padded[1:-1, 2:] & padded[:-2, 1:-1] & padded[2:, 1:-1] & strokes
    outline = int(strokes.sum()) - int(inner.sum())
    return 2.0 * float(strokes.sum()) / max(1, outline)


def _badly_read(frame: _Frame, area: _Rect, low: Sequence[_Rect]) -> _Rect | None:
    """What the engine reads with little confidence in ``area``, as tall as the label or taller."""
    for box in low:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        tall = box[3] - box[1] >= 0.9 * frame.height and box[2] - box[0] >= 1.5 * frame.height
        if tall and area[0] <= x <= area[2] and area[1] <= y <= area[3]:
            return box
    return None


def _quad(frame: _Frame, rect: _Rect) -> Quad:
    x0, y0, x1, y1 = rect
    return frame.corner(x0, y0), frame.corner(x1, y0), frame.corner(x1, y1), frame.corner(x0, y1)
