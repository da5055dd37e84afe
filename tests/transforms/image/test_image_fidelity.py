"""Fidelity of pictures: share of unpainted pixels times their likeness."""

import numpy as np
import pytest

from schemas.finding import Box
from transforms.fidelity.image import compare_images, image_fidelity

NOISE = np.random.default_rng(1).integers(0, 255, (120, 160, 3), dtype=np.uint8)


def test_the_same_picture_is_faithful():
    assert image_fidelity(NOISE, NOISE, ()) == 1.0


def test_a_painted_box_costs_its_share():
    after = NOISE.copy()
    after[:60] = 0
    assert image_fidelity(NOISE, after, [Box(0, 0, 160, 60)]) == 0.5
    assert image_fidelity(NOISE, after, [Box(0, 0, 160, 60), Box(10, 10, 50, 60)]) == 0.5


def test_a_change_outside_the_boxes_costs_too():
    blurred = ((NOISE.astype(int) + np.roll(NOISE, 1, axis=0)) // 2).astype(np.uint8)
    assert image_fidelity(NOISE, blurred, ()) < 0.9
    assert image_fidelity(NOISE, np.zeros_like(NOISE), ()) < 0.1


def test_all_painted_and_tiny_pictures():
    assert image_fidelity(NOISE, NOISE, [Box(0, 0, 160, 120)]) == 0.0
    tiny = NOISE[:3, :3]
    assert image_fidelity(tiny, tiny, ()) == 1.0


def test_area_likeness_and_noise_are_told_apart():
    after = NOISE.copy()
    after[:60] = 0
    same = compare_images(NOISE, after, [Box(0, 0, 160, 60)])
    assert (same.kept, round(same.ssim, 6), same.psnr) == (0.5, 1.0, float("inf"))
    brighter = np.clip(NOISE.astype(int) + 5, 0, 255).astype(np.uint8)
    moved = compare_images(NOISE, brighter, ())
    assert moved.kept == 1.0
    assert 33 < moved.psnr < 35  # 5 levels of 255: 34 dB


def test_what_is_painted_counts_whole_in_every_band_of_a_tall_picture():
    tall = np.full((1300, 40, 3), 90, np.uint8)
    assert compare_images(tall, tall, [Box(0, 500, 40, 1150)]).kept == 0.5


def test_other_size_is_an_error():
    with pytest.raises(ValueError, match="size"):
        image_fidelity(NOISE, NOISE[:50], ())
