"""The whole graph on one page. Three jobs, in order; each is the same on every runner.

    sources ──> PartitionSources ──> spool                                        (job 1)
    image slots ──> ReadSlots ──> ProcessImages ──> image cache                   (job 2: OCR, faces, codes)
    shards ──> ReadShards ──> JoinImages ──> AuditText ──> CleanText ──┐          (job 3: parser, embedder)
                   │ done already                                      │
                   v                            group by shard <───────┘
              shard reports <── WriteShards <──────────┘

Between the jobs lie files, so nothing is shuffled but references and cleaned texts of one shard, memory is
flat, and each job can be run in as many pieces as a runner likes: the pieces do not show in the output.
"""

from __future__ import annotations

from collections.abc import Sequence

import apache_beam as beam
from apache_beam.ml.inference.base import RunInference
from apache_beam.pvalue import PCollection

from pipeline.corpus_plan import CorpusPlan
from pipeline.dofns import (
    AuditText,
    CleanText,
    JoinImages,
    LookAtSlots,
    PartitionSources,
    ProcessImages,
    ReadShards,
    ReadSlots,
    WriteShards,
)
from pipeline.partition import PartitionReport
from pipeline.plan import RunPlan
from pipeline.seen_images import LookPlan
from pipeline.shard_writer import ShardReport


def partition(p: beam.Pipeline, plan: CorpusPlan, sources: Sequence[int]) -> PCollection[PartitionReport]:
    """Job 1: reads the sources with these indices into the spool."""
    reports: PCollection[PartitionReport] = (
        p | "Sources" >> beam.Create(list(sources)) | "PartitionSources" >> beam.ParDo(PartitionSources(plan))
    )
    return reports


def images(p: beam.Pipeline, plan: RunPlan, slots: Sequence[int]) -> PCollection[dict[str, int]]:
    """Job 2: audits, cleans and verifies every distinct image of these slots; yields tallies."""
    tallies: PCollection[dict[str, int]] = (
        p
        | "Slots" >> beam.Create(list(slots))
        | "ReadSlots" >> beam.ParDo(ReadSlots(plan))
        | "ProcessImages" >> RunInference(ProcessImages(plan), model_identifier="process_images")
    )
    return tallies


def records(p: beam.Pipeline, plan: RunPlan, shards: Sequence[int]) -> PCollection[ShardReport]:
    """Job 3: audits, cleans, verifies and emits the records of these shards."""
    read = (
        p
        | "Shards" >> beam.Create(list(shards))
        | "ReadShards"
        >> beam.ParDo(ReadShards(plan, ShardReport)).with_outputs(ReadShards.DONE, main="chunks")
    )
    written = (
        read.chunks
        | "JoinImages" >> beam.ParDo(JoinImages(plan))
        | "AuditText" >> RunInference(AuditText(plan), model_identifier="audit_text")
        | "CleanText" >> beam.ParDo(CleanText(plan))
        | "GroupByShard" >> beam.GroupByKey()
        | "WriteShards" >> beam.ParDo(WriteShards(plan))
    )
    reports: PCollection[ShardReport] = (written, read[ReadShards.DONE]) | "ShardReports" >> beam.Flatten()
    return reports


def look(p: beam.Pipeline, plan: LookPlan, slots: Sequence[int]) -> PCollection[int]:
    """Job 2 of runs that make something of images: sees every distinct image of these slots once; yields how
    many there are."""
    counts: PCollection[int] = (
        p | "Slots" >> beam.Create(list(slots)) | "LookAtSlots" >> beam.ParDo(LookAtSlots(plan))
    )
    return counts
