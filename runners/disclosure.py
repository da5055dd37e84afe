"""Makes a disclosure and retention benchmark on this machine: design, render, write, finish."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from math import ceil
from typing import Any

from pipeline.disclosure.config import DisclosureConfig
from pipeline.disclosure.design_step import Design, design_benchmark, parts_of, write_design
from pipeline.disclosure.finish import finish_benchmark
from pipeline.disclosure.layout import DisclosureLayout
from pipeline.disclosure.part_writer import PartReport
from pipeline.disclosure.plan import DisclosurePlan, SetName
from pipeline.disclosure.scenes import CHUNK, NoScene, list_scenes, scene_notes, seen_in, write_chunk
from runners.jobs import Job, JobKind
from runners.run_folder import check_out, disk_errors, prepared
from runners.run_progress import OnProgress, RunProgress, counter, run_facts, usable_cores
from runners.shared_jobs import holding_back_killers, reports_of
from runners.worker_pool import WorkerPool
from schemas.errors import ConfigError
from transforms.disclosure.design import scenes_needed

USABLE = "usable"
"""In the count of a user's pictures: those that can be shown."""


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """A finished run: where it lies, ``summary.json``, its seconds."""

    layout: DisclosureLayout
    summary: dict[str, Any]
    seconds: float
    plan: DisclosurePlan = field(repr=False)


def run_disclosure(config: DisclosureConfig, on_progress: OnProgress = lambda _: None) -> BenchmarkResult:
    """Makes a benchmark. Raises ConfigError before work starts, or where no scene can be shown; RunFailed
    after."""
    started = time.monotonic()
    start_time = datetime.now(UTC).isoformat(timespec="seconds")
    plan = DisclosurePlan(config)
    check_out(config, set())
    design = design_benchmark(config, plan.key)
    workers = config.workers or usable_cores()
    progress = RunProgress()
    with WorkerPool(workers, counter(progress, on_progress)) as pool:
        if config.scenes is not None:
            plan = replace(plan, engine_infos=next(pool.run([Job(None, plan)])))
        layout = plan.layout
        again = [scene_notes(plan).held_back]
        if config.force:
            again += [layout.done, layout.scenes]
        with disk_errors(layout), prepared(layout, [*again, layout.design]):
            plan, scenes = _with_scenes(pool, plan, progress)
            plan = replace(plan, parts=parts_of(design, config.shards.images))
            write_design(plan, design)
            parts = _make(pool, plan, design, progress)
            progress.phase = "finish"
            on_progress(progress)
            seconds = time.monotonic() - started
            volatile = run_facts(start_time, seconds, workers, progress)
            summary = finish_benchmark(plan, design, parts, scenes, volatile, version("mmscrub"))
    return BenchmarkResult(layout, summary, time.monotonic() - started, plan)


def _with_scenes(
    pool: WorkerPool, plan: DisclosurePlan, progress: RunProgress
) -> tuple[DisclosurePlan, dict[str, int]]:
    """Looks at the user's pictures, in keyed order, until there are enough that can be shown."""
    needed = scenes_needed(plan.config.design_settings())
    if plan.config.scenes is None or not needed:
        return plan, {}
    progress.phase = "look"
    files = list_scenes(plan.config.scenes, plan.key)
    counts: Counter[str] = Counter()
    usable: dict[str, None] = {}
    notes, chunk, last = scene_notes(plan), 0, ceil(len(files) / CHUNK)
    while chunk < last and len(usable) < needed:
        # Fixed by what was seen so far: how many workers there are must not show in the counts.
        wave = range(chunk, min(last, chunk + 1 + (needed - len(usable)) // CHUNK))
        for one in wave:
            write_chunk(plan, one, files[one * CHUNK : (one + 1) * CHUNK])
        jobs = [Job(JobKind.SCENES, plan, (one,)) for one in wave]
        for _ in pool.run(jobs, holding_back_killers(notes, notes.hold_back)):
            pass
        for seen in (seen for one in wave for seen in seen_in(plan, one)):
            twice = not seen.reason and seen.sha256 in usable
            counts[NoScene.TWICE.value if twice else seen.reason or USABLE] += 1
            if not seen.reason:
                usable[seen.sha256] = None
        chunk = wave.stop
    if not usable:
        why = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items())) or "no image files"
        raise ConfigError("scenes", str(plan.config.scenes), f"holds no picture that can be shown ({why})")
    progress.images = 0
    return replace(plan, scenes=tuple(usable)[:needed]), dict(sorted(counts.items()))


def _make(pool: WorkerPool, plan: DisclosurePlan, design: Design, progress: RunProgress) -> list[PartReport]:
    progress.phase = "render"
    progress.images_total = sum(design.images(name) for name in SetName)
    return sorted(reports_of(pool, plan, JobKind.MAKE), key=lambda report: report.unit)
