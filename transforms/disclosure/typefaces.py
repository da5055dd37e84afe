"""The fonts that forms are printed and filled in with: bundled, checked against their digests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from PIL import ImageFont

from transforms.engines.bundled_weights import verified_sha256
from transforms.tables import read_table
from transforms.watermark.font import MarkFont

_PACKAGE: Final = "transforms.disclosure"
_KEY: Final = "disclosure.fonts"


@dataclass(frozen=True, slots=True)
class Typefaces:
    """Names of faces and colours ("#rrggbb") to fill forms with."""

    typed: tuple[str, ...]
    handwritten: tuple[str, ...]
    typed_inks: tuple[str, ...]
    handwritten_inks: tuple[str, ...]


@cache
def typefaces() -> Typefaces:
    """What ``typefaces.yaml`` says."""
    table = read_table(_PACKAGE, "typefaces.yaml")
    return Typefaces(*(tuple(table[name]) for name in Typefaces.__dataclass_fields__))


@cache
def fonts_sha256() -> str:
    """One digest over all fonts. Raises ConfigError if a file is missing or damaged."""
    return verified_sha256(_folder(), _KEY)


def font(face: str, size: float) -> ImageFont.FreeTypeFont:
    """``face`` of ``typefaces.yaml`` at ``size`` pixels, times the face's own scale."""
    opened, scale = _opened(face)
    return opened.at(round(size * scale * 2) / 2)


@lru_cache(maxsize=1 << 15)
def width_of(text: str, face: str, size: float) -> float:
    """How far the pen moves over ``text``, in pixels."""
    return float(font(face, size).getlength(text))


def can_write(text: str, face: str) -> bool:
    """True if the face has a glyph for every character of ``text``; blanks and line breaks need none."""
    opened = _opened(face)[0]
    return all(char.isspace() or opened.has(char) for char in text)


@cache
def _opened(face: str) -> tuple[MarkFont, float]:
    fonts_sha256()
    said = read_table(_PACKAGE, "typefaces.yaml")["faces"][face]
    return MarkFont(_folder() / said["file"]), float(said["scale"])


def _folder() -> Path:
    # Fonts are opened by path: the package is installed as files, as all bundled weights are.
    return Path(str(resources.files(_PACKAGE).joinpath("fonts")))
