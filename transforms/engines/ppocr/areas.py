"""Which parts of an image are worth a closer look, how close, and turned by how much."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from transforms.engines.ppocr.detection import Map
from transforms.engines.ppocr.line_box import LineBox

_HINT: Final = 0.05
"""Probability from which a pixel of the overview asks for a closer look."""
_GROWTH: Final = 2.0
"""How far around a hint is looked, in heights of its line."""
_LEAST_GROWTH: Final = 16.0
_MOST_GROWTH: Final = 24.0
"""The same in pixels of the overview: what is larger is no line."""
_HEIGHT_OF_HINT: Final = 2.6
"""Height of a line over that of its middle in the map."""
_WHOLE: Final = 0.6
"""Share of the image from which all of it is looked at."""
_OBJECT: Final = 0.5
_ON_OBJECTS: Final = 0.75
"""A patch half as thick as the image, were it a line, is an object taken for print; what may be printed on it
is looked for less closely."""
_MOST_HINTS: Final = 300
_MOST_PIXELS: Final = 12e6
"""Pixels of all closer looks at one image: about three seconds."""
_LOW_LINES: Final = 0.2
"""Share of the length of an area's lines that may be lower than what its scale is made for."""
_LEVEL: Final = math.radians(15)
_SIDEWAYS: Final = math.radians(10)


@dataclass(frozen=True, slots=True)
class Area:
    """Pixels from ``x0, y0`` to before ``x1, y1``, to be looked at scaled by ``scale``. ``angle``: radians
    by which its lines fall towards the right. ``height``: of its lines, pixels of the image.
    ``is_object``: it holds a patch too large for a line."""

    x0: int
    y0: int
    x1: int
    y1: int
    height: float
    is_object: bool = False
    scale: float = 1.0
    angle: float = 0.0

    @property
    def size(self) -> int:
        """Pixels."""
        return (self.x1 - self.x0) * (self.y1 - self.y0)


def areas_of_interest(
    overview: Map, boxes: Sequence[LineBox], width: int, height: int, *, line_height: float, least_side: int
) -> tuple[Area, ...]:
    """Areas, apart from each other, around all that ``overview`` (a map of the ``width`` x ``height``
    image, with ``boxes`` in it) hints at, scaled so that a line is about ``line_height`` pixels high. Never
    enlarged, nor scaled by more than what takes the longer side of the image to ``least_side``."""
    least = min(1.0, least_side / max(width, height))
    found = _apart(_hints(overview, width, height))
    if len(found) > _MOST_HINTS or sum(area.size for area in found) > _WHOLE * width * height:
        lowest = min((area.height for area in found), default=line_height)
        found = [Area(0, 0, width, height, lowest, any(area.is_object for area in found))]
    placed = []
    for area in found:
        inside = [box for box in boxes if _inside(box, area)]
        scale = max(least, min(1.0, line_height / max(1.0, _line_height(inside, area.height))))
        if area.is_object and not any(box.is_long for box in inside):
            scale = _ON_OBJECTS * least
        placed.append(replace(area, scale=scale, angle=dominant_angle(inside)))
    asked = sum(area.size * area.scale**2 for area in placed)
    too_much = math.sqrt(max(1.0, asked / _MOST_PIXELS))
    return tuple(replace(area, scale=area.scale / too_much) for area in placed)


def dominant_angle(boxes: Sequence[LineBox]) -> float:
    """Angle (radians, over -90 to 90 degrees) that most of the length of ``boxes`` shares; 0 for lines that
    can be read as they stand."""
    long = [box for box in boxes if box.is_long]
    if not long:
        return 0.0
    angles = np.array([math.atan2(box.uy, box.ux) for box in long])
    lengths = np.array([box.along for box in long])
    apart = np.abs((angles[:, None] - angles[None] + math.pi / 2) % math.pi - math.pi / 2)
    near = apart <= _LEVEL
    level = np.abs(angles) <= _LEVEL
    if lengths[level].sum() >= lengths.sum() / 2:
        return 0.0
    best = int((near * lengths).sum(axis=1).argmax())
    offset = (angles[near[best]] - angles[best] + math.pi / 2) % math.pi - math.pi / 2
    angle = float(angles[best] + np.average(offset, weights=lengths[near[best]]))
    angle = (angle + math.pi / 2) % math.pi - math.pi / 2
    if abs(angle) <= _LEVEL:
        return 0.0
    return math.pi / 2 if math.pi / 2 - abs(angle) <= _SIDEWAYS else angle


def _line_height(boxes: Sequence[LineBox], otherwise: float) -> float:
    """Height that nearly all of the length of ``boxes`` reaches."""
    passed, limit = 0.0, _LOW_LINES * sum(box.along for box in boxes)
    for box in sorted(boxes, key=lambda box: box.across):
        passed += box.along
        if passed >= limit:
            return box.across
    return otherwise


def _hints(overview: Map, width: int, height: int) -> list[Area]:
    import cv2

    mask = cv2.dilate((overview > _HINT).astype(np.uint8), np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    step_x, step_y = width / overview.shape[1], height / overview.shape[0]
    found = []
    for outline in outlines:
        thin = min(cv2.minAreaRect(outline)[1])
        tall = _HEIGHT_OF_HINT * max(1.0, thin - 1.0) * min(step_x, step_y)
        by = min(_MOST_GROWTH * max(step_x, step_y), max(_LEAST_GROWTH, _GROWTH * tall))
        x, y, wide, high = cv2.boundingRect(outline)
        found.append(
            Area(
                max(0, math.floor(x * step_x - by)),
                max(0, math.floor(y * step_y - by)),
                min(width, math.ceil((x + wide) * step_x + by)),
                min(height, math.ceil((y + high) * step_y + by)),
                tall,
                tall >= _OBJECT * min(width, height),
            )
        )
    return found


def _apart(areas: list[Area]) -> list[Area]:
    """``areas`` with those that overlap joined, in reading order."""
    if len(areas) > _MOST_HINTS:
        return areas
    waiting, done = sorted(areas, key=lambda area: (area.y0, area.x0, area.y1, area.x1)), []
    while waiting:
        area = waiting.pop(0)
        other = next((one for one in waiting if _overlap(area, one)), None)
        if other is None:
            done.append(area)
            continue
        waiting.remove(other)
        waiting.insert(0, _joined(area, other))
    # A joined area may have grown into one that was done.
    return done if len(done) == len(areas) else _apart(done)


def _joined(one: Area, other: Area) -> Area:
    return Area(
        min(one.x0, other.x0),
        min(one.y0, other.y0),
        max(one.x1, other.x1),
        max(one.y1, other.y1),
        min(one.height, other.height),
        one.is_object or other.is_object,
    )


def _overlap(one: Area, other: Area) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1


def _inside(box: LineBox, area: Area) -> bool:
    return area.x0 <= box.x < area.x1 and area.y0 <= box.y < area.y1
