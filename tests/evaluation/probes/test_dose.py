"""Baselines are brought to the dose of the mark, and say so where they cannot be."""

import numpy as np
import pytest

from evaluation.probes.dose import feature_dose, match_strength, pixel_dose, psnr
from evaluation.probes.image_transform import ImageTransform
from schemas.errors import ConfigError

KEY = b"key"


def photographs(count=6):
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[0:60, 0:80]
    return [
        np.clip(
            np.stack([rows * 2 + at * 5, columns * 2, rows + columns], axis=2)
            + rng.normal(0, 8, (60, 80, 3)),
            0,
            255,
        ).astype(np.uint8)
        for at in range(count)
    ]


def test_the_search_ends_where_the_dose_is_the_wanted_one():
    found = match_strength(lambda strength: 50 * strength**2, 8.0, tolerance=0.01)
    assert found.reached
    assert found.strength == pytest.approx(0.4, abs=0.01)


def test_a_dose_that_cannot_be_reached_is_said():
    found = match_strength(lambda strength: strength, 3.0)
    assert (found.strength, found.reached) == (1.0, False)
    stepped = match_strength(lambda strength: float(strength > 0.3) * 10, 4.0)
    assert (stepped.dose, stepped.reached) == (0.0, False)


@pytest.mark.parametrize("wanted", [0.0, -1.0, float("nan")])
def test_nothing_to_match_is_refused(wanted):
    with pytest.raises(ConfigError, match="nothing to match"):
        match_strength(lambda strength: strength, wanted)


def test_rotation_is_brought_to_the_psnr_of_a_line_of_print():
    before = photographs()
    marked = []
    for image in before:
        copy = image.copy()
        copy[50:58:2, 5:60:2] = 255
        marked.append(copy)
    wanted = pixel_dose(zip(before, marked, strict=True))

    def dose(strength):
        transform = ImageTransform(KEY, strength, continuous=True)
        return pixel_dose((image, transform.apply(image, str(at))) for at, image in enumerate(before))

    found = match_strength(dose, wanted, tolerance=0.1)
    assert found.reached
    assert abs(psnr(found.dose) - psnr(wanted)) < 0.5
    assert psnr(dose(1.0)) < psnr(wanted) - 2


def test_at_no_strength_nothing_changes_and_at_full_strength_the_canvas_grows():
    image = photographs(1)[0]
    for continuous in (False, True):
        assert np.array_equal(ImageTransform(KEY, 0.0, continuous=continuous).apply(image, "a"), image)
    assert ImageTransform(KEY, 1.0, continuous=True).apply(image, "a").shape == image.shape
    grown = [ImageTransform(KEY, 1.0).apply(image, str(at)).shape for at in range(40)]
    assert all(shape[0] >= 60 and shape[1] >= 80 for shape in grown)
    assert len(set(grown)) > 15


def test_half_of_the_images_are_mirrored_and_the_same_ones_at_every_strength():
    image = np.zeros((4, 40, 3), dtype=np.uint8)
    image[:, :20] = 200

    def mirrored(strength):
        return {
            name
            for name in map(str, range(200))
            if (out := ImageTransform(KEY, strength).apply(image, name)).shape
            and out[:, : out.shape[1] // 2].mean() < out[:, out.shape[1] // 2 :].mean()
        }

    full, half = mirrored(1.0), mirrored(0.5)
    assert 70 < len(full) < 130
    assert 30 < len(half) < 70
    assert half < full


def test_features_are_measured_by_how_far_they_moved_of_their_length():
    before = np.array([[3.0, 4.0], [0.0, 10.0]])
    after = np.array([[3.0, 4.0], [0.0, 15.0]])
    assert feature_dose(before, after) == pytest.approx(0.25)
    assert psnr(0.0) == float("inf")
    assert psnr(255.0**2) == 0
