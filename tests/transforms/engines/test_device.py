"""``engines.device`` reaches every engine of the image side that has a model."""

import onnxruntime
import pytest

from schemas.errors import ConfigError
from transforms.engines import onnx_session
from transforms.engines.device import Device, EngineOptions
from transforms.engines.registry import _load, load_detector, load_ocr


class Session:
    """Stands for onnxruntime's: it tells what it was asked for, and runs on what is there."""

    asked = None
    there = onnx_session.CPU

    def __init__(self, source, options, providers):
        type(self).asked = providers
        self._real = onnxruntime_session(source, options, providers=[onnx_session.CPU])

    def get_providers(self):
        return [self.there, onnx_session.CPU]

    def __getattr__(self, name):
        return getattr(self._real, name)


onnxruntime_session = onnxruntime.InferenceSession
LOADS = {
    "rapidocr": lambda options: load_ocr("rapidocr", options),
    "centerface": lambda options: load_detector("faces", "centerface", options),
}


@pytest.fixture
def gpu_build(monkeypatch):
    """An onnxruntime that was built for CUDA; whether a GPU answers is the test's to say."""
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [onnx_session.CUDA, onnx_session.CPU])
    monkeypatch.setattr(Session, "there", onnx_session.CPU)
    _load.cache_clear()  # the registry keeps what it has loaded
    yield
    _load.cache_clear()


@pytest.mark.usefixtures("gpu_build")
@pytest.mark.parametrize("name", LOADS)
def test_a_gpu_that_answers_is_used_and_told(monkeypatch, name):
    monkeypatch.setattr(Session, "there", onnx_session.CUDA)
    engine = LOADS[name](EngineOptions(Device.AUTO))
    assert Session.asked[0] == onnx_session.CUDA
    assert "device=cuda" in engine.info.settings


@pytest.mark.usefixtures("gpu_build")
@pytest.mark.parametrize("name", LOADS)
def test_where_none_answers_auto_runs_on_the_cpu_and_cuda_is_an_error(name):
    assert "cuda" not in LOADS[name](EngineOptions(Device.AUTO)).info.settings
    with pytest.raises(ConfigError, match=r"engines\.device.*no GPU answers"):
        LOADS[name](EngineOptions(Device.CUDA))


@pytest.mark.usefixtures("gpu_build")
@pytest.mark.parametrize("name", LOADS)
def test_the_cpu_alone_is_asked_for_by_default(name):
    before = LOADS[name](EngineOptions(Device.CPU)).info
    assert onnx_session.CUDA not in Session.asked
    assert "device" not in before.settings
