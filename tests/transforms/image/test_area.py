import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.finding import Box
from transforms.image.area import share_under

corner = st.integers(0, 12)
box = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), corner, corner, corner, corner)


@given(st.lists(box, max_size=6))
def test_overlaps_count_once_and_what_lies_outside_does_not(boxes):
    mask = np.zeros((10, 14), bool)
    for one in boxes:
        mask[one.y0 : one.y1, one.x0 : one.x1] = True
    assert share_under(boxes, 14, 10) == pytest.approx(mask.mean())


def test_nothing_is_under_no_box():
    assert share_under([], 10, 10) == 0
    assert share_under([Box(0, 0, 5, 5)], 0, 0) == 0
