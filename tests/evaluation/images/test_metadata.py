import pytest

from evaluation.images.damaged_files import damage, damaged_files
from evaluation.images.metadata import says_mark
from evaluation.images.tagged_files import MARK, tagged_files
from transforms.image.open import ImageLimits, open_image

FILES = list(tagged_files())


def test_there_are_thirty_ways_and_each_is_named_once():
    assert len(FILES) >= 30
    assert len({file.name for file in FILES}) == len(FILES)
    assert [file.data for file in tagged_files()] == [file.data for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_every_file_opens_and_says_the_mark_where_it_should(file):
    assert says_mark(file.data) is file.marked
    assert min(open_image(file.data, ImageLimits()).rgb.shape[:2]) == 64


def test_a_mark_in_utf_16_is_seen():
    assert says_mark(b"xx" + MARK.encode("utf-16le"))
    assert not says_mark(b"xx" + MARK[:-1].encode())


def test_damage_comes_again_with_the_seed_and_changes_the_file():
    import random

    assert list(damaged_files(1, 5)) == list(damaged_files(1, 5))
    data = FILES[0].data
    assert all(damage(data, random.Random(seed)) != data for seed in range(20))
