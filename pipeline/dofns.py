"""The thin Beam shell: each class wires one pure step into the graph, counts it and keeps its engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.ml.inference.base import ModelHandler

from pipeline.caption_stage import match_captions
from pipeline.corpus_plan import CorpusPlan
from pipeline.image_batches import TASKS_PER_BATCH, ImageTask, ImageTools
from pipeline.image_cache import ImageCache
from pipeline.image_stage import process_image
from pipeline.outcome import Chunk
from pipeline.partition import PartitionReport, partition_source
from pipeline.plan import RunPlan
from pipeline.progress import PROGRESS
from pipeline.record_stage import audit_text, clean_text, image_loader, join_images, read_chunks
from pipeline.seen_images import LookPlan, SeenImage, held_back_files, look_at, seen_files
from pipeline.shard_writer import FinishedShard, ShardReport, finished_report, shard_input_key, write_shard
from pipeline.spool import read_images
from pipeline.summary import tally_image
from pipeline.toolbox import Toolbox, toolbox_of
from schemas.reasons import Reason, Stage
from transforms.engines.device import Device
from transforms.engines.registry import takes_batches


class PartitionSources(beam.DoFn):
    """Source index -> its partition report; the rows go to the spool."""

    def __init__(self, plan: CorpusPlan) -> None:
        self._plan = plan

    def process(self, element: int) -> Iterator[PartitionReport]:
        """Reads one source."""
        report = partition_source(element, self._plan.sources[element], self._plan.partition_settings())
        Metrics.counter("read", "rows").inc(report.rows)
        yield report


class ReadSlots(beam.DoFn):
    """Slot -> its distinct images, by digest and place."""

    def __init__(self, plan: CorpusPlan) -> None:
        self._plan = plan

    def process(self, element: int) -> Iterator[ImageTask]:
        """Reads one slot of the spool."""
        yield from (ImageTask(*image) for image in read_images(self._plan.layout.spool, element))


class ProcessImages(ModelHandler[ImageTask, dict[str, int], ImageTools]):
    """Image -> its tally, for ``RunInference``; results go to the image cache, one image at a time.

    The engines are the process's toolbox. An engine that gains from several images at once gets the print of
    a batch read ahead, bounded in pixels; what comes of an image is the same, and so are the cache's files.
    """

    def __init__(self, plan: RunPlan) -> None:
        # References, not pixels: what is read together is bounded in ``image_batches``.
        images = TASKS_PER_BATCH if takes_batches(plan.engines.ocr) else 1
        super().__init__(min_batch_size=images, max_batch_size=images)
        self._plan = plan

    def __repr__(self) -> str:
        """Goes into the graph, which must not differ from build to build."""
        return type(self).__name__

    def load_model(self) -> ImageTools:
        """Engines load here, once per process, before the first image."""
        tools = toolbox_of(self._plan)
        if tools.wanted_image_attributes:
            _ = tools.image_engines
        return ImageTools(tools, ImageCache(self._plan.layout.image_cache, self._plan.image_digest()))

    def run_inference(
        self,
        batch: Sequence[ImageTask],
        model: ImageTools,
        inference_args: dict[str, Any] | None = None,  # noqa: ARG002  (Beam's signature)
    ) -> list[dict[str, int]]:
        """Processes what is not in the cache yet."""
        tallies = []
        for task, decoded in model.decoded_ahead(batch):
            result = model.cache.load(task.sha)
            if result is None:
                with model.cache.working_on(task.sha):
                    known = () if decoded is None else (decoded,)
                    result, cleaned = process_image(*task, model.tools, *known)
                    model.cache.save(result, cleaned)
                Metrics.counter("images", "held_back" if result.reason else "processed").inc()
            PROGRESS.add(images=1)
            tallies.append(dict(tally_image(result)))
        return tallies

    def get_num_bytes(self, batch: Sequence[ImageTask]) -> int:
        """Of the references; Beam's default would pickle every batch to know."""
        return sum(len(task.location) for task in batch)

    def get_metrics_namespace(self) -> str:
        """Names the counters of the step."""
        return "process_images"

    def get_resource_hints(self) -> dict[str, str]:
        """What the step asks of a runner that places steps on machines: nothing unless for a GPU."""
        if self._plan.engines.device is not Device.CUDA:
            return {}
        return {"accelerator": self._plan.gpu.accelerator, "min_ram": self._plan.gpu.min_ram}


class ReadShards(beam.DoFn):
    """Shard -> its chunks, or (tag ``done``) its report, of class ``report``, if it is done already."""

    DONE = "done"

    def __init__(self, plan: CorpusPlan, report: type[FinishedShard] = ShardReport) -> None:
        self._plan = plan
        self._report = report

    def process(self, element: int) -> Iterator[Chunk | beam.pvalue.TaggedOutput[str, FinishedShard]]:
        """Reads one shard of the spool."""
        key = shard_input_key(self._plan, element)
        finished = finished_report(self._plan, element, key, self._report)
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


class LookAtSlots(beam.DoFn):
    """Slot -> number of its images; what was seen goes to a file. What an earlier run saw is kept."""

    def __init__(self, plan: LookPlan) -> None:
        self._plan = plan

    def process(self, element: int) -> Iterator[int]:
        """Sees one slot."""
        plan = self._plan
        files = seen_files(plan)
        notes = plan.notes
        kept = files.read(element, SeenImage) or ()
        # What killed a worker may have been the machine: it is looked at again.
        known = {image.sha256: image for image in kept if image.reason != Reason.ENGINE_FAILED}
        seen = []
        for sha, location in read_images(plan.layout.spool, element):
            if notes.is_held_back(sha):
                known[sha] = SeenImage(sha, stage=Stage.AUDIT_IMAGE.value, reason=Reason.ENGINE_FAILED.value)
            elif sha not in known:
                with notes.working_on(sha):
                    known[sha] = look_at(sha, location, plan.image_limits)
            seen.append(known[sha])
            PROGRESS.add(images=1)
        held_back_files(plan).write(element, [image for image in seen if image.reason])
        files.write(element, seen)
        yield len(seen)


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
        cleaned = match_captions(clean_text(element, self._tools), self._tools)
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
