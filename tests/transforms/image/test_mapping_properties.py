"""Whatever is read and wherever: the characters of a span are covered, and nothing beyond their lines is."""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from transforms.engines.protocols import OcrLine
from transforms.image.ocr_text import join_lines

SIZE = 22
"""Of the type, in pixels; a page is given in its own frame and then turned."""
LEADING = 40
MARGIN = 12
WIDTH = 640
WORDS = st.sampled_from(
    [
        "Anna",
        "Anna",
        "anna",
        "Blake",
        "ID:",
        "555-0147",
        "Will",
        "Mmm",
        "iii",
        "a.b@c.de",
        "12/34",
        "-",
        ":",
        "é",
        "e\u0301a",
    ]
)
TURNS = st.one_of(st.sampled_from([0.0, 90.0, 180.0, 270.0]), st.floats(-12, 12), st.floats(170, 190))
FONT = ImageFont.load_default(SIZE)


def turner(degrees, centre):
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def turn(x, y):
        dx, dy = x - centre, y - centre
        return centre + dx * cos - dy * sin, centre + dx * sin + dy * cos

    return turn


@dataclass(frozen=True)
class Page:
    lines: list
    view: np.ndarray = field(repr=False)
    middles: dict = field(repr=False)


@st.composite
def pages(draw):
    """A drawn page: lines as an engine gives them, the picture, and the middle of every character that has
    ink, by line and offset in the line."""
    rows = draw(st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=1, max_size=4))
    degrees = draw(TURNS)
    side = WIDTH + 40
    turn = turner(degrees, side / 2)
    picture = Image.new("RGB", (side, side), (245, 245, 240))
    pen = ImageDraw.Draw(picture)
    lines, middles = [], {}
    for row, words in enumerate(rows):
        text, x, y = " ".join(words), 60, 200 + LEADING * row
        pen.text((x, y), text, fill=(15, 15, 30), font=FONT)
        right = x + FONT.getlength(text)
        corners = [(x - 3, y - 2), (right + 3, y - 2), (right + 3, y + SIZE + 6), (x - 3, y + SIZE + 6)]
        lines.append(OcrLine(text, tuple(turn(*corner) for corner in corners), 0.9))
        for at, char in enumerate(text):
            if not char.isspace():
                left, stop = FONT.getlength(text[:at]), FONT.getlength(text[: at + 1])
                middles[row, at] = turn(x + (left + stop) / 2, y + SIZE / 2)
    view = np.asarray(picture.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(245, 245, 240)))
    return Page(lines, view, middles)


def inside(quad, point, by=0.0):
    """True if ``point`` is no further than ``by`` pixels outside of ``quad`` (clockwise on the screen)."""
    for (
        (ax, ay),
        (bx, by_),
    ) in zip(quad, (*quad[1:], quad[0]), strict=True):
        length = math.hypot(bx - ax, by_ - ay) or 1.0
        if ((bx - ax) * (point[1] - ay) - (by_ - ay) * (point[0] - ax)) / length < -by:
            return False
    return True


@pytest.mark.parametrize("seen", [True, False])
@settings(max_examples=60, deadline=None)
@given(page=pages(), data=st.data())
def test_every_character_of_a_span_is_covered_and_other_lines_are_left_alone(seen, page, data):
    lines, view, middles = page.lines, page.view, page.middles
    ocr = join_lines(lines)
    row_of = [lines.index(line) for line in ocr.lines]
    start = data.draw(st.integers(0, len(ocr.text)))
    end = data.draw(st.integers(start, len(ocr.text)))
    placed = dict(ocr.quads(start, end, view if seen else None))
    for index, line in enumerate(ocr.lines):
        first, last = ocr.line_span(index)
        assert (index in placed) == (max(start, first) < min(end, last))
        if index not in placed:
            continue
        for corner in placed[index]:
            assert inside(line.quad, corner, 0.1)
        for at in range(max(start, first), min(end, last)):
            if not ocr.text[at].isspace():
                assert inside(placed[index], middles[row_of[index], at - first], 1.0), line.text


@settings(max_examples=60, deadline=None)
@given(page=pages(), data=st.data())
def test_overlapping_spans_cover_what_their_union_covers(page, data):
    lines, view, middles = page.lines, page.view, page.middles
    ocr = join_lines(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(ocr.text)), min_size=4, max_size=4)))
    first, second = dict(ocr.quads(cuts[0], cuts[2], view)), dict(ocr.quads(cuts[1], cuts[3], view))
    for index in range(len(ocr.lines)):
        begin, stop = ocr.line_span(index)
        row = lines.index(ocr.lines[index])
        for at in range(max(cuts[0], begin), min(cuts[3], stop)):
            if not ocr.text[at].isspace():
                quads = [one[index] for one in (first, second) if index in one]
                assert any(inside(quad, middles[row, at - begin], 1.0) for quad in quads)


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=5),
    corners=st.lists(st.tuples(st.floats(-50, 700), st.floats(-50, 700)), min_size=4, max_size=4),
    data=st.data(),
)
def test_any_text_in_any_quad_has_a_place_of_finite_numbers(texts, corners, data):
    view = np.random.default_rng(3).integers(0, 255, (60, 80, 3)).astype(np.uint8)
    ocr = join_lines([OcrLine(text, tuple(corners), 0.5) for text in texts])
    assert all(line.text.strip() for line in ocr.lines)
    start = data.draw(st.integers(0, len(ocr.text)))
    end = data.draw(st.integers(start, len(ocr.text)))
    for index, quad in ocr.quads(start, end, view):
        assert ocr.lines[index].text
        assert all(math.isfinite(value) for corner in quad for value in corner)
