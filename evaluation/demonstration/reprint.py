"""Other identities printed where an image already carries one: what a canary is ranked among."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image

from schemas.watermark import Identity, MarkBox
from transforms.engines.protocols import RgbArray
from transforms.image.open import ImageLimits, open_image
from transforms.watermark.encode import encode_jpeg
from transforms.watermark.font import MarkFont
from transforms.watermark.ink import Ink, fitted, print_lines
from transforms.watermark.mark_settings import MarkSettings
from transforms.watermark.paint import paint_for, painted
from transforms.watermark.printing import SMALLEST_EM, wanted_em
from transforms.watermark.style import Backing

_KEPT: Final = 256


class Reprinter:
    """Prints identities into the place of a published mark, by the marker's own steps.

    Place, size of the letters, colour and encoding stay; only what is written changes. An identity whose
    lines are longer than the room to the right edge is cut there, on a plate at the end of the plate.
    """

    def __init__(self, mark: MarkSettings) -> None:
        self._mark = mark
        self._font = MarkFont(mark.font)
        # The same identities are printed on image after image.
        self._print = lru_cache(maxsize=_KEPT)(self._lines)

    def reprint(self, rgb: RgbArray, box: MarkBox, identity: Identity) -> bytes:
        """The file with ``identity`` in ``box`` of the unmarked image ``rgb`` (height x width x 3).

        Raises ValueError where no size of letters fits the height of the box.
        """
        style = self._mark.style
        ink = self._ink(identity, box, (rgb.shape[1], rgb.shape[0]))
        if style.backing is Backing.PLATE:
            ink = fitted(ink, (box.width, box.height), style.backing)
        ground = rgb[box.y : box.y + box.height, box.x : box.x + box.width]
        height, width = min(box.height, ink.size[1]), min(rgb.shape[1] - box.x, ink.size[0])
        ink = Ink(ink.fill[:height, :width], ink.backing[:height, :width], ())
        canvas = rgb.copy()
        place = canvas[box.y : box.y + height, box.x : box.x + width]
        place[:] = painted(place, ink, paint_for(ground, style, 1.0))
        return encode_jpeg(canvas, self._mark.quality, self._mark.subsampling)

    def _ink(self, identity: Identity, box: MarkBox, within: tuple[int, int]) -> Ink:
        style = self._mark.style
        em = wanted_em(style, within, 1.0)
        while em >= SMALLEST_EM:
            ink = self._print(identity.lines(), em, style.spacing, style.backing)
            if ink.size[1] <= box.height:
                return ink
            em -= 1
        raise ValueError(f"no letters fit a box {box.height} pixels high")

    def _lines(self, lines: tuple[str, ...], em: float, spacing: float, backing: Backing) -> Ink:
        return print_lines(self._font, lines, em, spacing, backing)


def read_source(data: bytes) -> RgbArray:
    """The unmarked image as the marker sees it: upright, RGB."""
    return open_image(data, ImageLimits()).rgb


def decode(file: bytes) -> RgbArray:
    """Pixels of an emitted file."""
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
