import io

import numpy as np
import pytest
from PIL import Image

from schemas.errors import RejectRecord
from schemas.watermark import MarkBox
from transforms.watermark.blind_features import blind_features


def picture(seed=0, height=160, width=200):
    draw = np.random.default_rng(seed)
    grid = draw.integers(0, 256, (8, 10, 3)).astype(np.uint8)
    smooth = np.asarray(Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC), np.int16)
    return np.clip(smooth + draw.integers(-6, 7, smooth.shape), 0, 255).astype(np.uint8)


def stored(rgb, form="JPEG", **options):
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, form, **options)
    return out.getvalue()


def with_ink(rgb, box):
    inked = rgb.copy()
    inked[box.y : box.y + box.height, box.x : box.x + box.width : 3] = 255
    return inked


@pytest.mark.parametrize("subsampling", [0, 2])
@pytest.mark.parametrize("box", [MarkBox(37, 21, 60, 40), MarkBox(0, 0, 30, 30), MarkBox(140, 100, 60, 60)])
def test_ink_in_the_box_left_out_shows_in_no_family_but_ink(box, subsampling):
    clean = stored(picture(), quality=90, subsampling=subsampling)
    inked = stored(with_ink(picture(), box), quality=90, subsampling=subsampling)
    one, other = blind_features(clean, box), blind_features(inked, box)
    for family, numbers in one.by_family().items():
        assert (numbers == other.by_family()[family]) is (family != "ink")
    assert blind_features(clean).pixels != blind_features(inked).pixels


def test_a_mark_over_the_whole_image_leaves_nothing_to_tell():
    everywhere = MarkBox(0, 0, 200, 160)
    one, other = (blind_features(stored(picture(seed), quality=90), everywhere) for seed in (1, 2))
    assert (one.container, one.size, one.pixels, one.colours) == (
        other.container,
        other.size,
        other.pixels,
        other.colours,
    )


def test_a_mark_in_the_metadata_can_be_left_out():
    exif = Image.Exif()
    exif[0x010E] = "user_id: 4"
    plain, told = stored(picture(), quality=90), stored(picture(), quality=90, exif=exif.tobytes())
    assert blind_features(plain).container != blind_features(told).container
    one, other = (blind_features(data, metadata_left_out=True) for data in (plain, told))
    assert one.container == other.container
    assert one.size == other.size


def test_the_bytes_beside_the_mark_show_the_quality_of_the_file():
    box = MarkBox(10, 10, 50, 50)
    coarse, fine = (blind_features(stored(picture(), quality=quality), box) for quality in (50, 95))
    assert coarse.size[0] < fine.size[0] - 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"quality": 75}, {"quality": 90}),
        ({"quality": 90, "subsampling": 0}, {"quality": 90, "subsampling": 2}),
        ({"quality": 90}, {"quality": 90, "progressive": True}),
        ({"quality": 90}, {"quality": 90, "comment": b"x"}),
        ({"quality": 90}, {"quality": 90, "icc_profile": b"x" * 200}),
        ({"quality": 90}, {"quality": 90, "exif": Image.Exif().tobytes() + b"\0" * 40}),
        ({"quality": 90}, {"quality": 90, "dpi": (72, 72)}),
    ],
    ids=["quality", "subsampling", "progressive", "comment", "profile", "exif", "density"],
)
def test_the_container_shows_how_a_file_was_written(one, other):
    rgb = picture()
    assert blind_features(stored(rgb, **one)).container != blind_features(stored(rgb, **other)).container


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_format_that_is_opened_has_as_many_numbers(form):
    jpeg, other = blind_features(stored(picture())), blind_features(stored(picture(), form))
    assert {name: len(numbers) for name, numbers in jpeg.by_family().items()} == {
        name: len(numbers) for name, numbers in other.by_family().items()
    }
    assert jpeg.container != other.container


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (7, 3), (16, 16)])
@pytest.mark.parametrize("box", [None, MarkBox(0, 0, 500, 500), MarkBox(-9, -9, 2, 2), MarkBox(90, 90, 5, 5)])
def test_small_images_and_odd_boxes_have_finite_numbers(shape, box):
    numbers = blind_features(stored(np.full((*shape, 3), 200, np.uint8)), box).by_family()
    assert all(np.isfinite(family).all() for family in numbers.values())


def test_a_recompressed_file_shows_in_the_pixels_where_both_have_the_same_tables():
    rgb = picture()
    twice = np.asarray(Image.open(io.BytesIO(stored(rgb, quality=40))))
    one, other = (blind_features(stored(image, quality=95)) for image in (rgb, twice))
    assert one.container == other.container
    assert other.pixels[-1] > one.pixels[-1]


def test_a_truncated_file_is_rejected():
    with pytest.raises(RejectRecord):
        blind_features(stored(picture())[:900])
