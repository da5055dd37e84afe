import numpy as np
import pytest

from evaluation.demonstration.reprint import Reprinter, decode, read_source
from evaluation.demonstration.split import STYLE
from schemas.watermark import ImagePlan, MarkBox, SplitName, Variant
from tests.evaluation.demonstration.test_findings import pairs_of
from transforms.watermark.encode import encode_jpeg
from transforms.watermark.mark import Marker
from transforms.watermark.mark_settings import MarkSettings
from transforms.watermark.style import style_named


def mark_of(style):
    return MarkSettings(style=style, variants=(Variant.MARKED, Variant.REFERENCE), quality=90)


MARK = mark_of(STYLE)


def source(seed):
    pixels = np.random.default_rng(seed).integers(0, 255, (224, 224, 3), dtype=np.uint8)
    return encode_jpeg(pixels // 2 + 60, 95, "4:4:4")


@pytest.mark.parametrize("style", [STYLE, style_named("legible"), style_named("stamp")])
def test_a_mark_printed_again_is_the_published_file_to_the_byte(style):
    marker, printer = Marker(mark_of(style), b"key"), Reprinter(mark_of(style))
    for number, pair in enumerate(pairs_of()[1][:6]):
        data = source(number)
        plan = ImagePlan(f"{number:064x}", SplitName.TRAIN, 0.1, "a", "b", 0)
        for mark, file in marker.mark(data, plan, pair.planted, pair.held_out):
            identity = pair.planted if mark.variant is Variant.MARKED else pair.held_out
            assert printer.reprint(read_source(data), mark.box, identity) == file


def test_only_what_is_written_changes_and_it_stays_in_the_image():
    printer = Reprinter(MARK)
    pair = pairs_of()[1][0]
    rgb = read_source(source(1))
    box = MarkBox(150, 20, 60, 90)
    one, other = (decode(printer.reprint(rgb, box, who)) for who in (pair.planted, pair.held_out))
    assert one.shape == rgb.shape
    assert (one != other).any()
    assert np.array_equal(one[130:], other[130:])


def test_a_box_too_low_for_any_letters_is_refused():
    with pytest.raises(ValueError, match="no letters fit"):
        Reprinter(MARK).reprint(read_source(source(1)), MarkBox(0, 0, 100, 12), pairs_of()[1][0].planted)
