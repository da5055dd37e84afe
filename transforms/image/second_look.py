"""A second, different OCR engine reads what the first one found nothing left in."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from schemas.finding import Box, ImageFinding, Kind, bounds
from transforms.engines.protocols import OcrEngine, RgbArray
from transforms.image.audit import FindText, ImageEngines, audit_image, clip, tilted
from transforms.image.ocr_text import OcrText, join_lines
from transforms.image.open import OpenedImage

PRINT: Final = frozenset({"image.text_pii", "image.plate"})
RULE: Final = "second_ocr"
_SHORT: Final = 5
"""Values of fewer letters and digits count as whole words only: "Ann" stands in "planned"."""
_LONGEST: Final = 48
_AROUND: Final = 0.5
"""How far around a painted box, in its height, personal data count as what was painted there."""


class SecondEyes:
    """One image through ``engine``, after the first engine passed it.

    ``findings``: what the audit found and the policy acts on. A leak is one of their values read anywhere,
    or personal data of an attribute in ``wanted`` in or around a painted box: what stands there was to be
    gone, and its value may be read a little wrong. Personal data elsewhere that this engine alone sees are
    no leak of the redaction. ``asked`` and ``leaks`` count looks and what they found."""

    def __init__(
        self,
        engine: OcrEngine,
        findings: Sequence[ImageFinding],
        *,
        wanted: frozenset[str],
        find_text: FindText,
        value_key: bytes,
        fill_rgb: tuple[int, int, int] = (0, 0, 0),
    ) -> None:
        self.asked = 0
        self.leaks = 0
        self._engine = engine
        self._values = {one.value_hash: one.attribute for one in findings if one.value_hash}
        self._wanted = wanted & PRINT
        self._find_text = find_text
        self._key = value_key
        self._fill_rgb = fill_rgb

    def look(
        self, opened: OpenedImage, painted: Sequence[Box], written: Collection[str] = ()
    ) -> tuple[ImageFinding, ...]:
        """What is left to read in ``opened``, whose boxes ``painted`` were painted over. ``written``: hashes
        of values that were put there instead; then other data in the boxes are those, read a little wrong."""
        self.asked += 1
        seen = audit_image(
            opened,
            engines=ImageEngines(ocr=self._engine, faces=None, codes=None),
            wanted=self._wanted,
            find_text=self._find_text,
            value_key=self._key,
            fill_rgb=self._fill_rgb,
        )
        near = [
            one for one in seen if one.box and not written and any(_is_near(one.box, box) for box in painted)
        ]
        read = [one for view in opened.views for one in self._values_in(view)]
        found = tuple(dict.fromkeys((*near, *read)))
        self.leaks += len({one.box for one in found})
        return found

    def _values_in(self, view: RgbArray) -> Iterator[ImageFinding]:
        if not self._values:
            return
        ocr = join_lines(self._engine.read(view))
        for start, end, value in spans_of_values(ocr, frozenset(self._values), self._key):
            for line, quad in ocr.quads(start, end):
                box = clip(bounds(quad), view)
                if box is not None:
                    yield ImageFinding(
                        self._values[value],
                        Kind.EXPLICIT,
                        f"ocr.{RULE}",
                        round(ocr.lines[line].score, 4),
                        box,
                        value,
                        tilted(quad),
                    )


def spans_of_values(ocr: OcrText, values: frozenset[str], key: bytes) -> Iterator[tuple[int, int, str]]:
    """Spans of the text whose hash is one of ``values``, the longest at each place, whatever stands
    between their letters and digits."""
    text = ocr.text
    folded = [
        (place, "".join(part for part in unicodedata.normalize("NFKC", char).casefold() if part.isalnum()))
        for place, char in enumerate(text)
    ]
    told = [(place, letters.encode("utf-8", "surrogatepass")) for place, letters in folded if letters]
    next_free = 0
    for first, (start, _) in enumerate(told):
        if start < next_free:
            continue
        # As ``hash_value`` hashes, one more letter at a time.
        hashed = hashlib.blake2b(key=key, digest_size=8)
        longest = None
        for count, (place, letters) in enumerate(told[first : first + _LONGEST], start=1):
            hashed.update(letters)
            value = hashed.hexdigest()
            if value in values and (count >= _SHORT or _is_word(text, start, place + 1)):
                longest = start, place + 1, value
        if longest is not None:
            next_free = longest[1]
            yield longest


def _is_word(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def _is_near(seen: Box, painted: Box) -> bool:
    by = _AROUND * min(painted.width, painted.height)
    return (
        seen.x0 < painted.x1 + by
        and painted.x0 - by < seen.x1
        and seen.y0 < painted.y1 + by
        and painted.y0 - by < seen.y1
    )
