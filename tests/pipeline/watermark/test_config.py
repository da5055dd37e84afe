"""Configs of watermarked splits: presets, sections that merge, errors that name the key."""

import pytest

from pipeline.presets import described_presets, laid_over
from pipeline.watermark.arms import arm_files
from pipeline.watermark.config import PACKAGE, make_watermark_config
from schemas.errors import ConfigError
from schemas.watermark import Variant


def config(**settings):
    return make_watermark_config({"input": "c.json", "out": "out"} | settings)


@pytest.mark.parametrize("name", [name for name, _ in described_presets(PACKAGE)])
def test_every_preset_is_a_valid_config_and_says_what_it_is_for(name):
    assert config(preset=name).preset == name
    assert dict(described_presets(PACKAGE))[name].endswith(".")


def test_album_2025_is_the_published_set_up():
    album = config(preset="album-2025")
    assert album.rates == (0, 0.25, 0.5, 0.75, 1)
    assert album.identities.per_pool == 20
    assert (album.splits.test_share, album.splits.probe_images) == (0.2, 500)
    style = album.mark.style
    assert (style.em_px, style.colour, style.alpha) == (10, (255, 255, 255), 128)
    assert album.mark.quality == 75


def test_what_is_written_wins_over_the_preset_key_by_key():
    album = config(preset="album-2025", mark={"quality": 90}, identities={"folds": 4})
    assert album.mark.quality == 90
    assert album.mark.style.em_px == 10
    assert (album.identities.per_pool, album.identities.folds) == (20, 4)


def test_sections_merge_and_everything_else_is_replaced():
    assert laid_over({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"c": 3}, "d": []}) == {
        "a": {"b": 1, "c": 3},
        "d": [],
    }


def test_arms_are_named_after_their_rates_in_percent():
    names = [arm.name for arm in arm_files(config(rates=[1, 0.005, 0], shadow_arms=True))]
    assert names[:3] == ["train-r0", "train-r0.5", "train-r100"]
    assert names[3:] == [*(f"train-shadow-{n}" for n in range(8)), "test1", "test2"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"rates": []}, "rates"),
        ({"rates": [True]}, "rates"),
        ({"rates": [float("nan")]}, "rates"),
        ({"seed": "x"}, "seed"),
        ({"preset": ["default"]}, "preset"),
        ({"mark": {"style": {"em_px": 10, "em_at_336": 10}}}, "not both"),
        ({"mark": {"style": {"em_px": 10, "placement": "away"}}}, "needs regions"),
        ({"mark": {"quality": 0}}, "mark.quality"),
        ({"identities": {"per_pool": True}}, "identities.per_pool"),
        ({"splits": {"test_share": 0}}, "splits.test_share"),
        ({"identities": {"shadows": 0}, "shadow_arms": True}, "shadow_arms"),
        ({"fail_on": {"luck": 1}}, "fail_on"),
        ({"mark": 3}, "mark"),
    ],
)
def test_a_wrong_setting_is_named(settings, said):
    with pytest.raises(ConfigError, match=said):
        config(**settings)


def test_every_variant_but_clean_and_marked_may_be_left_out():
    assert config(mark={"variants": ["clean", "marked"]}).mark.variants == (Variant.CLEAN, Variant.MARKED)
    with pytest.raises(ConfigError, match="clean and marked"):
        config(mark={"variants": ["clean", "marked", "marked"]})
