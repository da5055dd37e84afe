"""Marking: one path for every twin, boxes inside the image, the same bytes for the same key."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from schemas.errors import ConfigError, RejectRecord
from schemas.finding import Box
from schemas.reasons import Reason
from schemas.watermark import FIELDS, Legibility, Variant
from tests.transforms.watermark.marks import KEY, file_of, identity, photograph, pixels_of, plan
from transforms.engines.protocols import EngineInfo
from transforms.watermark.mark import Marker
from transforms.watermark.mark_settings import MarkSettings, OnMiss
from transforms.watermark.style import Carrier, MarkStyle, preset_styles, style_named

PRINTED = [name for name, style in preset_styles().items() if style.carrier in (Carrier.TEXT, Carrier.QR)]
OVER_IMAGES = [name for name, style in preset_styles().items() if style.carrier is not Carrier.METADATA]


class Answers:
    """Reads what a list of errors per call says: 0 all lines right, 1 all wrong, 0.5 half of them."""

    info = EngineInfo("mark_reader", "test", "1", "", "")

    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = 0

    def read_lines(self, image, lines):
        error = self.errors[min(self.calls, len(self.errors) - 1)]
        self.calls += 1
        wrong = round(error * len(lines))
        return tuple("" if index < wrong else line.text for index, line in enumerate(lines))


def marker(style="legible", reader=None, **options):
    return Marker(MarkSettings(style=style_named(style), **options), KEY, reader)


def twins(found):
    return {row.variant: (row, file) for row, file in found}


def test_every_twin_has_the_same_tables_and_sampling_and_no_metadata():
    source = file_of(photograph(), exif=Image.Exif(), comment=b"of the camera", quality=95)
    found = marker().mark(source, plan(), identity(0), identity(1))
    assert [row.variant for row, _ in found] == list(Variant)
    opened = [Image.open(io.BytesIO(file)) for _, file in found]
    assert len({str(image.quantization) for image in opened}) == 1
    assert len({str(image.layer) for image in opened}) == 1
    assert all(set(image.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"} for image in opened)


@pytest.mark.parametrize("style", OVER_IMAGES)
def test_outside_of_the_box_pixels_are_those_of_the_clean_twin_before_encoding(style):
    rgb = photograph()
    chosen = marker(style)
    texts = {Variant.MARKED: identity().lines(), Variant.SCRAMBLED: identity().lines()}
    printed = chosen.print_attempt(rgb, "0" * 64, texts, 0, 0, ())
    box = printed.box
    assert 0 <= box.x <= box.x + box.width <= 640
    assert 0 <= box.y <= box.y + box.height <= 480
    for pixels in printed.pixels.values():
        assert pixels.shape == (box.height, box.width, 3)
        assert not np.array_equal(pixels, rgb[box.y : box.y + box.height, box.x : box.x + box.width])


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 900),
    height=st.integers(1, 900),
    style=st.sampled_from(OVER_IMAGES),
    name=st.text("0123456789abcdef", min_size=1, max_size=8),
)
def test_a_mark_lies_inside_the_image_or_the_image_is_refused(width, height, style, name):
    rgb = np.full((height, width, 3), 90, np.uint8)
    texts = {Variant.MARKED: identity().lines(), Variant.REFERENCE: identity(1).lines()}
    try:
        printed = marker(style).print_attempt(rgb, name, texts, 0, 0, ())
    except RejectRecord:
        return
    box = printed.box
    assert min(box.x, box.y) >= 0
    assert box.x + box.width <= width
    assert box.y + box.height <= height


def test_the_same_key_gives_the_same_bytes_whatever_was_marked_before():
    files = {f"{seed:064}": file_of(photograph(seed=seed)) for seed in range(3)}
    one, other = marker(), marker()
    forth = {name: one.mark(data, plan(name), identity(0), identity(1)) for name, data in files.items()}
    back = {
        name: other.mark(data, plan(name), identity(0), identity(1)) for name, data in reversed(files.items())
    }
    assert forth == back
    places = {found[1][0].box for found in forth.values()}
    assert len(places) == 3


def test_another_key_puts_the_mark_elsewhere():
    data = file_of(photograph())
    boxes = {
        Marker(MarkSettings(), key).mark(data, plan(), identity(0), None)[1][0].box
        for key in (b"one", b"two", b"three")
    }
    assert len(boxes) == 3


def test_marked_and_reference_differ_in_nothing_but_the_text():
    found = twins(marker().mark(file_of(photograph()), plan(), identity(0), identity(1)))
    marked, reference = found[Variant.MARKED][0], found[Variant.REFERENCE][0]
    assert (marked.box, marked.look) == (reference.box, reference.look)
    assert (marked.identity_id, reference.identity_id) == ("identity-000", "identity-001")
    swapped = twins(marker().mark(file_of(photograph()), plan(), identity(1), identity(0)))
    assert swapped[Variant.REFERENCE][0].box.width == marked.box.width
    assert swapped[Variant.REFERENCE][0].look == marked.look


def test_an_image_without_identity_yields_its_clean_twin_alone():
    found = marker().mark(file_of(photograph()), plan(), None, None)
    assert [row.variant for row, _ in found] == [Variant.CLEAN]
    assert found[0][0].box is None


def test_the_clean_twin_is_the_image_upright():
    rgb = photograph(200, 100)
    exif = Image.Exif()
    exif[0x0112] = 6
    found = marker().mark(file_of(rgb, "PNG", exif=exif), plan(), None, None)
    clean = pixels_of(found[0][1])
    assert clean.shape == (200, 100, 3)
    assert np.abs(clean.astype(int) - np.rot90(rgb, -1)).mean() < 4


def test_a_longest_side_scales_all_twins_alike():
    found = marker(max_side=320).mark(file_of(photograph(800, 600)), plan(), identity(0), identity(1))
    assert {pixels_of(file).shape for _, file in found} == {(240, 320, 3)}


@pytest.mark.parametrize("style", [*OVER_IMAGES])
def test_an_image_smaller_than_the_mark_is_refused_by_a_reason_of_its_own(style):
    with pytest.raises(RejectRecord) as raised:
        marker(style).mark(file_of(photograph(20, 12)), plan(), identity(0), None)
    assert raised.value.reason is Reason.IMAGE_SMALLER_THAN_MARK


def test_an_image_longer_than_a_jpeg_can_be_is_refused_unless_it_is_scaled():
    data = file_of(np.zeros((16, 65_501, 3), np.uint8), "PNG")
    with pytest.raises(RejectRecord) as raised:
        marker().mark(data, plan(), None, None)
    assert raised.value.reason is Reason.IMAGE_TOO_MANY_PIXELS
    assert len(marker(max_side=1000).mark(data, plan(), None, None)) == 1


def test_a_truncated_file_is_refused():
    with pytest.raises(RejectRecord) as raised:
        marker().mark(file_of(photograph())[:2000], plan(), identity(0), None)
    assert raised.value.reason is Reason.IMAGE_TRUNCATED


def test_a_name_without_a_glyph_is_a_wrong_call_and_is_not_quoted():
    with pytest.raises(ConfigError) as raised:
        marker().check(identity(username="Łukasz Nowak"))
    assert "U+0141" in str(raised.value)
    assert "ukasz" not in str(raised.value)


@pytest.mark.parametrize("style", ["metadata", "lsb"])
def test_a_bucket_needs_a_reader_and_print(style):
    with pytest.raises(ConfigError):
        marker(bucket=Legibility.READABLE)
    with pytest.raises(ConfigError):
        marker(style, Answers(0), bucket=Legibility.READABLE)


def test_a_mark_that_is_not_read_is_drawn_again_elsewhere_then_larger():
    reader = Answers(1, 1, 1, 1, 1, 1, 0)
    found = twins(
        marker(reader=reader, bucket=Legibility.READABLE).mark(
            file_of(photograph()), plan(), identity(0), identity(1)
        )
    )
    first = twins(marker().mark(file_of(photograph()), plan(), identity(0), identity(1)))
    row = found[Variant.MARKED][0]
    assert row.measures.attempts > 1
    assert row.measures.legibility is Legibility.READABLE
    assert row.look.em > first[Variant.MARKED][0].look.em
    assert row.measures.l336.exact == FIELDS


def test_both_marked_and_reference_must_be_read():
    reader = Answers(0, 1, 0, 1, 0, 0)
    found = marker(reader=reader, bucket=Legibility.READABLE, attempts=3).mark(
        file_of(photograph()), plan(), identity(0), identity(1)
    )
    assert twins(found)[Variant.MARKED][0].measures.attempts == 3


def test_a_bucket_that_is_never_reached_refuses_the_image_or_keeps_the_best():
    data = file_of(photograph())
    options = {"bucket": Legibility.READABLE, "attempts": 3}
    with pytest.raises(RejectRecord) as raised:
        marker(reader=Answers(1), **options).mark(data, plan(), identity(0), None)
    assert raised.value.reason is Reason.MARK_LEGIBILITY_MISSED
    kept = marker(reader=Answers(1, 0.5, 1, 0.5), on_miss=OnMiss.KEEP, **options)
    row = twins(kept.mark(data, plan(), identity(0), None))[Variant.MARKED][0]
    assert (row.measures.attempts, row.measures.legibility) == (2, Legibility.BORDERLINE)


def test_a_mark_away_from_boxes_covers_less_of_them_and_says_how_much():
    style = MarkStyle(em_px=10, placement="away")
    wide = MarkStyle(em_px=10, placement="random")
    avoid = [Box(0, 0, 420, 480)]
    shares = {}
    for name, chosen in (("away", style), ("random", wide)):
        one = Marker(MarkSettings(style=chosen), KEY)
        rows = [
            one.mark(file_of(photograph()), plan(f"{seed:064}"), identity(0), None, avoid)[1][0]
            for seed in range(6)
        ]
        shares[name] = sum(row.look.overlap for row in rows) / len(rows)
    assert shares["away"] < 0.1 < shares["random"]


def test_a_mark_in_the_metadata_leaves_pixels_and_file_size_as_they_are():
    found = twins(marker("metadata").mark(file_of(photograph()), plan(), identity(0), identity(1)))
    clean, marked = found[Variant.CLEAN], found[Variant.MARKED]
    assert np.array_equal(pixels_of(clean[1]), pixels_of(marked[1]))
    assert clean[0].size == marked[0].size
    assert identity().user_id in Image.open(io.BytesIO(marked[1])).getexif()[0x010E]
    assert Image.open(io.BytesIO(clean[1])).getexif()[0x010E].strip() == ""
