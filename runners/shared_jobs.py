"""What all local runs do alike: reading sources, sharing out image slots, surviving bad images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.config import ShardSizes
from pipeline.disclosure.plan import DisclosurePlan
from pipeline.field_types import FieldType, merge_fields
from pipeline.mitigation.plan import MitigationPlan
from pipeline.partition import PartitionReport
from pipeline.spool import SLOTS, read_images, shard_count
from pipeline.work_notes import WorkNotes
from runners.jobs import CorpusRun, Job, JobKind
from runners.run_progress import RunProgress
from runners.worker_pool import WorkerPool

_SLOT_GROUPS_PER_WORKER = 4
_DEATHS_PER_IMAGE = 2


@dataclass(frozen=True, slots=True)
class CorpusShape:
    """What only the whole corpus tells: how many shards, and the columns of unknown fields."""

    shards: int
    several_images: bool
    fields: dict[str, FieldType] = field(default_factory=dict)


def read_sources(pool: WorkerPool, plan: CorpusRun, progress: RunProgress) -> list[PartitionReport]:
    """Job 1: every source, one at a time, into the spool."""
    progress.phase = "read"
    jobs = [Job(JobKind.PARTITION, plan, (index,)) for index in range(len(plan.sources))]
    reports = [report for result in pool.run(jobs) for report in result]
    return sorted(reports, key=lambda report: report.source)


def corpus_shape(sizes: ShardSizes, partitions: Sequence[PartitionReport]) -> CorpusShape:
    """The shape of what was read, for shards of these sizes."""
    fields: dict[str, FieldType] = {}
    for report in partitions:
        fields = merge_fields(fields, report.fields)
    shards = shard_count(
        rows=sum(report.rows for report in partitions),
        image_bytes=sum(report.image_bytes for report in partitions),
        records_per_shard=sizes.records,
        bytes_per_shard=sizes.image_bytes,
    )
    return CorpusShape(shards, any(report.several_images for report in partitions), fields)


def slot_jobs(kind: JobKind, plan: CorpusRun, workers: int) -> list[Job]:
    """All image slots, in groups small enough that workers end together."""
    groups = min(SLOTS, workers * _SLOT_GROUPS_PER_WORKER)
    return [Job(kind, plan, tuple(range(first, SLOTS, groups))) for first in range(groups)]


def reports_of(
    pool: WorkerPool, plan: CorpusRun | DisclosurePlan | MitigationPlan, kind: JobKind
) -> list[Any]:
    """The reports of one job over all units of the plan, a unit at a time, as they come."""
    jobs = [Job(kind, plan, (unit,)) for unit in range(plan.shards)]
    return [report for result in pool.run(jobs) for report in result]


def look_at_images(
    pool: WorkerPool, plan: CorpusRun, notes: WorkNotes, workers: int, progress: RunProgress
) -> None:
    """Job 2 of runs that only open images: every distinct one, once."""
    progress.phase = "look"
    progress.images_total = sum(1 for _ in distinct_images(plan.layout.spool))
    for _ in pool.run(slot_jobs(JobKind.LOOK, plan, workers), holding_back_killers(notes, notes.hold_back)):
        pass


def distinct_images(spool: Path) -> Iterator[str]:
    """The digests of all images, in order."""
    for slot in range(SLOTS):
        for sha, _ in read_images(spool, slot):
            yield sha


def holding_back_killers(notes: WorkNotes, hold_back: Callable[[str], None]) -> Callable[[int], bool]:
    """An image on which two workers died (a decoder that crashes) is held back; the others go on."""
    deaths: Counter[str] = Counter()

    def on_death(pid: int) -> bool:
        sha, ahead = notes.begun_by(pid), notes.ahead_of(pid)
        if ahead:
            # Any of them, or what was read together: each gets a turn of its own, which tells.
            notes.take_alone(ahead)
            return True
        deaths[sha] += 1
        if not sha or deaths[sha] < _DEATHS_PER_IMAGE:
            return False
        hold_back(sha)
        return True

    return on_death
