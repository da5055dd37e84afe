"""Boxes are painted, the rest stays; format, tables and profile stay; metadata go."""

import io

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from schemas.edit import Action
from schemas.finding import Box, ImageFinding, Kind
from schemas.policy import FaceFill, ImagePolicy, Policy, ProxyLevel
from transforms.engines.protocols import OcrLine
from transforms.image.clean import raise_levels
from transforms.image.open import ImageLimits, open_image
from transforms.image.redact import redact_image
from transforms.image.regions import Bluntness

ATTRIBUTES = ("image.face", "image.text_pii", "image.plate", "image.code", "image.exif", "image.exif_gps")
BOX = Box(40, 30, 90, 70)


def policy(*, report=(), **image):
    mentions = {name: Action.REPORT if name in report else Action.REDACT for name in ATTRIBUTES}
    return Policy("test", mentions, {}, ProxyLevel.PERMISSIVE, (), False, 0.8, ImagePolicy(**image))


def finding(attribute, box=BOX):
    return ImageFinding(attribute, Kind.EXPLICIT, "test", 0.9, box)


def picture(mode="RGB", size=(160, 120)):
    random = np.random.default_rng(3)
    coarse = random.integers(30, 255, (size[1] // 8, size[0] // 8, 3), dtype=np.uint8)
    return Image.fromarray(np.kron(coarse, np.ones((8, 8, 1), np.uint8))).convert(mode)


def encode(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def redact(data, *findings, using=None, **options):
    return redact_image(data, open_image(data, ImageLimits()), findings, using or policy(), **options)


def mask_of(boxes, shape):
    mask = np.zeros(shape[:2], bool)
    for box in boxes:
        mask[box.y0 : box.y1, box.x0 : box.x1] = True
    return mask


FORMS = [
    ("RGB", "PNG"), ("RGBA", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("1", "PNG"), ("P", "GIF"),
    ("L", "GIF"), ("RGB", "BMP"), ("RGB", "TIFF"), ("CMYK", "TIFF"), ("L", "BMP"),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "form"), FORMS)
@pytest.mark.parametrize("attribute", ["image.text_pii", "image.face"])
def test_lossless_formats_change_in_the_box_and_nowhere_else(mode, form, attribute):
    data = encode(picture(mode), form)
    before = open_image(data, ImageLimits())
    done = redact(data, finding(attribute))
    after = open_image(done.data, ImageLimits())
    assert (after.format, after.mode, after.rgb.shape) == (before.format, before.mode, before.rgb.shape)
    mask = mask_of(done.painted, before.rgb.shape)
    assert np.array_equal(after.rgb[~mask], before.rgb[~mask])
    inside = after.rgb[BOX.y0 : BOX.y1, BOX.x0 : BOX.x1]
    assert not np.array_equal(inside, before.rgb[BOX.y0 : BOX.y1, BOX.x0 : BOX.x1])
    if attribute == "image.text_pii":
        assert (inside == 0).all()


def test_sixteen_bits_stay_sixteen_bits():
    deep = np.random.default_rng(1).integers(0, 65535, (120, 160)).astype(np.uint16)
    done = redact(encode(Image.fromarray(deep), "PNG"), finding("image.text_pii"))
    with Image.open(io.BytesIO(done.data)) as image:
        after = np.array(image).astype(np.uint16)
    mask = mask_of(done.painted, deep.shape)
    assert np.array_equal(after[~mask], deep[~mask])
    assert (after[mask] == 0).all()


def test_transparent_palette_keeps_its_hole():
    image = picture("P")
    data = encode(image, "GIF", transparency=image.getpixel((0, 0)))
    done = redact(data, finding("image.code"))
    with Image.open(io.BytesIO(data)) as old, Image.open(io.BytesIO(done.data)) as new:
        assert np.array(new.convert("RGBA"))[0, 0, 3] == np.array(old.convert("RGBA"))[0, 0, 3] == 0
        assert np.array(new.convert("RGBA"))[50, 60].tolist() == [0, 0, 0, 255]


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("quality", [35, 75, 96])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_jpeg_is_written_with_the_tables_and_the_sampling_it_had(mode, quality, subsampling):
    data = encode(picture(mode), "JPEG", quality=quality, subsampling=subsampling)
    done = redact(data, finding("image.text_pii"))
    with Image.open(io.BytesIO(data)) as old, Image.open(io.BytesIO(done.data)) as new:
        assert isinstance(old, JpegImagePlugin.JpegImageFile)
        assert isinstance(new, JpegImagePlugin.JpegImageFile)
        assert new.mode == mode
        assert new.quantization == old.quantization
        if mode == "RGB":
            assert JpegImagePlugin.get_sampling(new) == JpegImagePlugin.get_sampling(old)
    before, after = (open_image(item, ImageLimits()).rgb.astype(int) for item in (data, done.data))
    # Halved chroma is interpolated anew at every reading, so single pixels at sharp colour edges move.
    assert abs(after[90:, :] - before[90:, :]).mean() <= (6 if subsampling else 2)
    assert after[40:60, 50:80].max() <= 24


def test_progressive_stays_progressive_and_profile_stays():
    profile = b"\0" * 36 + b"acsp" + b"\0" * 88
    done = redact(encode(picture(), "JPEG", progressive=True, icc_profile=profile), finding("image.code"))
    with Image.open(io.BytesIO(done.data)) as image:
        assert image.info.get("progressive")
        assert image.info["icc_profile"] == profile


def test_no_finding_gives_the_same_object():
    data = encode(picture(), "JPEG", exif=Image.Exif())
    done = redact(data)
    assert done.data is data
    assert done.edits == ()


def test_reported_attributes_are_left_alone():
    data = encode(picture(), "PNG")
    assert redact(data, finding("image.face"), using=policy(report=("image.face",))).data is data


def exif(orientation=1):
    block = Image.Exif()
    block[0x010F] = "canary-maker"
    if orientation != 1:
        block[0x0112] = orientation
    return block


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_redacted_files_carry_no_metadata(form):
    data = encode(picture(), form, exif=exif())
    done = redact(data, finding("image.text_pii"), finding("image.exif", None))
    assert b"canary-maker" not in done.data
    assert open_image(done.data, ImageLimits()).metadata == ()
    assert [(edit.attribute, edit.box is None, edit.method) for edit in done.edits] == [
        ("image.exif", True, "strip"),
        ("image.text_pii", False, "solid"),
    ]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_metadata_alone_leave_without_a_pixel_changing(form):
    data = encode(picture(), form, exif=exif(6))
    done = redact(data, finding("image.exif", None))
    assert b"canary-maker" not in done.data
    before, after = open_image(data, ImageLimits()), open_image(done.data, ImageLimits())
    assert np.array_equal(before.rgb, after.rgb)
    assert after.metadata == ()


def test_a_turned_photograph_is_painted_where_the_viewer_sees_it():
    data = encode(picture(), "JPEG", exif=exif(6), quality=95)
    done = redact(data, finding("image.text_pii", Box(10, 100, 50, 130)))
    after = open_image(done.data, ImageLimits())
    assert after.orientation == 1
    assert after.rgb.shape == (160, 120, 3)
    assert after.rgb[105:125, 15:45].max() <= 24


def test_blur_leaves_a_few_values_per_face():
    random = np.random.default_rng(5)
    data = encode(Image.fromarray(random.integers(0, 255, (300, 300, 3), dtype=np.uint8)), "PNG")
    done = redact(data, finding("image.face", Box(50, 50, 250, 250)), using=policy(box_growth=0.0))
    face = open_image(done.data, ImageLimits()).rgb[50:250, 50:250].astype(float)
    assert face.std() < 12  # noise of that size has a deviation of 74; means of 16 cells have about 2
    assert abs(np.diff(face, axis=0)).max() <= 2


def test_a_solid_box_wins_over_a_blurred_one():
    data = encode(picture(), "PNG")
    done = redact(data, finding("image.text_pii"), finding("image.face"))
    assert open_image(done.data, ImageLimits()).rgb[BOX.y0 : BOX.y1, BOX.x0 : BOX.x1].max() == 0


def test_growth_is_a_share_of_the_longer_side_and_for_text_of_the_height():
    data = encode(picture(), "PNG")
    wide = Box(40, 50, 100, 60)
    [face] = redact(data, finding("image.face", wide)).painted
    [text] = redact(data, finding("image.text_pii", wide)).painted
    assert face == Box(34, 44, 106, 66)
    assert text == Box(39, 49, 101, 61)
    [edge] = redact(data, finding("image.face", Box(0, 0, 160, 120))).painted
    assert edge == Box(0, 0, 160, 120)


def test_blunter_means_solid_faces_whole_lines_and_whole_blocks():
    data = encode(picture(), "PNG")
    lines = [
        OcrLine("one line", ((10, 40), (150, 40), (150, 52), (10, 52)), 0.9),
        OcrLine("the next", ((10, 56), (120, 56), (120, 68), (10, 68)), 0.9),
    ]
    box = Box(60, 41, 80, 51)
    exact, wider, line, block = (
        redact(data, finding("image.text_pii", box), bluntness=level, lines=lines).painted[0]
        for level in Bluntness
    )
    assert exact.width < wider.width < 30
    assert (line.x0 <= 10, line.x1 >= 150, line.y1 < 60) == (True, True, True)
    assert block.y1 >= 68
    using = policy(face_fill=FaceFill.BLUR)
    methods = [
        redact(data, finding("image.face"), using=using, bluntness=b).edits[0].method for b in Bluntness
    ]
    assert methods == ["blur", "solid", "solid", "solid"]


def test_hidden_colours_under_full_transparency_go():
    rgba = np.zeros((120, 160, 4), np.uint8)
    rgba[..., :3] = np.random.default_rng(2).integers(0, 255, (120, 160, 3))
    rgba[:, :80, 3] = 255
    done = redact(encode(Image.fromarray(rgba), "PNG"), finding("image.code", Box(5, 5, 20, 20)))
    with Image.open(io.BytesIO(done.data)) as image:
        assert np.array(image)[:, 80:, :3].max() == 0


def test_the_same_input_gives_the_same_bytes():
    for form in ("JPEG", "PNG", "WEBP", "GIF"):
        data = encode(picture("P" if form == "GIF" else "RGB"), form)
        assert redact(data, finding("image.face")).data == redact(data, finding("image.face")).data


def test_only_what_touches_a_leak_is_redacted_more_bluntly():
    data = encode(picture(), "PNG")
    one, other = finding("image.face", Box(10, 10, 40, 40)), finding("image.face", Box(100, 60, 130, 90))
    leak = finding("image.face", Box(20, 20, 35, 35))
    levels = raise_levels({}, [one, other], [leak])
    assert levels == {one: Bluntness.WIDER, leak: Bluntness.WIDER}
    done = redact(data, one, other, bluntness=levels)
    assert {(edit.method, edit.box) for edit in done.edits} == {
        ("solid", Box(4, 4, 46, 46)),
        ("blur", Box(97, 57, 133, 93)),
    }
