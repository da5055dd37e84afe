"""Fills regions of a raster, each as the policy says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.edit import Action, ImageEdit
from schemas.finding import Box, Quad
from schemas.policy import FaceFill, Policy, TextFill
from transforms.engines.protocols import OcrLine
from transforms.image.audit import hash_value
from transforms.image.coded_blocks import grid_of
from transforms.image.fill import fill_blur, fill_from_around, fill_pixelate, fill_solid, smooth_colour
from transforms.image.fill_region import FillContext, TextPlace, fill_region
from transforms.image.raster import Pixels, Raster, coded_brightness
from transforms.image.regions import PLATE, PRINT, Patch, Region, patch_of, quad_of

_AROUND: Final = 2.0
"""Ground around a text, in heights of its box, that other fills than solid may look at."""
_COLOUR_AROUND: Final = 24
"""Pixels around a coded block from which its colour is estimated."""
_FIRST: Final = (FaceFill.BLUR.value, FaceFill.PIXELATE.value)
"""Filled before the others, solid boxes last: they stay solid where they overlap a face or other print."""


def paint(
    pixels: Pixels,
    raster: Raster,
    regions: Sequence[Region],
    policy: Policy,
    *,
    orientation: int = 1,
    lines: Sequence[OcrLine] = (),
    key: bytes = b"",
) -> tuple[tuple[ImageEdit, ...], frozenset[str]]:
    """Fills ``regions`` of ``pixels`` (a copy of those of ``raster``) in place. Returns what was done and the
    keyed hashes of the values that were written. ``orientation``: EXIF's, of the file as it is stored."""
    grid = grid_of(raster.source, orientation, lossless=raster.lossless)
    if grid is not None and raster.mode != "RGB":
        # Colour is only taken away by itself where it can be told from brightness.
        grid = replace(grid, brightness=grid.colour)
    height, width = pixels.shape[:2]
    patches = []
    for region in regions:
        blocks = grid if region.finding.attribute in PRINT else None
        patch = patch_of(region, blocks, width, height)
        patches += [] if patch is None else [patch]
    patches.sort(key=_order)
    coded = coded_brightness(raster) if any(patch.colour is not None for patch in patches) else None
    patches = [_take_colour_away(pixels, raster, patch, patches, coded) for patch in patches]
    colour = raster.colour(policy.image.fill_rgb)
    edits: dict[ImageEdit, None] = {}
    written: set[str] = set()
    for patch in patches:
        attribute = patch.region.finding.attribute
        method = patch.region.method
        if method in (TextFill.INPAINT, TextFill.REPLACE):
            context = FillContext(TextFill(method), tuple(lines), key, (0, 0))
            text = _fill_text(pixels, raster, patch, patches, context)
            if text:
                written.add(hash_value(text, key))
            method = TextFill.SOLID.value if text is None else method
        if method == TextFill.SOLID:
            fill_solid(pixels, patch.box, colour, patch.mask)
        elif attribute == PLATE:
            fill_from_around(pixels, patch.box, mosaic=method == FaceFill.PIXELATE)
        elif method == FaceFill.BLUR:
            fill_blur(pixels, patch.box)
        elif method == FaceFill.PIXELATE:
            fill_pixelate(pixels, patch.box)
        quad = None if patch.region.upright else patch.region.quad
        edits[ImageEdit(0, patch.box, attribute, action_of(policy, attribute), method, quad)] = None
    return tuple(edits), frozenset(written)


def action_of(policy: Policy, attribute: str) -> Action:
    """What the policy does with ``attribute``: to redact is to act where it says nothing else."""
    return policy.mentions.get(attribute, Action.REDACT)


def _order(patch: Patch) -> tuple[int, tuple[int, ...], str, str, Quad]:
    box = patch.box
    place = (box.y0, box.x0, box.y1, box.x1)
    region = patch.region
    rank = 0 if region.method in _FIRST else 2 if region.method == TextFill.SOLID else 1
    return rank, place, region.finding.attribute, region.method, region.quad


