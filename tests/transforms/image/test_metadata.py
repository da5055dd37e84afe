"""Metadata are seen, and leave the file without a pixel changing."""

import io
import random
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from evaluation.images.damaged_files import damage
from evaluation.images.hostile_files import hostile_files
from evaluation.images.metadata import says_mark
from transforms.image.metadata import find_metadata, strip_metadata
from transforms.image.open import ImageLimits, open_image

CANARY = b"zq-canary-7781"
ICC = b"\0" * 36 + b"acsp" + b"\0" * 88


def exif(*, gps=False, orientation=1, make=True):
    block = Image.Exif()
    if make:
        block[0x010F] = CANARY.decode()
    if orientation != 1:
        block[0x0112] = orientation
    if gps:
        block.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 14.0), 3: "E", 4: (11.0, 34.0, 31.0)})
    return block


def encode(form, **options):
    noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, form, **options)
    return out.getvalue()


def png_text(**fields):
    info = PngImagePlugin.PngInfo()
    for name, value in fields.items():
        info.add_text(name, value, zip=name == "zipped")
    info.add_itxt("Author", CANARY.decode(), zip=True)
    return info


def with_segment(jpeg, marker, payload):
    return jpeg[:2] + bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big") + payload + jpeg[2:]


XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><exif:GPSLatitude>48,8N</exif:GPSLatitude></x:xmpmeta>"
BOTH = ("image.exif", "image.exif_gps")
CASES = [
    ("jpeg plain", encode("JPEG"), "JPEG", ()),
    ("jpeg icc", encode("JPEG", icc_profile=ICC), "JPEG", ()),
    ("jpeg exif", encode("JPEG", exif=exif()), "JPEG", ("image.exif",)),
    ("jpeg gps", encode("JPEG", exif=exif(gps=True)), "JPEG", BOTH),
    ("jpeg gps alone", encode("JPEG", exif=exif(gps=True, make=False)), "JPEG", ("image.exif_gps",)),
    ("jpeg orientation alone", encode("JPEG", exif=exif(orientation=6, make=False)), "JPEG", ()),
    ("jpeg turned", encode("JPEG", exif=exif(orientation=8)), "JPEG", ("image.exif",)),
    ("jpeg comment", encode("JPEG", comment=CANARY), "JPEG", ("image.exif",)),
    ("jpeg xmp", with_segment(encode("JPEG"), 0xE1, XMP), "JPEG", BOTH),
    ("jpeg iptc", with_segment(encode("JPEG"), 0xED, b"Photoshop 3.0\0" + CANARY), "JPEG", ("image.exif",)),
    ("jpeg trailing", encode("JPEG") + CANARY, "JPEG", ("image.exif",)),
    ("jpeg progressive trailing", encode("JPEG", progressive=True) + CANARY, "JPEG", ("image.exif",)),
    ("jpeg padding", encode("JPEG") + b"\0" * 9, "JPEG", ()),
    ("png plain", encode("PNG", icc_profile=ICC), "PNG", ()),
    ("png text", encode("PNG", pnginfo=png_text(A="zq", zipped=CANARY.decode())), "PNG", ("image.exif",)),
    ("png exif", encode("PNG", exif=exif(gps=True)), "PNG", BOTH),
    ("png turned", encode("PNG", exif=exif(orientation=3)), "PNG", ("image.exif",)),
    ("png trailing", encode("PNG") + CANARY, "PNG", ("image.exif",)),
    ("webp plain", encode("WEBP", icc_profile=ICC), "WEBP", ()),
    ("webp exif", encode("WEBP", exif=exif(gps=True)), "WEBP", BOTH),
    ("webp turned", encode("WEBP", exif=exif(orientation=5)), "WEBP", ("image.exif",)),
    ("webp xmp", encode("WEBP", xmp=CANARY), "WEBP", ("image.exif",)),
    ("webp trailing", encode("WEBP") + CANARY, "WEBP", ("image.exif",)),
    ("gif comment", encode("GIF", comment=CANARY), "GIF", ("image.exif",)),
    ("tiff plain", encode("TIFF"), "TIFF", ()),
    ("tiff artist", encode("TIFF", tiffinfo={315: CANARY.decode()}), "TIFF", ("image.exif",)),
    ("bmp", encode("BMP"), "BMP", ()),
]  # fmt: skip


