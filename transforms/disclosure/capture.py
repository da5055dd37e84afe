"""The capture channel: a printed page laid on a table, photographed by hand and saved as JPEG.

Perspective, the light of a room with a shadow over it, the moire of a sensor over print (a beat of two
gratings, Amidror 2009), focus, noise that grows with the light, compression. The page's pixels go through one
projective map, which is returned: with it every place of the page is known in the photograph.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from schemas.finding import Quad
from transforms.engines.protocols import RgbArray
from transforms.keyed import Draws

Plane = NDArray[np.float32]
Matrix = NDArray[np.float64]

_MARGIN: Final = (0.025, 0.07)
"""Of the page's longer side that the table shows around it, least and most."""
_LEAN: Final = 0.035
"""How much of its side a corner of the page is moved at most."""
_TURN: Final = 2.5
"""Degrees, at most, either way."""
_MOIRE: Final = (0.006, 0.022)
_BLUR: Final = (0.35, 0.8)
_NOISE: Final = (1.5, 4.0)
_QUALITY: Final = (72, 92)
_TABLES: Final = ((92, 66, 46), (58, 60, 66), (168, 148, 122), (112, 118, 122), (44, 52, 60), (136, 98, 64))


@dataclass(frozen=True, slots=True)
class Photograph:
    """A JPEG file; ``matrix`` takes a point of the page (x, y, 1) to a point of the file."""

    data: bytes
    width: int
    height: int
    matrix: Matrix


