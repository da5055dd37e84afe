"""Blurred print is hidden further out than sharp print, by what stands around it."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from schemas.finding import Box, quad_of_box
from transforms.image.soft_edge import softness

PLACE = Box(100, 90, 220, 112)


def page(blur, hidden="219-09-9999", ground="white"):
    image = Image.new("RGB", (420, 240), ground)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(20)
    for y in (30, 60, 150, 180, 210):
        pen.text((40, y), "Opening hours and prices", fill="black", font=font, anchor="ls")
    pen.text((PLACE.x0, PLACE.y1), hidden, fill="black", font=font, anchor="ls")
    return np.asarray(image.filter(ImageFilter.GaussianBlur(blur)))


@pytest.mark.parametrize(("blur", "least", "most"), [(0, 0, 0), (0.9, 2, 4), (1.2, 3, 4), (3, 4, 4)])
def test_places_grow_by_the_blur_of_the_print_around(blur, least, most):
    assert least <= softness(page(blur), [quad_of_box(PLACE)]) <= most


def test_what_is_hidden_has_no_part_in_it():
    assert {softness(page(1.0, hidden), [quad_of_box(PLACE)]) for hidden in ("", "I", "219-09-9999")} == {
        softness(page(1.0), [quad_of_box(PLACE)])
    }


def test_nothing_grows_where_nothing_else_is_printed():
    assert softness(np.full((80, 200, 3), 255, np.uint8), [quad_of_box(Box(60, 20, 140, 50))]) == 0
    assert softness(page(1.0), []) == 0
