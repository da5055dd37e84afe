import numpy as np
import pytest

from evaluation.images.coverage import bounds, covered_share, overlap, painted_mask
from evaluation.images.legible import is_legible, read_error, unturned, unturned_quads
from schemas.finding import Box
from transforms.engines.protocols import OcrLine

QUAD = ((10.0, 10.0), (50.0, 10.0), (50.0, 20.0), (10.0, 20.0))


@pytest.mark.parametrize(
    ("value", "text", "error"),
    [
        ("jane@x.org", "mail jane@x.org today", 0.0),
        ("jane@x.org", "mail JANE x org", 0.0),
        ("abcd", "xxabyd", 0.25),
        ("abcd", "", 1.0),
        ("555-1234", "55512 4", 1 / 7),
        ("...", "...", 1.0),
    ],
)
def test_a_value_is_looked_for_anywhere_in_what_was_read(value, text, error):
    assert read_error(value, text) == pytest.approx(error)


def test_only_lines_at_the_place_of_the_value_count():
    near = OcrLine("Jane Roe", QUAD, 0.9)
    far = OcrLine("Jane Roe", tuple((x, y + 100) for x, y in QUAD), 0.9)
    assert is_legible("Jane Roe", [QUAD], [near])
    assert not is_legible("Jane Roe", [QUAD], [far])


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_turning_back_brings_the_quad_to_its_ink(quarters):
    page = np.zeros((60, 90, 3), np.uint8)
    page[10:20, 10:50] = 255
    turned = np.rot90(page, quarters)
    height, width = turned.shape[:2]
    corners = {
        0: QUAD,
        1: ((10, 80), (10, 40), (20, 40), (20, 80)),
        2: ((80, 50), (40, 50), (40, 40), (80, 40)),
        3: ((50, 10), (50, 50), (40, 50), (40, 10)),
    }
    back = unturned_quads([corners[quarters]], quarters, width, height)
    assert bounds(back) == Box(10, 10, 50, 20)
    assert unturned(turned, quarters).tobytes() == page.tobytes()


@pytest.mark.parametrize(
    ("boxes", "share"),
    [([], 0.0), ([Box(0, 0, 100, 100)], 1.0), ([Box(10, 0, 30, 40)], 0.5), ([Box(10, 0, 30, 40)] * 2, 0.5)],
)
def test_the_share_of_a_quad_under_boxes_is_counted_once(boxes, share):
    assert covered_share(painted_mask(100, 60, boxes), [QUAD]) == pytest.approx(share, abs=0.03)


def test_overlap_is_intersection_over_union():
    assert overlap(Box(0, 0, 10, 10), Box(5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert overlap(Box(0, 0, 10, 10), Box(20, 0, 30, 10)) == 0
