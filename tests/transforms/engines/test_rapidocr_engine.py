"""RapidOCR reads print that Pillow renders; silent, offline, in full resolution."""

import logging

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from transforms.engines.rapidocr_engine import RapidOcr
from transforms.image.ocr_text import join_lines


@pytest.fixture(scope="module")
def engine():
    return RapidOcr()


def render(lines, size=(640, 200), font=26):
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for index, text in enumerate(lines):
        draw.text((20, 20 + index * int(font * 1.8)), text, fill="black", font=ImageFont.load_default(font))
    return np.array(image)


def test_lines_are_read_with_their_place(engine):
    lines = engine.read(render(["Jordan Blake", "555-0147"]))
    assert join_lines(lines).text.replace(" ", "") == "JordanBlake\n555-0147"
    for line in lines:
        xs = [x for x, _ in line.quad]
        assert min(xs) < 40
        assert 0.5 <= line.score <= 1.0


def test_an_empty_picture_has_no_lines(engine):
    assert engine.read(np.full((64, 64, 3), 255, np.uint8)) == ()
    assert engine.read(np.zeros((1, 1, 3), np.uint8)) == ()
    assert engine.read(np.zeros((3, 900, 3), np.uint8)) == ()


def test_small_print_of_a_large_page_is_read(engine):
    page = render(["Customer 0147 Jordan Blake"], size=(1240, 1754), font=18)
    assert "JordanBlake" in join_lines(engine.read(page)).text.replace(" ", "")


def test_reading_depends_on_the_image_alone(engine):
    page, other = render(["Jordan Blake", "555-0147"]), render(["Something else"], size=(1600, 300))
    first = engine.read(page)
    engine.read(other)
    assert engine.read(page) == first


def test_what_is_read_reaches_no_log(engine, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        engine.read(render(["canary 8812"]))
        engine.read(np.full((64, 64, 3), 255, np.uint8))
    out, err = capfd.readouterr()
    assert "canary" not in caplog.text + out + err
    assert logging.getLogger("RapidOCR").disabled


def test_info_says_what_ran(engine):
    assert (engine.info.role, engine.info.name) == ("ocr", "rapidocr")
    assert len(engine.info.weights_sha256) == 64
    assert RapidOcr().info == engine.info
