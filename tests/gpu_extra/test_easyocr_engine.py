"""EasyOCR's own code over weights made here: loading, detection, reading and mapping are the real ones."""

import hashlib
import pickle
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from schemas.errors import ConfigError, RunFailed
from tests.gpu_extra.easyocr_weights import save_weights
from transforms.engines.batches import BatchCounts, BatchReader, is_out_of_memory
from transforms.engines.device import Device, EngineOptions
from transforms.engines.registry import check_engine, load_ocr

pytestmark = pytest.mark.gpu_extra

OTHER = EngineOptions(Device.AUTO, other_weights=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("torch")
    pytest.importorskip("easyocr")
    return save_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def engine(folder):
    return load_ocr(f"easyocr:{folder}", OTHER)


@pytest.fixture
def published(folder, monkeypatch):
    """As if the files made here were those that EasyOCR publishes."""
    import easyocr.config

    entries = (
        easyocr.config.detection_models["craft"],
        easyocr.config.recognition_models["gen2"]["english_g2"],
    )
    for entry in entries:
        digest = hashlib.md5((folder / entry["filename"]).read_bytes(), usedforsecurity=False)
        monkeypatch.setitem(entry, "md5sum", digest.hexdigest())


def picture(*bars, width=320, height=160):
    image = np.zeros((height, width, 3), np.uint8)
    for x0, y0, x1, y1 in bars:
        image[y0:y1, x0:x1] = 255
    return image


BARS = [(40, 30, 200, 54), (60, 100, 280, 126)]


def test_every_bar_is_a_line_with_its_place_and_its_text(engine):
    lines = engine.read(picture(*BARS))
    assert [line.text for line in lines] == ["A", "A"]
    for line, (x0, y0, x1, y1) in zip(lines, BARS, strict=True):
        assert np.allclose(line.quad, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], atol=12)
        assert 0.5 < line.score <= 1.0


def test_the_first_corner_of_a_tilted_line_is_its_top_left(engine):
    import cv2

    turn = cv2.getRotationMatrix2D((160, 80), 20, 1.0)
    lines = engine.read(cv2.warpAffine(picture((60, 70, 260, 94)), turn, (320, 160)))
    assert lines
    (x0, y0), (x1, y1), *_ = lines[0].quad
    assert (x1 - x0, y1 - y0) == pytest.approx((188, -68), abs=30)


def test_an_empty_picture_has_no_lines(engine):
    assert engine.read(picture()) == ()
    assert engine.read(np.zeros((2, 300, 3), np.uint8)) == ()


def test_many_are_read_as_each_alone_whatever_their_sizes(engine):
    images = [picture(*BARS), picture(BARS[0], width=400), picture(), picture(BARS[1])]
    assert engine.read_many(images) == [engine.read(image) for image in images]


def test_the_batch_of_one_size_goes_through_the_detector_at_once(engine, monkeypatch):
    """As on a GPU; the networks still run where they are."""
    shapes = []
    detect = engine._reader.detect

    def noted(images, **settings):
        shapes.append(images.shape)
        return detect(images, **settings)

    monkeypatch.setattr(engine, "_batched", True)
    monkeypatch.setattr(engine._reader, "detect", noted)
    images = [picture(*BARS), picture(BARS[0], width=400), picture(), picture(BARS[1])]
    many = engine.read_many(images)
    assert shapes == [(3, 160, 320, 3), (1, 160, 400, 3)]
    monkeypatch.setattr(engine, "_batched", False)
    assert many == [engine.read(image) for image in images]


class Failing:
    """In place of the detector: fails with each of ``errors``, then does as it did."""

    def __init__(self, detect, *errors):
        self.detect, self.errors = detect, list(errors)

    def __call__(self, images, **settings):
        if self.errors:
            raise self.errors.pop(0)
        return self.detect(images, **settings)


def test_memory_that_is_free_again_is_used_and_lack_of_it_told(engine, monkeypatch):
    import torch

    expected = engine.read(picture(*BARS))
    lack = torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
    assert is_out_of_memory(lack)
    detect = engine._reader.detect
    monkeypatch.setattr(engine._reader, "detect", Failing(detect, lack))
    assert engine.read(picture(*BARS)) == expected
    monkeypatch.setattr(engine._reader, "detect", Failing(detect, lack, lack))
    with pytest.raises(torch.cuda.OutOfMemoryError):
        engine.read(picture(*BARS))


def test_a_batch_that_is_too_large_for_the_device_is_halved(engine, monkeypatch):
    import torch

    images = [picture(BARS[index % 2]) for index in range(4)]
    expected = [engine.read(image) for image in images]
    monkeypatch.setattr(engine, "_batched", True)
    detect = engine._reader.detect

    def small(batch, **settings):
        if len(batch) > 1:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return detect(batch, **settings)

    monkeypatch.setattr(engine._reader, "detect", small)
    counts = BatchCounts()
    read = BatchReader(engine, 10**9).read(images, counts)
    assert (counts.batches, counts.too_large, counts.failed) == (4, 3, 0)
    monkeypatch.setattr(engine, "_batched", False)
    assert read == expected


