"""``--verify-sample``: a share of the redacted images goes to a second OCR engine."""

import shutil

import pytest

from schemas.errors import ConfigError
from tests.small_corpus import build_small, shard_digests

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs the program tesseract")


@needs_tesseract
def test_all_redacted_images_are_read_again_and_counted(small_corpus, small_build, tmp_path):
    summary = build_small(small_corpus, tmp_path / "out", verify_sample=1.0).summary
    assert summary["images"]["redacted"] >= 1
    assert summary["second_look"] == {
        "sampled": summary["images"]["redacted"],
        "leaking": 0,
        "leaks": 0,
        "held_back": 0,
    }
    assert small_build[2]["second_look"]["sampled"] == 0


@needs_tesseract
def test_the_sample_is_the_same_for_the_same_seed(small_corpus, tmp_path):
    first, second = (
        build_small(small_corpus, tmp_path / name, verify_sample=0.5, workers=workers)
        for name, workers in (("a", 1), ("b", 2))
    )
    assert first.summary["second_look"] == second.summary["second_look"]
    assert shard_digests(tmp_path / "a") == shard_digests(tmp_path / "b")


@pytest.mark.parametrize(
    ("engines", "said"),
    [
        ({"second_ocr": "none"}, "another engine"),
        ({"second_ocr": "rapidocr"}, "another engine"),
        ({"second_ocr": "eyes"}, "no such engine"),
    ],
)
def test_a_second_engine_that_is_none_ends_the_call(small_corpus, tmp_path, engines, said):
    with pytest.raises(ConfigError, match=said) as caught:
        build_small(small_corpus, tmp_path / "out", verify_sample=0.1, engines=engines)
    assert caught.value.key == "engines.second_ocr"
    assert not (tmp_path / "out").exists()


def test_a_missing_program_ends_the_call_before_anything_is_written(small_corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="apt-get install tesseract-ocr") as caught:
        build_small(small_corpus, tmp_path / "out", verify_sample=0.1)
    assert caught.value.key == "engines.second_ocr"
    assert not (tmp_path / "out").exists()


def test_without_a_sample_no_second_engine_is_needed(small_build):
    assert small_build[2]["records"]["quarantined"] == 0
