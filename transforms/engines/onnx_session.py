"""How models in ONNX files run: one CPU thread a session, workers are processes; on a GPU where asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from schemas.errors import ConfigError
from transforms.engines.device import DEVICE_KEY, Device

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"

Provider = str | tuple[str, dict[str, str]]


def one_thread_session(
    weights: Path | bytes,
    *,
    memory_pattern: bool = True,
    provider: Provider = CPU,
    device: Device = Device.CPU,
) -> Any:
    """An ``onnxruntime.InferenceSession`` that logs errors only. ``weights``: a file or what one holds;
    ``memory_pattern`` false: sizes of inputs differ, and a plan kept for each would pile up; ``provider``:
    how it runs on the CPU. Raises ConfigError for ``engines.device`` if CUDA is asked for and does not
    answer."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = memory_pattern
    source = str(weights) if isinstance(weights, Path) else weights
    offered = device is not Device.CPU and CUDA in onnxruntime.get_available_providers()
    if device is Device.CUDA and not offered:
        raise ConfigError(
            DEVICE_KEY, device.value, "this onnxruntime runs on the CPU: install onnxruntime-gpu"
        )
    providers = [CUDA, provider] if offered else [provider]
    if offered:
        options.log_severity_level = 4  # it logs an error where there is no GPU, and goes on
    session = onnxruntime.InferenceSession(source, options, providers=providers)
    if device is Device.CUDA and runs_on(session) is not Device.CUDA:
        raise ConfigError(DEVICE_KEY, device.value, "no GPU answers: choose auto or cpu")
    return session


def runs_on(session: Any) -> Device:
    """Where a session really runs."""
    return Device.CUDA if session.get_providers()[0] == CUDA else Device.CPU
