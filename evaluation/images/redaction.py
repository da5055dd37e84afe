"""Planted values: are they covered, is harmless print left alone, can anybody read what is published?

    python -m evaluation.images.redaction DATA [IMAGES]

prints every missed value of the tuning half with the cause (all persons are invented); the figures come from
``evaluation.image_quality``. About two seconds per image on one core; the parts share one pass over the set.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from evaluation.figures import Figure, share
from evaluation.images.coverage import covered_share, painted_mask
from evaluation.images.legible import (
    READ_ERROR,
    is_legible,
    read_error,
    read_with_tesseract,
    tesseract,
    unturned,
    unturned_quads,
)
from evaluation.images.planted import (
    DIFFICULTIES,
    HELD_OUT,
    TUNING,
    GoldValue,
    PlantedImage,
    free_photos,
    plant,
)
from evaluation.images.product import (
    Outcome,
    filled,
    first_try,
    left_after_first_try,
    protect,
    remembering_ocr,
)
from schemas.finding import Box, Quad
from transforms.engines.protocols import RgbArray
from transforms.image.open import ImageLimits, open_image
from transforms.image.regions import Region

SIZE: Final = 220
"""Images of a full measurement, half of them of each seed."""
COVERED: Final = 0.9
_TOUCHED: Final = 0.1
TURNED = "stands turned by 90 or 180 degrees"
NOT_READ = "the engine does not read it"
NOT_RECOGNISED = "read, but not recognised"
PARTLY = "recognised, but partly outside the box"
CAUSES: Final = (TURNED, NOT_READ, NOT_RECOGNISED, PARTLY)


@dataclass(frozen=True, slots=True)
class ValueResult:
    """One planted value: the share of its ink area that is covered, and whether it could be read at its
    place before and after. ``after_tesseract`` is None where that program is not installed. ``turned``: not
    upright in the file."""

    value: GoldValue
    covered: float
    before: bool
    after: bool
    after_tesseract: bool | None
    turned: bool

    @property
    def cause(self) -> str:
        """Why the value is not covered; empty if it is."""
        if self.covered >= COVERED:
            return ""
        if self.turned:
            return TURNED
        if self.covered >= 0.3:
            return PARTLY
        return NOT_RECOGNISED if self.before else NOT_READ


@dataclass(frozen=True, slots=True)
class ImageResult:
    """One planted image, cleaned. ``boxes``: those filled; ``harmless``: covered share per
    line, at the end and after the first try. ``asked_for_more``: detectors that made further tries needed."""

    image: PlantedImage
    half: int
    boxes: tuple[Box | Quad, ...]
    regions: tuple[Region, ...]
    emitted: bool
    published: bytes
    values: tuple[ValueResult, ...]
    harmless: tuple[float, ...]
    harmless_at_first: tuple[float, ...]
    asked_for_more: tuple[str, ...]


@cache
def results(data: Path, size: int) -> tuple[ImageResult, ...]:
    """The set of ``size`` images, half per seed, each cleaned and read again."""
    photos = free_photos(data)
    return tuple(
        result_of(image, seed) for seed in (TUNING, HELD_OUT) for image in plant(seed, size // 2, photos)
    )


def result_of(image: PlantedImage, half: int) -> ImageResult:
    """Cleans one image and looks at what is left of its values."""
    outcome = protect(image.data)
    first = filled(first_try(outcome, image.data).edits)
    boxes = filled(outcome.cleaned.edits) if outcome.emitted else first
    mask = painted_mask(image.width, image.height, boxes)
    early = painted_mask(image.width, image.height, first)
    before = _reader(outcome.opened.rgb, image)
    after, by_tesseract = _readers_of_published(outcome, image)
    values = tuple(
        ValueResult(
            value,
            covered_share(mask, value.quads),
            before(value),
            after(value),
            by_tesseract(value),
            bool(image.shot.quarters),
        )
        for value in image.values
    )
    cleaned = outcome.cleaned
    return ImageResult(
        image=image,
        half=half,
        boxes=boxes,
        regions=cleaned.regions,
        emitted=outcome.emitted,
        published=cleaned.data,
        values=values,
        harmless=tuple(covered_share(mask, [line.quad]) for line in image.harmless),
        harmless_at_first=tuple(covered_share(early, [line.quad]) for line in image.harmless),
        asked_for_more=() if boxes == first else left_after_first_try(outcome, image.data),
    )


def _reader(rgb: RgbArray, image: PlantedImage) -> Callable[[GoldValue], bool]:
    """Tells whether the engine reads a value in ``rgb``, turned the right way up."""
    quarters = image.shot.quarters
    lines = remembering_ocr().read(unturned(rgb, quarters))

    def legible(value: GoldValue) -> bool:
        quads = unturned_quads(value.quads, quarters, image.width, image.height)
        return is_legible(value.text.replace("\n", " "), quads, lines)

    return legible


def _readers_of_published(
    outcome: Outcome, image: PlantedImage
) -> tuple[Callable[[GoldValue], bool], Callable[[GoldValue], bool | None]]:
    """The same for the published file, by the engine and by Tesseract; nothing is read in a held back one."""
    if not outcome.emitted:
        return lambda _: False, lambda _: False if tesseract() else None
    rgb = open_image(outcome.cleaned.data, ImageLimits()).rgb
    if tesseract() is None:
        return _reader(rgb, image), lambda _: None
    text = read_with_tesseract(unturned(rgb, image.shot.quarters))
    return _reader(rgb, image), lambda value: read_error(value.text, text) <= READ_ERROR


def measure_covered(data: Path, size: int = SIZE) -> list[Figure]:
    """Values covered per half, type and difficulty; causes of misses; harmless lines touched."""
    images = results(data, size)
    rows = [_covered("values covered, all", images)]
    for name, seed in (("tuning", TUNING), ("held-out", HELD_OUT)):
        rows.append(_covered(f"values covered, {name} half", [one for one in images if one.half == seed]))
    found: dict[str, list[ValueResult]] = {}
    for one in images:
        for value in one.values:
            found.setdefault(value.value.kind, []).append(value)
    rows += [_row(f"  {kind}", found[kind]) for kind in sorted(found)]
    for difficulty in dict.fromkeys(DIFFICULTIES):
        some = [one for one in images if one.image.difficulty == difficulty]
        rows += [_covered(f"  {difficulty}", some)] if some else []
    for scene in sorted({one.image.scene for one in images}):
        rows.append(_covered(f"  {scene}", [one for one in images if one.image.scene == scene]))
    total = sum(len(one.values) for one in images)
    causes = Counter(value.cause for one in images for value in one.values)
    rows += [share(f"missed: {why}", causes[why], total, "<=", 1) for why in CAUSES]
    return rows + _collateral(images)


def measure_readable(data: Path, size: int = SIZE) -> list[Figure]:
    """Values that can still be read at their place in what is published."""
    values = [value for one in results(data, size) for value in one.values]
    rows = [
        share("values the engine reads before", sum(v.before for v in values), len(values), ">=", 98),
        share("values the engine reads after", sum(v.after for v in values), len(values), "<=", 0),
    ]
    if tesseract() is not None:
        read = sum(v.after_tesseract is True for v in values)
        rows.append(share("values Tesseract reads after, at 2x", read, len(values), "<=", 0))
    return rows


def _collateral(images: Sequence[ImageResult]) -> list[Figure]:
    lines = [covered for one in images for covered in one.harmless]
    early = [covered for one in images for covered in one.harmless_at_first]
    blunter = sum(bool(one.asked_for_more) for one in images)
    return [
        share(
            "harmless lines touched (10 % of their ink)",
            sum(c >= _TOUCHED for c in lines),
            len(lines),
            "<=",
            3,
        ),
        share("  after the first try", sum(c >= _TOUCHED for c in early), len(lines), "<=", 3),
        share("  images that needed further tries", blunter, len(images), "<=", 2),
        share("harmless lines more than half covered", sum(c >= 0.5 for c in lines), len(lines), "<=", 3),
        share("images held back", sum(not one.emitted for one in images), len(images), "<=", 2),
    ]


def _covered(name: str, images: Sequence[ImageResult]) -> Figure:
    return _row(name, [value for one in images for value in one.values])


def _row(name: str, values: Sequence[ValueResult]) -> Figure:
    return share(name, sum(value.covered >= COVERED for value in values), len(values), ">=", 98)


def _misses(images: Sequence[ImageResult]) -> Iterator[str]:
    for one in images:
        at = f"{one.image.name} {one.image.scene}, {one.image.difficulty}"
        at += "" if one.emitted else ", held back"
        for value in one.values:
            if value.cause or value.after:
                still = " STILL READ" if value.after else ""
                shown = value.value.text.replace("\n", " / ")
                why = f"{value.cause or 'covered'}{still}"
                yield f"{why} | {value.value.kind} | {shown} | {value.covered:.2f} | {at}"
        if one.asked_for_more:
            yield f"further tries for {', '.join(one.asked_for_more)} | {at}"
        for line, covered in zip(one.image.harmless, one.harmless, strict=True):
            if covered >= _TOUCHED:
                yield f"harmless | {line.text} | {covered:.2f} | {at}"


def main() -> int:
    """Prints the misses of the tuning half, the same cause together."""
    if len(sys.argv) < 2:
        sys.stderr.write("usage: python -m evaluation.images.redaction DATA [IMAGES]\n")
        return 2
    count = int(sys.argv[2]) if len(sys.argv) > 2 else SIZE // 2
    photos = free_photos(Path(sys.argv[1]))
    made = [result_of(image, TUNING) for image in plant(TUNING, count, photos)]
    sys.stdout.write("".join(f"{line}\n" for line in sorted(_misses(made))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
