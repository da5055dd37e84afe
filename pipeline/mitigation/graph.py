"""The graph of a mitigation experiment on one page. Before it, a build of ``pipeline/graph.py`` may run.

    shards of the benchmark ──> TreatParts ──> ARM/data, ARM/memory, images/ and parts of the training lists
                                    │ what is hidden where: decided in the parent, a file
                                    └──> part reports

Between build and arms lie files, as in a build: no image bytes travel, and any shard may be done by anyone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.pvalue import PCollection

from pipeline.mitigation.part_step import PartReport, treat_part
from pipeline.mitigation.plan import MitigationPlan
from pipeline.progress import PROGRESS


class TreatParts(beam.DoFn):
    """Shard index -> its report; the files go to OUT."""

    def __init__(self, plan: MitigationPlan) -> None:
        self._plan = plan

    def process(self, element: int) -> Iterator[PartReport]:
        """Treats one shard in every arm."""
        report = treat_part(self._plan, element)
        Metrics.counter("rows", "treated").inc(report.rows)
        PROGRESS.add(records=report.rows)
        yield report


def treat(p: beam.Pipeline, plan: MitigationPlan, parts: Sequence[int]) -> PCollection[PartReport]:
    """Writes these shards of every arm."""
    reports: PCollection[PartReport] = (
        p | "Parts" >> beam.Create(list(parts)) | "TreatParts" >> beam.ParDo(TreatParts(plan))
    )
    return reports
