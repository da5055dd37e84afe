"""Whether what is printed on the forms can be read: the ceiling of every score on them.

    python -m evaluation.mm_privacy.readability [IMAGES]

RapidOCR reads forms with all their fields filled, in turn typed, typed and photographed, filled in by hand
and photographed, over all layouts. A value is read if what OCR says at its place, row by row, holds all of
its letters and digits, case and accents aside; "nearly" allows one wrong in five.
"""

from __future__ import annotations

import io
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from evaluation.figures import Figure, share, table
from evaluation.images.legible import READ_ERROR, read_error
from schemas.benchmark import FormOrder, ImageSource, PersonaPool, Scenario
from schemas.finding import Quad
from transforms.disclosure.layouts import fields_of, layouts_of
from transforms.disclosure.personas import PersonaSettings, draw_personas
from transforms.disclosure.render import render_form
from transforms.engines.protocols import OcrLine
from transforms.engines.rapidocr_engine import RapidOcr
from transforms.keyed import order as keyed_order

SIZE: Final = 120
KEY: Final = b"readability"
WAYS: Final = (
    ("template, typed", ImageSource.TEMPLATE, False),
    ("photograph, typed", ImageSource.PHOTOGRAPH, False),
    ("photograph, by hand", ImageSource.PHOTOGRAPH, True),
)
_WANTED: Final = {ImageSource.TEMPLATE: 99.0, ImageSource.PHOTOGRAPH: 90.0}


@dataclass(frozen=True, slots=True)
class Reading:
    """Whether OCR read one value. ``kind``: its private type, or "nobody's"."""

    way: str
    layout: str
    kind: str
    exact: bool
    near: bool


def orders(size: int) -> Iterator[tuple[str, FormOrder]]:
    """``size`` forms of each way, over the layouts in turn."""
    personas = draw_personas(PersonaPool.EVALUATION, size, PersonaSettings(), KEY)
    for index, persona in enumerate(personas):
        scenario = tuple(Scenario)[index % len(Scenario)]
        layouts = keyed_order(KEY, layouts_of(scenario), "layouts")
        layout = layouts[index // len(Scenario) % len(layouts)]
        types = tuple(kind for _, _, kind in fields_of(layout) if kind)
        for way, source, by_hand in WAYS:
            name = f"{way} {index}"
            yield way, FormOrder(name, scenario, layout, source, persona, types, by_hand)


def readings(size: int) -> Iterator[Reading]:
    """What OCR reads of each."""
    reader = RapidOcr()
    for way, wanted in orders(size):
        form = render_form(wanted, KEY)
        with Image.open(io.BytesIO(form.data)) as image:
            lines = reader.read(np.asarray(image.convert("RGB")))
        for field in form.fields:
            kind = field.private_type.value if field.private_type else "nobody's"
            error = read_error(field.text, text_at(field.quad, lines))
            yield Reading(way, wanted.layout, kind, error == 0.0, error <= READ_ERROR)


def text_at(quad: Quad, lines: Sequence[OcrLine]) -> str:
    """What OCR read inside ``quad``: from the left in each row, row by row."""
    origin, right, _, down = np.array(quad)
    across, along = right - origin, down - origin
    wide, tall = float(np.hypot(*across)), float(np.hypot(*along))
    rows: list[tuple[int, float, str]] = []
    for line in lines:
        corners = np.array(line.quad) - origin
        u, v = corners @ across / wide, corners @ along / tall
        middle = float(v.mean())
        if u.max() < 0 or u.min() > wide or not -0.2 * tall < middle < 1.2 * tall:
            continue
        height = max(float(v.max() - v.min()), 1.0)
        rows.append((int(middle / tall * max(1, round(tall / height))), float(u.min()), line.text))
    return " ".join(text for _, _, text in sorted(rows))


def figures(found: Sequence[Reading]) -> list[Figure]:
    """Shares read by way, exactly and nearly, and by type within each way."""
    rows: list[Figure] = []
    for way, source, _ in WAYS:
        here = [one for one in found if one.way == way]
        private = [one for one in here if one.kind != "nobody's"]
        wanted = _WANTED[source]
        rows.append(share(way, sum(one.exact for one in private), len(private), ">=", wanted))
        rows.append(share("  nearly", sum(one.near for one in private), len(private), ">=", wanted))
        by_kind: dict[str, list[bool]] = defaultdict(list)
        for one in here:
            by_kind[one.kind].append(one.exact)
        rows += [share(f"  {kind}", sum(hits), len(hits), ">=", 0) for kind, hits in sorted(by_kind.items())]
    photographs = [one for one in found if one.way.startswith("photograph") and one.kind != "nobody's"]
    rows.append(share("photographs, all", sum(one.exact for one in photographs), len(photographs), ">=", 90))
    return rows


if __name__ == "__main__":
    print(table(figures(list(readings(int(sys.argv[1]) if len(sys.argv) > 1 else SIZE)))))  # noqa: T201