def _fill_text(
    pixels: Pixels, raster: Raster, patch: Patch, patches: Sequence[Patch], context: FillContext
) -> str | None:
    """See ``fill_region``; the cut-out holds the patch and the ground around it."""
    by = round(_AROUND * min(patch.box.width, patch.box.height))
    window = _window(patch.box, by, pixels)
    part = pixels[window.y0 : window.y1, window.x0 : window.x1]
    rgb = raster.to_rgb(part)
    fill = _masks_in(window, [(patch.box, patch.mask)])
    hidden = _masks_in(window, _shapes(patches))
    first, second, third, fourth = ((x - window.x0, y - window.y0) for x, y in quad_of(patch.region.finding))
    place = TextPlace(patch.region.finding, (first, second, third, fourth), fill, hidden)
    moved = FillContext(context.method, context.lines, context.key, (window.x0, window.y0))
    text = fill_region(rgb, place, moved)
    if text is not None:
        part[fill] = raster.from_rgb(rgb)[fill]
    return text


def _take_colour_away(
    pixels: Pixels,
    raster: Raster,
    patch: Patch,
    patches: Sequence[Patch],
    coded: NDArray[np.uint8] | None,
) -> Patch:
    """Gives the pixels whose colour was coded together with hidden ones the colour of those around. Where
    that cannot be done, they are to be filled: they are part of the patch that is returned."""
    if patch.colour is None or patch.colour_box is None:
        return patch
    window = _window(patch.colour_box, _COLOUR_AROUND, pixels)
    part = pixels[window.y0 : window.y1, window.x0 : window.x1]
    taken = _masks_in(window, [(patch.colour_box, patch.colour)])
    painted = _masks_in(window, _shapes(patches))
    unknown = taken | painted | _masks_in(window, _colour_shapes(patches))
    rgb = raster.to_rgb(part)
    bright = None if coded is None else coded[window.y0 : window.y1, window.x0 : window.x1]
    smooth = smooth_colour(rgb, unknown, taken & ~painted, bright)
    if smooth is None:
        whole = _masks_in(patch.colour_box, [(patch.box, patch.mask), (patch.colour_box, patch.colour)])
        return replace(patch, box=patch.colour_box, mask=whole)
    part[taken] = raster.from_rgb(smooth)[taken]
    return patch


def _shapes(patches: Sequence[Patch]) -> Iterator[tuple[Box, NDArray[np.bool_]]]:
    return ((patch.box, patch.mask) for patch in patches)


def _colour_shapes(patches: Sequence[Patch]) -> Iterator[tuple[Box, NDArray[np.bool_]]]:
    for patch in patches:
        if patch.colour is not None and patch.colour_box is not None:
            yield patch.colour_box, patch.colour


def _window(box: Box, by: int, pixels: Pixels) -> Box:
    height, width = pixels.shape[:2]
    return Box(max(0, box.x0 - by), max(0, box.y0 - by), min(width, box.x1 + by), min(height, box.y1 + by))


def _masks_in(
    window: Box, shapes: Iterator[tuple[Box, NDArray[np.bool_]]] | list[tuple[Box, NDArray[np.bool_]]]
) -> NDArray[np.bool_]:
    """The union of ``shapes`` (a mask per box) inside ``window``."""
    union = np.zeros((window.height, window.width), bool)
    for box, mask in shapes:
        x0, y0 = max(window.x0, box.x0), max(window.y0, box.y0)
        x1, y1 = min(window.x1, box.x1), min(window.y1, box.y1)
        if x0 < x1 and y0 < y1:
            union[y0 - window.y0 : y1 - window.y0, x0 - window.x0 : x1 - window.x0] |= mask[
                y0 - box.y0 : y1 - box.y0, x0 - box.x0 : x1 - box.x0
            ]
    return union
