"""The thin Beam shell: each class wires one pure step into the graph, counts it and keeps its engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.ml.inference.base import ModelHandler

from pipeline.image_cache import ImageCache
from pipeline.image_stage import process_image
from pipeline.outcome import Chunk
from pipeline.partition import PartitionReport, partition_source
from pipeline.plan import RunPlan
from pipeline.progress import PROGRESS
from pipeline.record_stage import audit_text, clean_text, image_loader, join_images, read_chunks
from pipeline.shard_writer import ShardReport, finished_report, shard_input_key, write_shard
from pipeline.spool import read_images
from pipeline.summary import tally_image
from pipeline.toolbox import Toolbox, toolbox_of


class PartitionSources(beam.DoFn):
    """Source index -> its partition report; the rows go to the spool."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan

    def process(self, element: int) -> Iterator[PartitionReport]:
        """Reads one source."""
        report = partition_source(element, self._plan.sources[element], self._plan.partition_settings())
        Metrics.counter("read", "rows").inc(report.rows)
        yield report


class ProcessImages(beam.DoFn):
    """Slot -> tally of its distinct images; results go to the image cache, one image at a time."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan

    def setup(self) -> None:
        """Engines load here, once per process."""
        self._tools = toolbox_of(self._plan)
        self._cache = ImageCache(self._plan.layout.image_cache, self._plan.image_digest())

    def process(self, element: int) -> Iterator[dict[str, int]]:
        """Processes what is not in the cache yet."""
        for sha, location in read_images(self._plan.layout.spool, element):
            result = self._cache.load(sha)
            if result is None:
                with self._cache.working_on(sha):
                    result, cleaned = process_image(sha, location, self._tools)
                    self._cache.save(result, cleaned)
                Metrics.counter("images", "held_back" if result.reason else "processed").inc()
            PROGRESS.add(images=1)
            yield dict(tally_image(result))


class ReadShards(beam.DoFn):
    """Shard -> its chunks, or (tag ``done``) its report if it is done already."""

    DONE = "done"

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan

    def process(self, element: int) -> Iterator[Chunk | beam.pvalue.TaggedOutput[str, ShardReport]]:
        """Reads one shard of the spool."""
        finished = finished_report(self._plan, element, shard_input_key(self._plan, element))
        if finished is not None:
            PROGRESS.add(records=finished.rows + finished.quarantined, shards_kept=1)
            yield beam.pvalue.TaggedOutput(self.DONE, finished)
            return
        empty = True
        for chunk in read_chunks(self._plan, element):
            empty = False
            yield chunk
        if empty:
            yield Chunk(element, 0, ())


class JoinImages(beam.DoFn):
    """Chunk -> chunk with image results."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan

    def setup(self) -> None:
        """The cache is addressed by the plan's digest, computed once."""
        self._load = image_loader(self._plan)

    def process(self, element: Chunk) -> Iterator[Chunk]:
        """Joins by content digest."""
        yield join_images(element, self._load)


class AuditText(ModelHandler[Chunk, Chunk, Toolbox]):
    """Chunk -> chunk with text findings, for ``RunInference``: the models are the process's toolbox.

    A batch is one chunk, whose records are the same on every runner, so a model whose scores depend on the
    batch gives the same findings everywhere.
    """

    def __init__(self, plan: RunPlan) -> None:
        super().__init__(min_batch_size=1, max_batch_size=1)
        self._plan = plan

    def __repr__(self) -> str:
        """Goes into the graph, which must not differ from build to build."""
        return type(self).__name__

    def load_model(self) -> Toolbox:
        """The parser and the names' classifier load on first use, once per process."""
        return toolbox_of(self._plan)

    def run_inference(
        self,
        batch: Sequence[Chunk],
        model: Toolbox,
        inference_args: dict[str, Any] | None = None,  # noqa: ARG002  (Beam's signature)
    ) -> list[Chunk]:
        """Audits each chunk as a batch; a record that fails is marked in its chunk."""
        return [audit_text(chunk, model) for chunk in batch]

    def get_num_bytes(self, batch: Sequence[Chunk]) -> int:
        """Characters of the turns; Beam's default would pickle every batch to know."""
        outcomes = [outcome for chunk in batch for outcome in chunk.outcomes]
        return sum(len(turn.text) for one in outcomes if one.record for turn in one.record.turns)

    def get_metrics_namespace(self) -> str:
        """Names the counters of the step."""
        return "audit_text"


class CleanText(beam.DoFn):
    """Chunk -> (shard, cleaned chunk)."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan

    def setup(self) -> None:
        """The embedder loads here, once per process."""
        self._tools = toolbox_of(self._plan)

    def process(self, element: Chunk) -> Iterator[tuple[int, Chunk]]:
        """Cleans, verifies and gates one chunk as a batch."""
        cleaned = clean_text(element, self._tools)
        PROGRESS.add(records=len(cleaned.outcomes))
        for outcome in cleaned.outcomes:
            Metrics.counter("records", outcome.reason or "emitted").inc()
        yield cleaned.shard, cleaned


class WriteShards(beam.DoFn):
    """(shard, chunks) -> report; the files go to OUT."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan

    def process(self, element: tuple[int, Iterable[Chunk]]) -> Iterator[ShardReport]:
        """Writes one shard."""
        shard, chunks = element
        yield write_shard(self._plan, shard, chunks, shard_input_key(self._plan, shard))
