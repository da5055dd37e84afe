"""What can be known of an image file without reading what is printed in it.

How the file is written, how large it is, how its pixels are distributed, and its colours: what a classifier
of no model uses on the splits of membership benchmarks (arXiv 2406.16201). Ink that can be read can also be
seen, so these are taken beside the mark; with the mark they are a family of their own.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from schemas.watermark import MarkBox
from transforms.image.open import ImageLimits, open_header, open_image

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_MARKERS: Final = ("icc_profile", "comment", "jfif", "adobe", "xmp")
_BLOCK: Final = 8
_MCU: Final = 16
"""A JPEG block with halved colours: ink changes the blocks it touches."""
_SPREAD: Final = 2
"""Pixels beside these blocks into which decoders smooth their colour."""
_FAR: Final = 2048
"""Pixels are looked at so far from the corner: of a very large image that is enough."""
_LEVELS: Final = (5, 25, 50, 75, 95)
_BINS: Final = 4
_TABLE: Final = 64
_HIGH: Final = 8
_GREY: Final = 128
_USUAL: Final = 90
_FULL: Final = 255


@dataclass(frozen=True, slots=True)
class BlindFeatures:
    """Numbers of one file, by family. ``container``: format, quantisation tables, subsampling, metadata.
    ``size``: width, height, and the bytes and bits per pixel that the file's own tables need for what lies
    beside the mark. ``pixels``: distribution of each channel, edges, high frequencies, steps between JPEG
    blocks, beside the mark. ``colours``: shares of 64 colours there. ``ink``: bytes of the file, and its
    pixels and colours with the mark."""

    container: tuple[float, ...]
    size: tuple[float, ...]
    pixels: tuple[float, ...]
    colours: tuple[float, ...]
    ink: tuple[float, ...]

    def by_family(self) -> Mapping[str, tuple[float, ...]]:
        """The numbers of each family, by its name."""
        return {family.name: getattr(self, family.name) for family in fields(self)}


def blind_features(
    data: bytes,
    left_out: MarkBox | None = None,
    limits: ImageLimits | None = None,
    *,
    metadata_left_out: bool = False,
) -> BlindFeatures:
    """The numbers of the file ``data``.

    ``left_out``: where the marked twin of the image has its mark; no family but ``ink`` depends on what lies
    there, or in the JPEG blocks it touches. ``metadata_left_out``: nor on EXIF, which some marks are written
    in. Raises RejectRecord as ``open_image`` does.
    """
    opened = open_image(data, limits or ImageLimits())
    header = open_header(data)
    rgb = np.ascontiguousarray(opened.rgb[:_FAR, :_FAR])
    keep = _outside(rgb.shape[0], rgb.shape[1], left_out)
    pixels, colours = _pixel_numbers(rgb, keep), _colour_shares(rgb, keep)
    stored, all_of_it = _bits(len(data), *opened.size), (pixels, colours)
    if left_out is not None:
        whole = np.ones_like(keep)
        all_of_it = _pixel_numbers(rgb, whole), _colour_shares(rgb, whole)
    return BlindFeatures(
        container=_container(header, opened.orientation, metadata_left_out),
        size=(*_bits(_bytes_beside(rgb, keep, header), *keep.shape), *_shape(*opened.size)),
        pixels=pixels,
        colours=colours,
        ink=(*stored, *all_of_it[0], *all_of_it[1]),
    )


def _container(header: Image.Image, orientation: int, metadata_left_out: bool) -> tuple[float, ...]:
    info = header.info
    tables, layers = _tables(header), getattr(header, "layer", None) or []
    first, second = tables.get(0, []), tables.get(1, [])
    exif = "exif" in info
    segments = len(getattr(header, "applist", ()))
    if metadata_left_out and exif:
        exif, segments, orientation = False, max(0, segments - 1), 1
    return (
        *(float(header.format == name) for name in _FORMATS),
        float(len(header.getbands())),
        float(len(tables)),
        *_table(first),
        *_table(second),
        float(layers[0][1] if layers else 0),
        float(layers[0][2] if layers else 0),
        float(exif),
        *(float(name in info) for name in _MARKERS),
        float(info.get("jfif_unit", 0)),
        float(bool(info.get("progressive"))),
        float(segments),
        float(orientation),
    )


def _tables(header: Image.Image) -> Mapping[int, list[int]]:
    return getattr(header, "quantization", None) or {}


def _table(values: list[int]) -> tuple[float, ...]:
    """Sum, first, largest and smallest step of a quantisation table."""
    if len(values) != _TABLE:
        return (0.0, 0.0, 0.0, 0.0)
    return (float(sum(values)), float(values[0]), float(max(values)), float(min(values)))


def _bits(stored: int, height: int, width: int) -> tuple[float, float]:
    """Logarithm of the bytes, and bits per pixel."""
    return math.log(max(1, stored)), 8 * stored / max(1, height * width)


def _shape(height: int, width: int) -> tuple[float, ...]:
    return math.log(max(1, height * width)), float(width), float(height), width / max(1, height)


def _bytes_beside(rgb: Pixels, keep: NDArray[np.bool_], header: Image.Image) -> int:
    """Bytes of a JPEG with the tables of the file, grey where nothing is to be looked at; 0 if that is
    everywhere."""
    if not keep.any():
        return 0
    shown = np.where(keep[:, :, None], rgb, np.uint8(_GREY))
    out = io.BytesIO()
    tables = {place: list(steps) for place, steps in _tables(header).items() if len(steps) == _TABLE}
    written = {"qtables": tables} if tables else {"quality": _USUAL}
    try:
        Image.fromarray(shown).save(out, "JPEG", **written)
    except (OSError, ValueError):
        # Tables with steps that the encoder does not write.
        out = io.BytesIO()
        Image.fromarray(shown).save(out, "JPEG", quality=_USUAL)
    return out.tell()


def _outside(height: int, width: int, box: MarkBox | None) -> NDArray[np.bool_]:
    """True where numbers may look: everywhere but in ``box``, widened to whole JPEG blocks. Nowhere if the
    mark covers the image: then its numbers are all 0."""
    keep = np.ones((height, width), np.bool_)
    if box is not None:
        left, top = (max(0, start // _MCU * _MCU - _SPREAD) for start in (box.x, box.y))
        right, bottom = (-(-end // _MCU) * _MCU + _SPREAD for end in (box.x + box.width, box.y + box.height))
        keep[top : max(0, bottom), left : max(0, right)] = False
    return keep


def _pixel_numbers(rgb: Pixels, keep: NDArray[np.bool_]) -> tuple[float, ...]:
    import cv2

    mask, seen = keep.view(np.uint8), max(1, _count(keep))
    numbers: list[float] = []
    for channel in range(3):
        counts = cv2.calcHist([rgb], [channel], mask, [_FULL + 1], [0, _FULL + 1])
        numbers += _distribution(np.asarray(counts, np.float64).ravel() / seen)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    for one, kept in ((grey, keep), (np.ascontiguousarray(grey.T), np.ascontiguousarray(keep.T))):
        numbers += _steps(one, kept)
    return (*numbers, *_high_frequencies(grey, keep))


def _count(mask: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(mask))


def _distribution(shares: NDArray[np.float64]) -> list[float]:
    """Mean, deviation, percentiles, and shares of black and white of a histogram of 256 levels."""
    levels = np.arange(_FULL + 1)
    mean = float(levels @ shares)
    deviation = math.sqrt(max(0.0, float((levels - mean) ** 2 @ shares)))
    below = np.searchsorted(np.cumsum(shares), np.array(_LEVELS) / 100 - 1e-9)
    return [mean, deviation, *(float(level) for level in below), float(shares[0]), float(shares[_FULL])]


def _steps(grey: Floats, keep: NDArray[np.bool_]) -> list[float]:
    """Between neighbours down the columns: mean and root mean square of the step, share of equal ones, mean
    change of the step, and how much larger steps are at the borders of JPEG blocks."""
    step = np.abs(grey[1:] - grey[:-1])
    both = keep[1:] & keep[:-1]
    count = _count(both)
    if not count:
        return [0.0] * 5
    borders = (slice(_BLOCK - 1, None, _BLOCK),)
    seen = step * both
    total, at_borders = float(seen.sum()), float(seen[borders].sum())
    on_borders = _count(both[borders])
    triples = both[1:] & both[:-1]
    change = np.abs(step[1:] - step[:-1]) * triples
    at = at_borders / max(1, on_borders)
    inside = (total - at_borders) / max(1, count - on_borders)
    return [
        total / count,
        math.sqrt(float((seen * step).sum()) / count),
        _count((step < 0.5) & both) / count,
        float(change.sum()) / max(1, _count(triples)),
        at / max(inside, 0.01) if 0 < on_borders < count else 1.0,
    ]


def _high_frequencies(grey: Floats, keep: NDArray[np.bool_]) -> list[float]:
    """Of whole 8 x 8 blocks: mean size of the coefficients of low, middle and high frequency, and the share
    of high ones that a quantisation has left at nothing."""
    rows, columns = grey.shape[0] // _BLOCK, grey.shape[1] // _BLOCK
    cut = (slice(rows * _BLOCK), slice(columns * _BLOCK))
    whole = keep[cut].reshape(rows, _BLOCK, columns, _BLOCK).all(axis=(1, 3))
    if not whole.any():
        return [0.0] * 4
    blocks = grey[cut].reshape(rows, _BLOCK, columns, _BLOCK).transpose(0, 2, 1, 3)[whole]
    # Both turns of all blocks at once: of a block of 64 numbers, by a 64 x 64 matrix.
    turn = _cosines()
    size = np.abs(blocks.reshape(-1, _BLOCK**2) @ np.kron(turn, turn).T)
    order = np.add.outer(np.arange(_BLOCK), np.arange(_BLOCK)).ravel()
    high = size[:, order > _HIGH]
    return [
        float(size[:, (order > 0) & (order <= _HIGH // 2)].mean()),
        float(size[:, (order > _HIGH // 2) & (order <= _HIGH)].mean()),
        float(high.mean()),
        float((high < 0.5).mean()),
    ]


def _cosines() -> Floats:
    """The 8 x 8 cosine transform of JPEG (orthonormal DCT-II)."""
    places = np.arange(_BLOCK)
    turn = np.cos(np.pi * np.outer(places, 2 * places + 1) / (2 * _BLOCK)) * math.sqrt(2 / _BLOCK)
    turn[0] /= math.sqrt(2)
    return turn.astype(np.float32)


def _colour_shares(rgb: Pixels, keep: NDArray[np.bool_]) -> tuple[float, ...]:
    """Shares of the 64 colours of four levels per channel."""
    import cv2

    counts = cv2.calcHist([rgb], [0, 1, 2], keep.view(np.uint8), [_BINS] * 3, [0, _FULL + 1] * 3)
    return tuple((np.asarray(counts, np.float64).ravel() / max(1, _count(keep))).tolist())
