"""Draws docs/before_after.jpg from a build of the sample: `python examples/before_after.py out/demo`."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parent
SHOWN = ("coco/000000007511.jpg", "rendered/business_card_2.png", "rendered/form_1.png")
HEIGHT = 300
GAP = 12


def row(folder: Path) -> list[Image.Image]:
    """The shown images, all of one height."""
    images = [Image.open(folder / name).convert("RGB") for name in SHOWN]
    return [
        image.resize((image.width * HEIGHT // image.height, HEIGHT), Image.Resampling.LANCZOS)
        for image in images
    ]


def main() -> None:
    """Writes the sheet."""
    before, after = row(HERE / "sample" / "images"), row(Path(sys.argv[1]) / "llava" / "images")
    width = sum(image.width + GAP for image in before) + GAP
    sheet = Image.new("RGB", (width, 2 * (HEIGHT + GAP + 24) + GAP), "white")
    draw = ImageDraw.Draw(sheet)
    for line, (title, images) in enumerate((("before", before), ("after", after))):
        top = line * (HEIGHT + GAP + 24) + GAP
        draw.text((GAP, top), title, fill="black", font=ImageFont.load_default(18))
        left = GAP
        for image in images:
            sheet.paste(image, (left, top + 24))
            left += image.width + GAP
    sheet.save(HERE.parent / "docs" / "before_after.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    main()
