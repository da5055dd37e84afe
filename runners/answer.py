"""The local runner of a model over a benchmark: parts of it, over one process or several."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.answers.answerer import check_answerer
from pipeline.answers.bench_file import find_bench
from pipeline.answers.config import AnswerConfig
from pipeline.answers.finish import INCOMPLETE, QUARANTINE, RECORD, Finished, finish
from pipeline.answers.plan import AnswerPlan, beside
from pipeline.answers.survey import Survey, survey_bench
from pipeline.digests import library_versions
from runners.jobs import Job, JobKind
from runners.run_progress import OnProgress, RunProgress, counter, run_facts, usable_cores
from runners.worker_pool import WorkerPool
from schemas.errors import ConfigError, RunFailed
from transforms.engines.protocols import EngineInfo

_MOST_PARTS_PER_JOB = 64
_JOBS_PER_WORKER = 4


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """A run that came to its end. ``questions`` of the benchmark's ``rows`` were asked; ``kept`` of them had
    their answers before. ``cost`` is that of all answers, 0 without prices."""

    finished: Finished
    questions: int
    rows: int
    kept: int
    cost: float
    seconds: float


def run_answer(config: AnswerConfig, on_progress: OnProgress = lambda _: None) -> AnswerResult:
    """Puts every question of the benchmark to the model. Raises ConfigError before work starts, RunFailed
    after; what was answered until then is kept for the next run."""
    started = time.monotonic()
    start_time = datetime.now(UTC).isoformat(timespec="seconds")
    check_answerer(config.full_model)
    files = find_bench(config.bench, config.images.absolute() if config.images else None)
    survey = survey_bench(files, config.tasks, config.limit, config.per_part)
    workers = config.workers or (usable_cores() if config.is_baseline else 1)
    plan = AnswerPlan(
        config.out.absolute(),
        files,
        config.tasks,
        config.limit,
        config.full_model,
        config.shown_model,
        config.settings(workers),
    )
    _check_out(plan, force=config.force)
    progress = RunProgress(records_total=survey.questions)

    def show(now: RunProgress) -> None:
        now.cost = plan.settings.prices.cost(now.input_tokens, now.output_tokens)
        on_progress(now)

    with WorkerPool(workers, counter(progress, show)) as pool, _disk_errors(plan.out):
        # The last check of the config: nothing is written before it.
        info: EngineInfo = next(pool.run([Job(None, plan)]))[0]
        plan = replace(plan, run=plan.digest(info, survey.digest))
        done = None if config.force else _done_before(plan)
        if done is not None:
            return AnswerResult(done, survey.questions, survey.rows, survey.questions, _cost(plan, done), 0.0)
        with _own(plan.parts_folder):
            per_part = plan.store.open(plan.run, config.per_part, force=config.force)
            if per_part != config.per_part:
                survey = survey_bench(files, config.tasks, config.limit, per_part)
            if config.force:
                _remove_earlier(plan.out)
            plan = replace(plan, parts=survey.parts)
            kept = _answer(pool, plan, workers, progress, show)
            progress.phase = "finish"
            show(progress)
            facts = run_facts(start_time, time.monotonic() - started, workers, progress)
            finished = finish(plan, _record(info, survey, facts))
    seconds = time.monotonic() - started
    return AnswerResult(finished, survey.questions, survey.rows, kept, _cost(plan, finished), seconds)


def _answer(
    pool: WorkerPool, plan: AnswerPlan, workers: int, progress: RunProgress, on_progress: OnProgress
) -> int:
    """Answers what has no answer yet; returns how many questions had one."""
    open_parts, kept = [], 0
    for part in plan.parts:
        answered = sum(not one.reason for one in plan.store.load(part.number).values())
        kept += answered
        if answered < part.asked:
            open_parts.append(part)
    progress.phase, progress.records, progress.answers_reused = "answer", kept, kept
    on_progress(progress)
    share = -(-len(open_parts) // (workers * _JOBS_PER_WORKER))
    size = max(1, min(_MOST_PARTS_PER_JOB, share))
    jobs = []
    for _, parts in groupby(open_parts, key=lambda part: part.file):
        numbers = [part.number for part in parts]
        for start in range(0, len(numbers), size):
            jobs.append(Job(JobKind.ANSWER, plan, tuple(numbers[start : start + size])))
    plan.notes.forget()
    for _ in pool.run(jobs, plan.notes.of_the_dead()):
        pass
    plan.notes.forget()
    return kept


def _record(info: EngineInfo, survey: Survey, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "bench": survey.digest,
        "bench_rows": survey.rows,
        "engine": asdict(info),
        "libraries": library_versions(),
        **facts,
    }


def _cost(plan: AnswerPlan, finished: Finished) -> float:
    return plan.settings.prices.cost(finished.input_tokens, finished.output_tokens)


def _check_out(plan: AnswerPlan, *, force: bool) -> None:
    """Refuses a place that is something else. Raises ConfigError."""
    out = plan.out
    if out.is_dir():
        raise ConfigError("out", out, "is a folder; give a file, for example answers.jsonl")
    if out.resolve() in [file.path.resolve() for file in plan.files]:
        raise ConfigError("out", out, "is the benchmark itself")
    if out.exists() and not force and not beside(out, RECORD).is_file():
        raise ConfigError("out", out, "exists and is no finished run's; give another file, or --force")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError("out", out, f"its folder cannot be made ({error.strerror})") from error


def _done_before(plan: AnswerPlan) -> Finished | None:
    """What an earlier run left, if it was this one and its file is there. ConfigError if it is another's."""
    if not plan.out.exists():
        return None
    try:
        record = json.loads(beside(plan.out, RECORD).read_bytes())
        if record["run"] == plan.run and record["complete"] is True:
            tokens = (int(record["input_tokens"]), int(record["output_tokens"]))
            return Finished(plan.out, int(record["answered"]), {}, *tokens, str(record["sha256"]))
    except (OSError, ValueError, LookupError, TypeError):
        pass
    remedy = (
        "holds answers of another run (model, benchmark or settings differ): give another file, or --force"
    )
    raise ConfigError("out", plan.out, remedy)


def _remove_earlier(out: Path) -> None:
    for path in (out, *(beside(out, ending) for ending in (INCOMPLETE, QUARANTINE, RECORD))):
        path.unlink(missing_ok=True)


@contextmanager
def _own(folder: Path) -> Iterator[None]:
    """Has the parts for itself."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError("out", folder, "another run is writing there; wait for it") from error
        yield


@contextmanager
def _disk_errors(out: Path) -> Iterator[None]:
    """A full disk is no defect of ours: one line, and the run can go on."""
    try:
        yield
    except OSError as error:
        what = error.strerror or type(error).__name__
        raise RunFailed(f"{out}: {what}; a new run goes on where this one stopped") from error
