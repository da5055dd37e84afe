"""A pool of local worker processes: jobs go to whoever is free, a worker that dies is replaced."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any

from runners.jobs import Job, Reply
from schemas.errors import RunFailed

OnCounts = Callable[[dict[str, int]], None]
OnDeath = Callable[[int], bool]
"""Told the process id of a worker that died; True if its cause is removed."""

_SPARE_DEATHS = 2
"""Workers that may die in a row beyond one each: more than that is no accident of one job."""
DEBUG_VARIABLE = "MMSCRUB_DEBUG"
"""Set to let worker processes write to the terminal; their output may hold content."""


class _Worker:
    def __init__(self) -> None:
        ours, theirs = Pipe()
        self.pipe: Connection[Job, Reply] = ours
        self.job: Job | None = None
        environment = os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
        silent = None if os.environ.get(DEBUG_VARIABLE) else subprocess.DEVNULL
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "runners.local_worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=silent,
            stderr=silent,
            env=environment,
        )
        theirs.close()

    def stop(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.wait()


class WorkerPool:
    """``workers`` processes, started when first needed. Use as a context manager."""

    def __init__(self, workers: int, on_counts: OnCounts) -> None:
        self._size = workers
        self._on_counts = on_counts
        self._deaths = 0
        self._workers: list[_Worker] = []

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.stop()

    def run(self, jobs: Sequence[Job], on_death: OnDeath = lambda _: False) -> Iterator[Any]:
        """The results of ``jobs``, in the order in which they finish. Raises the first error."""
        waiting = deque(jobs)
        self._deaths = 0
        while waiting or any(worker.job for worker in self._workers):
            self._hand_out(waiting)
            for pipe in wait([worker.pipe for worker in self._workers]):
                worker = next(w for w in self._workers if w.pipe is pipe)
                try:
                    reply = worker.pipe.recv()
                except (EOFError, OSError):
                    self._bury(worker, waiting, on_death)
                    continue
                self._on_counts(reply.counts)
                if reply.finished:
                    worker.job = None
                    if reply.error is not None:
                        raise reply.error
                    yield reply.result

    def _hand_out(self, waiting: deque[Job]) -> None:
        for worker in self._workers:
            if worker.job is None and waiting:
                _send(worker, waiting.popleft())
        while waiting and len(self._workers) < self._size:
            worker = _Worker()
            self._workers.append(worker)
            _send(worker, waiting.popleft())

    def _bury(self, worker: _Worker, waiting: deque[Job], on_death: OnDeath) -> None:
        worker.stop()
        self._workers.remove(worker)
        self._deaths = 0 if on_death(worker.process.pid) else self._deaths + 1
        if self._deaths > self._size + _SPARE_DEATHS:
            code = worker.process.returncode
            raise RunFailed(
                f"worker processes died {self._deaths} times (last exit status {code}), often for lack of "
                "memory: use fewer workers; a new run goes on where this one stopped"
            )
        if worker.job is not None:
            waiting.appendleft(worker.job)


def _send(worker: _Worker, job: Job) -> None:
    """To a worker that has died this fails; reading from it then says so, and its job goes to another."""
    worker.job = job
    with suppress(OSError):
        worker.pipe.send(job)
