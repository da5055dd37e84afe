"""Where a local run is, as its face shows it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

OnProgress = Callable[["RunProgress"], None]


@dataclass(slots=True)
class RunProgress:
    """Where a run is. Totals are None while they are not known."""

    phase: str = "start"
    rows_read: int = 0
    images: int = 0
    images_total: int | None = None
    records: int = 0
    records_total: int | None = None
    shards_kept: int = 0
    images_kept: int = 0
    batches: int = 0
    batch_images: int = 0
    batch_pixels: int = 0
    batches_too_large: int = 0
    batches_failed: int = 0
    batch_busy_ms: int = 0
    batch_wall_ms: int = 0
    engine_calls: int = 0
    answers_reused: int = 0
    answers_rebuilt: int = 0
    answers_not_kept: int = 0
    answers_failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0


def counter(progress: RunProgress, on_progress: OnProgress) -> Callable[[dict[str, int]], None]:
    """Adds what workers count to ``progress`` and shows it."""

    def add(counts: Mapping[str, int]) -> None:
        for name, count in counts.items():
            setattr(progress, name, getattr(progress, name) + count)
        on_progress(progress)

    return add


def run_facts(start_time: str, seconds: float, workers: int, progress: RunProgress) -> dict[str, Any]:
    """What ``run.json`` says of every local run. ``start_time``: ISO 8601; ``seconds``: since then."""
    return {
        "started": start_time,
        "seconds": round(seconds, 3),
        "records_per_s": round(progress.records / seconds, 2),
        "images_per_s": round(progress.images / seconds, 2),
        "shards_kept": progress.shards_kept,
        "workers": workers,
        "host": platform.node(),
        "python": sys.version.split()[0],
        "platform": platform.platform(),
    }


def usable_cores() -> int:
    """The cores that this process may use; all of the machine's where the system does not say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
