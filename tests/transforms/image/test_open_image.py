"""What opens, upright and in RGB, and the reason for what does not."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from schemas.errors import RejectRecord
from schemas.reasons import Reason, Stage
from transforms.image.open import ImageLimits, open_image

LIMITS = ImageLimits()


def picture(mode="RGB", size=(60, 40)):
    ramp = np.linspace(0, 255, size[0] * size[1] * 3).astype(np.uint8).reshape(size[1], size[0], 3)
    return Image.fromarray(ramp).convert(mode)


def encode(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def png_header(width, height):
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + body + struct.pack(">I", zlib.crc32(b"IHDR" + body))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    )


OPENS = [
    ("RGB", "JPEG"), ("L", "JPEG"), ("CMYK", "JPEG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("LA", "PNG"),
    ("P", "PNG"), ("1", "PNG"), ("L", "PNG"), ("RGB", "WEBP"), ("RGBA", "WEBP"), ("P", "GIF"), ("L", "GIF"),
    ("RGB", "BMP"), ("RGB", "TIFF"), ("CMYK", "TIFF"), ("1", "TIFF"),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "form"), OPENS)
def test_every_mode_opens_as_rgb(mode, form):
    opened = open_image(encode(picture(mode), form), LIMITS)
    assert opened.rgb.shape == (40, 60, 3)
    assert opened.rgb.dtype == np.uint8
    assert opened.format == form
    assert opened.orientation == 1


def test_cmyk_keeps_its_colours():
    opened = open_image(encode(Image.new("RGB", (32, 32), (200, 30, 30)).convert("CMYK"), "JPEG"), LIMITS)
    assert abs(opened.rgb.astype(int).mean(axis=(0, 1)) - (200, 30, 30)).max() < 12


def test_sixteen_bits_are_scaled_not_clipped():
    deep = (np.linspace(0, 65535, 64 * 64).reshape(64, 64)).astype(np.uint16)
    opened = open_image(encode(Image.fromarray(deep), "PNG"), LIMITS)
    assert opened.rgb[0, 0, 0] == 0
    assert opened.rgb[-1, -1, 0] == 255
    assert abs(int(opened.rgb[32, 0, 0]) - 127) <= 2


def test_transparent_print_shows_on_any_ground_and_hidden_colours_are_a_second_view():
    rgba = np.zeros((20, 20, 4), np.uint8)
    rgba[5:15, 5:15] = (0, 0, 0, 255)
    opened = open_image(encode(Image.fromarray(rgba), "PNG"), LIMITS)
    assert opened.rgb[0, 0].tolist() == [255, 255, 255]
    assert opened.rgb[10, 10].tolist() == [0, 0, 0]
    assert len(opened.views) == 2
    bright = rgba.copy()
    bright[5:15, 5:15] = (255, 255, 255, 255)
    assert open_image(encode(Image.fromarray(bright), "PNG"), LIMITS).rgb[0, 0].tolist() == [0, 0, 0]


def test_wrong_extension_is_no_matter_and_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (60, 40), "blue")
    image.paste("red", (0, 0, 30, 40))
    opened = open_image(encode(image, "JPEG", exif=exif), LIMITS)
    assert opened.orientation == 6
    assert opened.rgb.shape == (60, 40, 3)
    assert opened.rgb[5, 20, 0] > 200  # the left half is now the upper half


def animated(form):
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "green", "blue")]
    return encode(frames[0], form, save_all=True, append_images=frames[1:], duration=100)


JPEG = encode(picture(size=(320, 240)), "JPEG")
PNG = encode(picture(size=(320, 240)), "PNG")
REJECTED = [
    ("empty", b"", Reason.IMAGE_EMPTY),
    ("garbage", b"this is no image" * 20, Reason.IMAGE_UNDECODABLE),
    ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Reason.IMAGE_UNDECODABLE),
    ("pdf", b"%PDF-1.7\n" + b"x" * 200, Reason.IMAGE_UNDECODABLE),
    ("ico", encode(picture(), "ICO"), Reason.IMAGE_UNDECODABLE),
    ("eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", Reason.IMAGE_UNDECODABLE),
    ("jpeg cut", JPEG[: len(JPEG) // 2], Reason.IMAGE_TRUNCATED),
    ("jpeg header only", JPEG[:40], Reason.IMAGE_TRUNCATED),
    ("png cut", PNG[: len(PNG) // 2], Reason.IMAGE_TRUNCATED),
    ("webp cut", encode(picture(size=(320, 240)), "WEBP")[:300], Reason.IMAGE_TRUNCATED),
    ("gif cut", encode(picture("P", (320, 240)), "GIF")[:600], Reason.IMAGE_TRUNCATED),
    ("bmp cut", encode(picture(), "BMP")[:600], Reason.IMAGE_TRUNCATED),
    ("bomb", png_header(10_000, 10_001), Reason.IMAGE_TOO_MANY_PIXELS),
    ("huge bomb", png_header(200_000, 200_000), Reason.IMAGE_TOO_MANY_PIXELS),
    ("animated gif", animated("GIF"), Reason.IMAGE_ANIMATED),
    ("apng", animated("PNG"), Reason.IMAGE_ANIMATED),
    ("animated webp", animated("WEBP"), Reason.IMAGE_ANIMATED),
    ("tiff pages", animated("TIFF"), Reason.IMAGE_ANIMATED),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("data", "reason"), [c[1:] for c in REJECTED], ids=[c[0] for c in REJECTED])
def test_what_does_not_open_says_why(data, reason):
    with pytest.raises(RejectRecord) as caught:
        open_image(data, LIMITS)
    assert (caught.value.stage, caught.value.reason) == (Stage.AUDIT_IMAGE, reason)
    assert caught.value.__cause__ is None


def test_limits_are_the_callers():
    with pytest.raises(RejectRecord) as caught:
        open_image(PNG, ImageLimits(max_bytes=len(PNG) - 1))
    assert caught.value.reason is Reason.IMAGE_FILE_TOO_LARGE
    with pytest.raises(RejectRecord) as caught:
        open_image(PNG, ImageLimits(max_pixels=2 * 320 * 240 - 1))
    assert caught.value.reason is Reason.IMAGE_TOO_MANY_PIXELS
    assert open_image(PNG, ImageLimits(max_pixels=2 * 320 * 240)).rgb.shape == (240, 320, 3)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
@pytest.mark.filterwarnings("error")
def test_flipped_bytes_open_or_are_rejected_and_nothing_else(form):
    data = bytearray(encode(picture("P" if form == "GIF" else "RGB"), form))
    random = np.random.default_rng(7)
    for _ in range(150):
        hurt = bytearray(data)
        for place in random.integers(0, len(data), 6):
            hurt[int(place)] = int(random.integers(0, 256))
        try:
            opened = open_image(bytes(hurt), ImageLimits(max_pixels=1_000_000))
        except RejectRecord:
            continue
        assert opened.rgb.ndim == 3
