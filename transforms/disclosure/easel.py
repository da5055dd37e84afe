"""Paints round, turned and flat bodies with light on them. Coordinates are shares of the picture's height."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.floating[Any]]
Colour = tuple[int, int, int]

_LIGHT: Final = (-0.48, -0.58, 0.66)
"""Where the light comes from, a unit vector: x to the right, y down, z towards the viewer."""


class Easel:
    """A picture of ``width`` x ``height`` pixels, from a ground of two colours, one above the other."""

    def __init__(self, width: int, height: int, top: Colour, bottom: Colour) -> None:
        self.width, self.height = width, height
        ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
        upper, lower = np.array(top, np.float32), np.array(bottom, np.float32)
        self._pixels = np.ascontiguousarray(
            np.broadcast_to(upper + (lower - upper) * ramp, (height, width, 3)), np.float32
        )

    @property
    def aspect(self) -> float:
        """Width as a share of the height: where the picture's right edge is."""
        return self.width / self.height

    def pixels(self, grain: Plane) -> NDArray[np.uint8]:
        """The picture with ``grain`` (height x width, in levels of 255) on it."""
        return np.asarray(np.clip(self._pixels + grain[:, :, None], 0, 255), np.uint8)

    def band(self, y: float, top: Colour, bottom: Colour) -> None:
        """Everything below ``y``: a table, water, a meadow."""
        start = round(y * self.height)
        ramp = np.linspace(0, 1, self.height - start, dtype=np.float32)[:, None, None]
        upper, lower = np.array(top, np.float32), np.array(bottom, np.float32)
        self._pixels[start:] = upper + (lower - upper) * ramp

    def relief(self, y0: float, y1: float, pattern: Plane) -> None:
        """Multiplies a horizontal strip by 1 + ``pattern`` (any size; it is stretched)."""
        import cv2

        rows = slice(round(y0 * self.height), round(y1 * self.height))
        tall = self._pixels[rows].shape[0]
        stretched = cv2.resize(pattern, (self.width, tall), interpolation=cv2.INTER_CUBIC)
        self._pixels[rows] *= 1 + stretched[:, :, None]

    def ball(self, x: float, y: float, rx: float, ry: float, colour: Colour, shine: float = 0.5) -> None:
        """An ellipsoid."""
        place = self._place(x - rx, y - ry, x + rx, y + ry)
        if place is None:
            return
        rows, columns, px, py = place
        u, v = (px - x) / rx, (py - y) / ry
        far = np.sqrt(u * u + v * v)
        deep = np.sqrt(np.clip(1 - far * far, 0, 1))
        lit = _lambert(u, v, deep)
        glint = shine * np.clip(lit, 0, 1) ** 24
        edge = np.clip((1 - far) * min(rx, ry) * self.height + 0.5, 0, 1)
        self._lay(rows, columns, edge, _shaded(colour, lit, glint))

    def petal(self, x: float, y: float, long: float, wide: float, angle: float, colour: Colour) -> None:
        """A flat ellipse, ``long`` along ``angle`` (radians), a little darker at its near end."""
        reach = max(long, wide)
        place = self._place(x - reach, y - reach, x + reach, y + reach)
        if place is None:
            return
        rows, columns, px, py = place
        u = ((px - x) * np.cos(angle) + (py - y) * np.sin(angle)) / long
        v = ((py - y) * np.cos(angle) - (px - x) * np.sin(angle)) / wide
        far = np.sqrt(u * u + v * v)
        edge = np.clip((1 - far) * wide * self.height + 0.5, 0, 1)
        tone = 0.86 + 0.14 * u - 0.08 * np.abs(v)
        self._lay(rows, columns, edge, np.array(colour, np.float32) * tone[:, :, None])

    def turned(
        self,
        x: float,
        top: float,
        bottom: float,
        radius: Callable[[Plane], Plane],
        colour: Colour,
        shine: float,
    ) -> None:
        """A body turned on a lathe: ``radius`` of heights from 0 (top) to 1 (bottom)."""
        steps = np.linspace(0, 1, 64, dtype=np.float32)
        widest = float(radius(steps).max())
        foot = 0.16 * float(radius(steps[-1:])[0])
        place = self._place(x - widest, top, x + widest, bottom + foot)
        if place is None:
            return
        rows, columns, px, py = place
        along = np.clip((py - top) / (bottom - top), 0, 1)
        wide = np.maximum(radius(along), 1e-4)
        u = (px - x) / wide
        # The foot is an ellipse seen from above: it hangs lowest in the middle.
        over = bottom + foot * np.sqrt(np.clip(1 - u * u, 0, 1)) - py
        edge = np.clip((1 - np.abs(u)) * wide * self.height + 0.5, 0, 1)
        edge = edge * np.clip(over * self.height + 0.5, 0, 1)
        lit = _lambert(u, np.full_like(u, -0.25), np.sqrt(np.clip(1 - u * u, 0, 1)))
        glint = shine * np.exp(-(((u + 0.45) / 0.09) ** 2))
        self._lay(rows, columns, edge.astype(np.float32), _shaded(colour, lit, glint))

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """A flat ellipse of one colour."""
        place = self._place(x - rx, y - ry, x + rx, y + ry)
        if place is None:
            return
        rows, columns, px, py = place
        far = np.sqrt(((px - x) / rx) ** 2 + ((py - y) / ry) ** 2)
        edge = np.clip((1 - far) * min(rx, ry) * self.height + 0.5, 0, 1)
        self._lay(rows, columns, edge, np.broadcast_to(np.array(colour, np.float32), (*edge.shape, 3)))

    def glow(self, x: float, y: float, rx: float, ry: float, colour: Colour, strength: float) -> None:
        """A soft spot: light, a flame's halo; dark colours make a shadow."""
        place = self._place(x - 2.5 * rx, y - 2.5 * ry, x + 2.5 * rx, y + 2.5 * ry)
        if place is None:
            return
        rows, columns, px, py = place
        soft = strength * np.exp(-(((px - x) / rx) ** 2 + ((py - y) / ry) ** 2))
        self._lay(rows, columns, soft, np.broadcast_to(np.array(colour, np.float32), (*soft.shape, 3)))

    def shape(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """A polygon of one colour."""
        import cv2

        mask = np.zeros((self.height, self.width), np.uint8)
        corners = np.round(np.array(points) * self.height * 16).astype(np.int32)
        cv2.fillPoly(mask, [corners], 255, lineType=cv2.LINE_AA, shift=4)
        edge = mask.astype(np.float32) / 255
        everything = slice(0, self.height), slice(0, self.width)
        self._lay(*everything, edge, np.broadcast_to(np.array(colour, np.float32), (*edge.shape, 3)))

    def ridge(self, tops: Plane, colour: Colour, foot: Colour) -> None:
        """Everything below a line: ``tops`` are its heights from left to right (any number; stretched)."""
        import cv2

        line = cv2.resize(tops[None, :], (self.width, 1), interpolation=cv2.INTER_LINEAR)[0] * self.height
        rows = np.arange(self.height, dtype=np.float32)[:, None]
        edge = np.clip(rows - line[None, :] + 0.5, 0, 1)
        depth = np.clip((rows / self.height - float(tops.min())) / 0.4, 0, 1)[:, :, None]
        upper, lower = np.array(colour, np.float32), np.array(foot, np.float32)
        tones = np.broadcast_to(upper + (lower - upper) * depth, (self.height, self.width, 3))
        self._lay(slice(0, self.height), slice(0, self.width), edge, tones)

    def _place(self, x0: float, y0: float, x1: float, y1: float) -> tuple[slice, slice, Plane, Plane] | None:
        """Rows and columns of a box, and the coordinates of its pixels; None where it is outside."""
        top, bottom = max(0, int(y0 * self.height) - 2), min(self.height, int(y1 * self.height) + 3)
        left, right = max(0, int(x0 * self.height) - 2), min(self.width, int(x1 * self.height) + 3)
        if top >= bottom or left >= right:
            return None
        px = ((np.arange(left, right, dtype=np.float32) + 0.5) / self.height)[None, :]
        py = ((np.arange(top, bottom, dtype=np.float32) + 0.5) / self.height)[:, None]
        wide, tall = (
            np.broadcast_to(px, (bottom - top, right - left)),
            np.broadcast_to(py, (bottom - top, right - left)),
        )
        return slice(top, bottom), slice(left, right), wide, tall

    def _lay(self, rows: slice, columns: slice, share: Plane, tones: Plane) -> None:
        region = self._pixels[rows, columns]
        region += (tones - region) * share[:, :, None]


def _lambert(u: Plane, v: Plane, w: Plane) -> Plane:
    x, y, z = _LIGHT
    return np.asarray(u * x + v * y + w * z, np.float32)


def _shaded(colour: Colour, lit: Plane, glint: Plane) -> Plane:
    tone = 0.42 + 0.66 * np.clip(lit, 0, 1)
    body = np.array(colour, np.float32) * tone[:, :, None]
    return np.asarray(body + (250 - body) * np.clip(glint, 0, 1)[:, :, None], np.float32)
