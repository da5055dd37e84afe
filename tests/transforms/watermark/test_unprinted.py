"""Marks that are not print: codes and lowest bits."""

import numpy as np
from PIL import Image

from schemas.watermark import FIELDS
from tests.transforms.watermark.marks import identity, photograph, pixels_of
from transforms.watermark.code_print import CodeReader, print_codes
from transforms.watermark.encode import encode_jpeg
from transforms.watermark.legibility import PrintedLine, compare_reading
from transforms.watermark.lowest_bits import bit_box, read_bits, write_bits

LINES = identity().lines()


def test_codes_of_one_image_are_of_one_size_and_say_their_lines():
    longer = identity(username="A" * 60, capture_location="B" * 60).lines()
    inks = print_codes([LINES, longer], 3)
    assert inks[0].size == inks[1].size
    for ink, lines in zip(inks, (LINES, longer), strict=True):
        page = np.repeat((255 - ink.fill)[:, :, None], 3, axis=2)
        spots = [PrintedLine(spot.text, spot.x, spot.y, spot.width, spot.height) for spot in ink.lines]
        assert compare_reading(lines, CodeReader().read_lines(page, spots)).exact == FIELDS


def test_a_page_without_a_code_reads_as_nothing():
    line = PrintedLine("", 0, 0, 200, 200)
    assert CodeReader().read_lines(photograph(300, 300), [line] * 6) == ("",) * 6


def test_lowest_bits_hold_the_lines_until_they_are_encoded():
    rgb = photograph()
    width, height = bit_box([LINES])
    marked = write_bits(rgb[:height, :width], LINES)
    said = "\n".join(LINES).encode()
    assert read_bits(marked)[: len(said)] == said
    assert np.abs(marked.astype(int) - rgb[:height, :width]).max() <= 1
    whole = rgb.copy()
    whole[:height, :width] = marked
    decoded = pixels_of(encode_jpeg(whole, 75, "4:2:0"))
    found = np.frombuffer(read_bits(decoded[:height, :width])[: len(said)], np.uint8)
    wrong = np.unpackbits(found ^ np.frombuffer(said, np.uint8)).mean()
    assert 0.35 < wrong < 0.65


def test_the_encoder_uses_the_standard_tables_of_its_quality(tmp_path):
    Image.fromarray(photograph()).save(tmp_path / "pillow.jpg", quality=75)
    assert encode_jpeg(photograph(), 75, "4:2:0") == (tmp_path / "pillow.jpg").read_bytes()
