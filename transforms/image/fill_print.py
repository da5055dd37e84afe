"""Ground painted over print, and other print on that ground."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from schemas.finding import Quad

Rgb = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_RING: Final = 12
"""Pixels around what is hidden from which its ground is estimated."""
_EDGE: Final = 2
"""Pixels right beside it that are not trusted: print may reach into them."""
_PLAIN: Final = 14.0
"""Levels by which a plain ground may differ from a plane, as the median over the ring."""
_LEAST_KNOWN: Final = 24
_RADIUS: Final = 4
_LEAST_HEIGHT: Final = 7.0
"""Pixels: print below this cannot be read, so there is nothing to be printed instead."""
_INK_SHARE: Final = 0.12
_INK_LEVELS: Final = 32
"""Ink is known to the nearest of these levels: which characters stood there must not show in it."""
_LEAST_CONTRAST: Final = 36.0
_NEUTRAL: Final = 48.0
"""Levels by which the channels of an ink that is taken for grey may differ."""
_LEAD: Final = 0.15
"""Where the first letter stands behind the start of a place, in its heights."""
_EM: Final = 32
"""Pixels per em at which text is drawn before it is put into its place."""
_BODY: Final = 0.96
"""Share of the height of a place that its text takes, from the top of capitals to the foot of descenders."""
_NARROWEST: Final = 0.55


def fill_ground(rgb: Rgb, fill: Mask, hidden: Mask) -> bool:
    """Fills ``fill`` of ``rgb`` (height x width x 3) with the ground around it, in place. What ``hidden``
    pixels hold has no part in it. False, and nothing done, where no ground is known."""
    import cv2

    near = cv2.dilate(hidden.astype(np.uint8), np.ones((2 * _EDGE + 1,) * 2, np.uint8)).astype(bool)
    far = cv2.dilate(hidden.astype(np.uint8), np.ones((2 * (_EDGE + _RING) + 1,) * 2, np.uint8)).astype(bool)
    ring = far & ~near
    if int(ring.sum()) < _LEAST_KNOWN:
        ring = ~hidden
        if int(ring.sum()) < _LEAST_KNOWN:
            return False
    plane, spread = _plane(rgb, ring)
    if spread <= _PLAIN:
        rgb[fill] = plane[fill]
        return True
    known = rgb.copy()
    known[hidden] = 0
    painted = cv2.inpaint(known, hidden.astype(np.uint8), _RADIUS, cv2.INPAINT_TELEA)
    rgb[fill] = painted[fill]
    return True


def _plane(rgb: Rgb, ring: Mask) -> tuple[Rgb, float]:
    """A plane of brightness per channel through the pixels of ``ring``, without those that stand out, and by
    how much the ring differs from it."""
    ys, xs = np.nonzero(ring)
    if len(ys) > 4000:
        step = len(ys) // 4000 + 1
        ys, xs = ys[::step], xs[::step]
    values = rgb[ys, xs].astype(np.float64)
    middle = np.median(values, axis=0)
    off = np.abs(values - middle).max(axis=1)
    kept = off <= max(6.0, 2.5 * float(np.median(off)))
    places = np.stack([xs, ys, np.ones(len(xs))], axis=1).astype(np.float64)
    found, *_ = np.linalg.lstsq(places[kept], values[kept], rcond=None)
    rest = np.abs(places @ found - values).max(axis=1)
    height, width = ring.shape
    grid = np.stack([*np.meshgrid(np.arange(width), np.arange(height)), np.ones((height, width))], axis=-1)
    plane = np.clip(np.rint(grid @ found), 0, 255).astype(np.uint8)
    return plane, float(np.quantile(rest, 0.75))


def fill_text(rgb: Rgb, fill: Mask, hidden: Mask, quad: Quad, text: str) -> bool:
    """Fills ``fill`` with the ground and prints ``text`` on it along ``quad`` (the corners of the print that
    stood there, clockwise from its own top left), in its colour and size, narrower where it is long. False,
    and nothing done, where it could not be read, or where no ground is known."""
    height = min(math.dist(quad[0], quad[3]), math.dist(quad[1], quad[2]))
    if height < _LEAST_HEIGHT or not text.strip():
        return False
    before = rgb.copy()
    if not fill_ground(rgb, fill, hidden):
        return False
    length = max(4.0, _free_length(fill, quad) - _LEAD * height)
    drawn = _drawn(text)
    scale = _BODY * height / drawn.shape[0]
    wide = min(drawn.shape[1] * scale, length)
    if wide < drawn.shape[1] * scale * _NARROWEST:
        scale *= wide / (drawn.shape[1] * scale * _NARROWEST)
    alpha = _placed(drawn, quad, wide, scale * drawn.shape[0], fill.shape) * fill
    ink = _ink(before, rgb, fill, quad)
    rgb[...] = np.rint(rgb * (1 - alpha[:, :, None]) + ink * alpha[:, :, None]).astype(np.uint8)
    return True


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_EM)


def _drawn(text: str) -> NDArray[np.float32]:
    """``text`` in black on white as shares of ink, from the top of capitals to the foot of descenders."""
    font = _font()
    _, top, _, bottom = font.getbbox("Hgjp(")
    left, _, right, _ = font.getbbox(text)
    size = (max(1, math.ceil(right - left)), max(1, math.ceil(bottom - top)))
    image = Image.new("L", size, 0)
    ImageDraw.Draw(image).text((-left, -top), text, fill=255, font=font)
    return np.asarray(np.asarray(image, np.float32) / 255, np.float32)


def _free_length(fill: Mask, quad: Quad) -> float:
    """Pixels from the start of the print to the end of what is filled, in its direction."""
    along = max(1e-6, math.dist(quad[0], quad[1]))
    ux, uy = (quad[1][0] - quad[0][0]) / along, (quad[1][1] - quad[0][1]) / along
    x, y = (quad[0][0] + quad[3][0]) / 2, (quad[0][1] + quad[3][1]) / 2
    length = 0.0
    height, width = fill.shape
    while True:
        column, row = math.floor(x + ux * (length + 1)), math.floor(y + uy * (length + 1))
        if not (0 <= column < width and 0 <= row < height and fill[row, column]):
            return max(length - 1, min(along, 8.0))
        length += 1


def _placed(
    drawn: NDArray[np.float32], quad: Quad, wide: float, high: float, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """``drawn`` as it lies along the upper left of ``quad``: shares of ink, as large as ``shape``."""
    import cv2

    a, b, _, d = (np.array(corner, np.float64) for corner in quad)
    u = (b - a) / max(1e-6, float(np.linalg.norm(b - a)))
    v = (d - a) / max(1e-6, float(np.linalg.norm(d - a)))
    start = a + v * (float(np.linalg.norm(d - a)) - high) / 2 + u * _LEAD * high
    target = np.array([start, start + u * wide, start + v * high], np.float32) - 0.5
    rows, columns = drawn.shape
    shrink = max(1, round(min(rows / max(1.0, high), columns / max(1.0, wide))))
    if shrink > 1:
        drawn = np.asarray(cv2.blur(drawn, (shrink, shrink)), np.float32)
    source = np.array([[0, 0], [columns, 0], [0, rows]], np.float32) - 0.5
    moved = cv2.warpAffine(
        drawn, cv2.getAffineTransform(source, target), (shape[1], shape[0]), flags=cv2.INTER_LINEAR
    )
    return np.asarray(moved, np.float32)


def _ink(before: Rgb, ground: Rgb, fill: Mask, quad: Quad) -> NDArray[np.float64]:
    """The colour of what stood out most from the ground, to the nearest of a few levels; black or white where
    nothing did."""
    inside = fill & _inside(quad, fill.shape)
    old, new = before[inside].astype(np.float64), ground[inside].astype(np.float64)
    middle = new.mean(axis=0) if len(new) else np.full(3, 255.0)
    far = np.abs(old - new).sum(axis=1)
    count = max(1, round(_INK_SHARE * len(far)))
    if len(far):
        strongest = old[np.argsort(-far, kind="stable")[:count]]
        ink = np.median(strongest, axis=0)
        ink = np.full(3, ink.mean()) if float(np.ptp(ink)) < _NEUTRAL else ink
        ink = np.clip(np.rint(ink / _INK_LEVELS) * _INK_LEVELS, 0, 255)
        if float(np.abs(ink - middle).max()) >= _LEAST_CONTRAST:
            return np.asarray(ink, np.float64)
    return np.full(3, 0.0 if middle.mean() > 127 else 255.0)


def _inside(quad: Quad, shape: tuple[int, ...]) -> Mask:
    import cv2

    plane = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(plane, np.rint(np.array(quad)).astype(np.int32), 1)
    return plane.astype(bool)
