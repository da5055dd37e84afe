"""The figures on the page of the design are those of the code."""

import re
from pathlib import Path

from transforms.watermark.design import longest_ladder
from transforms.watermark.identities import entropy_bits, token_limit
from transforms.watermark.nobody_ids import ID_COUNT

PAGE = (Path(__file__).parents[2] / "docs" / "watermark_design.md").read_text("utf-8")


def test_entropy_of_every_field_is_told():
    told = dict(re.findall(r"^\| `(\w+)` \|.*\| ([\d.]+) \|$", PAGE, re.M))
    assert told == {field: f"{bits:.2f}" for field, bits in entropy_bits().items()}


def test_sizes_are_told():
    assert f"{ID_COUNT:,} numbers" in PAGE
    assert f"K = {token_limit()} " in PAGE


def test_ladders_that_are_told_fit_and_one_image_fewer_is_too_few():
    told = re.findall(r"^\| ([\d,]+) \|.*ladder 1 to (\d+) \|$", PAGE, re.M)
    assert len(told) == 3
    for images, last in told:
        count = int(images.replace(",", ""))
        ladder = tuple(2**step for step in range(10))
        assert longest_ladder(ladder, 200, count)[-1] == int(last)
        assert longest_ladder(ladder, 200, count - 1)[-1] < int(last)
