"""What one image tells: personal data in print, faces, codes, metadata."""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from schemas.finding import Box, ImageFinding, Kind, Quad, TextFinding, bounds, quad_of_box
from transforms.engines.protocols import BoxDetector, OcrEngine, RgbArray
from transforms.image.blacked_out import painted_lines, painted_share
from transforms.image.business_print import is_business
from transforms.image.ocr_text import OcrText, join_lines
from transforms.image.open import OpenedImage
from transforms.image.plates import find_plates
from transforms.image.print_names import is_no_name
from transforms.image.printed_addresses import find_addresses
from transforms.image.printed_pii import find_printed
from transforms.image.signatures import find_signatures
from transforms.text.printed_values import printed_value
from transforms.text.reserved_values import is_surrogate
from transforms.text.surrogates import surrogate_lines

FindText = Callable[[str], tuple[TextFinding, ...]]

_TEXT: Final = "image.text_pii"
_PLATE: Final = "image.plate"
_FACE: Final = "image.face"
_CODE: Final = "image.code"
_SIGNATURE: Final = "image.signature"
_PRINTED: Final = frozenset({_TEXT, _PLATE, _SIGNATURE})
_ADDRESS: Final = "pii.address"
_PAINTED_CODE: Final = 0.25
"""A code of which so much lies under painted boxes says nothing any more."""
_LOOSE_SCORE: Final = 0.6
_NAME_RULE: Final = "name.person"
_UPRIGHT: Final = 2.0
"""How far (pixels) each corner of a quad may lie from a corner of the box around it for the box to do."""


@dataclass(frozen=True, slots=True)
class ImageEngines:
    """The engines of the image side; None where the run has none of that kind."""

    ocr: OcrEngine | None
    faces: BoxDetector | None
    codes: BoxDetector | None
    plates: BoxDetector | None = None


def audit_image(
    opened: OpenedImage,
    *,
    engines: ImageEngines,
    wanted: frozenset[str],
    find_text: FindText,
    value_key: bytes,
    replaced: bool = False,
    fill_rgb: tuple[int, int, int] = (0, 0, 0),
) -> tuple[ImageFinding, ...]:
    """Findings of one image, sorted by attribute and place.

    ``wanted``: the ``image.*`` attributes to look for; an engine that serves none of them does not run.
    ``find_text`` recognises personal data in text; only its ``pii.*`` findings count. ``value_key``
    (up to 64 bytes) keys the hash of each value found in print. ``replaced``: the policy has other text stand
    where print was; findings say which, and what stands there already is none. ``fill_rgb``: the colour that
    the policy paints over print with; a label beside a box of it announces nothing else."""
    found: set[ImageFinding] = set()
    for name in wanted.intersection(opened.metadata):
        found.add(ImageFinding(name, Kind.EXPLICIT, "metadata", 1.0, None))
    for view in opened.views:
        if engines.faces is not None and _FACE in wanted:
            found.update(_boxes(engines.faces, view, _FACE))
        if engines.codes is not None and _CODE in wanted:
            found.update(_codes(engines.codes, view, fill_rgb))
        if engines.plates is not None and _PLATE in wanted:
            found.update(_boxes(engines.plates, view, _PLATE))
        if engines.ocr is not None and wanted & _PRINTED:
            found.update(_print(engines.ocr, view, wanted, find_text, value_key, replaced, fill_rgb))
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


def _codes(detector: BoxDetector, view: RgbArray, fill_rgb: tuple[int, int, int]) -> Iterator[ImageFinding]:
    """What the detector finds, without patterns that boxes of print which was painted over make."""
    for hit in _boxes(detector, view, _CODE):
        box = hit.box
        if box is None or painted_share(view[box.y0 : box.y1, box.x0 : box.x1], fill_rgb) < _PAINTED_CODE:
            yield hit


