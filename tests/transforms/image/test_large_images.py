"""Large images are held once, and come out as they would if they were held as often as others."""

import io

import numpy as np
import pytest
from PIL import Image

from schemas.edit import Action
from schemas.errors import RejectRecord
from schemas.finding import Box, ImageFinding, Kind
from schemas.policy import ImagePolicy, Policy, ProxyLevel
from schemas.reasons import Reason
from transforms.fidelity.image import image_fidelity, sampled_fidelity, sampled_rows
from transforms.image import open as opening
from transforms.image import raster as rasters
from transforms.image.audit import ImageEngines
from transforms.image.clean import clean_image
from transforms.image.large_jpeg import decode_large, encode_in_strips
from transforms.image.open import ImageLimits, LargePixels, open_image

LIMITS = ImageLimits()
POLICY = Policy(
    "test", {"image.face": Action.REDACT}, {}, ProxyLevel.PERMISSIVE, (), False, 0.0, ImagePolicy()
)


def picture(width=333, height=611, mode="RGB"):
    random = np.random.default_rng(5)
    small = Image.fromarray(random.integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def encoded(image, form="JPEG", **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


@pytest.fixture
def every_image_is_large(monkeypatch):
    monkeypatch.setattr(opening, "LARGE", 0)
    monkeypatch.setattr(rasters, "LARGE", 0)


def turned(orientation, **options):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(picture(), exif=exif, **options)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_large_jpegs_are_turned_upright_as_others(orientation):
    data = turned(orientation)
    assert np.array_equal(decode_large(data, orientation), open_image(data, LIMITS).rgb)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_large_jpegs_have_the_pixels_of_others(subsampling, progressive):
    data = encoded(picture(), subsampling=subsampling, progressive=progressive)
    assert np.array_equal(decode_large(data, 1), np.asarray(Image.open(io.BytesIO(data))))


@pytest.mark.parametrize("size", [(333, 611), (16, 256), (8, 257), (1, 1), (700, 15), (640, 5000)])
@pytest.mark.parametrize(
    ("mode", "subsampling"), [("RGB", 0), ("RGB", 1), ("RGB", 2), ("L", -1), ("CMYK", 0)]
)
def test_strips_hold_what_a_whole_file_holds(mode, subsampling, size):
    image = picture(*size, mode) if min(size) >= 8 else Image.new(mode, size)
    options = {"subsampling": subsampling, "quality": 80, "progressive": True, "icc_profile": b"p" * 200}
    strips = encode_in_strips(np.asarray(image), mode, options)
    whole = encoded(image, **{**options, "progressive": False})
    with Image.open(io.BytesIO(strips)) as one, Image.open(io.BytesIO(whole)) as other:
        assert one.info["icc_profile"] == other.info["icc_profile"]
        assert one.quantization == other.quantization
        assert np.array_equal(np.asarray(one), np.asarray(other))
    assert len(strips) < 1.01 * len(whole) + 50


def test_pixels_let_go_of_come_back(every_image_is_large):
    for form in ("JPEG", "PNG"):
        opened = open_image(encoded(picture(), form), LIMITS)
        assert isinstance(opened.held, LargePixels)
        before = opened.rgb.copy()
        opened.let_go()
        assert opened.size == (611, 333)
        assert np.array_equal(opened.rgb, before)
        taken = opened.take_plain()
        taken[:] = 0
        assert np.array_equal(opened.rgb, before)


def test_a_cut_large_jpeg_is_rejected(every_image_is_large):
    data = encoded(picture())
    for end in (len(data) // 2, len(data) - 20):
        with pytest.raises(RejectRecord) as caught:
            open_image(data[:end], LIMITS)
        assert caught.value.reason is Reason.IMAGE_TRUNCATED


@pytest.mark.parametrize(("form", "mode"), [("PNG", "RGBA"), ("PNG", "RGB"), ("GIF", "P"), ("JPEG", "CMYK")])
def test_pixels_count_double_in_what_is_no_plain_jpeg(form, mode):
    data = encoded(picture(40, 40, mode), form)
    with pytest.raises(RejectRecord) as caught:
        open_image(data, ImageLimits(max_pixels=2 * 40 * 40 - 1))
    assert caught.value.reason is Reason.IMAGE_TOO_MANY_PIXELS
    assert open_image(data, ImageLimits(max_pixels=2 * 40 * 40)).size == (40, 40)
    for simple in ("RGB", "L"):
        opened = open_image(encoded(picture(40, 40, simple)), ImageLimits(max_pixels=40 * 40))
        assert opened.size == (40, 40)


@pytest.mark.parametrize(
    ("form", "mode", "orientation"),
    [("JPEG", "RGB", 1), ("JPEG", "RGB", 6), ("JPEG", "L", 1), ("PNG", "RGB", 1), ("PNG", "RGBA", 1)],
)
def test_a_large_image_is_cleaned_as_others(monkeypatch, form, mode, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture(mode=mode), form, exif=exif)
    finding = ImageFinding("image.face", Kind.EXPLICIT, "faces", 0.9, Box(41, 57, 130, 190))

    def cleaned():
        return clean_image(
            data,
            open_image(data, LIMITS),
            [finding],
            policy=POLICY,
            engines=ImageEngines(None, None, None),
            find_text=lambda text: (),
            value_key=b"k",
        )

    usual = cleaned()
    monkeypatch.setattr(opening, "LARGE", 0)
    monkeypatch.setattr(rasters, "LARGE", 0)
    large = cleaned()
    assert large.reason is None
    assert large.edits == usual.edits
    assert np.array_equal(open_image(large.data, LIMITS).rgb, open_image(usual.data, LIMITS).rgb)
    assert large.fidelity == pytest.approx(usual.fidelity, abs=0.02)


def test_fidelity_of_sampled_rows_keeps_the_share_exact():
    before = np.asarray(picture(640, 1203))
    after = before.copy()
    box = Box(100, 333, 400, 777)
    after[box.y0 : box.y1, box.x0 : box.x1] = 0
    found = sampled_fidelity(sampled_rows(before), sampled_rows(after), [box], before.shape[:2])
    assert found == image_fidelity(before, after, [box])
    after[::2] //= 2
    found = sampled_fidelity(sampled_rows(before), sampled_rows(after), [box], before.shape[:2])
    assert found == pytest.approx(image_fidelity(before, after, [box]), abs=0.03)
