"""What the printer keeps, and that keeping changes nothing."""

import numpy as np
import pytest

from schemas.watermark import Variant
from tests.transforms.watermark.marks import KEY, identity
from transforms.watermark import printing
from transforms.watermark.font import MarkFont
from transforms.watermark.printing import Printer, wanted_em
from transforms.watermark.style import MarkStyle, style_named


def test_what_is_kept_stays_within_its_bytes_and_is_what_was_printed(monkeypatch):
    monkeypatch.setattr(printing, "_KEPT_BYTES", 200_000)
    kept, fresh = Printer(MarkFont(), KEY), Printer(MarkFont(), KEY)
    style = style_named("legible")
    for number in [*range(12), *range(12)]:
        texts = {Variant.MARKED: identity(number).lines()}
        ink = kept.print_all(texts, style, 20, (640, 480), "name")[0][Variant.MARKED]
        again = fresh.print_all(texts, style, 20, (640, 480), "name")[0][Variant.MARKED]
        assert np.array_equal(ink.fill, again.fill)
        assert sum(2 * one.fill.size for one in kept._kept.values()) <= 200_000


def test_letters_shrink_until_the_longest_line_fits():
    printer = Printer(MarkFont(), KEY)
    texts = {Variant.MARKED: identity().lines()}
    inks, em = printer.print_all(texts, style_named("legible"), 40, (300, 480), "name")
    assert 5 <= em < 40
    assert inks[Variant.MARKED].size[0] <= 300


def test_the_nonsense_does_not_change_the_size_of_the_box():
    printer = Printer(MarkFont(), KEY)
    style = style_named("legible")
    texts = {Variant.MARKED: identity(0).lines(), Variant.REFERENCE: identity(1).lines()}
    plain = printer.print_all(texts, style, 20, (640, 480), "name")[0]
    wide = {**texts, Variant.LOREM: tuple("W" * len(line) for line in identity(0).lines())}
    assert printer.print_all(wide, style, 20, (640, 480), "name")[0][Variant.MARKED].size == (
        plain[Variant.MARKED].size
    )


@pytest.mark.parametrize(
    ("style", "size", "em"),
    [
        (MarkStyle(em_px=10), (640, 480), 10),
        (MarkStyle(em_px=10), (64, 48), 10),
        (MarkStyle(em_at_336=12), (672, 480), 24),
        (MarkStyle(em_at_336=12), (100, 336), 12),
    ],
)
def test_sizes_are_of_the_image_or_of_what_a_model_sees(style, size, em):
    assert wanted_em(style, size, 1.0) == em
