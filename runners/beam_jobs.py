"""Runs one piece of a job on Beam's in-memory runner, inside the current process.

The runner is named: in Beam 2.77 plain ``DirectRunner`` first tries to download another runner, and its
multi-threaded mode loses elements.
"""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from pipeline import graph
from pipeline.answers import graph as answers_graph
from pipeline.disclosure import graph as disclosure_graph
from pipeline.mitigation import graph as mitigation_graph
from pipeline.prism import graph as prism_graph
from pipeline.watermark import graph as watermark_graph
from runners.jobs import AnyPlan, JobKind
from schemas.errors import ConfigError, RunFailed

_OPTIONS = ("--runner=FnApiRunner", "--direct_running_mode=in_memory", "--no_save_main_session")
_OUR_FILE = re.compile(
    re.escape(str(Path(__file__).resolve().parents[1])) + r"/((?:schemas|transforms|pipeline)/[\w/]+\.py)"
)
_COLLECTED: list[Any] = []


_GRAPHS: dict[JobKind, Callable[[beam.Pipeline, Any, Sequence[int]], beam.pvalue.PCollection[Any]]] = {
    JobKind.PARTITION: graph.partition,
    JobKind.IMAGES: graph.images,
    JobKind.RECORDS: graph.records,
    JobKind.LOOK: graph.look,
    JobKind.MARK: watermark_graph.mark,
    JobKind.EMIT: watermark_graph.emit,
    JobKind.ANSWER: answers_graph.answer,
    JobKind.TELL: prism_graph.tell,
    JobKind.ASK: prism_graph.ask,
    JobKind.SCENES: disclosure_graph.look_at_scenes,
    JobKind.MAKE: disclosure_graph.make,
    JobKind.TREAT: mitigation_graph.treat,
}
"""Each takes the kind of plan that its jobs are handed out with."""


def _collect(element: Any) -> None:
    _COLLECTED.append(element)


def run_job(kind: JobKind, plan: AnyPlan, units: Sequence[int]) -> list[Any]:
    """The results of one job over some of its units. Raises RunFailed without any record's content."""
    _COLLECTED.clear()
    try:
        with beam.Pipeline(options=PipelineOptions(list(_OPTIONS))) as pipeline:
            _GRAPHS[kind](pipeline, plan, units) | "Collect" >> beam.Map(_collect)
    except Exception as error:  # noqa: BLE001  (Beam wraps everything; the text may hold content)
        raise RunFailed(describe_failure(kind, error)) from None
    return list(_COLLECTED)


def describe_failure(kind: str, error: BaseException) -> str:
    """What may be said of a failure: our own message if there is one, else its class and where it happened.

    The text of foreign exceptions is dropped: it can hold a record's content.
    """
    frames = traceback.extract_tb(error.__traceback__)
    while "[while running" in str(error) and error.__context__ is not None:
        error = error.__context__  # what Beam raises holds what the step raised
    if isinstance(error, RunFailed | ConfigError):
        return str(error)
    what = type(error).__name__
    if isinstance(error, OSError) and error.errno is not None:
        what = f"{os.strerror(error.errno)} ({what})"
    ours = [(match.group(1), frame) for frame in frames if (match := _OUR_FILE.fullmatch(frame.filename))]
    where = " < ".join(f"{name}:{frame.lineno} {frame.name}" for name, frame in reversed(ours[-4:]))
    return f"{kind}: {what} at {where or 'an unknown place'}"
