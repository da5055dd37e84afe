"""One picture of forms, to look at a layout with its quads.

    python -m evaluation.mm_privacy.form_sheet OUT.jpg [--quads] [LAYOUT …]

Each layout is shown as a typed template and as a photograph of a form filled in by hand; without ``LAYOUT``
every layout, strips with an e-mail address alone. ``--quads`` draws the corners of every value in red.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from schemas.benchmark import FormOrder, ImageSource, PersonaPool, PrivateType, RenderedForm, Scenario
from transforms.disclosure.layouts import fields_of, layout_named, layouts_with
from transforms.disclosure.personas import PersonaSettings, draw_personas
from transforms.disclosure.render import render_form

_KEY: Final = b"sheet"
_WIDTH: Final = 600
_GAP: Final = 8


def every_layout() -> list[str]:
    """One layout per design."""
    return [name for scenario in Scenario for name in layouts_with(scenario, PrivateType.EMAIL)]


def draw_sheet(layouts: Sequence[str], quads: bool) -> Image.Image:
    """Two pictures a row, each row a layout. Raises ConfigError for an unknown layout."""
    personas = draw_personas(PersonaPool.EVALUATION, len(layouts), PersonaSettings(), _KEY)
    rows: list[list[Image.Image]] = []
    for name, persona in zip(layouts, personas, strict=True):
        layout = layout_named(name)
        types = tuple(kind for _, _, kind in fields_of(name) if kind)
        row = []
        for source, by_hand in ((ImageSource.TEMPLATE, False), (ImageSource.PHOTOGRAPH, True)):
            order = FormOrder(f"{name} {source}", layout.scenario, name, source, persona, types, by_hand)
            row.append(_shown(render_form(order, _KEY), quads))
        rows.append(row)
    heights = [max(image.height for image in row) + _GAP for row in rows]
    sheet = Image.new("RGB", (2 * (_WIDTH + _GAP), sum(heights)), "#7d8288")
    for index, row in enumerate(rows):
        for column, image in enumerate(row):
            sheet.paste(image, (column * (_WIDTH + _GAP), sum(heights[:index])))
    return sheet


def _shown(form: RenderedForm, quads: bool) -> Image.Image:
    with Image.open(io.BytesIO(form.data)) as opened:
        image = opened.convert("RGB")
    if quads:
        pen = ImageDraw.Draw(image)
        for field in form.fields:
            pen.polygon(field.quad, outline=(220, 0, 0))
    height = round(image.height * _WIDTH / image.width)
    return image.resize((_WIDTH, height), Image.Resampling.LANCZOS)


def main(arguments: Sequence[str]) -> int:
    """Writes the sheet; 2 if called wrongly."""
    names = [argument for argument in arguments if argument != "--quads"]
    if not names or names[0].startswith("-"):
        print(__doc__)  # noqa: T201
        return 2
    sheet = draw_sheet(names[1:] or every_layout(), "--quads" in arguments)
    sheet.save(Path(names[0]), quality=80)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