def _print(
    engine: OcrEngine,
    view: RgbArray,
    wanted: frozenset[str],
    find_text: FindText,
    value_key: bytes,
    replaced: bool,
    fill_rgb: tuple[int, int, int],
) -> Iterator[ImageFinding]:
    lines = engine.read(view)
    ocr = join_lines((*lines, *painted_lines(view, lines, fill_rgb)))
    if not ocr.text:
        return
    if _SIGNATURE in wanted:
        for strokes, found_by in find_signatures(view, ocr):
            box = clip(bounds(strokes), view)
            if box is not None:
                rule, sure = f"ocr.{found_by}", _LOOSE_SCORE
                yield ImageFinding(_SIGNATURE, Kind.EXPLICIT, rule, sure, box, "", tilted(strokes))
    for span in _spans(ocr, wanted, find_text):
        value = ocr.text[span.start : span.end]
        if replaced and is_surrogate(value):
            continue
        digest = hash_value(value, value_key)
        printed = printed_value(span.pii, value, value_key, replaced=replaced)
        said = surrogate_lines(span.pii, ocr.piecewise(span.start, span.end), value_key) if replaced else ()
        for number, (line, placed) in enumerate(ocr.quads(span.start, span.end, view)):
            box = clip(bounds(placed), view)
            if box is not None:
                sure = round(span.score * ocr.lines[line].score, 4)
                rule = f"ocr.{span.rule}"
                stand_in = said[number] if number < len(said) else ""
                quad = _turned(placed) if stand_in else tilted(placed)
                yield ImageFinding(
                    span.attribute, Kind.EXPLICIT, rule, sure, box, digest, quad, printed, stand_in
                )


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    attribute: str
    pii: str
    rule: str
    score: float


def _spans(ocr: OcrText, wanted: frozenset[str], find_text: FindText) -> list[_Span]:
    """Spans of wanted image attributes, without those that lie inside another of the same attribute."""
    told = [
        (finding.start, finding.end, finding.attribute, finding.detector, finding.score)
        for finding in find_text(ocr.text)
        if finding.attribute.startswith("pii.")
        and not (finding.detector == _NAME_RULE and is_no_name(ocr, finding.start, finding.end))
    ]
    plates = tuple(find_plates(ocr))
    told.extend(
        (span.start, span.end, span.attribute, span.rule, _LOOSE_SCORE)
        for span in (*find_printed(ocr), *plates)
    )
    known = [(start, end) for start, end, attribute, _, _ in told if attribute == _ADDRESS]
    told.extend(
        (span.start, span.end, _ADDRESS, "address.block", _LOOSE_SCORE)
        for span in find_addresses(ocr, known, [(plate.start, plate.end) for plate in plates])
    )
    spans = [
        _Span(start, end, _PLATE if pii == "pii.plate" else _TEXT, pii, rule, score)
        for start, end, pii, rule, score in told
        if not is_business(ocr, start, end, pii, rule)
    ]
    kept: list[_Span] = []
    for span in sorted(
        set(spans), key=lambda item: (item.start - item.end, -item.score, item.start, item.rule)
    ):
        inside = any(
            other.attribute == span.attribute and other.start <= span.start and span.end <= other.end
            for other in kept
        )
        if span.attribute in wanted and not inside:
            kept.append(span)
    return kept


def clip(box: Box, view: RgbArray) -> Box | None:
    """The part of ``box`` inside the image; None if there is none."""
    height, width = view.shape[:2]
    inside = Box(max(0, box.x0), max(0, box.y0), min(width, box.x1), min(height, box.y1))
    return inside if inside.width > 0 and inside.height > 0 else None


def tilted(quad: Quad) -> Quad | None:
    """``quad`` to a tenth of a pixel; None where the box around it says the same, give or take a pixel."""
    box = bounds(quad)
    upright = quad_of_box(box)
    # Whichever corner comes first: a page on its side is as upright as one on its feet.
    if all(min(math.dist(corner, other) for other in upright) <= _UPRIGHT for corner in quad):
        return None
    first, second, third, fourth = ((round(x, 1), round(y, 1)) for x, y in quad)
    return first, second, third, fourth


def _turned(quad: Quad) -> Quad | None:
    """As ``tilted``, but with the quad of a page that lies on its side or head: print has to follow it."""
    first, second = quad[0], quad[1]
    on_its_feet = second[0] - first[0] > abs(second[1] - first[1])
    return tilted(quad) if on_its_feet else quad


def _order(finding: ImageFinding) -> tuple[str, bool, tuple[int, ...], str, str, float, tuple[object, ...]]:
    box = finding.box
    place = () if box is None else (box.y0, box.x0, box.y1, box.x1)
    named = finding.detector, finding.value_hash, finding.score
    return finding.attribute, box is not None, place, *named, finding.quad or ()
