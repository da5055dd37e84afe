"""The graph of a disclosure and retention benchmark on one page.

    chunks of files ──> LookAtScenes ──> pictures without print and faces        (job 1, only with --scenes)
                              │ design, in the parent: a pure function of (config, key)
    parts ──> ReadParts ──> MakeImages ──> group by part ──> WriteParts          (job 2: render, ask, write)
                 │ done already                                   │
                 └──────────────────> part reports <──────────────┘

A part is one shard of one table; it depends on its place in the design and on nobody's pace.
"""

from __future__ import annotations

from collections.abc import Sequence

import apache_beam as beam
from apache_beam.pvalue import PCollection

from pipeline.disclosure.dofns import LookAtScenes, MakeImages, ReadParts, WriteParts
from pipeline.disclosure.part_writer import PartReport
from pipeline.disclosure.plan import DisclosurePlan


def look_at_scenes(p: beam.Pipeline, plan: DisclosurePlan, chunks: Sequence[int]) -> PCollection[int]:
    """Job 1: looks at the files of these chunks once; yields how many there are."""
    counts: PCollection[int] = (
        p | "Chunks" >> beam.Create(list(chunks)) | "LookAtScenes" >> beam.ParDo(LookAtScenes(plan))
    )
    return counts


def make(p: beam.Pipeline, plan: DisclosurePlan, units: Sequence[int]) -> PCollection[PartReport]:
    """Job 2: renders and writes these parts."""
    read = (
        p
        | "Parts" >> beam.Create(list(units))
        | "ReadParts" >> beam.ParDo(ReadParts(plan)).with_outputs(ReadParts.DONE, main="designed")
    )
    written = (
        read.designed
        | "MakeImages" >> beam.ParDo(MakeImages(plan))
        | "GroupByPart" >> beam.GroupByKey()
        | "WriteParts" >> beam.ParDo(WriteParts(plan))
    )
    reports: PCollection[PartReport] = (written, read[ReadParts.DONE]) | "PartReports" >> beam.Flatten()
    return reports
