"""A span of the joined text comes back as boxes that cover its characters, on every line it touches."""

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
