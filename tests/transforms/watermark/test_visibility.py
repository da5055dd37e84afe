"""Visibility by hand-counted cases, and the whole image from the box alone."""

import math

import cv2
import numpy as np
import pytest

from schemas.watermark import MarkBox
from tests.transforms.watermark.marks import photograph
from transforms.watermark.ink import Ink
from transforms.watermark.visibility import contrasts, measure_visibility


def put(clean, part, box):
    whole = clean.copy()
    whole[box.y : box.y + box.height, box.x : box.x + box.width] = part
    return whole


def reference_ssim(one, other):
    """Wang et al. 2004 over the whole image, straight from the formula."""
    one, other = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float64) for image in (one, other))

    def smooth(plane):
        return cv2.GaussianBlur(plane, (11, 11), 1.5, borderType=cv2.BORDER_REFLECT)

    a, b = smooth(one), smooth(other)
    va, vb = smooth(one * one) - a * a, smooth(other * other) - b * b
    cov = smooth(one * other) - a * b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return (2 * a * b + c1) * (2 * cov + c2) / ((a * a + b * b + c1) * (va + vb + c2))


@pytest.mark.parametrize("box", [MarkBox(0, 0, 40, 30), MarkBox(90, 70, 60, 25), MarkBox(120, 95, 40, 25)])
def test_the_whole_image_is_measured_from_the_box_alone(box):
    clean = photograph(160, 120)
    part = 255 - clean[box.y : box.y + box.height, box.x : box.x + box.width] // 2
    found = measure_visibility(clean, part, box, None)
    whole = put(clean, part, box)
    similar = reference_ssim(clean, whole)
    assert found.ssim == pytest.approx(similar.mean(), abs=1e-4)
    inside = similar[box.y : box.y + box.height, box.x : box.x + box.width].mean()
    assert found.ssim_box == pytest.approx(inside, abs=1e-4)
    noise = ((clean.astype(float) - whole) ** 2).mean()
    assert found.psnr == pytest.approx(10 * math.log10(255**2 / noise), abs=1e-6)


def test_no_change_is_no_noise_at_all():
    clean = photograph(80, 60)
    found = measure_visibility(clean, clean[:20, :20], MarkBox(0, 0, 20, 20), None)
    assert (found.psnr, found.psnr_box) == (math.inf, math.inf)
    assert (found.ssim, found.ssim_box, found.delta_e) == pytest.approx((1, 1, 0), abs=1e-6)


def test_black_on_white_has_the_greatest_contrast_and_differs_by_a_hundred():
    clean = np.full((60, 60, 3), 255, np.uint8)
    fill = np.zeros((20, 20), np.uint8)
    fill[:, :10] = 255
    part = np.repeat((255 - fill)[:, :, None], 3, axis=2)
    found = measure_visibility(clean, part, MarkBox(5, 5, 20, 20), Ink(fill, np.zeros_like(fill), ()))
    assert found.wcag == pytest.approx(21, abs=0.01)
    assert found.weber == pytest.approx(-1, abs=0.01)
    assert found.delta_e == pytest.approx(50, abs=0.1)
    assert found.psnr_box == pytest.approx(10 * math.log10(2), abs=1e-6)


def test_contrast_is_to_what_lies_behind_the_ink_where_there_is_something():
    part = np.full((10, 10, 3), 255, np.uint8)
    fill, backing = np.zeros((10, 10), np.uint8), np.zeros((10, 10), np.uint8)
    fill[:, :3], backing[:, :6] = 255, 255
    part[:, 3:6] = 0
    assert contrasts(part, Ink(fill, backing, ()))[0] == pytest.approx(21, abs=0.01)
    assert contrasts(part, Ink(np.zeros_like(fill), backing, ())) == (1.0, 0.0)
