"""From texts and a style to ink of one size: what the variants of an image have in common."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np

from schemas.errors import RejectRecord
from schemas.reasons import Reason, Stage
from schemas.watermark import Variant
from transforms import keyed
from transforms.watermark.font import MarkFont
from transforms.watermark.ink import Ink, fitted, print_lines, shuffled, tiled
from transforms.watermark.legibility import LLAVA_SIDE
from transforms.watermark.nonsense import nonsense_lines
from transforms.watermark.style import Backing, Carrier, MarkStyle

Texts = Mapping[Variant, tuple[str, ...]]
"""What each variant prints. The scrambled one has the text whose ink it shuffles."""

SMALLEST_EM: Final = 5.0
"""Pixels of a letter (em) below which nothing is printed; of a module of a code it is 1."""
_KEPT_BYTES: Final = 64 * 1024 * 1024
_KEPT_TEXTS: Final = 4096


class Printer:
    """Prints in one font, and keeps what it printed: the same identities come again and again."""

    def __init__(self, font: MarkFont, key: bytes) -> None:
        self.font = font
        self._key = key
        self._kept: OrderedDict[tuple[object, ...], Ink] = OrderedDict()
        self._bytes = 0
        self.nonsense = lru_cache(maxsize=_KEPT_TEXTS)(self._nonsense)

    def print_all(
        self, texts: Texts, style: MarkStyle, em: float, within: tuple[int, int], name: str
    ) -> tuple[dict[Variant, Ink], float]:
        """Ink of every variant, all in one size that depends on the texts together and so tells nothing of
        each, and the em that was used: ``em``, or less where that does not fit ``within`` (width, height).
        ``name``: what the scrambling is drawn for.

        Raises RejectRecord where the smallest letters do not fit.
        """
        least = 1.0 if style.carrier is Carrier.QR else min(em, SMALLEST_EM)
        while True:
            inks = self._at(texts, style, em)
            # The nonsense is made of one of the identities: its size would tell of which.
            sizes = [ink.size for variant, ink in inks.items() if variant is not Variant.LOREM]
            sizes = sizes or [ink.size for ink in inks.values()]
            width, height = max(size[0] for size in sizes), max(size[1] for size in sizes)
            fit = min(within[0] / width, within[1] / height)
            if fit >= 1:
                break
            if style.em_px is not None or em <= least:
                raise RejectRecord(Stage.MARK_IMAGE, Reason.IMAGE_SMALLER_THAN_MARK)
            em = max(least, min(em - 1, float(int(em * fit))))
        inks = {
            variant: self._finished(variant, ink, (width, height), style, em, name)
            for variant, ink in inks.items()
        }
        if style.carrier is Carrier.TILED:
            inks = {variant: tiled(ink, within, round(2 * em)) for variant, ink in inks.items()}
        return inks, em

    def _at(self, texts: Texts, style: MarkStyle, em: float) -> dict[Variant, Ink]:
        if style.carrier is Carrier.QR:
            from transforms.watermark.code_print import print_codes

            return dict(zip(texts, print_codes(tuple(texts.values()), int(em)), strict=True))
        return {
            variant: self._print(lines, em, style.spacing, style.backing) for variant, lines in texts.items()
        }

    def _nonsense(self, lines: tuple[str, ...], name: str) -> tuple[str, ...]:
        return nonsense_lines(lines, self._key, name, self.font.width)

    def _print(self, lines: tuple[str, ...], em: float, spacing: float, backing: Backing) -> Ink:
        name = (lines, em, spacing, backing)
        ink = self._kept.pop(name, None)
        if ink is None:
            ink = print_lines(self.font, lines, em, spacing, backing)
            self._bytes += 2 * ink.fill.size
        self._kept[name] = ink
        while self._bytes > _KEPT_BYTES:
            self._bytes -= 2 * self._kept.popitem(last=False)[1].fill.size
        return ink

    def _finished(
        self, variant: Variant, ink: Ink, size: tuple[int, int], style: MarkStyle, em: float, name: str
    ) -> Ink:
        if variant is Variant.SCRAMBLED:
            draw = np.random.Generator(np.random.PCG64(keyed.seed(self._key, "scramble", name)))
            # Squares of a code are as large as its modules, of print about as wide as a stroke.
            ink = shuffled(ink, int(em) if style.carrier is Carrier.QR else max(1, round(em / 8)), draw)
        return fitted(ink, size, style.backing)


def wanted_em(style: MarkStyle, size: tuple[int, int], larger: float) -> float:
    """Em in pixels of an image of ``size`` (width, height), ``larger`` times what the style says; whole
    pixels, so that what was printed once can be used again."""
    if style.em_px is not None:
        return float(max(1, round(style.em_px * larger)))
    em = float(style.em_at_336 or 1) * max(size) / LLAVA_SIDE
    return float(max(1, round(em * larger)))
