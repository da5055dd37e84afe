"""Ink on pixels: whole, half and no cover, and colours by contrast."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.watermark.ink import Ink
from transforms.watermark.paint import BLACK, WHITE, Paint, paint_for, painted, relative_luminance
from transforms.watermark.style import MarkStyle

LEVEL = st.integers(0, 255)


@given(fill=LEVEL, backing=LEVEL, alpha=LEVEL, backing_alpha=LEVEL, ground=LEVEL, ink=LEVEL, behind=LEVEL)
def test_backing_then_ink_are_composed_as_by_alpha(fill, backing, alpha, backing_alpha, ground, ink, behind):
    plane = Ink(np.full((1, 1), fill, np.uint8), np.full((1, 1), backing, np.uint8), ())
    found = painted(
        np.full((1, 1, 3), ground, np.uint8), plane, Paint((ink,) * 3, alpha, (behind,) * 3, backing_alpha)
    )
    under = backing / 255 * backing_alpha / 255
    over = fill / 255 * alpha / 255
    wanted = (ground * (1 - under) + behind * under) * (1 - over) + ink * over
    assert abs(int(found[0, 0, 0]) - wanted) <= 2.5


def test_full_cover_leaves_nothing_of_the_ground():
    whole = np.full((2, 2), 255, np.uint8)
    ground = np.full((2, 2, 3), 77, np.uint8)
    assert (painted(ground, Ink(whole, whole, ()), Paint((9, 8, 7), 255, WHITE, 255)) == (9, 8, 7)).all()
    none = np.zeros((2, 2), np.uint8)
    assert (painted(ground, Ink(none, whole, ()), Paint(BLACK, 255, WHITE, 255)) == 255).all()
    assert (painted(ground, Ink(none, none, ()), Paint(BLACK, 255, WHITE, 255)) == 77).all()


@pytest.mark.parametrize(("level", "colour"), [(20, WHITE), (90, WHITE), (150, BLACK), (240, BLACK)])
def test_ink_is_black_or_white_by_contrast_and_its_backing_the_other(level, colour):
    paint = paint_for(np.full((9, 9, 3), level, np.uint8), MarkStyle(em_px=10), 1.0)
    assert paint.colour == colour
    assert {paint.colour, paint.backing_colour} == {BLACK, WHITE}


def test_luminance_is_that_of_wcag():
    assert float(relative_luminance(np.array(WHITE, np.uint8))) == pytest.approx(1, abs=1e-5)
    assert float(relative_luminance(np.array((119, 119, 119), np.uint8))) == pytest.approx(0.1845, abs=1e-3)
