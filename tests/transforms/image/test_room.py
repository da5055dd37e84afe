"""Boxes grow up to half the way to the print that stays, whichever way the page is turned."""

import math

import pytest

from schemas.finding import Box, ImageFinding, Kind
from schemas.policy import ImagePolicy
from transforms.engines.protocols import OcrLine
from transforms.image.regions import Bluntness, region_of
from transforms.image.room import room, staying_lines

VALUE = ((100.0, 40.0), (200.0, 40.0), (200.0, 60.0), (100.0, 60.0))


def line(left, top, right, bottom):
    return OcrLine("text", ((left, top), (right, top), (right, bottom), (left, bottom)), 0.9)


def turned(quad, degrees):
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return tuple((x * cos - y * sin + 300, x * sin + y * cos + 300) for x, y in quad)


CASES = [
    ([line(100, 10, 200, 38), line(100, 63, 200, 80)], (1, 4, 1.5, 4)),
    ([line(100, 10, 200, 42)], (0, 4, 4, 4)),  # the engine's boxes overlap
    ([line(30, 40, 98, 60), line(203, 41, 260, 61)], (4, 1.5, 4, 1)),
    ([line(30, 39, 210, 61)], (4, 4, 4, 4)),  # the line of which the value is a part
    ([line(300, 10, 400, 38), line(100, 90, 200, 110)], (4, 4, 4, 4)),
]


@pytest.mark.parametrize(("lines", "wanted"), CASES)
@pytest.mark.parametrize("degrees", [0, 12, 90, 180])
def test_each_side_keeps_half_of_the_gap_free(lines, wanted, degrees):
    around = [OcrLine("text", turned(one.quad, degrees), 0.9) for one in lines]
    assert room(turned(VALUE, degrees), 4, around) == pytest.approx(wanted, abs=1e-6)


def test_lines_that_go_themselves_need_no_room():
    beside, gone = line(100, 10, 200, 38), line(100, 62, 200, 80)
    assert staying_lines([beside, gone], [VALUE, gone.quad]) == (beside,)


def test_only_the_first_try_leaves_room_and_never_less_than_the_value():
    found = ImageFinding("image.text_pii", Kind.EXPLICIT, "ocr.test", 0.9, Box(100, 40, 200, 60))
    near = [line(100, 10, 200, 43), line(100, 62, 200, 80)]
    first, wider = (
        region_of(found, level, ImagePolicy(), (), near) for level in (Bluntness.EXACT, Bluntness.WIDER)
    )
    assert first.quad == ((98, 40), (202, 40), (202, 61), (98, 61))
    assert wider.quad == ((96, 36), (204, 36), (204, 64), (96, 64))


def test_what_soft_letters_leave_beside_their_place_goes_all_the_same():
    found = ImageFinding("image.text_pii", Kind.EXPLICIT, "ocr.test", 0.9, Box(100, 40, 200, 60))
    near = [line(100, 10, 200, 43), line(100, 62, 200, 80)]
    region = region_of(found, Bluntness.EXACT, ImagePolicy(), (), near, 3)
    assert region.quad == ((95, 37), (205, 37), (205, 63), (95, 63))