def photograph(page: RgbArray, draws: Draws) -> Photograph:
    """The photograph of ``page`` (height x width x 3) that ``draws`` decide."""
    import cv2

    matrix, width, height = _view(page.shape[1], page.shape[0], draws)
    table = _table(width, height, draws)
    _cast_shadow(table, matrix, page.shape[1], page.shape[0])
    seen = cv2.warpPerspective(
        page, matrix, (width, height), dst=table, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    light = _light(width, height, draws) * _moire(width, height, draws)
    grain = _grain(width, height, draws)
    blurred = cv2.GaussianBlur(seen, (0, 0), _between(draws, _BLUR, "blur"))
    planes = [
        cv2.add(cv2.multiply(plane, shade, dtype=cv2.CV_32F), grain, dtype=cv2.CV_8U)
        for plane, shade in zip(cv2.split(blurred), _tinted(light, draws), strict=True)
    ]
    noisy = cv2.merge(planes)
    out = io.BytesIO()
    Image.fromarray(noisy).save(out, "JPEG", quality=round(_between(draws, _QUALITY, "quality")))
    return Photograph(out.getvalue(), width, height, matrix)


def through(matrix: Matrix, quad: Quad) -> Quad:
    """Where ``quad`` of the page stands in the photograph."""
    points = np.array([(x, y, 1.0) for x, y in quad]) @ matrix.T
    first, second, third, fourth = ((float(x / s), float(y / s)) for x, y, s in points)
    return first, second, third, fourth


def _view(width: int, height: int, draws: Draws) -> tuple[Matrix, int, int]:
    """The map of the page into the photograph, and the photograph's size."""
    import cv2

    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    lean = np.array([[draws.uniform(f"lean {axis} {corner}") for axis in "xy"] for corner in range(4)]) * (
        _LEAN * min(width, height)
    )
    inward = np.sign(corners.mean(axis=0) - corners)
    angle = np.deg2rad((draws.uniform("turn") - 0.5) * 2 * _TURN)
    turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved = (corners + inward * lean) @ turned
    margins = [_between(draws, _MARGIN, f"margin {side}") * max(width, height) for side in range(4)]
    moved += np.array([margins[0], margins[1]]) - moved.min(axis=0)
    size = np.ceil(moved.max(axis=0) + np.array([margins[2], margins[3]])).astype(int)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    return np.asarray(matrix, np.float64), int(size[0]), int(size[1])


def _table(width: int, height: int, draws: Draws) -> RgbArray:
    """What the page lies on: one colour, streaked as wood or flecked as stone."""
    import cv2

    colour = np.array(_TABLES[draws.below(len(_TABLES), "table")], np.float32)
    across = (3, 90) if draws.uniform("streaks") < 0.6 else (48, 64)
    generator = _random(draws, "table")
    grown = np.zeros((height, width), np.float32)
    for finer, depth in ((1, 7), (6, 5)):
        coarse = generator.standard_normal((across[0] * finer, across[1] * finer), np.float32) * depth
        grown += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    shade = cv2.merge([(grown + part).astype(np.float32) for part in colour])
    return np.asarray(np.clip(shade, 0, 255), np.uint8)


def _cast_shadow(table: RgbArray, matrix: Matrix, wide: int, tall: int) -> None:
    """Darkens the table where the page keeps the light off it."""
    import cv2

    height, width = table.shape[:2]
    corners = np.array(through(matrix, ((0, 0), (wide, 0), (wide, tall), (0, tall)))) / 8 + 0.9
    mask = np.zeros((height // 8 + 1, width // 8 + 1), np.float32)
    cv2.fillConvexPoly(mask, np.round(corners).astype(np.int32), 0.55)
    soft = cv2.resize(cv2.GaussianBlur(mask, (0, 0), 1.6), (width, height), interpolation=cv2.INTER_LINEAR)
    table[:] = cv2.multiply(table, cv2.merge([1 - soft] * 3), dtype=cv2.CV_8U)


def _light(width: int, height: int, draws: Draws) -> Plane:
    """How bright each place is: a slope over the whole, and the soft shadow of a hand or a head."""
    import cv2

    # At an eighth of the size: light has no fine detail.
    wide, tall = max(2, width // 8), max(2, height // 8)
    y, x = np.mgrid[0 : 1 : complex(tall), 0 : 1 : complex(wide)].astype(np.float32)
    angle = 2 * np.pi * draws.uniform("light from")
    slope = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
    level = _between(draws, (0.86, 1.0), "level") + _between(draws, (0.05, 0.2), "slope") * slope
    side = 2 * np.pi * draws.uniform("shadow from")
    edge = (x - 0.5) * np.cos(side) + (y - 0.5) * np.sin(side) - _between(draws, (0.1, 0.45), "shadow at")
    wave = 0.03 * np.sin(2 * np.pi * (x * np.sin(side) - y * np.cos(side)) + 6 * draws.uniform("shadow form"))
    depth = _between(draws, (0.08, 0.3), "shadow")
    shadow = 1 - depth / (1 + np.exp(-(edge + wave) / _between(draws, (0.015, 0.06), "soft")))
    fine = cv2.resize((level * shadow).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(fine, np.float32)


def _moire(width: int, height: int, draws: Draws) -> Plane:
    """Faint bands, the beat of the print's raster and the sensor's."""
    depth = np.float32(_between(draws, _MOIRE, "moire"))
    angle = np.pi * draws.uniform("moire angle")
    period = _between(draws, (7.0, 26.0), "moire period")
    phase = 2 * np.pi * draws.uniform("moire phase")
    along = (np.arange(width) * (2 * np.pi * np.cos(angle) / period) + phase).astype(np.float32)
    down = (np.arange(height) * (2 * np.pi * np.sin(angle) / period)).astype(np.float32)
    # cos(a + b) as two outer products: one sine per row and column instead of one per pixel.
    bands = np.outer(np.cos(down), np.cos(along)) - np.outer(np.sin(down), np.sin(along))
    return np.asarray(1 + depth * bands, np.float32)


def _grain(width: int, height: int, draws: Draws) -> Plane:
    """Noise of the sensor, in levels of 255, the same in all colours."""
    drawn = _random(draws, "grain").standard_normal((height, width), np.float32)
    return np.asarray(drawn * np.float32(_between(draws, _NOISE, "noise")), np.float32)


def _tinted(light: Plane, draws: Draws) -> list[Plane]:
    """``light`` by colour, from a warm lamp to a cool sky."""
    warm = np.float32((draws.uniform("warmth") - 0.4) * 0.12)
    return [light * (1 + warm / 2), light, light * (1 - warm)]


def _between(draws: Draws, limits: tuple[float, float], name: str) -> float:
    low, high = limits
    return low + (high - low) * draws.uniform(name)


def _random(draws: Draws, name: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(int.from_bytes(draws.digest(name), "big")))
