"""The local runner: the three jobs of the graph, cut into small pieces, over a pool of processes.

Pieces are shards and image slots, so memory is flat in the size of the corpus and a killed run goes on
where it stopped.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from typing import Any

from pipeline.answer_store import check_answers, prepare_answers
from pipeline.config import RunConfig
from pipeline.field_types import FieldType, merge_fields
from pipeline.finish import finish_run
from pipeline.image_cache import ImageCache, ImageResult
from pipeline.layout import WORK, Layout
from pipeline.partition import PartitionReport
from pipeline.plan import RunPlan, make_plan
from pipeline.policy_file import load_policy
from pipeline.readers.open import list_sources
from pipeline.readers.source import Form, Source
from pipeline.review.sheet import write_review
from pipeline.shard_writer import ShardReport
from pipeline.spool import SLOTS, read_images, shard_count
from pipeline.summary import Tally
from runners.jobs import Job, JobKind
from runners.worker_pool import WorkerPool
from schemas.errors import ConfigError, RunFailed
from schemas.reasons import Reason, Stage

OnProgress = Callable[["RunProgress"], None]

_SLOT_GROUPS_PER_WORKER = 4
_DEATHS_PER_IMAGE = 2


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
    workers = config.workers or usable_cores()
    progress = RunProgress()
    with WorkerPool(workers, _counter(progress, on_progress)) as pool:
        # The last check of the config: OUT is not touched before it.
        plan = replace(plan, engine_infos=next(pool.run([Job(None, plan)])))
        if plan.answers is not None:
            prepare_answers(plan.answers)
        with _disk_errors(plan.layout), _prepared(plan.layout, config):
            partitions = _partition(pool, plan, progress)
            plan = _with_shape(plan, config, partitions)
            images = _process_images(pool, plan, partitions, workers, progress)
            shards = _write_shards(pool, plan, progress)
            progress.phase = "finish"
            on_progress(progress)
            write_review(plan, config.review)
            seconds = time.monotonic() - started
            volatile = _volatile(start_time, seconds, workers, progress)
            summary = finish_run(plan, partitions, images, shards, volatile, version("mmscrub"))
    return RunResult(plan.layout, summary, time.monotonic() - started, volatile, plan)


def usable_cores() -> int:
    """The cores that this process may use; all of the machine's where the system does not say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_places(config: RunConfig, sources: tuple[Source, ...]) -> None:
    """Refuses places that would lose or mix data. Raises ConfigError."""
    out = config.out.absolute()
    if config.images == "" and any(source.form in (Form.JSON, Form.JSONL) for source in sources):
        raise ConfigError(
            "images", "(missing)", "give the folder that image paths are relative to, or 'none'"
        )
    if out.exists() and not out.is_dir():
        raise ConfigError("out", str(config.out), "is a file; give a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / WORK).is_dir():
        raise ConfigError("out", str(config.out), "is not empty and holds no mmscrub run; give a new folder")
    if config.cache is not None:
        check_answers(config.cache)
        if out.resolve() in (config.cache.resolve(), *config.cache.resolve().parents):
            raise ConfigError("cache", str(config.cache), "lies in the output; it holds text: keep it apart")
    _refuse_other_run(config, out, {source.name for source in sources})
    for source in sources:
        if out.resolve() in Path(source.uri).resolve().parents:
            raise ConfigError("out", str(config.out), "holds the input; a run would replace what it reads")
    root = config.image_root
    if root is not None and out.resolve() in (root.resolve(), *root.resolve().parents):
        raise ConfigError("out", str(config.out), "holds the images; give a folder of its own")


def _refuse_other_run(config: RunConfig, out: Path, names: set[str]) -> None:
    """A finished run is replaced only by a run of the same kind over the same inputs, or with ``force``."""
    layout = Layout(out)
    if config.force or not layout.manifest.is_file():
        return
    try:
        manifest = json.loads(layout.manifest.read_bytes())
        earlier = {str(entry["name"]) for entry in manifest["inputs"]}
        mode = manifest["settings"]["mode"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            "out", str(config.out), "holds an unreadable manifest.json; give a new folder"
        ) from error
    if mode != config.mode.value or earlier != names:
        raise ConfigError(
            "out",
            str(config.out),
            f"holds a finished {mode} of {', '.join(sorted(earlier))}; give a new folder, or --force",
        )


@contextmanager
def _prepared(layout: Layout, config: RunConfig) -> Iterator[None]:
    """The output folder, made and locked for this run."""
    try:
        layout.prepare()
        lock = layout.lock.open("w")
    except OSError as error:
        raise ConfigError("out", str(layout.root), f"cannot be written ({error.strerror})") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError("out", str(layout.root), "another run is writing there; wait for it") from error
        layout.manifest.unlink(missing_ok=True)
        for leftover in (layout.spool, layout.work / "tmp"):
            rmtree(leftover, ignore_errors=True)
        if config.force:
            for leftover in (layout.done, layout.image_cache):
                rmtree(leftover, ignore_errors=True)
        layout.prepare()
        yield


@contextmanager
def _disk_errors(layout: Layout) -> Iterator[None]:
    """A full disk or a place that was taken away is no defect of ours: one line, and the run can go on."""
    try:
        yield
    except OSError as error:
        what = error.strerror or type(error).__name__
        raise RunFailed(f"{layout.root}: {what}; a new run goes on where this one stopped") from error


def _partition(pool: WorkerPool, plan: RunPlan, progress: RunProgress) -> list[PartitionReport]:
    progress.phase = "read"
    jobs = [Job(JobKind.PARTITION, plan, (index,)) for index in range(len(plan.sources))]
    reports = [report for result in pool.run(jobs) for report in result]
    return sorted(reports, key=lambda report: report.source)


def _with_shape(plan: RunPlan, config: RunConfig, partitions: list[PartitionReport]) -> RunPlan:
    """What only the whole corpus tells: how many shards, and the columns."""
    fields: dict[str, FieldType] = {}
    for report in partitions:
        fields = merge_fields(fields, report.fields)
    shards = shard_count(
        rows=sum(report.rows for report in partitions),
        image_bytes=sum(report.image_bytes for report in partitions),
        records_per_shard=config.shards.records,
        bytes_per_shard=config.shards.image_bytes,
    )
    several = any(report.several_images for report in partitions)
    return replace(plan, shards=shards, fields=fields, several_images=several)


def _process_images(
    pool: WorkerPool, plan: RunPlan, partitions: list[PartitionReport], workers: int, progress: RunProgress
) -> Tally:
    progress.phase = "images"
    tally: Tally = Counter()
    if not any(report.image_bytes for report in partitions):
        return tally
    progress.images_total = sum(1 for _ in _distinct_images(plan))
    groups = min(SLOTS, workers * _SLOT_GROUPS_PER_WORKER)
    jobs = [Job(JobKind.IMAGES, plan, tuple(range(first, SLOTS, groups))) for first in range(groups)]
    for result in pool.run(jobs, _holding_back_killers(plan)):
        for counts in result:
            tally.update(counts)
    return tally


def _holding_back_killers(plan: RunPlan) -> Callable[[int], bool]:
    """An image on which two workers died (a decoder that crashes) is held back; the others go on."""
    cache = ImageCache(plan.layout.image_cache, plan.image_digest())
    deaths: Counter[str] = Counter()

    def on_death(pid: int) -> bool:
        sha, ahead = cache.begun_by(pid), cache.ahead_of(pid)
        if ahead:
            # Any of them, or what was read together: each gets a turn of its own, which tells.
            cache.take_alone(ahead)
            return True
        deaths[sha] += 1
        if not sha or deaths[sha] < _DEATHS_PER_IMAGE:
            return False
        stage, reason = Stage.AUDIT_IMAGE.value, Reason.ENGINE_FAILED.value
        cache.save(ImageResult(sha, stage=stage, reason=reason), None)
        return True

    return on_death


def _distinct_images(plan: RunPlan) -> Iterator[str]:
    for slot in range(SLOTS):
        for sha, _ in read_images(plan.layout.spool, slot):
            yield sha


def _write_shards(pool: WorkerPool, plan: RunPlan, progress: RunProgress) -> list[ShardReport]:
    progress.phase = "records"
    progress.records_total = progress.rows_read
    jobs = [Job(JobKind.RECORDS, plan, (shard,)) for shard in range(plan.shards)]
    return [report for result in pool.run(jobs) for report in result]


def _counter(progress: RunProgress, on_progress: OnProgress) -> Callable[[dict[str, int]], None]:
    def add(counts: Mapping[str, int]) -> None:
        for name, count in counts.items():
            setattr(progress, name, getattr(progress, name) + count)
        on_progress(progress)

    return add


def _volatile(start_time: str, seconds: float, workers: int, progress: RunProgress) -> dict[str, Any]:
    return {
        "started": start_time,
        "seconds": round(seconds, 3),
        "records_per_s": round(progress.records / seconds, 2),
        "images_per_s": round(progress.images / seconds, 2),
        "shards_kept": progress.shards_kept,
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
        "workers": workers,
        "host": platform.node(),
        "python": sys.version.split()[0],
        "platform": platform.platform(),
    }
