"""Reads images together, as many pixels at once as the device's memory holds."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.errors import RunFailed
from transforms.engines.protocols import BatchOcrEngine, OcrLine, RgbArray

_NO_MEMORY: Final = (
    "out of memory",
    "failed to allocate memory",
    "alloc_failed",
    "bad allocation",
    "std::bad_alloc",
)
"""What torch, cuBLAS, cuDNN and onnxruntime say, in lower case, where they have no class for it."""

_TOO_LARGE, _FAILED = "too_large", "failed"


@dataclass(slots=True)
class BatchCounts:
    """What became of batches. ``pixels`` and ``images`` are those of batches that were read; ``too_large``
    and ``failed`` count batches; ``busy_ms``: time inside of the engine."""

    batches: int = 0
    images: int = 0
    pixels: int = 0
    too_large: int = 0
    failed: int = 0
    busy_ms: int = 0


class BatchReader:
    """Reads many images by an engine that gains from it. ``most_pixels`` bounds a batch; where the device has
    less memory than that it is halved for good. One object per engine and process."""

    def __init__(self, engine: BatchOcrEngine, most_pixels: int) -> None:
        self._engine = engine
        self.most_pixels = most_pixels

    def read(self, images: Sequence[RgbArray], counts: BatchCounts) -> list[tuple[OcrLine, ...] | None]:
        """Lines per image; None for one that the engine failed on by itself, or had no memory for.

        A batch that is too large is halved, one that fails otherwise is read one image at a time: a bad
        image takes no other with it. RunFailed, of a device that answers no more, is passed on."""
        read: list[tuple[OcrLine, ...] | None] = [None] * len(images)
        sizes = [pixels_of(image) for image in images]
        waiting = list(runs_of_pixels(sizes, self.most_pixels))[::-1]
        while waiting:
            run = waiting.pop()
            lines = self._try(images[run.start : run.stop], counts)
            if not isinstance(lines, str):
                read[run.start : run.stop] = lines
            elif len(run) > 1:
                if lines == _TOO_LARGE:
                    self.most_pixels = max(1, min(self.most_pixels, sum(sizes[run.start : run.stop]) // 2))
                waiting += _halves(run) if lines == _TOO_LARGE else _singles(run)
        return read

    def _try(self, images: Sequence[RgbArray], counts: BatchCounts) -> list[tuple[OcrLine, ...]] | str:
        started = time.perf_counter()
        try:
            lines = self._engine.read_many(images)
        except RunFailed:
            raise
        except Exception as error:  # noqa: BLE001  (an engine raises almost anything; None tells it)
            outcome = _TOO_LARGE if is_out_of_memory(error) else _FAILED
        else:
            counts.batches += 1
            counts.images += len(images)
            counts.pixels += sum(pixels_of(image) for image in images)
            counts.busy_ms += round(1000 * (time.perf_counter() - started))
            return lines
        # Only here is the error gone, and with it the frames that hold what the device still keeps.
        counts.busy_ms += round(1000 * (time.perf_counter() - started))
        if outcome == _TOO_LARGE:
            counts.too_large += 1
            free_device_memory()
        else:
            counts.failed += 1
        return outcome


def pixels_of(image: RgbArray) -> int:
    """Height times width."""
    return int(image.shape[0] * image.shape[1])


def runs_of_pixels(sizes: Sequence[int], most: int) -> Iterator[range]:
    """Consecutive indices whose ``sizes`` sum to ``most`` at the most; what is larger stands alone."""
    start, total = 0, 0
    for index, size in enumerate(sizes):
        if index > start and total + size > most:
            yield range(start, index)
            start, total = index, 0
        total += size
    if start < len(sizes):
        yield range(start, len(sizes))


def is_out_of_memory(error: BaseException) -> bool:
    """True if a device or the host had no memory left, by class or by what the library says."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    said = f"{error} {error.__cause__ or ''}".lower()
    return any(words in said for words in _NO_MEMORY)


def free_device_memory() -> None:
    """Gives back what torch keeps for later, if torch is in use."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def _halves(run: range) -> list[range]:
    """In the order in which a stack gives them back."""
    middle = run.start + len(run) // 2
    return [range(middle, run.stop), range(run.start, middle)]


def _singles(run: range) -> list[range]:
    return [range(index, index + 1) for index in reversed(run)]
