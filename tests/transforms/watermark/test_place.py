"""Where marks go."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from schemas.finding import Box
from schemas.watermark import MarkBox
from tests.transforms.watermark.marks import KEY
from transforms.watermark.place import overlap_with, place_mark
from transforms.watermark.style import Placement


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.integers(1, 400),
    st.integers(1, 400),
    st.sampled_from(list(Placement)),
)
def test_the_box_lies_inside(width, height, wide, high, placement):
    size = (min(wide, width), min(high, height))
    rgb = np.zeros((height, width, 3), np.uint8)
    box = place_mark(rgb, size, placement, [Box(0, 0, 50, 50)], KEY, ("name",))
    assert (box.width, box.height) == size
    assert 0 <= box.x <= width - size[0]
    assert 0 <= box.y <= height - size[1]


def test_random_places_are_uniform_to_the_last_pixel():
    rgb = np.zeros((480, 640, 3), np.uint8)
    boxes = [
        place_mark(rgb, (166, 80), Placement.RANDOM, (), KEY, (str(index), "0")) for index in range(3000)
    ]
    assert kstest([box.x / 475 for box in boxes], "uniform").pvalue > 0.001
    assert kstest([box.y / 401 for box in boxes], "uniform").pvalue > 0.001
    assert {0, 400} <= {box.y for box in boxes}


def test_low_texture_prefers_the_calm_half():
    rgb = np.full((400, 600, 3), 120, np.uint8)
    noise = np.random.Generator(np.random.PCG64(1))
    rgb[:, :300] = noise.integers(0, 256, (400, 300, 3), dtype=np.uint8)
    for index in range(5):
        box = place_mark(rgb, (150, 80), Placement.LOW_TEXTURE, (), KEY, (str(index),))
        assert box.x >= 290


@pytest.mark.parametrize(
    ("avoid", "share"),
    [
        ([], 0),
        ([Box(0, 0, 5, 10)], 0.5),
        ([Box(0, 0, 5, 10), Box(0, 0, 5, 10)], 0.5),
        ([Box(-9, -9, 99, 99)], 1),
        ([Box(20, 20, 30, 30)], 0),
    ],
)
def test_overlap_is_the_share_of_the_box(avoid, share):
    assert overlap_with(MarkBox(0, 0, 10, 10), avoid) == share
