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


def test_info_says_what_ran(engine):
    assert (engine.info.role, engine.info.name) == ("ocr", "rapidocr")
    assert len(engine.info.weights_sha256) == 64
    assert RapidOcr().info == engine.info


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_pages_on_their_side_or_head_are_read_from_the_texts_own_top_left(engine, quarters):
    page = render(["Jordan Blake 4471", "Customer services", "555-0147 extension"])
    height, width = page.shape[:2]
    upright = {line.text: line.quad for line in engine.read(page)}
    turned = {line.text: line.quad for line in engine.read(np.ascontiguousarray(np.rot90(page, quarters)))}
    assert turned.keys() == upright.keys()
    for text, quad in turned.items():
        for (x, y), (u, v) in zip(upright[text], quad, strict=True):
            placed = {1: (y, width - x), 2: (width - x, height - y), 3: (height - y, x)}[quarters]
            assert np.hypot(placed[0] - u, placed[1] - v) < 12, text


@pytest.mark.parametrize("degrees", [8, 35, 60, -50])
def test_tilted_pages_are_read(engine, degrees):
    page = Image.fromarray(render(["Jordan Blake 4471", "Customer services", "555-0147 extension"]))
    lines = engine.read(np.array(page.rotate(degrees, expand=True, fillcolor="white")))
    assert sorted("".join(line.text.split()) for line in lines) == [
        "555-0147extension",
        "Customerservices",
        "JordanBlake4471",
    ]


def test_a_line_that_runs_up_the_margin_is_read(engine):
    page = Image.fromarray(render(["Jordan Blake 4471", "Customer services"], size=(640, 300)))
    margin = Image.fromarray(render(["Form 8812 B"], size=(240, 60), font=20)).rotate(90, expand=True)
    page.paste(margin, (560, 40))
    assert "Form8812B" in "".join(join_lines(engine.read(np.array(page))).text.split())


def test_print_nearly_as_bright_as_its_ground_is_read_on_printed_matter(engine):
    page = Image.fromarray(render(["Customer services", "Opening hours", "Jordan Blake", "", ""], (480, 330)))
    pen = ImageDraw.Draw(page)
    pen.rectangle((10, 200, 470, 260), fill=(204, 204, 204))
    pen.text((20, 215), "call 555-0147 at noon", fill=(215, 213, 216), font=ImageFont.load_default(22))
    assert "555-0147" in join_lines(engine.read(np.array(page))).text
