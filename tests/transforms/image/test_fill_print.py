"""Ground over print, and other print on it."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from transforms.image.fill_print import fill_ground, fill_text

QUAD = ((20.0, 20.0), (140.0, 20.0), (140.0, 44.0), (20.0, 44.0))
TURNED = ((140.0, 44.0), (20.0, 44.0), (20.0, 20.0), (140.0, 20.0))


def page(text="Gail 42", ground=(200, 220, 240), ink=(20, 20, 90)):
    image = Image.new("RGB", (200, 64), ground)
    ImageDraw.Draw(image).text((24, 20), text, fill=ink, font=ImageFont.load_default(22))
    return np.asarray(image).copy()


def masks():
    fill = np.zeros((64, 200), bool)
    fill[16:48, 16:160] = True
    return fill, fill.copy()


def test_plain_ground_goes_on_where_print_was():
    rgb = page()
    fill, hidden = masks()
    assert fill_ground(rgb, fill, hidden)
    assert np.abs(rgb.astype(int) - (200, 220, 240)).max() <= 1


@pytest.mark.parametrize("textured", [False, True])
def test_what_is_hidden_has_no_part_in_the_ground(textured):
    fill, hidden = masks()
    noise = np.random.default_rng(1).integers(0, 120, (64, 200, 3), np.uint8)
    painted = []
    for text in ("Gail 42", "WWWWWW", ""):
        rgb = page(text)
        if textured:
            rgb[~hidden] = noise[~hidden]
        fill_ground(rgb, fill, hidden)
        painted.append(rgb)
    assert (painted[0] == painted[1]).all()
    assert (painted[0] == painted[2]).all()


def test_pixels_outside_stay_and_no_ground_is_invented_where_none_is_known():
    rgb, before = page(), page()
    fill, hidden = masks()
    fill_text(rgb, fill, hidden, QUAD, "Belodane")
    assert (rgb[~fill] == before[~fill]).all()
    everything = np.ones((64, 200), bool)
    assert not fill_ground(rgb, everything, everything)


def test_other_print_stands_in_the_ink_of_what_was_there():
    rgb = page()
    fill, hidden = masks()
    assert fill_text(rgb, fill, hidden, QUAD, "Belodane")
    darkest = rgb.reshape(-1, 3)[rgb.sum(axis=2).argmin()]
    assert darkest[2] > darkest[0] + 30
    assert (rgb.sum(axis=2) < 400).sum() > 40


def test_print_follows_a_page_that_lies_on_its_head():
    upright, turned = page(), page()
    fill, hidden = masks()
    hidden[:] = fill[:] = False
    fill[20:44, 20:140] = hidden[20:44, 20:140] = True
    fill_text(upright, fill, hidden, QUAD, "Belodane")
    fill_text(turned, fill, hidden, TURNED, "Belodane")
    part = upright[20:44, 20:140].astype(int)
    assert np.abs(part[::-1, ::-1] - turned[20:44, 20:140]).mean() < 6


def test_print_that_nobody_could_read_is_not_written():
    rgb, before = page(), page()
    fill, hidden = masks()
    low = ((20.0, 20.0), (140.0, 20.0), (140.0, 24.0), (20.0, 24.0))
    assert not fill_text(rgb, fill, hidden, low, "Belodane")
    assert not fill_text(rgb, fill, hidden, QUAD, " ")
    assert (rgb == before).all()


def test_long_print_ends_where_the_filled_place_ends():
    rgb = page("")
    fill, hidden = masks()
    fill_text(rgb, fill, hidden, QUAD, "Belodane Corisund of Kesamere and Hexamar")
    assert (rgb[:, 160:] == (200, 220, 240)).all()
    assert (rgb[16:48, 140:158].sum(axis=2) < 560).any()
