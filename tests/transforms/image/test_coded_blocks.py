"""What is published does not depend on what was hidden, however the file lies and was coded."""

import io

import numpy as np
import pytest
from PIL import Image

from schemas.edit import Action
from schemas.finding import Box, ImageFinding, Kind
from schemas.policy import ImagePolicy, Policy, ProxyLevel
from transforms.image.coded_blocks import BlockGrid, grid_of, whole_blocks
from transforms.image.open import UPRIGHT, ImageLimits, open_image
from transforms.image.redact import redact_image

POLICY = Policy(
    "test", {"image.text_pii": Action.REDACT}, {}, ProxyLevel.PERMISSIVE, (), False, 0.8, ImagePolicy()
)
SIZE = (173, 119)
PLACE = Box(66, 42, 110, 62)
"""Grown by 2 it ends where blocks counted from the wrong side would end."""
BACK = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}


def upright(seed):
    """A page with print everywhere; what stands in the place differs from seed to seed, in strong colours."""
    page = np.kron(np.random.default_rng(1).integers(60, 240, (30, 44)), np.ones((4, 4)))[
        : SIZE[1], : SIZE[0]
    ]
    page = np.repeat(page[:, :, None], 3, axis=2)
    hidden = np.random.default_rng(seed).integers(0, 2, (PLACE.height - 2, PLACE.width - 2, 3)) * 220
    page[PLACE.y0 + 1 : PLACE.y1 - 1, PLACE.x0 + 1 : PLACE.x1 - 1] = hidden
    return Image.fromarray(page.astype(np.uint8))


def published(seed, orientation, **options):
    stored = upright(seed)
    if orientation > 1:
        stored = stored.transpose(UPRIGHT[BACK[orientation]])
        tag = Image.Exif()
        tag[0x0112] = orientation
        options["exif"] = tag
    out = io.BytesIO()
    stored.save(out, **options)
    opened = open_image(out.getvalue(), ImageLimits())
    assert opened.rgb.shape == (SIZE[1], SIZE[0], 3)
    found = ImageFinding("image.text_pii", Kind.EXPLICIT, "test", 0.9, PLACE)
    return redact_image(out.getvalue(), opened, [found], POLICY).data


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    "options",
    [
        {"format": "JPEG", "quality": 60, "subsampling": 0},
        {"format": "JPEG", "quality": 75, "subsampling": 1},
        {"format": "JPEG", "quality": 85, "subsampling": 2},
    ],
    ids=["4:4:4", "4:2:2", "4:2:0"],
)
def test_a_jpeg_tells_nothing_of_the_hidden_print(options, orientation):
    assert published(1, orientation, **options) == published(2, orientation, **options)


@pytest.mark.parametrize("options", [{"format": "PNG"}, {"format": "WEBP", "lossless": True}])
def test_nor_does_what_loses_nothing(options):
    assert published(1, 1, **options) == published(2, 1, **options)


def test_only_blocks_that_hold_something_are_filled():
    grid = BlockGrid((8, 8), (16, 16), 5, 0)
    mask = np.zeros((24, 29), bool)
    mask[9, 6] = True
    filled = whole_blocks(mask, 0, 0, grid, grid.brightness)
    assert filled[8:16, 5:13].all()
    assert filled.sum() == 64


def test_what_loses_nothing_has_no_blocks():
    image = Image.new("RGB", (20, 20))
    out = io.BytesIO()
    image.save(out, "PNG")
    with Image.open(out) as png:
        assert grid_of(png, 1, lossless=True) is None
