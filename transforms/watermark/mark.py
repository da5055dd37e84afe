"""One image to its variants: clean, marked and their counterfactual twins, all by the same path.

Decoded safely, turned upright, RGB, scaled where asked, printed on inside one box, encoded with the same
tables. What is drawn is keyed by the digest of the source image and the attempt, so no order and no shard
shows in the result."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from schemas.errors import ConfigError, RejectRecord
from schemas.finding import Box
from schemas.reasons import Reason, Stage
from schemas.watermark import (
    FIELDS,
    FieldReading,
    Identity,
    ImagePlan,
    Legibility,
    MarkBox,
    MarkedVariant,
    MarkLook,
    MarkMeasures,
    Variant,
)
from transforms.engines.protocols import RgbArray
from transforms.image.open import ImageLimits, open_pixels
from transforms.watermark.encode import LONGEST_SIDE, encode_jpeg
from transforms.watermark.font import MarkFont
from transforms.watermark.ink import Ink
from transforms.watermark.legibility import MarkReader, PrintedLine, View, legibility_of, read_mark
from transforms.watermark.mark_settings import MarkSettings, OnMiss
from transforms.watermark.paint import BLACK, WHITE, Paint, paint_for, painted
from transforms.watermark.place import overlap_with, place_mark
from transforms.watermark.printing import Printer, Texts, wanted_em
from transforms.watermark.style import Carrier, MarkStyle
from transforms.watermark.visibility import Ground

_LARGER: Final = 1.12
_FAINTER: Final = 0.94
_START: Final = {Legibility.READABLE: 0, Legibility.BORDERLINE: -4, Legibility.UNREADABLE: -9}
"""Steps of size from which a bucket is tried for."""
_JUDGED: Final = (Variant.MARKED, Variant.REFERENCE)
"""Read by OCR. Both must have the wanted legibility: a choice by one alone would tell them apart."""
_UNPRINTED: Final = (Carrier.METADATA, Carrier.LSB)
_RANK: Final = {Legibility.UNREADABLE: 0, Legibility.BORDERLINE: 1, Legibility.READABLE: 2}


@dataclass(frozen=True, slots=True)
class Printed:
    """One way to print the texts of an image: ``pixels`` of ``box`` by variant, ``inks`` of the same size
    (none for the placebo in the lowest bits), ``em`` and ``paint`` they came from."""

    box: MarkBox
    pixels: dict[Variant, RgbArray]
    inks: dict[Variant, Ink]
    em: float
    paint: Paint


@dataclass(frozen=True, slots=True)
class _Attempt:
    number: int
    printed: Printed
    encoded: dict[Variant, bytes]
    readings: dict[Variant, FieldReading]

    def away_from(self, wanted: Legibility) -> list[int]:
        """Of each that is judged, by how many buckets it is more (above 0) or less legible."""
        found = (legibility_of(reading, len(FIELDS)) for reading in self.readings.values())
        return [_RANK[legibility] - _RANK[wanted] for legibility in found]


class Marker:
    """Marks images. One object per worker process."""

    def __init__(
        self,
        settings: MarkSettings,
        key: bytes,
        reader: MarkReader | None = None,
        limits: ImageLimits | None = None,
    ) -> None:
        """``reader``: None: legibility is not measured. Raises ConfigError: a font that cannot be read, a
        wanted bucket without a reader or of a mark that is not printed."""
        self.settings = settings
        self._key = key
        self._reader = None if settings.style.carrier in _UNPRINTED else reader
        self._limits = limits or ImageLimits()
        self._printer = Printer(MarkFont(settings.font), key)
        if settings.bucket is not None and self._reader is None:
            remedy = "a wanted legibility needs a reader and a style that is printed"
            raise ConfigError("mark.bucket", settings.bucket.value, remedy)

    def check(self, identity: Identity) -> None:
        """Raises ConfigError if the font lacks a glyph for ``identity``."""
        if self.settings.style.carrier in (Carrier.TEXT, Carrier.TILED):
            self._printer.font.check(identity.lines())

    def mark(
        self,
        data: bytes,
        plan: ImagePlan,
        identity: Identity | None,
        reference: Identity | None,
        avoid: Sequence[Box] = (),
    ) -> tuple[tuple[MarkedVariant, bytes], ...]:
        """Every variant that the settings ask for and that has something to print, with its file.

        ``data``: the source file. ``avoid``: regions in pixels of the emitted image. Raises RejectRecord: the
        image cannot be opened, is smaller than the mark, or no attempt had the wanted legibility;
        ConfigError: the font lacks a glyph.
        """
        rgb = self._canvas(data)
        texts = self._texts(identity, reference)
        shown = {Variant.MARKED: identity, Variant.REFERENCE: reference}
        files = [(Variant.CLEAN, self._encode(rgb, ()))] if Variant.CLEAN in self.settings.variants else []
        if not texts:
            return tuple((_row(variant, file), file) for variant, file in files)
        for lines in texts.values():
            if self.settings.style.carrier in (Carrier.TEXT, Carrier.TILED):
                self._printer.font.check(lines)
        rows = [(_row(variant, file), file) for variant, file in files]
        if self.settings.style.carrier is Carrier.METADATA:
            for variant, lines in texts.items():
                file = self._encode(rgb, lines)
                rows.append((_row(variant, file, shown.get(variant)), file))
            return tuple(rows)
        found = self._best_attempt(rgb, plan.sha256, texts, avoid)
        look = self._look(found.printed, avoid)
        box = found.printed.box
        ground = Ground(rgb, box)
        for variant, file in found.encoded.items():
            measures = self._measures(ground, found, variant)
            rows.append((_row(variant, file, shown.get(variant), box, measures, look), file))
        return tuple(rows)

    def print_attempt(
        self, rgb: RgbArray, sha256: str, texts: Texts, attempt: int, strength: int, avoid: Sequence[Box]
    ) -> Printed:
        """The pixels of the box before encoding. ``strength``: steps larger (above 0), or smaller and fainter
        (below) than the style says."""
        style, name = self.settings.style, f"{sha256}/{attempt}"
        within = (rgb.shape[1], rgb.shape[0])
        if style.carrier is Carrier.LSB:
            return self._lowest_bits(rgb, texts, (sha256, str(attempt)), avoid)
        em = wanted_em(style, within, _LARGER**strength)
        inks, em = self._printer.print_all(texts, style, em, within, name)
        size = next(iter(inks.values())).size
        box = place_mark(rgb, size, style.placement, avoid, self._key, (sha256, str(attempt)))
        ground = _part(rgb, box)
        paint = paint_for(ground, style, _FAINTER ** max(0, -strength))
        pixels = {variant: painted(ground, ink, paint) for variant, ink in inks.items()}
        return Printed(box, pixels, inks, em, paint)

    def _lowest_bits(
        self, rgb: RgbArray, texts: Texts, names: tuple[str, ...], avoid: Sequence[Box]
    ) -> Printed:
        from transforms.watermark.lowest_bits import bit_box, write_bits

        size = bit_box(tuple(texts.values()))
        if size[0] > rgb.shape[1] or size[1] > rgb.shape[0]:
            raise RejectRecord(Stage.MARK_IMAGE, Reason.IMAGE_SMALLER_THAN_MARK)
        box = place_mark(rgb, size, self.settings.style.placement, avoid, self._key, names)
        pixels = {variant: write_bits(_part(rgb, box), lines) for variant, lines in texts.items()}
        return Printed(box, pixels, {}, 0.0, Paint(BLACK, 0, WHITE, 0))

    def _canvas(self, data: bytes) -> RgbArray:
        rgb = open_pixels(data, self._limits)
        longest, most = max(rgb.shape[:2]), self.settings.max_side
        if most is None or longest <= most:
            if longest > LONGEST_SIDE:
                raise RejectRecord(Stage.MARK_IMAGE, Reason.IMAGE_TOO_MANY_PIXELS)
            return rgb
        size = [max(1, round(side * most / longest)) for side in (rgb.shape[1], rgb.shape[0])]
        return np.asarray(Image.fromarray(rgb).resize((size[0], size[1]), Image.Resampling.BICUBIC))

    def _texts(self, identity: Identity | None, reference: Identity | None) -> Texts:
        texts: dict[Variant, tuple[str, ...]] = {}
        if identity is not None:
            lines = identity.lines()
            texts[Variant.MARKED] = lines
            texts[Variant.SCRAMBLED] = lines
            if Variant.LOREM in self.settings.variants:
                texts[Variant.LOREM] = self._printer.nonsense(lines, identity.identity_id)
        if reference is not None:
            texts[Variant.REFERENCE] = reference.lines()
        return {variant: texts[variant] for variant in self.settings.variants if variant in texts}

    def _encode(self, rgb: RgbArray, lines: Sequence[str]) -> bytes:
        exif = b""
        if self.settings.style.carrier is Carrier.METADATA:
            from transforms.watermark.metadata_print import exif_with

            exif = exif_with(lines)
        return encode_jpeg(rgb, self.settings.quality, self.settings.subsampling, exif)

    def _best_attempt(self, rgb: RgbArray, sha256: str, texts: Texts, avoid: Sequence[Box]) -> _Attempt:
        wanted = self.settings.bucket
        adaptive = self.settings.style.adaptive
        strength = _START[wanted] if wanted and adaptive else 0
        best: _Attempt | None = None
        for number in range(self.settings.attempts if wanted else 1):
            found = self._attempt(rgb, sha256, texts, number, strength, avoid)
            away = found.away_from(wanted) if wanted else []
            if wanted is None or not any(away):
                return found
            if best is None or _miss(found, wanted) < _miss(best, wanted):
                best = found
            if adaptive and number % 2:
                # Twice at another place, then stronger or weaker.
                strength += 1 if sum(away) < 0 else -1
        if best is None or self.settings.on_miss is OnMiss.REJECT:
            raise RejectRecord(Stage.MARK_IMAGE, Reason.MARK_LEGIBILITY_MISSED)
        return best

    def _attempt(
        self, rgb: RgbArray, sha256: str, texts: Texts, number: int, strength: int, avoid: Sequence[Box]
    ) -> _Attempt:
        printed = self.print_attempt(rgb, sha256, texts, number, strength, avoid)
        canvas = rgb.copy()
        encoded = {}
        for variant, pixels in printed.pixels.items():
            _part(canvas, printed.box)[:] = pixels
            encoded[variant] = self._encode(canvas, ())
        readings: dict[Variant, FieldReading] = {}
        if self._reader is not None:
            readings = {
                variant: self._read(encoded[variant], printed, variant, View.L336)
                for variant in _JUDGED
                if variant in encoded
            }
        return _Attempt(number + 1, printed, encoded, readings)

    def _read(self, file: bytes, printed: Printed, variant: Variant, view: View) -> FieldReading:
        assert self._reader is not None
        emitted = np.asarray(Image.open(io.BytesIO(file)))
        box = printed.box
        lines = [
            PrintedLine(spot.text, spot.x + box.x, spot.y + box.y, spot.width, spot.height)
            for spot in printed.inks[variant].lines
        ]
        return read_mark(self._reader, emitted, lines, view)

    def _measures(self, ground: Ground, found: _Attempt, variant: Variant) -> MarkMeasures:
        printed = found.printed
        seen = ground.measure(printed.pixels[variant], printed.inks.get(variant))
        l336 = found.readings.get(variant)
        views = self.settings.views if l336 is not None else ()
        read = {
            view: self._read(found.encoded[variant], printed, variant, view)
            for view in views
            if view is not View.L336
        }
        return MarkMeasures(
            psnr_box=seen.psnr_box,
            ssim_box=seen.ssim_box,
            delta_e=seen.delta_e,
            psnr=seen.psnr,
            ssim=seen.ssim,
            wcag=seen.wcag,
            weber=seen.weber,
            native=read.get(View.NATIVE),
            q448=read.get(View.Q448),
            l336=l336,
            legibility=None if l336 is None else legibility_of(l336, len(FIELDS)),
            attempts=found.number,
        )

    def _look(self, printed: Printed, avoid: Sequence[Box]) -> MarkLook:
        style: MarkStyle = self.settings.style
        return MarkLook(
            font_sha256=self._printer.font.sha256,
            em=printed.em,
            colour=printed.paint.colour,
            alpha=printed.paint.alpha,
            backing=style.backing.value,
            backing_alpha=printed.paint.backing_alpha,
            overlap=overlap_with(printed.box, avoid),
        )


def _miss(found: _Attempt, wanted: Legibility) -> tuple[int, float]:
    """How far an attempt is from the bucket: in buckets, then in characters."""
    away = found.away_from(wanted)
    error = sum(reading.cer for reading in found.readings.values())
    return sum(abs(steps) for steps in away), error if sum(away) < 0 else -error


def _part(rgb: RgbArray, box: MarkBox) -> RgbArray:
    return rgb[box.y : box.y + box.height, box.x : box.x + box.width]


def _row(
    variant: Variant,
    file: bytes,
    identity: Identity | None = None,
    box: MarkBox | None = None,
    measures: MarkMeasures | None = None,
    look: MarkLook | None = None,
) -> MarkedVariant:
    return MarkedVariant(
        variant=variant,
        sha256=hashlib.sha256(file).hexdigest(),
        size=len(file),
        identity_id=identity.identity_id if identity else None,
        box=box,
        measures=measures,
        look=look,
    )
