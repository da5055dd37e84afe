"""Pen strokes at a place to sign, and what is none."""

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from schemas.finding import bounds
from transforms.engines.protocols import OcrLine
from transforms.image.label_words import is_place_to_sign
from transforms.image.ocr_text import join_lines
from transforms.image.signatures import find_signatures

PLACES = {
    "beside": ((20, 140, 100, 158), (120, 120, 260, 160)),
    "above": ((20, 150, 100, 168), (25, 105, 165, 145)),
    "beneath": ((20, 80, 100, 98), (25, 105, 165, 145)),
}


def line(text, box, score=0.95):
    x0, y0, x1, y1 = box
    return OcrLine(text, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), score)


def page():
    return Image.new("RGB", (420, 220), (245, 245, 250))


def scrawl(image, box):
    x0, y0, x1, y1 = box
    middle, high = (y0 + y1) / 2, (y1 - y0) / 2
    points = [(x, middle + high * math.sin((x - x0) / 7) * math.cos((x - x0) / 31)) for x in range(x0, x1)]
    ImageDraw.Draw(image).line(points, fill=(20, 30, 120), width=2)


def found(image, *lines):
    return [bounds(quad) for quad, _ in find_signatures(np.asarray(image), join_lines(lines))]


@pytest.mark.parametrize("place", sorted(PLACES))
@pytest.mark.parametrize("quarters", [0, 1])
def test_strokes_are_found_whatever_way_the_page_lies(place, quarters):
    label, ink = PLACES[place]
    image = page()
    scrawl(image, ink)
    ImageDraw.Draw(image).line((20, 165, 240, 165), fill=(90, 90, 90))
    if quarters:
        image = image.rotate(90, expand=True)

        def turned(box):
            return tuple((y, 420 - x) for x, y in ((box[0], box[1]), (box[2], box[1]), (box[2], box[3]),
                                                   (box[0], box[3])))  # fmt: skip

        ocr = OcrLine("Signature", turned(label), 0.95)
        wanted = (ink[1], 420 - ink[2], ink[3], 420 - ink[0])
    else:
        ocr, wanted = line("Signature", label), ink
    (box,) = found(image, ocr)
    assert box.x0 <= wanted[0] + 5
    assert box.y0 <= wanted[1] + 5
    assert box.x1 >= wanted[2] - 5
    assert box.y1 >= wanted[3] - 5


def test_an_empty_box_a_rule_other_print_and_a_painted_place_are_no_signature():
    label = (20, 80, 100, 98)
    empty = page()
    ImageDraw.Draw(empty).rectangle((20, 105, 240, 150), outline=(60, 60, 60))
    assert found(empty, line("Signature", label)) == []
    painted = page()
    ImageDraw.Draw(painted).rectangle((25, 105, 165, 145), fill=(0, 0, 0))
    assert found(painted, line("Signature", label)) == []
    printed = page()
    ImageDraw.Draw(printed).text((30, 110), "12 May 2021", fill=(0, 0, 0), font_size=20)
    assert found(printed, line("Signature", label), line("12 May 2021", (28, 108, 150, 134))) == []


def test_strokes_count_only_where_somebody_signs_and_on_plain_ground():
    image = page()
    scrawl(image, (120, 120, 260, 160))
    assert found(image, line("Drawing", (20, 140, 100, 158))) == []
    grain = np.random.default_rng(1).integers(0, 255, (220, 420, 3)).astype(np.uint8)
    assert found(Image.fromarray(grain), line("Signature", (20, 140, 100, 158))) == []


def test_what_is_read_badly_at_a_place_to_sign_is_taken_for_handwriting():
    image = page()
    read = line("Jhn Dæ", (120, 135, 220, 160), score=0.6)
    assert len(found(image, line("Signature:", (20, 140, 100, 158)), read)) == 1
    assert found(image, line("Colour:", (20, 140, 100, 158)), read) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Signature", True), ("Customer's signature:", True), ("SIGNATURE OF APPLICANT", True),
        ("Sign here", True), ("Firma del titular", True), ("Unterschrift des Kunden", True),
        ("Design", False), ("Signal strength", False), ("Name", False), ("", False),
        ("The signature dish of the house is served with rice", False),
    ],
)  # fmt: skip
def test_words_of_a_place_to_sign(text, place):
    assert is_place_to_sign(text) is place
