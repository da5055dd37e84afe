"""What one image tells: personal data in print, faces, codes, metadata."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from schemas.finding import Box, ImageFinding, Kind, TextFinding
from transforms.engines.protocols import BoxDetector, OcrEngine, RgbArray
from transforms.image.ocr_text import OcrText, join_lines
from transforms.image.open import OpenedImage
from transforms.image.printed_pii import find_printed

FindText = Callable[[str], tuple[TextFinding, ...]]

_TEXT: Final = "image.text_pii"
_PLATE: Final = "image.plate"
_FACE: Final = "image.face"
_CODE: Final = "image.code"
_LOOSE_SCORE: Final = 0.6


@dataclass(frozen=True, slots=True)
class ImageEngines:
    """The engines of the image side; None where the run has none of that kind."""

    ocr: OcrEngine | None
    faces: BoxDetector | None
    codes: BoxDetector | None


def audit_image(
    opened: OpenedImage,
    *,
    engines: ImageEngines,
    wanted: frozenset[str],
    find_text: FindText,
    value_key: bytes,
) -> tuple[ImageFinding, ...]:
    """Findings of one image, sorted by attribute and place.

    ``wanted``: the ``image.*`` attributes to look for; an engine that serves none of them does not run.
    ``find_text`` recognises personal data in text; only its ``pii.*`` findings count. ``value_key``
    (up to 64 bytes) keys the hash of each value found in print."""
    found: set[ImageFinding] = set()
    for name in wanted.intersection(opened.metadata):
        found.add(ImageFinding(name, Kind.EXPLICIT, "metadata", 1.0, None))
    for view in opened.views:
        if engines.faces is not None and _FACE in wanted:
            found.update(_boxes(engines.faces, view, _FACE))
        if engines.codes is not None and _CODE in wanted:
            found.update(_boxes(engines.codes, view, _CODE))
        if engines.ocr is not None and wanted & {_TEXT, _PLATE}:
            found.update(_print(engines.ocr, view, wanted, find_text, value_key))
    return tuple(sorted(found, key=_order))


def hash_value(value: str, key: bytes) -> str:
    """Keyed BLAKE2b (RFC 7693) of a value without case, spaces and punctuation: 16 hex digits."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    normal = "".join(char for char in folded if char.isalnum())
    return hashlib.blake2b(normal.encode("utf-8", "surrogatepass"), key=key, digest_size=8).hexdigest()


def _boxes(detector: BoxDetector, view: RgbArray, attribute: str) -> Iterator[ImageFinding]:
    for hit in detector.detect(view):
        box = clip(hit.box, view)
        if box is not None:
            yield ImageFinding(attribute, Kind.EXPLICIT, detector.info.name, round(hit.score, 4), box)


def _print(
    engine: OcrEngine, view: RgbArray, wanted: frozenset[str], find_text: FindText, value_key: bytes
) -> Iterator[ImageFinding]:
    ocr = join_lines(engine.read(view))
    if not ocr.text:
        return
    for start, end, pii, rule, score in _spans(ocr, find_text):
        attribute = _PLATE if pii == "pii.plate" else _TEXT
        if attribute not in wanted:
            continue
        digest = hash_value(ocr.text[start:end], value_key)
        for line, placed in ocr.boxes(start, end):
            box = clip(placed, view)
            if box is not None:
                sure = round(score * ocr.lines[line].score, 4)
                yield ImageFinding(attribute, Kind.EXPLICIT, f"ocr.{rule}", sure, box, digest)


def _spans(ocr: OcrText, find_text: FindText) -> Iterator[tuple[int, int, str, str, float]]:
    for finding in find_text(ocr.text):
        if finding.attribute.startswith("pii."):
            yield finding.start, finding.end, finding.attribute, finding.detector, finding.score
    for span in find_printed(ocr):
        yield span.start, span.end, span.attribute, span.rule, _LOOSE_SCORE


def clip(box: Box, view: RgbArray) -> Box | None:
    """The part of ``box`` inside the image; None if there is none."""
    height, width = view.shape[:2]
    inside = Box(max(0, box.x0), max(0, box.y0), min(width, box.x1), min(height, box.y1))
    return inside if inside.width > 0 and inside.height > 0 else None


def _order(finding: ImageFinding) -> tuple[str, bool, tuple[int, ...], str, str, float]:
    box = finding.box
    place = () if box is None else (box.y0, box.x0, box.y1, box.x1)
    return finding.attribute, box is not None, place, finding.detector, finding.value_hash, finding.score
