"""Runs one piece of a job on Beam's in-memory runner, inside the current process.

The runner is named: in Beam 2.77 plain ``DirectRunner`` first tries to download another runner, and its
multi-threaded mode loses elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from pipeline import graph
from pipeline.plan import RunPlan
from runners.jobs import JobKind
from schemas.errors import RunFailed

_OPTIONS = ("--runner=FnApiRunner", "--direct_running_mode=in_memory", "--no_save_main_session")
_COLLECTED: list[Any] = []


_GRAPHS: dict[JobKind, Callable[[beam.Pipeline, RunPlan, Sequence[int]], beam.pvalue.PCollection[Any]]] = {
    JobKind.PARTITION: graph.partition,
    JobKind.IMAGES: graph.images,
    JobKind.RECORDS: graph.records,
}


def _collect(element: Any) -> None:
    _COLLECTED.append(element)


def run_job(kind: JobKind, plan: RunPlan, units: Sequence[int]) -> list[Any]:
    """The results of one job over some of its units. Raises RunFailed without any record's content."""
    _COLLECTED.clear()
    try:
        with beam.Pipeline(options=PipelineOptions(list(_OPTIONS))) as pipeline:
            _GRAPHS[kind](pipeline, plan, units) | "Collect" >> beam.Map(_collect)
    except Exception as error:  # noqa: BLE001  (Beam wraps everything; the text may hold content)
        raise RunFailed(describe_failure(kind, str(error))) from None
    return list(_COLLECTED)


def describe_failure(kind: str, text: str) -> str:
    """What may be said of a failure: our own message if there is one, else where it happened.

    The text of foreign exceptions is dropped: it can hold a record's content.
    """
    own = re.search(r"RunFailed: (.+?)(?: \[while running|\n|$)", text)
    if own:
        return own.group(1)
    frames = re.findall(
        r'File "[^"]*/((?:schemas|transforms|pipeline|runners)/[\w/]+\.py)", line (\d+), in (\w+)', text
    )
    where = " < ".join(f"{name}:{line} {function}" for name, line, function in reversed(frames[-4:]))
    classes = re.findall(r"^([A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit))\b", text, re.MULTILINE)
    return f"{kind}: {classes[-1] if classes else 'an error'} at {where or 'an unknown place'}"
