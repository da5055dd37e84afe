from __future__ import annotations

import os
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from schemas.errors import ConfigError
from schemas.finding import Box
from transforms.engines.centerface import engine
from transforms.engines.centerface.decoding import clipped, decode, suppressed
from transforms.engines.centerface.engine import (
    CenterFaceDetector,
    CenterFaceOptions,
    areas,
    network_input,
    resized,
    scale_factors,
)

SHARED = Path(os.environ.get("MMSCRUB_SHARED", Path(__file__).parents[4] / "shared"))


@pytest.fixture(scope="module")
def detector() -> CenterFaceDetector:
    return CenterFaceDetector()


def rows(*values):
    return np.array(values, dtype=np.float32)


def test_decode_reads_centre_size_and_shift():
    heatmap = np.zeros((8, 8), np.float32)
    heatmap[2, 5] = 0.9
    scale = np.zeros((2, 8, 8), np.float32)
    scale[0, 2, 5], scale[1, 2, 5] = np.log(4), np.log(2)
    offset = np.zeros((2, 8, 8), np.float32)
    offset[0, 2, 5], offset[1, 2, 5] = 0.25, -0.25
    # Centre x = (5 - 0.25 + 0.5) * 4 = 21, y = (2 + 0.25 + 0.5) * 4 = 11; width 8, height 16.
    assert np.allclose(decode(heatmap, scale, offset, 0.4), [[17, 3, 25, 19, 0.9]])
    assert decode(heatmap, scale, offset, 0.95).shape == (0, 5)


def test_suppression_keeps_the_best_of_those_that_overlap():
    candidates = rows((0, 0, 10, 10, 0.5), (1, 1, 11, 11, 0.9), (30, 30, 40, 40, 0.6), (8, 8, 18, 18, 0.4))
    kept = suppressed(candidates, 0.3)
    assert np.allclose(kept[:, 4], [0.9, 0.6, 0.4])
    assert np.array_equal(suppressed(candidates[::-1], 0.3), kept)


def test_suppression_of_nothing_is_nothing():
    assert suppressed(np.zeros((0, 5), np.float32), 0.3).shape == (0, 5)


def test_boxes_are_rounded_outwards_and_clipped():
    found = clipped(rows((-5.5, 2.2, 10.1, 99, 0.5), (50, 5, 60, 9, 0.5)), width=40, height=30)
    assert [item.box for item in found] == [Box(0, 2, 11, 30)]


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (640, 480, (0.65, 2.0)),
        (2560, 100, (0.1625, 0.5)),
        (100, 200, (2.0, 2.0)),
        (1280, 720, (0.325, 1.0)),
    ],
)
def test_scale_factors(width, height, expected):
    assert scale_factors(width, height, CenterFaceOptions()) == expected


def test_no_second_look_leaves_the_first_factor():
    assert scale_factors(640, 480, CenterFaceOptions(fine_side=0)) == (0.65, 0.65)


def test_areas_are_whole_cells_and_boxes_that_touch_share_one():
    boxes = rows((5, 5, 20, 20), (30, 10, 40, 20), (200, 130, 220, 190), (-9, 150, 3, 400))
    assert areas(boxes, 210, 200) == (Box(0, 0, 64, 32), Box(0, 128, 32, 200), Box(192, 128, 210, 192))
    assert areas(boxes[:0], 210, 200) == ()


def test_network_input_pads_with_black_to_multiples_of_32():
    image = np.full((50, 70, 3), 200, np.uint8)
    image[..., 0] = 10
    padded = network_input(image)
    assert padded.shape == (1, 3, 64, 96)
    assert padded[0, 0, 49, 69] == 10
    assert padded[0, 1, 49, 69] == 200
    assert padded[0, :, 50:, :].max() == 0
    assert padded[0, :, :, 70:].max() == 0


def test_resizing_keeps_at_least_one_pixel_and_the_same_image_at_its_own_size():
    image = np.zeros((1, 200, 3), np.uint8)
    assert resized(image, 0.1).shape == (1, 20, 3)
    assert resized(image, 1.0) is image


class RecordingSession:
    """Answers with one face in the middle of every input, of the same size in the image each time."""

    def __init__(self, *scores: float) -> None:
        self.scores = list(scores)
        self.seen: list[tuple[int, ...]] = []

    def run(self, names, inputs):
        (given,) = inputs.values()
        self.seen.append(given.shape[2:])
        height, width = given.shape[2] // 4, given.shape[3] // 4
        heatmap = np.zeros((1, 1, height, width), np.float32)
        heatmap[0, 0, height // 2, width // 2] = self.scores.pop(0)
        return (
            heatmap,
            np.full((1, 2, height, width), np.log(10 * len(self.seen)), np.float32),
            np.zeros_like(heatmap).repeat(2, 1),
        )


@pytest.mark.parametrize(
    ("scores", "found", "looks"),
    [
        ((0.05,), 0, 1),
        ((0.15, 0.25), 0, 2),
        ((0.15, 0.35), 1, 2),
        ((0.25, 0.25), 1, 2),
        ((0.25, 0.1), 0, 2),
        ((0.5, 0.1), 1, 2),
        ((0.5, 0.6), 1, 2),
    ],
)
def test_a_weak_small_box_is_looked_at_again_and_the_better_score_decides(
    detector, monkeypatch, scores, found, looks
):
    session = RecordingSession(*scores)
    monkeypatch.setattr(detector, "_session", session)
    assert len(detector.detect(np.zeros((480, 480, 3), np.uint8))) == found
    assert len(session.seen) == looks
    assert session.seen[0] == (416, 416)
    assert all(side < 200 for seen in session.seen[1:] for side in seen)


@pytest.mark.parametrize("shape", [(1, 1, 3), (480, 640, 3), (33, 1, 3)])
def test_no_faces_in_a_flat_image(detector, shape):
    assert detector.detect(np.full(shape, 127, np.uint8)) == ()


def test_info_records_the_settings(detector):
    assert detector.info.role == "faces"
    assert "threshold=0.4" in detector.info.settings


def test_damaged_weights_are_refused(tmp_path, monkeypatch):
    for name in ("SHA256SUMS", "centerface.onnx"):
        shutil.copyfile(engine.FOLDER / name, tmp_path / name)
    weights = bytearray((tmp_path / "centerface.onnx").read_bytes())
    weights[len(weights) // 2] ^= 1
    (tmp_path / "centerface.onnx").write_bytes(bytes(weights))
    monkeypatch.setattr(engine, "FOLDER", tmp_path)
    with pytest.raises(ConfigError, match=r"engines\.faces.*centerface\.onnx"):
        CenterFaceDetector()


def test_missing_weights_are_refused(tmp_path, monkeypatch):
    shutil.copyfile(engine.FOLDER / "SHA256SUMS", tmp_path / "SHA256SUMS")
    monkeypatch.setattr(engine, "FOLDER", tmp_path)
    with pytest.raises(ConfigError, match="reinstall"):
        CenterFaceDetector()


def test_faces_of_a_photograph_lie_inside_it_and_repeat(detector):
    import cv2

    photographs = sorted((SHARED / "data/images/deface_examples").rglob("*.jpg"))
    if not photographs:
        pytest.skip("the shared development data is absent")
    pixels = cv2.cvtColor(cv2.imread(str(photographs[0])), cv2.COLOR_BGR2RGB)
    found = detector.detect(pixels)
    assert len(found) > 3
    assert all(0 <= item.box.x0 < item.box.x1 <= pixels.shape[1] for item in found)
    assert all(first.score >= second.score for first, second in pairwise(found))
    assert detector.detect(pixels) == found
