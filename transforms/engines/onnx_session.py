"""How the embedded models run: on the CPU, one thread a session; workers are processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CPU = "CPUExecutionProvider"


def one_thread_session(
    weights: Path | bytes, *, memory_pattern: bool = True, provider: str | tuple[str, dict[str, str]] = CPU
) -> Any:
    """An ``onnxruntime.InferenceSession`` that logs errors only. ``weights``: a file or what one holds;
    ``memory_pattern`` false: sizes of inputs
    differ, and a plan kept for each would pile up."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = memory_pattern
    source = str(weights) if isinstance(weights, Path) else weights
    return onnxruntime.InferenceSession(source, options, providers=[provider])
