"""The local runner of a question set: its jobs, cut into small pieces, over a pool of processes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from pipeline.digests import digest_of
from pipeline.prism.ask import AskedReport
from pipeline.prism.config import PrismConfig
from pipeline.prism.finish import finish_prism
from pipeline.prism.layout import PrismFolder
from pipeline.prism.plan import PrismPlan, make_prism_plan
from pipeline.prism.told import ToldReport
from pipeline.seen_images import SeenImage, held_back_files
from runners.jobs import Job, JobKind
from runners.run_folder import check_places, disk_errors, prepared
from runners.run_progress import OnProgress, RunProgress, counter, run_facts, usable_cores
from runners.shared_jobs import (
    corpus_shape,
    look_at_images,
    read_sources,
    reports_of,
)
from runners.worker_pool import WorkerPool
from transforms.prism.questions import QuestionSet


@dataclass(frozen=True, slots=True)
class PrismResult:
    """A finished run: where it lies, ``summary.json``, its seconds."""

    layout: PrismFolder
    summary: dict[str, Any]
    seconds: float
    plan: PrismPlan = field(repr=False)


def run_prism(config: PrismConfig, on_progress: OnProgress = lambda _: None) -> PrismResult:
    """Writes question sets on this machine. Raises ConfigError before work starts, RunFailed after."""
    started = time.monotonic()
    start_time = datetime.now(UTC).isoformat(timespec="seconds")
    plan = make_prism_plan(config)
    check_places(config, plan.sources)
    workers = config.workers or usable_cores()
    progress = RunProgress()
    with WorkerPool(workers, counter(progress, on_progress)) as pool:
        # The last check of the config: OUT is not touched before it.
        plan = replace(plan, engine_infos=next(pool.run([Job(None, plan)])))
        layout = plan.layout
        # What killed a worker before may have been the machine: each run finds out for itself.
        again = [plan.notes.held_back]
        if config.force:
            again += [layout.done, layout.look, layout.told]
        with disk_errors(layout), prepared(layout, again):
            # Those of an earlier run would stand beside a run that fails.
            for kind in QuestionSet:
                layout.question_file(kind).unlink(missing_ok=True)
            partitions = read_sources(pool, plan, progress)
            plan = replace(plan, shards=corpus_shape(config.shards, partitions).shards)
            look_at_images(pool, plan, plan.notes, workers, progress)
            held_back = [[one.sha256, one.reason] for one in held_back_files(plan).read_all(SeenImage)]
            plan = replace(plan, held_back=digest_of(sorted(held_back)))
            progress.phase, progress.records_total = "tell", sum(report.rows for report in partitions)
            told: list[ToldReport] = _by_shard(reports_of(pool, plan, JobKind.TELL))
            progress.phase, progress.images, progress.images_total = "ask", 0, None
            asked: list[AskedReport] = _by_shard(reports_of(pool, plan, JobKind.ASK))
            progress.phase = "merge"
            on_progress(progress)
            seconds = time.monotonic() - started
            volatile = run_facts(start_time, seconds, workers, progress)
            summary = finish_prism(plan, partitions, told, asked, volatile, version("mmscrub"))
    return PrismResult(layout, summary, time.monotonic() - started, plan)


def _by_shard(reports: list[Any]) -> list[Any]:
    return sorted(reports, key=lambda report: report.shard)