def test_a_gpu_that_fails_ends_the_run_and_blames_no_image(engine, monkeypatch):
    error = RuntimeError("CUDA error: an illegal memory access was encountered")
    monkeypatch.setattr(engine._reader, "detect", Failing(engine._reader.detect, error))
    with pytest.raises(RunFailed, match="the GPU failed"):
        engine.read(picture(*BARS))


def test_info_tells_version_device_and_the_digest_of_both_files(engine, folder, tmp_path):
    info = engine.info
    assert (info.role, info.name, len(info.weights_sha256)) == ("ocr", "easyocr", 64)
    assert "torch" in info.version
    assert "device=c" in info.settings
    shutil.copytree(folder, tmp_path / "changed")
    save_weights(tmp_path / "changed")  # the reader's first layers are random
    assert load_ocr(f"easyocr:{tmp_path / 'changed'}", OTHER).info.weights_sha256 != info.weights_sha256


def test_published_files_need_no_consent(folder, published):
    from transforms.engines.easyocr_engine import EasyOcr

    assert EasyOcr(str(folder), EngineOptions(Device.CPU)).read(picture(BARS[0]))


def test_other_files_are_refused_without_consent_and_left_alone(folder):
    before = {path.name: path.stat() for path in folder.iterdir()}
    with pytest.raises(ConfigError, match=r"engines\.ocr.*other_weights"):
        load_ocr(f"easyocr:{folder}")
    assert {path.name: path.stat() for path in folder.iterdir()} == before


class Payload:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_a_file_that_would_run_code_is_refused(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "bad")
    (tmp_path / "bad" / "english_g2.pth").write_bytes(pickle.dumps(Payload(tmp_path / "ran")))
    with pytest.raises(ConfigError, match="more than arrays"):
        load_ocr(f"easyocr:{tmp_path / 'bad'}", OTHER)
    assert not (tmp_path / "ran").exists()


def test_weights_of_another_shape_are_refused(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "bad")
    shutil.copy(folder / "craft_mlt_25k.pth", tmp_path / "bad" / "english_g2.pth")
    with pytest.raises(ConfigError, match="cannot load"):
        load_ocr(f"easyocr:{tmp_path / 'bad'}", OTHER)


def test_nothing_is_left_in_the_home_nor_on_the_path(folder, tmp_path, monkeypatch, published):
    from transforms.engines.easyocr_engine import EasyOcr

    monkeypatch.setenv("HOME", str(tmp_path))
    places = list(sys.path)
    EasyOcr(str(folder), EngineOptions(Device.CPU))
    assert sys.path == places
    assert list(tmp_path.iterdir()) == []


def test_a_gpu_that_is_asked_for_and_not_there_is_an_error(folder):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(ConfigError, match=r"engines\.device"):
        load_ocr(f"easyocr:{folder}", EngineOptions(Device.CUDA, other_weights=True))


def test_the_check_before_the_start_passes(folder):
    check_engine("ocr", f"easyocr:{folder}")


def test_a_build_reads_in_batches_and_does_not_depend_on_workers(folder, tmp_path):
    import json

    import mmscrub
    from tests.small_corpus import shard_digests, write_image

    turns = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A card."}]
    for index in range(6):
        write_image(tmp_path / "images" / f"{index}.png", index, "jane.roe@example.com" if index % 2 else "")
    records = [{"id": str(i), "image": f"{i}.png", "conversations": turns} for i in range(6)]
    (tmp_path / "c.json").write_text(json.dumps(records))
    settings = {
        "images": str(tmp_path / "images"),
        "engines": {"ocr": f"easyocr:{folder}", "other_weights": True},
        "gpu": {"pixels_per_batch": 2 * 320 * 200},
    }
    for workers in (1, 2):
        out = tmp_path / f"out{workers}"
        result = mmscrub.build(tmp_path / "c.json", out, workers=workers, **settings)
        assert result.summary["records"]["emitted"] == 6
        batches = json.loads((out / "run.json").read_text())["batches"]
        assert batches["images"] == 6
        assert batches["pixels"] == 6 * 320 * 200
        assert 3 <= batches["read"] <= 6
        assert 0 < batches["busy_share"] <= 1
    assert shard_digests(tmp_path / "out1") == shard_digests(tmp_path / "out2")
    manifest = json.loads((tmp_path / "out1" / "manifest.json").read_text())
    [ocr] = [engine for engine in manifest["engines"] if engine["role"] == "ocr"]
    assert (ocr["name"], len(ocr["weights_sha256"]), ocr["reproducible"]) == ("easyocr", 64, True)
