"""Painted boxes stand among the lines of print: a label whose value is gone announces nothing else."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from schemas.edit import Action
from schemas.finding import Box, bounds
from schemas.policy import ImagePolicy, Policy, ProxyLevel
from transforms.engines.protocols import EngineInfo, OcrLine, ScoredBox
from transforms.image.audit import ImageEngines, audit_image
from transforms.image.blacked_out import painted_lines
from transforms.image.clean import clean_image
from transforms.image.ocr_text import PAINTED
from transforms.image.open import ImageLimits, open_image

LEVEL = (OcrLine("Name:", ((10, 10), (60, 10), (60, 24), (10, 24)), 0.9),)


def page(*corners, colour=(0, 0, 0)):
    rgb = np.full((160, 240, 3), 230, np.uint8)
    for quad in corners:
        cv2.fillConvexPoly(rgb, np.array(quad, np.int32), colour)
    return rgb


BOX = ((70, 8), (160, 8), (160, 26), (70, 26))
BELOW = ((30, 27), (200, 27), (200, 45), (30, 45))


@pytest.mark.parametrize("boxes", [(BOX,), (BOX, BELOW)])
def test_every_box_is_a_line_also_where_two_touch(boxes):
    found = painted_lines(page(*boxes), LEVEL)
    assert [line.text for line in found] == [PAINTED] * len(boxes)
    for line, box in zip(found, boxes, strict=True):
        assert np.abs(np.array(line.quad) - np.array(box)).max() <= 2


def test_a_tilted_box_is_found_on_a_page_of_that_tilt():
    tilted = (OcrLine("Name:", ((10, 10), (60, 16), (58, 30), (8, 24)), 0.9),)
    box = ((70, 20), (170, 32), (168, 50), (68, 38))
    [line] = painted_lines(page(box), tilted)
    assert np.abs(np.array(line.quad) - np.array(box)).max() <= 6


def test_the_box_reads_in_the_direction_of_the_print():
    upside_down = (OcrLine("Name:", ((60, 140), (10, 140), (10, 126), (60, 126)), 0.9),)
    [line] = painted_lines(page(BOX), upside_down)
    assert line.quad[0] == (161, 27)
    down = (OcrLine("Name:", ((30, 10), (30, 60), (16, 60), (16, 10)), 0.9),)
    [line] = painted_lines(page(BOX), down)
    assert line.quad[0][0] == bounds(line.quad).x1


def test_other_colours_dark_pages_bars_and_boxes_with_print_are_none():
    assert painted_lines(page(BOX, colour=(90, 90, 90)), LEVEL) == ()
    assert len(painted_lines(page(BOX, colour=(90, 90, 90)), LEVEL, (90, 90, 90))) == 1
    assert painted_lines(np.zeros((160, 240, 3), np.uint8), LEVEL) == ()
    assert painted_lines(page(((70, 8), (72, 8), (72, 60), (70, 60))), LEVEL) == ()
    banner = (OcrLine("SALE", ((80, 10), (150, 10), (150, 24), (80, 24)), 0.9),)
    assert painted_lines(page(BOX), banner) == ()
    assert painted_lines(page(BOX), ()) == ()


def test_places_of_a_very_large_image_are_found_in_its_pixels():
    wide = np.full((3000, 9000, 3), 255, np.uint8)
    wide[900:1000, 4000:6000] = 0
    far = OcrLine("Name", ((100.0, 100.0), (400.0, 100.0), (400.0, 200.0), (100.0, 200.0)), 1.0)
    (line,) = painted_lines(wide, [far])
    assert np.allclose(line.quad, ((4000, 900), (6000, 900), (6000, 1000), (4000, 1000)), atol=3)


class Form:
    """Reads each line of a form whose print (dark strokes) is still there."""

    info = EngineInfo("ocr", "fake", "1", "", "")
    lines = (
        ("Name:", ((10, 40), (60, 40), (60, 54), (10, 54))),
        ("Maria Keller", ((66, 40), (150, 40), (150, 54), (66, 54))),
        ("Peter Adams", ((10, 64), (100, 64), (100, 78), (10, 78))),
        ("Please keep it", ((10, 120), (110, 120), (110, 134), (10, 134))),
    )

    def read(self, image):
        def is_there(quad):
            box = bounds(quad)
            return float(image[box.y0 : box.y1, box.x0 : box.x1].std()) > 60 and is_striped(image, box)

        return tuple(OcrLine(text, quad, 0.9) for text, quad in self.lines if is_there(quad))


def is_striped(image, box):
    row = image[(box.y0 + box.y1) // 2, box.x0 : box.x1].astype(int).mean(axis=1)
    return int(np.count_nonzero(np.abs(np.diff(row)) > 60)) > 6


def form(mode, kind):
    rgb = np.full((160, 240, 3), 215, np.uint8)
    for _, quad in Form.lines:
        box = bounds(quad)
        for x in range(box.x0, box.x1, 6):
            rgb[box.y0 : box.y1, x : x + 3] = 30
    out = io.BytesIO()
    Image.fromarray(rgb).convert(mode).save(out, kind, **({"quality": 92} if kind == "JPEG" else {}))
    return out.getvalue()


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (220, 20, 30)])
@pytest.mark.parametrize(("mode", "kind"), [("RGB", "PNG"), ("RGB", "JPEG"), ("L", "PNG"), ("L", "JPEG")])
def test_a_value_painted_in_any_colour_is_the_one_its_label_announced(colour, mode, kind):
    text = "image.text_pii"
    image = ImagePolicy(fill_rgb=colour)
    policy = Policy("test", {text: Action.REDACT}, {}, ProxyLevel.PERMISSIVE, (), False, 0.8, image)
    common = {
        "engines": ImageEngines(Form(), None, None),
        "find_text": lambda _: (),
        "value_key": b"k",
    }

    def clean(data):
        opened = open_image(data, ImageLimits())
        found = audit_image(opened, wanted=frozenset({text}), fill_rgb=colour, **common)
        return found, clean_image(data, opened, found, policy=policy, **common)

    found, cleaned = clean(form(mode, kind))
    assert [finding.detector for finding in found] == ["ocr.label.name"]
    assert cleaned.reason is None
    assert len(cleaned.edits) == 1
    again, twice = clean(cleaned.data)
    assert again == ()
    assert twice.data == cleaned.data


def test_boxes_in_the_colour_of_the_ground_are_none():
    white = (255, 255, 255)
    cell = np.full((160, 240, 3), 255, np.uint8)
    cv2.rectangle(cell, (70, 8), (160, 26), (0, 0, 0))
    cell[14:18, 12:58:4] = 0
    assert painted_lines(cell, LEVEL, white) == ()


def test_boxes_that_run_into_each_other_in_steps_are_lines():
    # In the rows between two lines neither end belongs to one of them alone.
    stairs = [((70, 8), (140, 8), (140, 26), (70, 26)), ((110, 24), (220, 24), (220, 44), (110, 44))]
    stairs += [((40, 30), (111, 30), (111, 52), (40, 52)), ((130, 60), (200, 60), (200, 80), (130, 80))]
    stairs += [((150, 40), (156, 40), (156, 64), (150, 64))]
    found = painted_lines(page(*stairs), LEVEL)
    reach = [bounds(line.quad) for line in found]
    for x, y in ((100, 16), (200, 34), (60, 45), (160, 70)):
        assert any(box.x0 <= x < box.x1 and box.y0 <= y < box.y1 for box in reach), (x, y)


class Bars:
    """Takes one place for a code, whatever stands there."""

    info = EngineInfo("codes", "bars", "1", "", "")

    def __init__(self, box):
        self.box = box

    def detect(self, image):
        return (ScoredBox(self.box, 0.5),)


@pytest.mark.parametrize(
    ("bars", "found"), [(2, 0), (4, 0), (24, 1)], ids=["two lines", "four lines", "a barcode"]
)
def test_painted_lines_are_no_bars_of_a_code(bars, found):
    rgb = np.full((320, 240, 3), 230, np.uint8)
    step = 288 // bars
    for top in range(10, 10 + bars * step, step):
        rgb[top : top + max(7, step // 2), 20:220] = 0
    engines = ImageEngines(ocr=None, faces=None, codes=Bars(Box(20, 10, 220, 298)), plates=None)
    data = io.BytesIO()
    Image.fromarray(rgb).save(data, "PNG")
    codes = audit_image(
        open_image(data.getvalue(), ImageLimits()),
        engines=engines,
        wanted=frozenset({"image.code"}),
        find_text=lambda text: (),
        value_key=b"k",
    )
    assert len(codes) == found
