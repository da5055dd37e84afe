import io

import cv2
import numpy as np
import pytest
from PIL import Image

from schemas.errors import ConfigError
from transforms.watermark import near_duplicates
from transforms.watermark.near_duplicates import DISTANCE, duplicate_groups, perceptual_hash


def scene(seed, height=240, width=320):
    draw = np.random.default_rng(seed)
    small = draw.integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def encoded(rgb, quality):
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "JPEG", quality=quality)
    return np.asarray(Image.open(io.BytesIO(out.getvalue())))


def apart(one, other):
    return (perceptual_hash(one) ^ perceptual_hash(other)).bit_count()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "change",
    [
        lambda rgb: encoded(rgb, 40),
        lambda rgb: cv2.resize(rgb, (160, 120), interpolation=cv2.INTER_AREA),
        lambda rgb: np.clip(rgb.astype(np.int16) + 20, 0, 255).astype(np.uint8),
        lambda rgb: cv2.putText(rgb.copy(), "user_id: 4", (5, 40), 0, 0.5, (255, 255, 255), 1),
    ],
    ids=["re-encoded", "half the size", "brighter", "with print"],
)
def test_a_copy_of_an_image_has_a_near_hash(seed, change):
    assert apart(scene(seed), change(scene(seed))) <= DISTANCE


def test_other_images_have_far_hashes():
    hashes = [perceptual_hash(scene(seed)) for seed in range(60)]
    nearest = min((one ^ other).bit_count() for i, one in enumerate(hashes) for other in hashes[:i])
    assert nearest > DISTANCE


def test_a_flat_image_has_one_hash_of_64_bits_at_any_grey():
    assert {perceptual_hash(np.full((50, 40, 3), grey, np.uint8)) for grey in (0, 7, 128, 255)} == {0}
    assert all(perceptual_hash(scene(seed)) < 2**64 for seed in range(20))


def test_hashes_of_one_pixel_and_of_one_row_exist():
    assert perceptual_hash(np.full((1, 1, 3), 9, np.uint8)) == 0
    assert isinstance(perceptual_hash(scene(1)[:1]), int)


def by_brute_force(hashes, distance):
    group = {name: name for name in hashes}
    changed = True
    while changed:
        changed = False
        for one in hashes:
            for other in hashes:
                near = (hashes[one] ^ hashes[other]).bit_count() <= distance
                if near and group[one] != group[other]:
                    group[one] = group[other] = min(group[one], group[other])
                    changed = True
    return group


@pytest.mark.parametrize("distance", range(8))
def test_groups_are_those_of_comparing_every_pair(distance):
    draw = np.random.default_rng(distance)
    hashes = {}
    for place in range(60):
        if hashes and draw.random() < 0.7:
            base = hashes[draw.choice(sorted(hashes))]
            for bit in draw.choice(64, int(draw.integers(0, 10)), replace=False):
                base ^= 1 << int(bit)
        else:
            base = int(draw.integers(0, 2**63))
        hashes[f"{int(draw.integers(0, 10**9)):09d}-{place}"] = base
    found = duplicate_groups(hashes, distance)
    assert found == by_brute_force(hashes, distance)
    assert len(set(found.values())) < len(found)


def test_links_are_joined_on_the_way_where_there_are_too_many_to_keep(monkeypatch):
    monkeypatch.setattr(near_duplicates, "_LINKS", 3)
    monkeypatch.setattr(near_duplicates, "_PAIRS", 5)
    draw = np.random.default_rng(4)
    hashes = {f"{place:03d}": int(draw.integers(0, 2**9)) << 33 for place in range(120)}
    assert duplicate_groups(hashes, 1) == by_brute_force(hashes, 1)


def test_groups_do_not_depend_on_the_order_of_the_images():
    draw = np.random.default_rng(5)
    hashes = {f"{place:05d}": int(draw.integers(0, 2**12)) << 40 for place in range(500)}
    backwards = dict(reversed(hashes.items()))
    assert duplicate_groups(hashes) == duplicate_groups(backwards)


def test_no_images_have_no_groups():
    assert duplicate_groups({}) == {}


def test_many_equal_hashes_are_one_group_at_once():
    assert set(duplicate_groups({f"{place:06d}": 77 for place in range(200_000)}).values()) == {"000000"}


@pytest.mark.parametrize("distance", [-1, 8])
def test_a_distance_that_cannot_be_searched_is_refused(distance):
    with pytest.raises(ConfigError, match="0 to 7"):
        duplicate_groups({"a": 1}, distance)
