"""The end of a span is moved into the gap between words that the picture shows."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from transforms.image.place_in_line import part_of_line

PADDING = 6


def drawn(text, first, last, *, size=24, colours=((255, 255, 255), (10, 10, 10)), noise=0.0):
    """A line of the typeface that comes with Pillow: the image, its quad, and where the characters stand."""
    font = ImageFont.load_default(size)
    ground, colour = colours
    width = int(font.getlength(text)) + 2 * PADDING
    picture = Image.new("RGB", (width, size + 2 * PADDING), ground)
    ImageDraw.Draw(picture).text((PADDING, PADDING), text, fill=colour, font=font)
    grain = np.random.default_rng(5).normal(0, noise, (picture.height, width, 3)) if noise else 0
    view = np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8)
    x0, x1 = PADDING + font.getlength(text[:first]), PADDING + font.getlength(text[:last])
    quad = ((0, 0), (width, 0), (width, picture.height), (0, picture.height))
    before = PADDING + font.getlength(text[:first].rstrip())
    return view, quad, (x0, x1), before


PARTS = [
    ("Name: Anna Blake", "Anna Blake"),
    ("ID 44 812 377", "44 812 377"),
    ("Will it fill iiiii WWWW mmm 212-555-0147", "212-555-0147"),
    ("Call 212-555-0147 after eight", "212-555-0147"),
    ("MWMWMW illil Anna", "Anna"),
    ("Tel:03-62629219", "03-62629219"),
]


@pytest.mark.parametrize("noise", [0, 12])
@pytest.mark.parametrize("colours", [((255, 255, 255), (10, 10, 10)), ((20, 40, 80), (240, 240, 200))])
@pytest.mark.parametrize(("text", "part"), PARTS)
def test_a_part_of_a_line_is_covered_and_the_word_before_it_is_not(text, part, colours, noise):
    first = text.index(part)
    view, quad, (x0, x1), before = drawn(text, first, first + len(part), colours=colours, noise=noise)
    (left, _), (right, _), _, _ = part_of_line(quad, text, first, first + len(part), view)
    assert left <= x0 + 2
    assert right >= x1 - 2
    assert left >= before - 2


def test_without_a_picture_the_place_is_as_wide_as_the_doubt():
    text = "Name: Anna Blake"
    view, quad, (x0, _), _ = drawn(text, 6, 16)
    alone, seen = part_of_line(quad, text, 6, 16), part_of_line(quad, text, 6, 16, view)
    assert alone[0][0] < seen[0][0] <= x0 + 2
    assert alone[1][0] == quad[1][0]


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_tells_nothing(level):
    quad = ((0, 0), (200, 0), (200, 20), (0, 20))
    view = np.full((20, 200, 3), level, np.uint8)
    assert part_of_line(quad, "Name: Anna Blake", 6, 10, view) == part_of_line(
        quad, "Name: Anna Blake", 6, 10
    )


def test_marks_beside_the_span_go_with_it():
    quad = ((0, 0), (200, 0), (200, 20), (0, 20))
    assert part_of_line(quad, "* Anna Blake, ", 2, 12) == quad
