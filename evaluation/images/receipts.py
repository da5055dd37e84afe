"""Scanned receipts (SROIE): are the lines found and read, are address and telephone covered?

Gold lines are boxes with transcripts by people. A line is found if one line of the engine overlaps it with
IoU >= 0.5 and at most 20 % of its characters are wrong (without case and blanks). Address lines are those
whose text stands in the receipt's address key; telephone lines those with a number of seven digits or more
after a word for it. A line counts as covered at 80 % of what stands from the value's first character on: the
boxes of people are loose. About four seconds per receipt on one core.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import regex

from evaluation.figures import Figure, share
from evaluation.images.coverage import bounds, covered_share, overlap, painted_mask
from evaluation.images.legible import normal, read_error
from evaluation.images.page import Corners
from evaluation.images.product import audit, policy, remembering_ocr
from transforms.edit_distance import edit_distance
from transforms.engines.protocols import OcrLine
from transforms.image.open import ImageLimits, open_image
from transforms.image.redact import redact_image

_IOU: Final = 0.5
_ERROR: Final = 0.2
_COVERED: Final = 0.8
_TOUCHED: Final = 0.1
_MEETS: Final = 0.05
_FOUND_ROW: Final = "receipt lines found and read"
_READ_ROW: Final = "  read, in whatever boxes"
_COVERED_ROWS: Final = {"address": "address lines covered", "phone": "telephone lines covered"}
_TOUCHED_ROW: Final = "other lines touched (10 % of their box)"
_FREE_ROW: Final = "  those that name nobody, number, mail or web page"
_SHORTEST: Final = 5
"""Letters and digits of an address line: shorter ones stand in many places."""
_PHONE: Final = regex.compile(
    r"(?i)\b(?:tel|telephone|phone|hp|h/p|mobile|fax|contact)\b[^0-9+]{0,12}([+(]?\d(?:[\d\s\-()./]{5,})\d)"
)
_CONTACT: Final = regex.compile(
    r"(?i)\S@\w+\.|\bwww\.|\.com\b|\b0\d{1,2}[\s-]{0,3}\d{3,4}[\s-]?\d{4}\b|\b\d{16}\b"
    r"|\b(?:cashier|server|waiter|staff|served by)\s?:\s?(?!(?:cashier|admin|staff|train)|\W*$)\p{L}"
)
"""Personal data that the key of a receipt does not list: no fault where a policy takes them."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A transcribed line. ``private``: ``address``, ``phone`` or empty; ``start``: where the value begins."""

    text: str
    quad: Corners
    private: str
    start: int


def read_receipts(folder: Path) -> list[tuple[Path, tuple[ReceiptLine, ...]]]:
    """The images of ``folder/img`` with their lines."""
    found = []
    for image in sorted((folder / "img").glob("*.jpg")):
        key = json.loads((folder / "key" / f"{image.stem}.json").read_text("utf-8"))
        address = normal(str(key.get("address", "")))
        rows = (folder / "box" / f"{image.stem}.csv").read_text("utf-8", "replace").splitlines()
        found.append((image, tuple(_line(row, address) for row in rows if row.count(",") >= 8)))
    return found


def measure(data: Path, size: int = 1 << 30) -> list[Figure]:
    """Lines found; address and telephone lines covered; other lines touched."""
    total: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for path, gold in read_receipts(data / "images/sroie")[:size]:
        raw = path.read_bytes()
        opened = open_image(raw, ImageLimits())
        height, width = opened.rgb.shape[:2]
        read = remembering_ocr().read(opened.rgb)
        painted = redact_image(raw, opened, audit(opened), policy(), lines=read).painted
        mask = painted_mask(width, height, painted)
        scale = "  up to 1280 pixels" if max(width, height) <= 1280 else "  larger"
        for line in gold:
            found = any(is_found(line, one) for one in read)
            covered = covered_share(mask, [_value_quad(line)])
            private = _COVERED_ROWS.get(line.private, _TOUCHED_ROW)
            for name, hit in (
                (_FOUND_ROW, found),
                (scale, found),
                (_READ_ROW, found or _is_read(line, read)),
                (private, covered >= (_COVERED if line.private else _TOUCHED)),
            ):
                total[name] += 1
                hits[name] += hit
            if not line.private and not _CONTACT.search(line.text):
                total[_FREE_ROW] += 1
                hits[_FREE_ROW] += covered >= _TOUCHED
    rows = []
    for name in (
        _FOUND_ROW,
        _READ_ROW,
        "  up to 1280 pixels",
        "  larger",
        *_COVERED_ROWS.values(),
        _TOUCHED_ROW,
        _FREE_ROW,
    ):
        better, target = (
            ("<=", 3) if name in (_TOUCHED_ROW, _FREE_ROW) else (">=", 95 if "covered" in name else 90)
        )
        rows += [share(name, hits[name], total[name], better, target)] if total[name] else []
    return rows


def is_found(gold: ReceiptLine, line: OcrLine) -> bool:
    """True if ``line`` is ``gold``, up to the limits above."""
    if overlap(bounds([gold.quad]), bounds([line.quad])) < _IOU:
        return False
    wanted = "".join(gold.text.casefold().split())
    return edit_distance(wanted, "".join(line.text.casefold().split())) <= _ERROR * len(wanted)


def _is_read(gold: ReceiptLine, lines: Sequence[OcrLine]) -> bool:
    """True if the lines that meet the gold box say its text, whether cut or joined otherwise."""
    place = bounds([gold.quad])
    near = [line for line in lines if overlap(place, bounds([line.quad])) > _MEETS]
    near.sort(key=lambda line: line.quad[0][0])
    return read_error(gold.text, " ".join(line.text for line in near)) <= _ERROR


def _line(row: str, address: str) -> ReceiptLine:
    *numbers, text = row.split(",", 8)
    xs, ys = [float(x) for x in numbers[0::2]], [float(y) for y in numbers[1::2]]
    first, second, third, fourth = zip(xs, ys, strict=True)
    quad: Corners = (first, second, third, fourth)
    if phone := _PHONE.search(text):
        return ReceiptLine(text, quad, "phone", phone.start(1))
    plain = normal(text)
    is_address = len(plain) >= _SHORTEST and plain in address
    return ReceiptLine(text, quad, "address" if is_address else "", 0)


def _value_quad(line: ReceiptLine) -> Corners:
    """The part of the line's quad from the value's first character on, by the count of characters."""
    share_before = line.start / max(1, len(line.text))
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = line.quad
    return (
        (ax + (bx - ax) * share_before, ay + (by - ay) * share_before),
        (bx, by),
        (cx, cy),
        (dx + (cx - dx) * share_before, dy + (cy - dy) * share_before),
    )
