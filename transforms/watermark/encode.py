"""The one encoder that every variant goes through."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from PIL import Image

from transforms.engines.protocols import RgbArray

LONGEST_SIDE: Final = 65_500
"""Pixels of the longer side that libjpeg encodes."""
_SUBSAMPLING: Final = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}


def encode_jpeg(rgb: RgbArray, quality: int, subsampling: str, exif: bytes = b"") -> bytes:
    """Baseline JPEG with the standard tables of libjpeg at ``quality``; no metadata but ``exif``."""
    out = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(rgb))
    image.save(out, "JPEG", quality=quality, subsampling=_SUBSAMPLING[subsampling], exif=exif, optimize=False)
    return out.getvalue()
