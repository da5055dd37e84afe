"""The font that marks are printed in: the bundled one, checked against its digest, or a given file."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from PIL import ImageFont

from schemas.errors import ConfigError

AILERON_SHA256: Final = "69853909b940023570964e29cffe30da95aea8de3627736b5cd15ab30143169f"
"""Of the bundled ``fonts/Aileron-Regular.ttf`` (CC0)."""

_KEY: Final = "mark.font"
_NO_CHARACTER: Final = "\U0010ffff"
"""No font has a glyph for it: what is drawn is what stands for a missing one."""
_PROBE_EM: Final = 64


class MarkFont:
    """A font by the bytes of its file. Letters are set one after another, without shaping, so that a build of
    Pillow with or without a shaping library prints the same."""

    def __init__(self, path: Path | None = None) -> None:
        """``path``: a font file; None: the bundled one. Raises ConfigError if it cannot be read."""
        self._data = _bundled() if path is None else _given(path)
        self.sha256 = hashlib.sha256(self._data).hexdigest()
        self.at = lru_cache(maxsize=256)(self._at)
        self._heights = lru_cache(maxsize=256)(self._measured)
        try:
            probe = self._at(_PROBE_EM)
            self._missing_glyph = bytes(probe.getmask(_NO_CHARACTER))
        except (OSError, ValueError) as error:
            raise ConfigError(_KEY, path, "is no font that FreeType reads") from error
        self._known: dict[str, bool] = {}

    def _at(self, em: float) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(io.BytesIO(self._data), em, layout_engine=ImageFont.Layout.BASIC)

    def heights(self, em: float) -> tuple[int, int, int]:
        """Rows from where a line is begun to the tops of its letters, to the ends of those that hang below,
        and to the ground line, for letters of size ``em``."""
        return self._heights(em)

    def _measured(self, em: float) -> tuple[int, int, int]:
        tops, ends, ground = (self.at(em).getbbox(letters) for letters in ("Abdl", "gjpqy_", "A"))
        return math.floor(tops[1]), math.ceil(ends[3]), math.ceil(ground[3])

    def width(self, line: str) -> float:
        """Of ``line``, to compare it with others."""
        return self.at(_PROBE_EM).getlength(line)

    def has(self, character: str) -> bool:
        """True if the font has a glyph for ``character``."""
        if character not in self._known:
            drawn = bytes(self.at(_PROBE_EM).getmask(character))
            self._known[character] = character == " " or (bool(drawn) and drawn != self._missing_glyph)
        return self._known[character]

    def check(self, lines: Iterable[str]) -> None:
        """Raises ConfigError, which names code points, if ``lines`` need a glyph that the font lacks."""
        needed = sorted({character for line in lines for character in line})
        missing = [f"U+{ord(character):04X}" for character in needed if not self.has(character)]
        if missing:
            raise ConfigError(_KEY, ", ".join(missing), "the font has no glyph for it; give another by path")


def _bundled() -> bytes:
    file = resources.files("transforms.watermark").joinpath("fonts", "Aileron-Regular.ttf")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(_KEY, "Aileron-Regular.ttf", "is not installed; reinstall mmscrub") from error
    if hashlib.sha256(data).hexdigest() != AILERON_SHA256:
        raise ConfigError(_KEY, "Aileron-Regular.ttf", "is damaged; reinstall mmscrub")
    return data


def _given(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ConfigError(_KEY, path, "cannot be read") from error
