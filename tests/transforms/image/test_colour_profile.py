"""A colour profile keeps its colours and loses its texts."""

import io
from itertools import product

import pytest
from PIL import Image, ImageCms

from evaluation.images.hostile_files import profile_with
from transforms.image.colour_profile import neutral_profile

SRGB = ImageCms.createProfile("sRGB")
NOTICE = b"text\0\0\0\0zq-canary\0"


def colours(profile):
    """The same patches seen through ``profile``."""
    image = Image.new("RGB", (64, 1))
    image.putdata(list(product((0, 60, 128, 255), repeat=3)))
    into = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), SRGB)
    return into.tobytes()


def other_colours():
    """sRGB with its red and its blue swapped, and texts."""
    plain = profile_with({b"cprt": NOTICE, b"dmnd": NOTICE})
    return plain.replace(b"rXYZ", b"xxxx").replace(b"bXYZ", b"rXYZ").replace(b"xxxx", b"bXYZ")


@pytest.mark.parametrize("profile", [profile_with({b"cprt": NOTICE}), other_colours()])
def test_colours_stay_and_texts_go(profile):
    neutral = neutral_profile(profile)
    assert neutral is not None
    assert b"canary" in profile
    assert b"canary" not in neutral
    assert b"ZQ7owner" not in neutral
    assert colours(neutral) == colours(profile)
    assert neutral_profile(neutral) == neutral


def test_the_swapped_profile_does_look_different():
    assert colours(other_colours()) != colours(profile_with({}))


def test_a_tag_is_cut_where_its_values_end():
    tag = b"XYZ \0\0\0\0" + bytes(12) + b"zq-canary"
    neutral = neutral_profile(profile_with({b"bkpt": tag}))
    assert neutral is not None
    assert b"canary" not in neutral


@pytest.mark.parametrize("profile", [b"", b"text", bytes(200), profile_with({})[:300]])
def test_what_is_no_profile_is_dropped(profile):
    assert neutral_profile(profile) is None
