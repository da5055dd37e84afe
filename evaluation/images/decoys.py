"""The decoy attack on redacted values (after Hill et al., PoPETs 2016: text behind mosaic and blur).

The attacker has the published file, knows typeface, place and encoder, and holds 25 candidates of one form,
the true value among them. Each candidate is put in its place, hidden in the same way, and compared with what
was published, with sensor noise. Against a solid fill that says nothing the true value comes first in 1 of 25
cases. These decoys are no wider than the true value, so that what they say is not the width. JPEG gives a
value away where a coded block (8 pixels, 16 with halved chroma) lies half under the box: the half outside
keeps what the hidden print did to it when the source was coded.

The second attack uses the box alone: which candidate is as wide as the box asks for? A second per value.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from evaluation.figures import Figure, wilson
from evaluation.images.coverage import bounds
from evaluation.images.page import ink
from evaluation.images.persona import like
from evaluation.images.planted import GoldValue, PlantedImage, retake
from evaluation.images.product import policy
from evaluation.images.redaction import SIZE, ImageResult, results
from evaluation.text.persona_source import PersonaSource
from schemas.finding import Box, Quad, quad_of_box
from schemas.finding import bounds as bounds_of
from transforms.image.open import ImageLimits, open_image
from transforms.image.paint import paint
from transforms.image.raster import read_raster, write_raster
from transforms.image.reading_frame import sides
from transforms.image.regions import Region

DECOYS: Final = 24
_NOISE: Final = 2.5
_DRAWN: Final = 240
_MOST: Final = 200
"""Values that are attacked, spread over the set."""
_SEED: Final = 404


@dataclass(frozen=True, slots=True)
class Attacked:
    """One value: rank of the true one by pixels (1 is best), the file's format, and widths in pixels: of the
    true value, of decoys that may be wider, of the box. ``hit``: share of the cases in which the true one
    comes first, ties by lot. ``decided``: it can be told from at least one decoy by what is published."""

    rank: int
    form: str
    true_width: float
    decoy_widths: tuple[float, ...]
    box_width: float
    height: float
    hit: float = 0.0
    decided: bool = False


def measure(data: Path, size: int = SIZE) -> list[Figure]:
    """How often the true value comes first, against chance."""
    hidden = [
        (one, value.value)
        for one in results(data, size)
        if one.emitted
        for value in one.values
        if value.covered >= 0.9 and len(value.value.runs) == 1
    ]
    chosen = hidden[:: max(1, math.ceil(len(hidden) / _MOST))]
    source = PersonaSource(_SEED)
    attacked = [found for one, value in chosen if (found := attack(one, value, source)) is not None]
    by_width = sum(_hit(width_losses(attacked, at)) for at in range(len(attacked)))
    rows = [_first("true value first, by pixels", attacked)]
    for form in ("PNG", "JPEG"):
        rows.append(_first(f"  in {form}", [one for one in attacked if one.form == form]))
    return [
        *rows,
        _against_chance("true value first, by the width of the box", by_width, len(attacked)),
    ]


def _first(name: str, attacked: Sequence[Attacked]) -> Figure:
    told = sum(one.decided for one in attacked)
    said = f", {told} not alike with all decoys, {sum(one.hit == 1 for one in attacked)} of them first alone"
    return _against_chance(name, sum(one.hit for one in attacked), len(attacked), said)


def attack(one: ImageResult, value: GoldValue, source: PersonaSource) -> Attacked | None:
    """The attack on one value with one run; None where too few decoys fit in its place."""
    (run,) = value.runs
    true = one.image.page.runs[run].text
    drawn = [text for _ in range(_DRAWN) if (text := like(value.kind, true, source)) != true]
    widest = _ink_width(one.image, run, true) + 1
    decoys = [text for text in drawn if _ink_width(one.image, run, text) <= widest][:DECOYS]
    if len(decoys) < DECOYS:
        return None
    place = bounds(value.quads, 1.0)
    published = _crop(open_image(one.published, ImageLimits()).rgb, place)
    chance = np.random.default_rng(_SEED)
    seen = published + chance.normal(0.0, _NOISE, published.shape)
    losses = []
    for text in (true, *decoys):
        guess = hide(retake(one.image, run, text), one.regions)
        pixels = _crop(open_image(guess, ImageLimits()).rgb, place)
        losses.append(float(((pixels - seen) ** 2).mean()))
    widths = [_ink_width(one.image, run, text) for text in (true, *drawn[:DECOYS])]
    box = _box_over(place, one.boxes)
    height = bounds(value.quads).height
    form = "JPEG" if one.image.shot.quality else "PNG"
    decided = any(loss != losses[0] for loss in losses[1:])
    return Attacked(
        _rank(losses),
        form,
        widths[0],
        tuple(widths[1:]),
        float(box),
        float(height),
        _hit(losses),
        decided,
    )


def hide(data: bytes, regions: Sequence[Region]) -> bytes:
    """``data`` with ``regions`` filled as the product fills them."""
    raster = read_raster(data)
    painted = raster.pixels.copy()
    orientation = open_image(data, ImageLimits()).orientation
    paint(painted, raster, regions, policy(), orientation=orientation)
    return write_raster(raster, painted)


def ranked_by_width(attacked: Sequence[Attacked], at: int) -> int:
    """Rank of the true value by how well its width explains the box's."""
    return _rank(width_losses(attacked, at))


