"""Images decoded ahead on threads, their print read together, for an engine that gains from it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from apache_beam.metrics.metric import Metrics
from PIL import Image

from pipeline.image_cache import ImageCache
from pipeline.image_stage import DecodedImage, decode_image
from pipeline.kept_answers import KeptOcr
from pipeline.progress import PROGRESS
from pipeline.toolbox import Toolbox
from pipeline.work_notes import LONGEST_SECONDS
from transforms.engines.batches import BatchCounts, BatchReader, runs_of_pixels
from transforms.image.open import ALLOWED_FORMATS

TASKS_PER_BATCH: Final = 256
"""References that a step takes at once. Their images are read in smaller batches, the next of which is
decoded while one is read; the first of these has to be waited for."""

_READ: Final = frozenset({"image.text_pii", "image.plate"})


class ImageTask(NamedTuple):
    """One distinct image: its digest and where its bytes lie."""

    sha: str
    location: str


class ImageTools:
    """What a process needs for images, loaded once: toolbox, cache, and who reads several images at once."""

    def __init__(self, tools: Toolbox, cache: ImageCache) -> None:
        self.tools = tools
        self.cache = cache
        self._reader: BatchReader | None = None

    def decoded_ahead(self, tasks: Sequence[ImageTask]) -> Iterator[tuple[ImageTask, DecodedImage | None]]:
        """Every task once. With an engine that takes batches, those that are new come decoded and with their
        print read, so that the engine has it at hand when it is asked; None for all others, and for those
        that could not be decoded or read with the rest: they are then processed each by itself."""
        batching = self._batching()
        together = [] if batching is None else [task for task in tasks if self._is_new(task)]
        rest = set(tasks).difference(together)
        yield from ((task, None) for task in tasks if task in rest)
        if batching is not None and together:
            yield from self._read_together(*batching, together)

    def _batching(self) -> tuple[KeptOcr, BatchReader] | None:
        if not _READ & self.tools.wanted_image_attributes:
            return None
        ocr = self.tools.image_engines.ocr
        if not isinstance(ocr, KeptOcr) or ocr.batch_engine is None:
            return None
        if self._reader is None:
            self._reader = BatchReader(ocr.batch_engine, self.tools.plan.gpu.pixels_per_batch)
        return ocr, self._reader

    def _is_new(self, task: ImageTask) -> bool:
        return not self.cache.has(task.sha) and not self.cache.is_taken_alone(task.sha)

    def _read_together(
        self, ocr: KeptOcr, reader: BatchReader, tasks: Sequence[ImageTask]
    ) -> Iterator[tuple[ImageTask, DecodedImage | None]]:
        counts, started = BatchCounts(), time.perf_counter()
        try:
            for group in self._groups(tasks):
                pictures = [view for _, one in group if one is not None for view in one.image.views]
                with self.cache.watched():
                    ocr.read_ahead(pictures, lambda images: reader.read(images, counts))
                del pictures
                yield from group
        finally:
            self.cache.note_ahead(())
            _report(counts, time.perf_counter() - started)

    def _groups(self, tasks: Sequence[ImageTask]) -> Iterator[list[tuple[ImageTask, DecodedImage | None]]]:
        """Decoded images of at most as many pixels as a batch has; the next group is decoded meanwhile."""
        gpu = self.tools.plan.gpu
        self.cache.note_ahead([task.sha for task in tasks])
        sizes = [_pixels(task.location) for task in tasks]
        runs = [tasks[run.start : run.stop] for run in runs_of_pixels(sizes, gpu.pixels_per_batch)]
        with ThreadPoolExecutor(gpu.decode_threads, "decode") as threads:
            coming: list[tuple[ImageTask, Future[DecodedImage]]] = []
            for index in range(len(runs) + 1):
                group = coming
                following = runs[index] if index < len(runs) else []
                self.cache.note_ahead([task.sha for task, _ in group] + [task.sha for task in following])
                coming = [(task, threads.submit(decode_image, *task, self.tools)) for task in following]
                if group:
                    yield [(task, _decoded(future)) for task, future in group]


def _decoded(future: Future[DecodedImage]) -> DecodedImage | None:
    """None for whatever goes wrong: it goes wrong again, and is dealt with, when the image has its turn."""
    try:
        return future.result(LONGEST_SECONDS)
    except Exception:  # noqa: BLE001
        return None


def _pixels(location: str) -> int:
    """Of an image, from its header; 0 if it tells none, or is refused when it is decoded."""
    try:
        with Image.open(Path(location), formats=ALLOWED_FORMATS) as image:
            return image.width * image.height
    except Exception:  # noqa: BLE001  (as when decoding: headers of broken files raise almost anything)
        return 0


def _report(counts: BatchCounts, seconds: float) -> None:
    """What the batches were like, and the share of the time in which the engine was busy. No content."""
    told = {
        "batches": counts.batches,
        "batch_images": counts.images,
        "batch_pixels": counts.pixels,
        "batches_too_large": counts.too_large,
        "batches_failed": counts.failed,
        "batch_busy_ms": counts.busy_ms,
        "batch_wall_ms": round(1000 * seconds),
    }
    PROGRESS.add(**told)
    for name, number in told.items():
        Metrics.counter("ocr", name).inc(number)
    if counts.batches:
        Metrics.distribution("ocr", "pixels_per_batch").update(counts.pixels // counts.batches)
