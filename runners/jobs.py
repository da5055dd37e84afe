"""What the local runner and its workers say to each other. Imports no Beam: the parent stays light."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.plan import RunPlan
from schemas.errors import MmscrubError


class JobKind(StrEnum):
    """The three jobs of ``pipeline/graph.py``."""

    PARTITION = "partition"
    IMAGES = "images"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Job:
    """Units of one job. ``kind`` None asks for the engines of the plan."""

    kind: JobKind | None
    plan: RunPlan
    units: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker says: progress counts, or the end of a job with its result or its error."""

    counts: dict[str, int]
    finished: bool = False
    result: Any = None
    error: MmscrubError | None = None
