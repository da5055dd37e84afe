import io

import numpy as np
import pytest
from PIL import Image

from transforms.disclosure.capture import photograph, through
from transforms.keyed import Draws

CROSSES = ((60, 40), (540, 40), (540, 360), (60, 360), (300, 200))


def page():
    drawn = np.full((400, 600, 3), 255, np.uint8)
    for x, y in CROSSES:
        drawn[y - 5 : y + 6, x - 5 : x + 6] = (200, 0, 0)
    return drawn


@pytest.mark.parametrize("name", ["a", "b", "c", "d"])
def test_the_map_leads_to_where_the_page_went(name):
    shot = photograph(page(), Draws(b"key", name))
    with Image.open(io.BytesIO(shot.data)) as image:
        assert image.size == (shot.width, shot.height)
        taken = np.asarray(image).astype(int)
    for x, y in CROSSES:
        corner = (x, y)
        u, v = through(shot.matrix, (corner,) * 4)[0]
        near = taken[int(v) - 9 : int(v) + 10, int(u) - 9 : int(u) + 10]
        red = near[..., 0] - near[..., 1:].max(axis=2)
        rows, columns = np.nonzero(red > red.max() / 2)
        assert abs(rows.mean() - 9) < 1.5
        assert abs(columns.mean() - 9) < 1.5


def test_the_whole_page_is_in_the_photograph_with_a_table_around_it():
    for index in range(12):
        shot = photograph(page(), Draws(b"key", str(index)))
        corners = through(shot.matrix, ((0, 0), (600, 0), (600, 400), (0, 400)))
        assert all(8 < x < shot.width - 8 and 8 < y < shot.height - 8 for x, y in corners)


def test_photographs_of_other_names_differ():
    assert len({photograph(page(), Draws(b"key", name)).data for name in "abc"}) == 3
    assert photograph(page(), Draws(b"key", "a")).data == photograph(page(), Draws(b"key", "a")).data
