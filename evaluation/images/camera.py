"""What a scan, a photograph and a save do to a page: turned, blurred, faint, noisy, compressed."""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation.images.page import Corners

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shot:
    """How a page is taken. ``angle`` in degrees; ``lean``: how much of its width or height a side gives way
    in perspective; ``quarters``: turns by 90 degrees after that; ``blur``, ``noise``: standard deviations
    in pixels and in levels of 255; ``quality`` of the JPEG, 0 for PNG; ``seed`` of noise and perspective."""

    angle: float = 0.0
    lean: float = 0.0
    quarters: int = 0
    blur: float = 0.0
    noise: float = 0.0
    quality: int = 0
    seed: int = 0


def take(page: NDArray[np.uint8], shot: Shot) -> bytes:
    """The file that ``shot`` makes of a drawn page."""
    import cv2

    height, width = page.shape[:2]
    matrix, (new_width, new_height) = _warp(width, height, shot)
    pixels: NDArray[Any] = page
    if shot.angle or shot.lean:
        pixels = cv2.warpPerspective(
            page, matrix, (new_width, new_height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
    pixels = np.rot90(pixels, shot.quarters)
    if shot.blur:
        pixels = cv2.GaussianBlur(np.ascontiguousarray(pixels), (0, 0), shot.blur)
    if shot.noise:
        grain = np.random.default_rng(shot.seed).normal(0.0, shot.noise, pixels.shape)
        pixels = np.clip(np.rint(pixels + grain), 0, 255)
    out = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(pixels, dtype=np.uint8))
    if shot.quality:
        picture.save(out, "JPEG", quality=shot.quality)
    else:
        picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def size_of(width: int, height: int, shot: Shot) -> tuple[int, int]:
    """Width and height of the file that ``shot`` makes of a page of ``width`` x ``height``."""
    new_width, new_height = _warp(width, height, shot)[1]
    return (new_height, new_width) if shot.quarters % 2 else (new_width, new_height)


def place(corners: Corners, width: int, height: int, shot: Shot) -> Corners:
    """Where ``corners`` of a page of ``width`` x ``height`` pixels stand in the file."""
    matrix, (w, h) = _warp(width, height, shot)
    placed = []
    for x, y in corners:
        u, v, s = matrix @ np.array([x, y, 1.0])
        u, v = float(u / s), float(v / s)
        # As numpy.rot90 turns, against the clock.
        u, v = {0: (u, v), 1: (v, w - u), 2: (w - u, h - v), 3: (h - v, u)}[shot.quarters % 4]
        placed.append((round(u, 2), round(v, 2)))
    first, second, third, fourth = placed
    return first, second, third, fourth


def _warp(width: int, height: int, shot: Shot) -> tuple[Matrix, tuple[int, int]]:
    """The matrix from the page to the picture before the quarter turns, and that picture's size."""
    if not shot.angle and not shot.lean:
        return np.eye(3), (width, height)
    chance = random.Random(f"{shot.seed}/lean")
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    moved = corners.copy()
    for index, (x, y) in enumerate(corners):
        inward = np.array([width if x == 0 else -width, height if y == 0 else -height], float)
        moved[index] += inward * shot.lean * np.array([chance.random(), chance.random()])
    turn = math.radians(shot.angle)
    moved = moved @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    moved -= moved.min(axis=0)
    size = np.ceil(moved.max(axis=0)).astype(int)
    return _homography(corners, moved), (int(size[0]), int(size[1]))


def _homography(source: NDArray[np.float64], target: NDArray[np.float64]) -> Matrix:
    """The projective map that takes four points to four points."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    solved = np.linalg.solve(np.array(rows, float), np.array(right, float))
    return np.append(solved, 1.0).reshape(3, 3)
