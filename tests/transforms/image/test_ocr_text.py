"""A span of the joined text comes back as boxes that cover its characters, on every line it touches."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.engines.protocols import OcrLine
from transforms.image.ocr_text import join_lines, line_box

CHAR = 10
HEIGHT = 20
WORDS = st.sampled_from(["anna", "anna", "555-0147", "ID", "Wm", "ill", "a.b@c.de", "12 34"])


def line(text, x, y, *, char=CHAR, height=HEIGHT):
    right = x + max(1, len(text)) * char
    return OcrLine(text, ((x, y), (right, y), (right, y + height), (x, y + height)), 0.9)


@st.composite
def pages(draw):
    rows = draw(st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=5))
    return [line(" ".join(words), 5, 5 + index * 30) for index, words in enumerate(rows)]


@given(pages(), st.data())
def test_boxes_cover_the_span_on_each_line_it_touches(lines, data):
    ocr = join_lines(lines)
    start = data.draw(st.integers(0, len(ocr.text) - 1))
    end = data.draw(st.integers(start + 1, len(ocr.text)))
    placed = dict(ocr.boxes(start, end))
    for index in range(len(ocr.lines)):
        first, last = ocr.line_span(index)
        touched = start < last and end > first
        assert (index in placed) == touched
        if touched:
            box, whole = placed[index], line_box(ocr.lines[index])
            assert (box.y0, box.y1) == (whole.y0, whole.y1)
            assert whole.x0 <= box.x0 < box.x1 <= whole.x1


@given(pages(), st.data())
def test_a_longer_span_has_larger_boxes(lines, data):
    ocr = join_lines(lines)
    start = data.draw(st.integers(0, len(ocr.text) - 1))
    end = data.draw(st.integers(start + 1, len(ocr.text)))
    inner = dict(ocr.boxes(start, end))
    outer = dict(ocr.boxes(max(0, start - 3), min(len(ocr.text), end + 3)))
    for index, box in inner.items():
        assert outer[index].x0 <= box.x0
        assert outer[index].x1 >= box.x1


@given(st.text(alphabet="abdeghn", min_size=4, max_size=40), st.data())
def test_characters_of_equal_width_are_covered(text, data):
    ocr = join_lines([line(text, 7, 3)])
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    [(_, box)] = ocr.boxes(start, end)
    assert box.x0 <= 7 + start * CHAR
    assert box.x1 >= 7 + end * CHAR


def test_repeated_words_each_have_their_own_box():
    ocr = join_lines([line("anna calls anna and anna", 0, 0)])
    first, second = ocr.boxes(0, 4)[0][1], ocr.boxes(11, 15)[0][1]
    assert first.x1 < second.x0
    assert second.x1 < 24 * CHAR - 2 * CHAR


def test_reading_order_is_by_rows_then_from_left():
    lines = [line("right", 300, 12), line("below", 5, 60), line("left", 5, 10), line("", 5, 90)]
    ocr = join_lines(lines)
    assert ocr.text == "left\nright\nbelow"
    assert ocr.starts == (0, 5, 11)


def test_a_span_over_a_line_end_has_a_box_on_both_lines():
    ocr = join_lines([line("call 212 555", 5, 5), line("0147 today", 5, 35)])
    placed = ocr.boxes(5, 17)
    assert [index for index, _ in placed] == [0, 1]
    assert placed[0][1].x1 == line_box(ocr.lines[0]).x1
    assert placed[1][1].x0 == 5


def test_a_line_break_inside_a_line_does_not_shift_offsets():
    ocr = join_lines([line("ab\ncd", 5, 5), line("ef", 5, 40)])
    assert ocr.text == "ab cd\nef"


def test_text_that_runs_down_is_cut_along_its_length():
    tall = OcrLine("abcdefghij", ((10, 0), (30, 0), (30, 200), (10, 200)), 0.9)
    [(_, box)] = join_lines([tall]).boxes(0, 3)
    assert (box.x0, box.x1, box.y0) == (10, 30, 0)
    assert 60 <= box.y1 <= 90


def test_no_lines_no_text():
    assert join_lines([]).text == ""


def turned(lines, degrees, around=(200.0, 100.0)):
    """The same lines on a page turned clockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x0, y0 = around

    def corner(x, y):
        dx, dy = x - x0, y - y0
        return (x0 + dx * cos - dy * sin, y0 + dx * sin + dy * cos)

    return [OcrLine(one.text, tuple(corner(x, y) for x, y in one.quad), one.score) for one in lines]


@pytest.mark.parametrize("degrees", [0, 5, -7, 44, 90, 97, 180, 183, 270])
def test_a_turned_page_is_read_in_the_same_order(degrees):
    page = [
        line("Invoice", 150, 5),
        line("Name", 5, 40),
        line("Anna Blake", 240, 40),
        line("12 Elm", 5, 75),
    ]
    assert join_lines(turned(page[::-1], degrees)).text == "Invoice\nName\nAnna Blake\n12 Elm"


@pytest.mark.parametrize("degrees", [0, 5, 90, 180, 270])
def test_a_span_is_placed_at_the_same_share_of_a_turned_line(degrees):
    page = [line("Name: Anna Blake", 5, 40), line("Invoice", 150, 5)]
    [(_, upright)] = join_lines(page).quads(14, 18)
    [(_, quad)] = join_lines(turned(page, degrees)).quads(14, 18)
    [back] = turned([OcrLine("", quad, 1.0)], -degrees)
    assert np.array(back.quad) == pytest.approx(np.array(upright), abs=0.1)


def test_a_line_across_the_others_is_read_apart_from_them():
    page = [line("first row", 5, 10), line("second row", 5, 40)]
    aside = OcrLine("on the side", ((330, 120), (330, 10), (350, 10), (350, 120)), 0.9)
    ocr = join_lines([aside, *page])
    assert ocr.text == "first row\nsecond row\non the side"
    assert min(y for _, y in ocr.level[2]) > 1000


def test_places_of_characters_say_where_a_part_of_a_line_stands():
    # "ID" is printed wide, what follows narrow: widths of a typeface would be wrong by half the value.
    quad = ((0, 0), (400, 0), (400, 20), (0, 20))
    places = (0.1, 0.3, 0.6, 0.7, 0.75, 0.8, 0.85)
    [(_, quad_of_value)] = join_lines([OcrLine("ID 4711", quad, 0.9, places)]).quads(3, 7)
    left, right = quad_of_value[0][0], quad_of_value[1][0]
    assert 260 < left < 275
    assert right == 400


def test_a_part_between_characters_without_a_blank_ends_half_way():
    quad = ((0, 0), (100, 0), (100, 10), (0, 10))
    line = OcrLine("a:bcd.", quad, 0.9, (0.05, 0.15, 0.35, 0.55, 0.75, 0.95))
    [(_, part)] = join_lines([line]).quads(2, 5)
    assert 20 < part[0][0] <= 25
    assert 85 <= part[1][0] < 90
