"""Signatures that a program draws beside, above and beneath the words for them, and places nobody signed.

No true handwriting is among them: strokes are curves with loops, or the shaken italic letters of a typeface.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from evaluation.figures import Figure, share
from evaluation.images.coverage import covered_share, painted_mask
from evaluation.images.fonts import fonts_of, load_font
from evaluation.images.page import Corners
from evaluation.images.product import audit
from transforms.image.open import ImageLimits, open_image

SIZE: Final = 60
_COVERED: Final = 0.85
_LABELS: Final = (
    "Signature", "Signature:", "Signed by", "Customer's signature", "SIGNATURE OF APPLICANT", "Unterschrift",
    "Firma del titular", "Sign here:", "Authorized signature", "Cardholder signature",
)  # fmt: skip
_NOTES: Final = (
    "I have read the terms above.", "Keep this copy.", "Date 12 May 2021", "Office use only", "Page 2 of 2",
    "Total due 118.20", "Goods received in good order", "Delivery Note", "Valid for 30 days",
)  # fmt: skip
_PLACES: Final = ("beside", "over a rule", "in a box")


@dataclass(frozen=True, slots=True)
class SignedPage:
    """``quad``: the box around the ink of the signature; None where nobody signed."""

    data: bytes
    place: str
    hand: str
    quad: Corners | None


def pages(seed: int, count: int) -> Iterator[SignedPage]:
    """Pages in turn signed with strokes, signed in letters and not signed, at every place."""
    for index in range(count):
        chance = random.Random(f"{seed}/signature/{index}")
        hand = ("strokes", "letters", "none")[index % 3]
        yield _page(chance, _PLACES[index // 3 % len(_PLACES)], hand)


def measure(_data: Path, size: int = SIZE) -> list[Figure]:
    """Signatures covered by hand and place; places without one that are taken for signed."""
    rows: dict[str, list[bool]] = {}
    false: list[bool] = []
    for page in pages(20_262, size):
        opened = open_image(page.data, ImageLimits())
        height, width = opened.rgb.shape[:2]
        found = [
            finding.quad or finding.box
            for finding in audit(opened)
            if finding.box is not None
            and finding.attribute in ("image.signature", "image.text_pii")
            and (page.quad is not None or finding.attribute == "image.signature")
        ]
        if page.quad is None:
            false.append(bool(found))
            continue
        mask = painted_mask(width, height, [place for place in found if place is not None])
        covered = covered_share(mask, [page.quad]) >= _COVERED
        for name in (f"signatures in {page.hand} covered", f"  {page.place}"):
            rows.setdefault(name, []).append(covered)
    figures = [share(name, sum(hits), len(hits), ">=", 80) for name, hits in rows.items()]
    return [*figures, share("empty places taken for signed", sum(false), len(false), "<=", 3)]


def _page(chance: random.Random, where: str, hand: str) -> SignedPage:
    size = chance.choice((13, 15, 18))
    font = chance.choice(fonts_of(chance.choice(("sans", "serif"))))
    level = chance.randrange(225, 256)
    picture = Image.new("RGB", (460, 300), (level, level, chance.randrange(215, 256)))
    pen = ImageDraw.Draw(picture)
    dark = (chance.randrange(60),) * 3
    for row, note in enumerate(chance.sample(_NOTES, 4)):
        pen.text((20, 16 + row * 30), note, fill=dark, font=load_font(font, size))
    label = chance.choice(_LABELS)
    wide = int(load_font(font, size).getlength(label))
    left, base = 20, 250
    if where == "beside":
        start, foot = left + wide + 14, base
        pen.text((left, base - size), label, fill=dark, font=load_font(font, size))
        if chance.random() < 0.5:
            pen.line((start, base + 3, start + 170, base + 3), fill=dark)
    elif where == "over a rule":
        start, foot = left + 8, base - 10
        pen.line((left, base, left + 220, base), fill=dark)
        pen.text((left, base + 5), label, fill=dark, font=load_font(font, size))
    else:
        start, foot = left + 14, base + 8
        pen.text((left, base - 62), label, fill=dark, font=load_font(font, size))
        pen.rectangle((left, base - 40, left + 230, base + 22), outline=dark)
    quad = None
    if hand != "none":
        quad = _sign(picture, chance, start, foot, hand)
    if chance.random() < 0.3:
        # Near the place to sign, and no signature.
        pen.text((330, 225), "12/05/2021", fill=dark, font=load_font(font, size))
    out = io.BytesIO()
    quality = chance.choice((0, 85))
    picture.save(out, "JPEG", quality=quality) if quality else picture.save(out, "PNG")
    return SignedPage(out.getvalue(), where, hand, quad)


def _sign(picture: Image.Image, chance: random.Random, x: int, y: int, hand: str) -> Corners:
    """Draws a signature whose letters stand on ``y``; the box around its ink."""
    layer = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(layer)
    colour = chance.choice(((20, 30, 120), (15, 15, 20), (30, 60, 160)))
    if hand == "letters":
        name = chance.choice(("J. Alderton", "M. Quistorp", "Rosa Llull", "P. Weiss-Adler", "T. Okonkwo"))
        font = load_font(fonts_of("hand")[0], chance.choice((24, 28)))
        at = float(x)
        for letter in name:
            up = chance.uniform(-4, 4)
            pen.text((at, y + up), letter, fill=255, font=font, anchor="ls")
            at += float(font.getlength(letter)) - chance.uniform(0, 2.5)
    else:
        points = _loops(chance, x, y)
        pen.line(points, fill=255, width=chance.choice((2, 3)), joint="curve")
        if chance.random() < 0.5:
            pen.line((x - 4, y + 6, points[-1][0], y - chance.uniform(-2, 6)), fill=255, width=2)
    picture.paste(colour, mask=layer)
    x0, y0, x1, y1 = layer.getbbox() or (x, y, x, y)
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def _loops(chance: random.Random, x: int, y: int) -> list[tuple[float, float]]:
    """A line that leans, rises and loops as letters written in one stroke do."""
    size, steps = chance.uniform(9, 15), chance.randrange(70, 130)
    turns, slant = chance.uniform(0.28, 0.42), chance.uniform(0.2, 0.6)
    tall = [chance.uniform(0.4, 1.0) for _ in range(60)]
    tall[0] = chance.uniform(1.3, 1.9)
    points = []
    for step in range(steps):
        turn = step * turns
        rise = size * tall[int(turn / (2 * math.pi))] * (0.6 - 0.6 * math.cos(turn))
        points.append((x + 1.25 * step + slant * rise + 5 * math.sin(turn), y - rise))
    return points