@pytest.mark.parametrize(("data", "form", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_metadata_are_named(data, form, expected):
    assert find_metadata(data, form) == expected
    assert open_image(data, ImageLimits()).metadata == expected


@pytest.mark.parametrize(
    ("data", "form"), [c[1:3] for c in CASES if c[2] in ("JPEG", "PNG", "WEBP")],
    ids=[c[0] for c in CASES if c[2] in ("JPEG", "PNG", "WEBP")],
)  # fmt: skip
def test_stripping_changes_no_pixel_and_leaves_nothing(data, form):
    before = open_image(data, ImageLimits())
    stripped = strip_metadata(data, form, before.orientation)
    assert stripped is not None
    assert CANARY not in stripped
    after = open_image(stripped, ImageLimits())
    assert after.metadata == ()
    assert after.orientation == before.orientation
    assert np.array_equal(after.rgb, before.rgb)
    assert strip_metadata(stripped, form, after.orientation) == stripped
    with Image.open(io.BytesIO(data)) as old, Image.open(io.BytesIO(stripped)) as new:
        assert new.info.get("icc_profile") == old.info.get("icc_profile")


def test_hidden_profile_in_png_text_tells_a_position():
    block = b"Exif\0\0" + exif(gps=True).tobytes().removeprefix(b"Exif\0\0")
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type exif", f"\nexif\n{len(block):8d}\n{block.hex()}\n", zip=True)
    assert find_metadata(encode("PNG", pnginfo=info), "PNG") == BOTH


def test_thumbnail_of_jfif_goes():
    plain = encode("JPEG")
    thumb = bytes(3 * 4 * 4)
    header = b"\xff\xe0" + (16 + len(thumb)).to_bytes(2, "big") + plain[6:18] + b"\4\4" + thumb
    data = plain[:2] + header + plain[20:]
    assert find_metadata(data, "JPEG") == ("image.exif",)
    stripped = strip_metadata(data, "JPEG", 1)
    assert stripped == plain


def test_text_bomb_is_not_inflated_whole():
    bomb = zlib.compress(b"\0" * (64 << 20), 9)
    payload = b"Comment\0\0" + bomb
    chunk = (
        len(payload).to_bytes(4, "big") + b"zTXt" + payload + zlib.crc32(b"zTXt" + payload).to_bytes(4, "big")
    )
    plain = encode("PNG")
    assert find_metadata(plain[:33] + chunk + plain[33:], "PNG") == ("image.exif",)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_damaged_files_and_byte_soup_never_raise(form):
    good = encode(form, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    chance = random.Random(form)
    for _ in range(300):
        data = damage(good, chance)
        find_metadata(data, form)
        strip_metadata(data, form, chance.randrange(1, 9))
        soup = good[: chance.randrange(20)] + chance.randbytes(chance.randrange(200))
        find_metadata(soup, form)
        strip_metadata(soup, form, 1)


@pytest.mark.parametrize(("data", "form"), [(c.data, c.name.split("_")[0].upper()) for c in hostile_files()],
                         ids=[c.name for c in hostile_files()])  # fmt: skip
def test_hidden_places_are_found_and_emptied_without_touching_a_pixel(data, form):
    before = open_image(data, ImageLimits())
    assert "image.exif" in before.metadata
    stripped = strip_metadata(data, form, before.orientation)
    if form == "TIFF":
        assert stripped is None
        return
    assert stripped is not None
    assert not says_mark(stripped)
    after = open_image(stripped, ImageLimits())
    assert after.metadata == ()
    assert np.array_equal(after.rgb, before.rgb)
    assert strip_metadata(stripped, form, after.orientation) == stripped


def test_a_picture_in_an_animation_frame_is_encoded_anew():
    data = encode("WEBP", lossless=True)
    body = b"ANMF" + (len(data) - 12 + 16).to_bytes(4, "little") + bytes(16) + data[12:]
    framed = b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body
    assert strip_metadata(framed, "WEBP", 1) is None
