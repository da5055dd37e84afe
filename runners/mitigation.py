"""The local runner of a mitigation experiment: a build, then every shard of the benchmark in every arm."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from pipeline.mitigation.bench_files import find_shards
from pipeline.mitigation.built import write_corpus
from pipeline.mitigation.config import MitigationConfig
from pipeline.mitigation.finish import finish_arms
from pipeline.mitigation.layout import MitigationLayout
from pipeline.mitigation.plan import MitigationPlan
from pipeline.mitigation.treated import decide, write_treated
from pipeline.policy_file import load_policy
from runners.jobs import JobKind
from runners.local import run_local
from runners.run_folder import check_out, disk_errors, prepared
from runners.run_progress import OnProgress, RunProgress, counter, run_facts, usable_cores
from runners.shared_jobs import reports_of
from runners.worker_pool import WorkerPool
from schemas.errors import ConfigError


@dataclass(frozen=True, slots=True)
class ArmsResult:
    """Finished arms: where they lie, ``summary.json``, the seconds they took."""

    layout: MitigationLayout
    summary: dict[str, Any]
    seconds: float


def run_mitigation(config: MitigationConfig, on_progress: OnProgress = lambda _: None) -> ArmsResult:
    """Makes all arms on this machine. Raises ConfigError before work starts, RunFailed after."""
    started = time.monotonic()
    start_time = datetime.now(UTC).isoformat(timespec="seconds")
    policy = load_policy(config.policy)
    _check_places(config)
    plan = MitigationPlan(config, find_shards(config.bench, tuple(dict.fromkeys(config.sides))), policy)
    check_out(config, {part.name for part in plan.parts})
    layout, workers = plan.layout, config.workers or usable_cores()
    progress = RunProgress()
    with disk_errors(layout), prepared(layout, [layout.done] if config.force else []):
        if config.pipeline:
            run_local(write_corpus(plan), on_progress)
        progress.phase = "treat"
        treated = decide(plan)
        plan = replace(plan, treated=write_treated(plan, treated))
        with WorkerPool(workers, counter(progress, on_progress)) as pool:
            reports = sorted(reports_of(pool, plan, JobKind.TREAT), key=lambda report: report.shard)
        seconds = time.monotonic() - started
        volatile = run_facts(start_time, seconds, workers, progress)
        summary = finish_arms(plan, treated, reports, volatile, version("mmscrub"))
    return ArmsResult(layout, summary, time.monotonic() - started)


def _check_places(config: MitigationConfig) -> None:
    out, bench = config.out.absolute(), config.bench.absolute()
    if not bench.is_dir():
        raise ConfigError("bench", config.bench, "no such folder: give the output of mmscrub disclosure")
    if bench.resolve() in (out.resolve(), *out.resolve().parents):
        raise ConfigError("out", config.out, "lies in the benchmark; give a folder of its own")
    if out.resolve() in bench.resolve().parents:
        raise ConfigError("out", config.out, "holds the benchmark; give a folder of its own")
