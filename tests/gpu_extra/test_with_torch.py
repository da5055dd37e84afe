"""What needs the ``gpu`` extra: its packages work together, and their presence changes no byte of ours."""

import pytest

from tests.small_corpus import build_small, shard_digests

pytestmark = pytest.mark.gpu_extra


def test_torch_and_torchvision_fit_each_other():
    torch = pytest.importorskip("torch")
    torchvision = pytest.importorskip("torchvision")
    boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 1.0, 10.0, 10.0], [50.0, 50.0, 60.0, 60.0]])
    kept = torchvision.ops.nms(boxes, torch.tensor([0.9, 0.8, 0.7]), 0.5)
    assert kept.tolist() == [0, 2]


def test_easyocr_and_the_model_classes_of_transformers_import():
    pytest.importorskip("torch")
    easyocr = pytest.importorskip("easyocr")
    transformers = pytest.importorskip("transformers")
    assert easyocr.Reader
    assert transformers.AutoModelForTokenClassification


def test_the_default_engines_give_the_same_bytes_beside_torch(small_build, tmp_path):
    corpus, out, _ = small_build
    build_small(corpus, tmp_path / "out", workers=2)
    assert shard_digests(tmp_path / "out") == shard_digests(out)
