"""The graph of a run that writes question sets. Jobs 1 and 2, partition and look, are those of
``pipeline/graph.py``.

    image slots ──> LookAtSlots ──> which images can be opened                       (job 2: decode)
    shards ──> ReadShards ──> TellOfImages ──> group by shard ──> KeepTold           (job 3: parser)
                   │ done already                                    │
                   └──────────────> reports of records <─────────────┘
    shards of images ──> AskShards ──> data/, parts of the question files            (job 4)

Records are sharded by their key, questions by the digest of their image: many records may tell of one image.
What they tell lies in files between jobs 3 and 4, so any piece may be done by anyone.
"""

from __future__ import annotations

from collections.abc import Sequence

import apache_beam as beam
from apache_beam.pvalue import PCollection

from pipeline.dofns import ReadShards
from pipeline.prism.ask import AskedReport
from pipeline.prism.dofns import AskShards, KeepTold, TellOfImages
from pipeline.prism.plan import PrismPlan
from pipeline.prism.told import ToldReport


def tell(p: beam.Pipeline, plan: PrismPlan, shards: Sequence[int]) -> PCollection[ToldReport]:
    """Job 3: reads what the records of these shards say of their images."""
    read = (
        p
        | "Shards" >> beam.Create(list(shards))
        | "ReadShards"
        >> beam.ParDo(ReadShards(plan, ToldReport)).with_outputs(ReadShards.DONE, main="chunks")
    )
    written = (
        read.chunks
        | "TellOfImages" >> beam.ParDo(TellOfImages(plan))
        | "GroupByShard" >> beam.GroupByKey()
        | "KeepTold" >> beam.ParDo(KeepTold(plan))
    )
    done = read[ReadShards.DONE]
    reports: PCollection[ToldReport] = (written, done) | "ToldReports" >> beam.Flatten()
    return reports


def ask(p: beam.Pipeline, plan: PrismPlan, shards: Sequence[int]) -> PCollection[AskedReport]:
    """Job 4: asks about the images of these shards."""
    reports: PCollection[AskedReport] = (
        p | "Shards" >> beam.Create(list(shards)) | "AskShards" >> beam.ParDo(AskShards(plan))
    )
    return reports