def width_losses(attacked: Sequence[Attacked], at: int) -> list[float]:
    """How far the width of the true value, then those of decoys, are from the box's, where the usual margin
    of a box (in heights of its print) is known from the other values."""
    margins = [
        (other.box_width - other.true_width) / other.height
        for index, other in enumerate(attacked)
        if index != at and other.height
    ]
    one = attacked[at]
    if not margins:
        return [0.0] * (1 + DECOYS)
    wide = one.box_width - statistics.median(margins) * one.height
    return [abs(width - wide) for width in (one.true_width, *one.decoy_widths)]


def _rank(losses: Sequence[float]) -> int:
    """Place of the first among all, smallest first; ties by lot, the same one every time."""
    lot = random.Random(repr(losses))
    ties = sum(loss == losses[0] for loss in losses[1:])
    return 1 + sum(loss < losses[0] for loss in losses[1:]) + lot.randint(0, ties)


def _hit(losses: Sequence[float]) -> float:
    """Share of the cases in which the first is drawn from those of the smallest loss."""
    least = min(losses)
    return 1 / sum(loss == least for loss in losses) if losses[0] == least else 0.0


def _against_chance(name: str, hits: float, total: int, said: str = "") -> Figure:
    """A share that may not exceed what chance gives in 97.5 % of cases. ``hits``: expected, ties by lot."""
    if not total:
        return Figure(name, 0.0, "<=", 0.0, "%", "no hidden value")
    low, high = wilson(round(hits), total)
    chance = 1 / (1 + DECOYS)
    bound = 100 * float(binom.ppf(0.975, total, chance)) / total
    count = f"{hits:.1f} of {total}{said}; chance {100 * chance:.0f} %, its bound is the target"
    return Figure(name, 100 * hits / total, "<=", round(bound, 2), "%", count, 100 * low, 100 * high)


def _crop(rgb: NDArray[np.uint8], box: Box) -> NDArray[np.float64]:
    part = rgb[max(0, box.y0) : box.y1, max(0, box.x0) : box.x1]
    return part.astype(np.float64)


def _ink_width(image: PlantedImage, run: int, text: str) -> float:
    left, right, _, _ = ink(replace(image.page.runs[run], text=text))
    return right[0] - left[0]


def _box_over(place: Box, boxes: Sequence[Box | Quad]) -> float:
    """Length of the longest box that meets the middle of ``place``."""
    x, y = (place.x0 + place.x1) / 2, (place.y0 + place.y1) / 2
    quads = [quad_of_box(box) if isinstance(box, Box) else box for box in boxes]
    over = [
        quad
        for quad in quads
        if bounds_of(quad).x0 <= x < bounds_of(quad).x1 and bounds_of(quad).y0 <= y < bounds_of(quad).y1
    ]
    return max((max(sides(quad)) for quad in over), default=0.0)
