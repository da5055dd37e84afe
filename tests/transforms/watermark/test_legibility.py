"""Reading marks at the sizes at which models look."""

import numpy as np
import pytest

from schemas.watermark import FIELDS, FieldReading, Legibility, Variant
from tests.transforms.watermark.marks import KEY, file_of, identity, photograph, plan
from transforms.edit_distance import edit_distance
from transforms.watermark.legibility import (
    PrintedLine,
    View,
    compare_reading,
    legibility_of,
    seen_as,
)
from transforms.watermark.mark import Marker
from transforms.watermark.mark_settings import MarkSettings
from transforms.watermark.readers import load_reader
from transforms.watermark.style import preset_styles, style_named

LINES = identity().lines()


@pytest.mark.parametrize(("width", "height"), [(640, 480), (480, 640), (100, 30), (336, 336), (2000, 200)])
@pytest.mark.parametrize("view", View)
def test_lines_are_found_where_the_view_shows_them(width, height, view):
    rgb = np.zeros((height, width, 3), np.uint8)
    x0, x1, y0, y1 = width // 4, width // 2, height // 4, height // 2
    rgb[y0:y1, x0:x1] = (255, 0, 0)
    seen, (line,) = seen_as(rgb, [PrintedLine("", x0, y0, x1 - x0, y1 - y0)], view)
    if view is not View.NATIVE:
        side = {View.Q448: 448, View.L336: 336}[view]
        assert seen.shape == (side, side, 3)
    middle = seen[int(line.y + line.height / 2), int(line.x + line.width / 2)]
    assert middle[0] > 200
    assert middle[1] < 60


def test_the_padded_view_has_bars_in_clips_mean_colour():
    seen, _ = seen_as(np.zeros((100, 200, 3), np.uint8), [], View.L336)
    assert tuple(seen[0, 0]) == (122, 116, 104)
    assert tuple(seen[168, 168]) == (0, 0, 0)


def test_white_space_and_wide_signs_do_not_count_but_letters_do():
    read = [line.replace(": ", "：") for line in LINES]
    assert compare_reading(LINES, read) == FieldReading(FIELDS, 0.0)
    wrong = compare_reading(LINES, [LINES[0].replace("M", "N"), *LINES[1:]])
    assert wrong.exact == FIELDS[1:]
    assert 0 < wrong.cer < 0.02


def test_a_misread_name_of_a_field_is_no_misread_value():
    read = compare_reading(LINES, ["usemame: " + LINES[0].partition(": ")[2], *LINES[1:]])
    assert read.exact == FIELDS
    assert read.cer > 0


@pytest.mark.parametrize(
    ("exact", "cer", "bucket"),
    [
        (FIELDS, 0.0, Legibility.READABLE),
        (FIELDS[:5], 0.01, Legibility.BORDERLINE),
        ((), 0.3, Legibility.BORDERLINE),
        ((), 0.9, Legibility.UNREADABLE),
        (FIELDS[:1], 0.9, Legibility.BORDERLINE),
    ],
)
def test_buckets(exact, cer, bucket):
    assert legibility_of(FieldReading(exact, cer), 6) is bucket


@pytest.mark.parametrize(
    ("one", "other", "edits"), [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)]
)
def test_edit_distance(one, other, edits):
    assert edit_distance(one, other) == edit_distance(other, one) == edits


@pytest.mark.parametrize("style", ["legible", "qr"])
def test_marks_of_legible_styles_are_read_at_336_pixels_and_shuffled_ones_are_not(style):
    chosen = style_named(style)
    reader = load_reader(chosen)
    marker = Marker(MarkSettings(style=chosen, bucket=Legibility.READABLE, views=(View.L336,)), KEY, reader)
    found = {
        row.variant: row for row, _ in marker.mark(file_of(photograph()), plan(), identity(0), identity(1))
    }
    assert found[Variant.MARKED].measures.l336.exact == FIELDS
    assert found[Variant.MARKED].measures.native is None
    assert found[Variant.REFERENCE].measures.legibility is Legibility.READABLE
    rgb = photograph()
    texts = {Variant.SCRAMBLED: LINES}
    printed = marker.print_attempt(rgb, "0" * 64, texts, 0, 0, ())
    canvas = rgb.copy()
    box = printed.box
    canvas[box.y : box.y + box.height, box.x : box.x + box.width] = printed.pixels[Variant.SCRAMBLED]
    spots = [
        PrintedLine(spot.text, spot.x + box.x, spot.y + box.y, spot.width, spot.height)
        for spot in printed.inks[Variant.SCRAMBLED].lines
    ]
    read = compare_reading(LINES, reader.read_lines(canvas, spots))
    assert legibility_of(read, 6) is Legibility.UNREADABLE


def test_what_is_not_printed_has_no_reader():
    assert load_reader(preset_styles()["metadata"]) is None
    assert load_reader(preset_styles()["lsb"]) is None
