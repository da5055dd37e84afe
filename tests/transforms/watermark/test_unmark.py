import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ConfigError
from transforms.watermark.unmark import References, Twins, image_name, image_path, unmark_text

MARKED, CLEAN, OTHER = bytes(range(16)), bytes(range(100, 116)), bytes(range(200, 216))
TWINS = Twins({MARKED: CLEAN}, frozenset({CLEAN}))
M, C = MARKED.hex(), CLEAN.hex()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'"image": "00/{M}.jpg"', f'"image": "64/{C}.jpg"'),
        (f'"image": "{M}.jpg"', f'"image": "{C}.jpg"'),
        (f'"image": "images\\/00\\/{M}.jpg"', f'"image": "images\\/64\\/{C}.jpg"'),
        (f'"image": "D:\\\\00\\\\{M}.jpg"', f'"image": "D:\\\\64\\\\{C}.jpg"'),
        (f'"image": "photos/{M}.jpg"', f'"image": "photos/{C}.jpg"'),
        (f'"image": "a00/{M}.jpg"', f'"image": "a00/{C}.jpg"'),
        (
            f"Picture 1: <img>x/00/{M}.jpg</img>\\nPicture 2: <img>00/{M}.jpg</img>",
            f"Picture 1: <img>x/64/{C}.jpg</img>\\nPicture 2: <img>64/{C}.jpg</img>",
        ),
    ],
)
def test_a_reference_is_rewritten_in_whatever_form_it_stands(before, after):
    content, found = unmark_text(f"\ufeff é\r\n{before},\t \n".encode(), TWINS)
    assert content == f"\ufeff é\r\n{after},\t \n".encode()
    assert found.rewritten == before.count(M)


@pytest.mark.parametrize("text", [f"a{M}.jpg", f"{M}.png", f"{M}", M.upper() + "x.jpg", M[:-1] + ".jpg"])
def test_what_is_no_such_name_stays(text):
    assert unmark_text(text.encode(), TWINS) == (text.encode(), References())


def test_clean_and_unknown_references_stay_and_are_counted():
    text = f"{C}.jpg {OTHER.hex()}.jpg {OTHER.hex()}.jpg".encode()
    assert unmark_text(text, TWINS) == (text, References(0, 1, 2))


@given(st.binary(), st.binary())
def test_bytes_around_a_reference_stay_as_they_are(left, right):
    content, _ = unmark_text(left + b" " + f"{M}.jpg".encode() + right, TWINS)
    assert content == left + b" " + f"{C}.jpg".encode() + right


def test_unmarking_twice_changes_nothing_more():
    corpus = json.dumps([{"id": "1", "image": f"00/{M}.jpg", "conversations": []}]).encode()
    once, _ = unmark_text(corpus, TWINS)
    assert unmark_text(once, TWINS) == (once, References(0, 1, 0))


def test_names_and_paths_belong_together():
    assert image_path(MARKED) == f"00/{M}.jpg"
    assert image_name("images/" + image_path(MARKED)) == MARKED


@pytest.mark.parametrize(
    "path", ["", "images/x.jpg", f"images/{M}.png", f"{M[:-2]}.jpg", f"{M.upper()[:-1]}F.jpg"]
)
def test_a_path_that_is_no_emitted_image_is_refused(path):
    with pytest.raises(ConfigError, match="manifest"):
        image_name(path)
