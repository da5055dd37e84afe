"""What the local runner and its workers say to each other. Imports no Beam: the parent stays light."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.answers.plan import AnswerPlan
from pipeline.disclosure.plan import DisclosurePlan
from pipeline.mitigation.plan import MitigationPlan
from pipeline.plan import RunPlan
from pipeline.prism.plan import PrismPlan
from pipeline.watermark.plan import WatermarkPlan
from schemas.errors import MmscrubError

CorpusRun = RunPlan | WatermarkPlan | PrismPlan
"""What a job over a corpus is done by."""

AnyPlan = CorpusRun | AnswerPlan | DisclosurePlan | MitigationPlan
"""What a job is done by: a frozen run, whatever its kind."""


class JobKind(StrEnum):
    """The jobs of ``pipeline/graph.py``; after PARTITION those of a build or audit, then those of
    ``pipeline/watermark/graph.py``, that of ``pipeline/answers/graph.py``, those of
    ``pipeline/prism/graph.py`` and ``pipeline/disclosure/graph.py``, and that of
    ``pipeline/mitigation/graph.py``."""

    PARTITION = "partition"
    IMAGES = "images"
    RECORDS = "records"
    LOOK = "look"
    MARK = "mark"
    EMIT = "emit"
    ANSWER = "answer"
    TELL = "tell"
    ASK = "ask"
    SCENES = "scenes"
    MAKE = "make"
    TREAT = "treat"


@dataclass(frozen=True, slots=True)
class Job:
    """Units of one job. ``kind`` None asks for the engines of the plan."""

    kind: JobKind | None
    plan: AnyPlan
    units: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker says: progress counts, or the end of a job with its result or its error."""

    counts: dict[str, int]
    finished: bool = False
    result: Any = None
    error: MmscrubError | None = None
