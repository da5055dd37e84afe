"""Presets and what users may write of a style."""

import pytest
from pydantic import ValidationError

from schemas.errors import ConfigError
from transforms.watermark.mark_settings import MarkSettings
from transforms.watermark.style import Backing, Carrier, MarkStyle, Placement, preset_styles, style_named


def test_the_album_preset_is_the_papers_set_up():
    album = style_named("album-2025")
    assert (album.em_px, album.colour, album.alpha) == (10, (255, 255, 255), 128)
    assert (album.backing, album.placement, album.carrier) == (Backing.NONE, Placement.RANDOM, Carrier.TEXT)
    assert not album.adaptive
    settings = MarkSettings(style=album)
    assert (settings.quality, settings.subsampling) == (75, "4:2:0")


def test_an_unknown_preset_names_those_that_are():
    with pytest.raises(ConfigError, match="album-2025"):
        style_named("albun-2025")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"em_px": 10, "em_at_336": 12},
        {"em_px": 10, "colour": (0, 0, 256)},
        {"em_px": 10, "shadow": True},
        {"em_px": float("nan")},
        {"em_px": 10, "alpha": 0},
    ],
)
def test_what_cannot_be_printed_is_refused(fields):
    with pytest.raises(ValidationError):
        MarkStyle(**fields)


def test_every_preset_has_its_carrier():
    assert {style.carrier for style in preset_styles().values()} == set(Carrier)
    placements = {style.placement for style in preset_styles().values()}
    assert placements == set(Placement) - {Placement.AWAY}  # which needs boxes that no preset knows
