"""The local runner: the three jobs of the graph, cut into small pieces, over a pool of processes.

Pieces are shards and image slots, so memory is flat in the size of the corpus and a killed run goes on
where it stopped.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from pipeline.answer_store import check_answers, prepare_answers
from pipeline.config import RunConfig
from pipeline.finish import finish_run
from pipeline.image_cache import ImageCache, ImageResult
from pipeline.layout import Layout
from pipeline.partition import PartitionReport
from pipeline.plan import RunPlan, make_plan
from pipeline.policy_file import load_policy
from pipeline.readers.open import list_sources
from pipeline.review.sheet import write_review
from pipeline.shard_writer import ShardReport
from pipeline.summary import Tally
from runners.jobs import Job, JobKind
from runners.run_folder import check_places, disk_errors, prepared
from runners.run_progress import OnProgress, RunProgress, counter, run_facts, usable_cores
from runners.shared_jobs import (
    corpus_shape,
    distinct_images,
    holding_back_killers,
    read_sources,
    reports_of,
    slot_jobs,
)
from runners.worker_pool import WorkerPool
from schemas.errors import ConfigError
from schemas.reasons import Reason, Stage


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run: where it lies, ``audit/summary.json``, its seconds, ``run.json``, and its plan."""

    layout: Layout
    summary: dict[str, Any]
    seconds: float
    run: dict[str, Any]
    plan: RunPlan = field(repr=False)


def run_local(config: RunConfig, on_progress: OnProgress = lambda _: None) -> RunResult:
    """Runs a build or an audit on this machine. Raises ConfigError before work starts, RunFailed after."""
    started = time.monotonic()
    start_time = datetime.now(UTC).isoformat(timespec="seconds")
    sources = tuple(list_sources(config.input))
    plan = make_plan(config, sources, load_policy(config.policy))
    check_places(config, sources)
    check_cache(config)
    workers = config.workers or usable_cores()
    progress = RunProgress()
    with WorkerPool(workers, counter(progress, on_progress)) as pool:
        # The last check of the config: OUT is not touched before it.
        plan = replace(plan, engine_infos=next(pool.run([Job(None, plan)])))
        if plan.answers is not None:
            prepare_answers(plan.answers)
        again = (plan.layout.done, plan.layout.image_cache) if config.force else ()
        with disk_errors(plan.layout), prepared(plan.layout, again):
            partitions = read_sources(pool, plan, progress)
            shape = corpus_shape(config.shards, partitions)
            plan = replace(
                plan, shards=shape.shards, fields=shape.fields, several_images=shape.several_images
            )
            images = _process_images(pool, plan, partitions, workers, progress)
            shards = _write_shards(pool, plan, progress)
            progress.phase = "finish"
            on_progress(progress)
            write_review(plan, config.review)
            seconds = time.monotonic() - started
            volatile = _volatile(start_time, seconds, workers, progress)
            summary = finish_run(plan, partitions, images, shards, volatile, version("mmscrub"))
    return RunResult(plan.layout, summary, time.monotonic() - started, volatile, plan)


def check_cache(config: RunConfig) -> None:
    """Refuses a ``cache`` that is none, or that lies in the output. Raises ConfigError."""
    if config.cache is None:
        return
    check_answers(config.cache)
    if config.out.resolve() in (config.cache.resolve(), *config.cache.resolve().parents):
        raise ConfigError("cache", str(config.cache), "lies in the output; it holds text: keep it apart")


def _process_images(
    pool: WorkerPool, plan: RunPlan, partitions: list[PartitionReport], workers: int, progress: RunProgress
) -> Tally:
    progress.phase = "images"
    tally: Tally = Counter()
    if not any(report.image_bytes for report in partitions):
        return tally
    progress.images_total = sum(1 for _ in distinct_images(plan.layout.spool))
    jobs = slot_jobs(JobKind.IMAGES, plan, workers)
    for result in pool.run(jobs, _holding_back_killers(plan)):
        for counts in result:
            tally.update(counts)
    return tally


def _holding_back_killers(plan: RunPlan) -> Callable[[int], bool]:
    cache = ImageCache(plan.layout.image_cache, plan.image_digest())

    def hold_back(sha: str) -> None:
        stage, reason = Stage.AUDIT_IMAGE.value, Reason.ENGINE_FAILED.value
        cache.save(ImageResult(sha, stage=stage, reason=reason), None)

    return holding_back_killers(cache, hold_back)


def _write_shards(pool: WorkerPool, plan: RunPlan, progress: RunProgress) -> list[ShardReport]:
    progress.phase = "records"
    progress.records_total = progress.rows_read
    return reports_of(pool, plan, JobKind.RECORDS)


def _volatile(start_time: str, seconds: float, workers: int, progress: RunProgress) -> dict[str, Any]:
    return run_facts(start_time, seconds, workers, progress) | {
        "image_engines": {
            "calls": progress.engine_calls,
            "answers_reused": progress.answers_reused,
            "answers_rebuilt": progress.answers_rebuilt,
            "answers_not_kept": progress.answers_not_kept,
        },
        "batches": {
            "read": progress.batches,
            "images": progress.batch_images,
            "pixels": progress.batch_pixels,
            "too_large": progress.batches_too_large,
            "failed": progress.batches_failed,
            "busy_share": round(progress.batch_busy_ms / max(1, progress.batch_wall_ms), 3),
        },
    }
