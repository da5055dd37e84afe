"""The graph of a watermarked split on one page. Jobs 1 and 2, partition and look, are those of
``pipeline/graph.py``.

    image slots ──> LookAtSlots ──> what was seen                                 (job 2: decode, hash)
                                        │ design, in the parent: a pure function of all that was seen
    image slots ──> MarkSlots ────> images/, what was made                        (job 3: print, encode, read)
    shards ──> ReadShards ──> JoinMade ──> group by shard ──> WriteSplitShards    (job 4)
                   │ done already                                   │
                   └──────────────> shard reports <─────────────────┘

Between the jobs lie files, as in a build: no image bytes travel, and any piece may be done by anyone.
"""

from __future__ import annotations

from collections.abc import Sequence

import apache_beam as beam
from apache_beam.pvalue import PCollection

from pipeline.dofns import ReadShards
from pipeline.watermark.dofns import JoinMade, MarkSlots, WriteSplitShards
from pipeline.watermark.plan import WatermarkPlan
from pipeline.watermark.shard_step import SplitShardReport


def mark(p: beam.Pipeline, plan: WatermarkPlan, slots: Sequence[int]) -> PCollection[dict[str, int]]:
    """Job 3: writes all twins of every planned image of these slots; yields tallies."""
    tallies: PCollection[dict[str, int]] = (
        p | "Slots" >> beam.Create(list(slots)) | "MarkSlots" >> beam.ParDo(MarkSlots(plan))
    )
    return tallies


def emit(p: beam.Pipeline, plan: WatermarkPlan, shards: Sequence[int]) -> PCollection[SplitShardReport]:
    """Job 4: emits the records of these shards and their part of the manifest."""
    read = (
        p
        | "Shards" >> beam.Create(list(shards))
        | "ReadShards"
        >> beam.ParDo(ReadShards(plan, SplitShardReport)).with_outputs(ReadShards.DONE, main="chunks")
    )
    written = (
        read.chunks
        | "JoinMade" >> beam.ParDo(JoinMade(plan))
        | "GroupByShard" >> beam.GroupByKey()
        | "WriteSplitShards" >> beam.ParDo(WriteSplitShards(plan))
    )
    done = read[ReadShards.DONE]
    reports: PCollection[SplitShardReport] = (written, done) | "ShardReports" >> beam.Flatten()
    return reports
