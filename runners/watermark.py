"""The local runner of a watermarked split: its jobs, cut into small pieces, over a pool of processes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from pipeline.partition import PartitionReport
from pipeline.readers.open import list_sources
from pipeline.seen_images import SeenImage, seen_files
from pipeline.summary import Tally
from pipeline.watermark.config import WatermarkConfig
from pipeline.watermark.design_step import Design, design_split, draw_cast, write_design
from pipeline.watermark.finish import finish_split
from pipeline.watermark.image_store import MadeImages
from pipeline.watermark.layout import WatermarkLayout
from pipeline.watermark.plan import WatermarkPlan, make_watermark_plan
from pipeline.watermark.shard_step import SplitShardReport
from runners.jobs import Job, JobKind
from runners.run_folder import check_places, disk_errors, prepared
from runners.run_progress import OnProgress, RunProgress, counter, run_facts, usable_cores
from runners.shared_jobs import (
    corpus_shape,
    holding_back_killers,
    look_at_images,
    read_sources,
    reports_of,
    slot_jobs,
)
from runners.worker_pool import WorkerPool


@dataclass(frozen=True, slots=True)
class SplitResult:
    """A finished run: where it lies, ``summary.json``, its seconds. ``refused``: why its own gates refuse the
    split, one line each; then there is no ``manifest.json``, unless failed gates are allowed."""

    layout: WatermarkLayout
    summary: dict[str, Any]
    seconds: float
    refused: tuple[str, ...]
    plan: WatermarkPlan = field(repr=False)


def run_watermark(config: WatermarkConfig, on_progress: OnProgress = lambda _: None) -> SplitResult:
    """Makes a split on this machine. Raises ConfigError before work starts, or where the corpus cannot give
    what is asked; RunFailed after."""
    started = time.monotonic()
    start_time = datetime.now(UTC).isoformat(timespec="seconds")
    sources = tuple(list_sources(config.input))
    plan = make_watermark_plan(config, sources)
    check_places(config, sources)
    cast = draw_cast(config, plan.key)
    workers = config.workers or usable_cores()
    progress = RunProgress()
    with WorkerPool(workers, counter(progress, on_progress)) as pool:
        # The last check of the config: OUT is not touched before it.
        plan = replace(plan, engine_infos=next(pool.run([Job(None, plan)])))
        layout = plan.layout
        # What killed a worker before may have been the machine: each run finds out for itself.
        again = [MadeImages(layout.marks).held_back]
        if config.force:
            again += [layout.done, layout.look, layout.marks]
        with disk_errors(layout), prepared(layout, again):
            partitions = read_sources(pool, plan, progress)
            plan = replace(plan, shards=corpus_shape(config.shards, partitions).shards)
            look_at_images(pool, plan, MadeImages(layout.marks), workers, progress)
            design = design_split(plan, cast, seen_files(plan).read_all(SeenImage))
            write_design(plan, design)
            plan = replace(plan, design=design.digest)
            images = _mark(pool, plan, design, workers, progress)
            shards = _emit(pool, plan, partitions, progress)
            progress.phase = "judge"
            on_progress(progress)
            seconds = time.monotonic() - started
            volatile = run_facts(start_time, seconds, workers, progress)
            volatile["images_kept"] = progress.images_kept
            finished = finish_split(plan, design, partitions, images, shards, volatile, version("mmscrub"))
    return SplitResult(layout, finished.summary, time.monotonic() - started, finished.refused, plan)


def _mark(
    pool: WorkerPool, plan: WatermarkPlan, design: Design, workers: int, progress: RunProgress
) -> Tally:
    progress.phase, progress.images, progress.images_total = "mark", 0, len(design.images)
    notes = MadeImages(plan.layout.marks)
    tally: Tally = Counter()
    for result in pool.run(
        slot_jobs(JobKind.MARK, plan, workers), holding_back_killers(notes, notes.hold_back)
    ):
        for counts in result:
            tally.update(counts)
    return tally


def _emit(
    pool: WorkerPool, plan: WatermarkPlan, partitions: Sequence[PartitionReport], progress: RunProgress
) -> list[SplitShardReport]:
    progress.phase, progress.records_total = "records", sum(report.rows for report in partitions)
    return sorted(reports_of(pool, plan, JobKind.EMIT), key=lambda report: report.shard)
