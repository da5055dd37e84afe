"""Ink: boxes that hold the letters, shuffling that keeps the ink."""

import numpy as np
import pytest

from tests.transforms.watermark.marks import KEY, identity
from transforms.watermark.font import MarkFont
from transforms.watermark.ink import fitted, print_lines, shuffled, tiled
from transforms.watermark.nonsense import nonsense_lines
from transforms.watermark.style import Backing

LINES = identity().lines()
FONT = MarkFont()


def generator(seed=0):
    return np.random.Generator(np.random.PCG64(seed))


@pytest.mark.parametrize("em", [5, 10, 23, 61])
@pytest.mark.parametrize("backing", Backing)
def test_no_letter_reaches_over_its_box(em, backing):
    tight = print_lines(FONT, LINES, em, 0.3, backing)
    wide = print_lines(FONT, [*LINES, "m" * 60], em, 0.3, backing)
    rows = tight.fill.shape[0]
    cut = wide.fill[:rows, tight.fill.shape[1] :]
    assert not cut[: rows - em].any()
    assert int(tight.fill.astype(int).sum()) > 0
    for spot in tight.lines:
        assert 0 <= spot.x <= spot.x + spot.width <= tight.size[0]
        assert 0 <= spot.y <= spot.y + spot.height <= tight.size[1]
        assert tight.fill[spot.y : spot.y + spot.height, spot.x : spot.x + spot.width].any()


def test_the_album_mark_is_as_large_as_in_the_paper():
    width, height = print_lines(FONT, LINES, 10, 0.4, Backing.NONE).size
    assert 155 <= width <= 200
    assert 78 <= height <= 84


def test_shuffling_keeps_the_ink_of_every_line_and_moves_it():
    ink = print_lines(FONT, LINES, 24, 0.3, Backing.OUTLINE)
    mixed = shuffled(ink, 3, generator())
    assert sorted(mixed.fill.ravel()) == sorted(ink.fill.ravel())
    assert sorted(mixed.backing.ravel()) == sorted(ink.backing.ravel())
    for spot in ink.lines:
        window = np.s_[spot.y : spot.y + spot.height, spot.x : spot.x + spot.width]
        assert mixed.fill[window].sum() == ink.fill[window].sum()
        assert (mixed.fill[window] != ink.fill[window]).mean() > 0.2


def test_shuffling_follows_from_its_seed():
    ink = print_lines(FONT, LINES, 24, 0.3, Backing.NONE)
    one, again, other = (shuffled(ink, 3, generator(seed)).fill for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_ink_fits_a_larger_and_a_smaller_box():
    ink = print_lines(FONT, LINES, 12, 0.3, Backing.PLATE)
    for size in ((900, 400), (40, 30), (40, 400)):
        found = fitted(ink, size, Backing.PLATE)
        assert found.size == size
        assert found.backing.min() == 255


def test_tiles_cover_the_whole_box():
    ink = print_lines(FONT, LINES, 12, 0.3, Backing.NONE)
    for size in ((640, 480), (211, 97), ink.size):
        found = tiled(ink, size, 9)
        assert found.size == size
    wide = tiled(ink, (640, 480), 9).fill
    assert all(quarter.any() for half in np.array_split(wide, 2) for quarter in np.array_split(half, 2, 1))


def test_nonsense_has_the_form_of_the_text_no_more_width_and_none_of_its_words():
    drawn = nonsense_lines(LINES, KEY, "identity-000", FONT.width)
    assert drawn == nonsense_lines(LINES, KEY, "identity-000", FONT.width)
    assert drawn != nonsense_lines(LINES, KEY, "identity-001", FONT.width)
    for line, said in zip(drawn, LINES, strict=True):
        assert len(line) == len(said)
        assert FONT.width(line) <= FONT.width(said)
        assert [c for c in line if not c.isalnum()] == [c for c in said if not c.isalnum()]
        assert not any(c.isdigit() for c in line)
        assert line != said
