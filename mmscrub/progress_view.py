"""Shows a run's progress: a live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from runners.run_progress import RunProgress

_PLAIN_SECONDS = 5.0
_LABELS = {
    "start": "starting, loading engines",
    "read": "reading",
    "images": "images",
    "records": "records",
    "finish": "writing manifest and report",
    "look": "looking at images",
    "mark": "marking images",
    "judge": "gates, arms and manifest",
    "answer": "answers",
    "tell": "reading what is said",
    "ask": "asking about images",
    "merge": "question files and manifest",
    "render": "rendering forms",
    "treat": "treating arms",
}

OnProgress = Callable[[RunProgress], None]


@contextmanager
def progress_view(stream: TextIO) -> Iterator[OnProgress]:
    """A callback for ``run_local`` that draws on ``stream``."""
    if stream.isatty():
        with _bar(stream) as bar:
            yield _live(bar)
    else:
        yield _plain(stream)


def _bar(stream: TextIO) -> Progress:
    return Progress(
        TextColumn("{task.description:<26}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(file=stream),
    )


def _live(bar: Progress) -> OnProgress:
    tasks: dict[str, TaskID] = {}
    started: dict[str, float] = {}

    def show(progress: RunProgress) -> None:
        phase = progress.phase
        done, total = _done(progress)
        if phase not in tasks:
            for task in tasks.values():
                bar.stop_task(task)
            tasks[phase] = bar.add_task(_LABELS[phase], total=total, rate="")
            started[phase] = time.monotonic()
        rate = done / max(time.monotonic() - started[phase], 1e-6)
        shown = f"{rate:.1f}/s" if done else ""
        bar.update(tasks[phase], completed=done, total=total, rate=shown + _answer_words(progress))

    return show


def _plain(stream: TextIO) -> OnProgress:
    last_phase = ""
    last_time = started = 0.0

    def show(progress: RunProgress) -> None:
        nonlocal last_phase, last_time, started
        now = time.monotonic()
        if progress.phase == last_phase and now - last_time < _PLAIN_SECONDS:
            return
        if progress.phase != last_phase:
            started = now
        last_phase, last_time = progress.phase, now
        done, total = _done(progress)
        stream.write(
            f"mmscrub: {_LABELS[progress.phase]}{progress_words(done, total, now - started)}"
            f"{_answer_words(progress)}\n"
        )
        stream.flush()

    return show


def progress_words(done: int, total: int | None, seconds: float) -> str:
    """How far a phase is after ``seconds``, for a line without a bar: done, rate and the time left."""
    if not done and not total:
        return ""
    words = f" {done:,}" + (f" of {total:,}" if total else "")
    if not done or seconds < 1:
        return words
    rate = done / seconds
    words += f", {rate:,.1f}/s"
    if total and done < total:
        words += f", {timedelta(seconds=round((total - done) / rate))} left"
    return words


def _answer_words(progress: RunProgress) -> str:
    """What answering has cost in this run so far, and how often it failed."""
    if progress.phase != "answer":
        return ""
    failed = f", {progress.answers_failed:,} failed" if progress.answers_failed else ""
    return failed + (f", cost {progress.cost:,.4f}" if progress.cost else "")


def _done(progress: RunProgress) -> tuple[int, int | None]:
    match progress.phase:
        case "read":
            return progress.rows_read, None
        case "images" | "look" | "mark" | "ask" | "render":
            return progress.images, progress.images_total
        case "records" | "tell" | "answer" | "treat":
            return progress.records, progress.records_total
        case _:
            return 0, None
