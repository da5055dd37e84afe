"""Files with metadata of every sort: is all of it gone, does the picture stand and look as before?

The mark of ``tagged_files`` is searched as bytes, in UTF-16, and in whatever in the file can be inflated.
Half a minute, most of it for loading the engines.
"""

from __future__ import annotations

import io
import re
import zlib
from pathlib import Path
from typing import Final

import numpy as np
from PIL import ExifTags, Image

from evaluation.figures import Figure, share
from evaluation.images.hostile_files import hostile_files
from evaluation.images.product import protect
from evaluation.images.tagged_files import MARK, TaggedFile, tagged_files
from schemas.errors import RejectRecord
from transforms.image.open import ImageLimits, open_image

_SAME_COLOUR: Final = 2.0
"""Mean difference in levels of 255 that a second JPEG or WebP coding may make."""
_ZLIB_HEADS: Final = re.compile(rb"\x78[\x01\x5e\x9c\xda]")


def measure(data: Path, size: int = 1 << 30) -> list[Figure]:
    """Shares of the files; the set is made here, ``data`` is not read. The rows below name what fails."""
    del data
    files = [*tagged_files(), *hostile_files()][:size]
    failures: dict[str, list[str]] = {"gone": [], "upright": [], "colour": [], "emitted": []}
    for file in files:
        for what in failures_of(file):
            failures[what].append(file.name)
    names = {
        "emitted": "files emitted",
        "gone": "every tag gone",
        "upright": "orientation right",
        "colour": "colours and profile unchanged",
    }
    rows = []
    for what, name in names.items():
        rows.append(share(name, len(files) - len(failures[what]), len(files), ">=", 100))
        rows += [Figure(f"  fails: {file}", 0, ">=", 1, "", "") for file in failures[what]]
    return rows


def failures_of(file: TaggedFile) -> list[str]:
    """What of ``emitted``, ``gone``, ``upright`` and ``colour`` does not hold for the cleaned file."""
    try:
        before = open_image(file.data, ImageLimits())
        outcome = protect(file.data)
    except RejectRecord:
        return ["emitted"]
    if not outcome.emitted:
        return ["emitted"]
    cleaned = outcome.cleaned.data
    after = open_image(cleaned, ImageLimits())
    failed = []
    if says_mark(cleaned) or _tags(cleaned):
        failed.append("gone")
    if before.rgb.shape != after.rgb.shape:
        return [*failed, "upright"]
    difference = float(np.abs(before.rgb.astype(float) - after.rgb.astype(float)).mean())
    if difference > _SAME_COLOUR * 4:
        failed.append("upright")
    elif difference > _SAME_COLOUR or _has_profile(file.data) != _has_profile(cleaned):
        failed.append("colour")
    return failed


def says_mark(data: bytes) -> bool:
    """True if ``MARK`` stands in ``data``, plain, in UTF-16 or deflated."""
    forms = [MARK.encode(form) for form in ("ascii", "utf-16le", "utf-16be")]
    inflated = [_inflated(data[found.start() :]) for found in _ZLIB_HEADS.finditer(data)]
    return any(form in body for form in forms for body in (data, *inflated))


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, 1 << 20)
    except zlib.error:
        return b""


def _tags(data: bytes) -> bool:
    """True if Pillow still finds tags other than the orientation, a comment, or text."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        if image.format != "TIFF" and set(image.getexif()) - {ExifTags.Base.Orientation}:
            return True
        return bool({"comment", "xmp", "photoshop", "XML:com.adobe.xmp", "Author"} & set(image.info))


def _has_profile(data: bytes) -> bool:
    with Image.open(io.BytesIO(data)) as image:
        return bool(image.info.get("icc_profile"))
