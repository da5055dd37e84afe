"""A worker process of the local runner: gets jobs over a pipe, runs them on Beam, sends results back.

Started as ``python -P -m runners.local_worker FD``: the safe path keeps a user's own ``pipeline/`` or
``schemas/`` folder from being imported in place of ours.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from multiprocessing.connection import Connection

from pipeline.progress import PROGRESS
from runners.beam_jobs import run_job
from runners.jobs import Job, Reply
from schemas.errors import ConfigError, MmscrubError

_REPORT_SECONDS = 0.25


def main() -> None:
    """Serves jobs until the pipe closes."""
    # Beam and the engines log what they work on; nothing of that may leave this process.
    logging.disable(logging.CRITICAL)
    pipe: Connection[Reply, Job] = Connection(int(sys.argv[1]))
    lock = threading.Lock()

    def report() -> None:
        while True:
            threading.Event().wait(_REPORT_SECONDS)
            _send(pipe, lock, Reply(PROGRESS.take()))

    threading.Thread(target=report, daemon=True).start()
    while True:
        try:
            job = pipe.recv()
        except (EOFError, OSError):
            os._exit(0)
        _send(pipe, lock, _serve(job))


def _serve(job: Job) -> Reply:
    try:
        job.plan.check_code()
        if job.kind is None:
            return Reply({}, True, job.plan.load_engines())
        result = run_job(job.kind, job.plan, job.units)
        return Reply(PROGRESS.take(), True, result)
    except ConfigError as error:
        return Reply({}, True, error=ConfigError(error.key, error.value, error.remedy))
    except MmscrubError as error:
        return Reply(PROGRESS.take(), True, error=error)


def _send(pipe: Connection[Reply, Job], lock: threading.Lock, reply: Reply) -> None:
    """A parent that is gone ends this process: an orphan must not go on writing."""
    try:
        with lock:
            pipe.send(reply)
    except OSError:
        os._exit(1)


if __name__ == "__main__":
    # Run as a script, this module is __main__; jobs are pickled under its real name.
    from runners.local_worker import main as serve

    serve()
