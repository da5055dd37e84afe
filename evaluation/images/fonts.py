"""Typefaces that the machine has, by style. None ships with mmscrub."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

_FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
STYLES: Final[Mapping[str, Sequence[str]]] = {
    "sans": ("DejaVuSans", "LiberationSans-Regular", "NotoSans-Regular", "Arial"),
    "bold": ("DejaVuSans-Bold", "LiberationSans-Bold", "LiberationSerif-Bold", "Arial Bold"),
    "serif": ("DejaVuSerif", "LiberationSerif-Regular", "LiberationSerif-Italic", "Times New Roman"),
    "mono": ("DejaVuSansMono", "LiberationMono-Regular", "Courier New"),
    "narrow": ("DejaVuSansCondensed", "LiberationSansNarrow-Regular", "Arial Narrow"),
    "hand": ("ComicNeue-Regular", "PatrickHand-Regular", "AmaticSC-Regular", "Humor-Sans", "Comic Sans MS"),
}
"""File stems by style, all free but the last of each, which stands in where the others are missing."""
_INSTEAD_OF_HAND: Final = ("LiberationSerif-Italic", "DejaVuSerif-Italic", "DejaVuSans-Oblique")


@cache
def _installed() -> Mapping[str, Path]:
    found: dict[str, Path] = {}
    for folder in _FOLDERS:
        for place, _, names in sorted(os.walk(Path(folder).expanduser())):
            for name in sorted(names):
                if name.lower().endswith((".ttf", ".otf")):
                    found.setdefault(Path(name).stem, Path(place) / name)
    return found


@cache
def fonts_of(style: str) -> tuple[str, ...]:
    """Names of the installed typefaces of ``style``; the empty name, Pillow's own, where there is none."""
    stems = tuple(stem for stem in STYLES[style] if stem in _installed())
    if not stems and style == "hand":
        stems = tuple(stem for stem in _INSTEAD_OF_HAND if stem in _installed())
    return stems or ("",)


@cache
def load_font(name: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The typeface ``name`` of ``fonts_of`` at ``size`` pixels to the em."""
    if not name:
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(_installed()[name]), size, layout_engine=ImageFont.Layout.BASIC)
