"""The thin Beam shell of a run that writes question sets: each class wires one step into the graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import apache_beam as beam
from apache_beam.metrics.metric import Metrics

from pipeline.outcome import Chunk
from pipeline.prism.ask import AskedReport, ask_shard
from pipeline.prism.plan import PrismPlan
from pipeline.prism.told import ToldChunk, ToldReport, tell_chunk, write_told
from pipeline.progress import PROGRESS
from pipeline.seen_images import SeenImage, held_back_files
from pipeline.shard_writer import shard_input_key
from transforms.engines.registry import load_parser


class TellOfImages(beam.DoFn):
    """Chunk -> (shard, chunk with what its records tell of their images)."""

    def __init__(self, plan: PrismPlan) -> None:
        self._plan = plan

    def setup(self) -> None:
        """The parser loads when the first sentence needs it."""
        seen = held_back_files(self._plan).read_all(SeenImage)
        self._held_back = {image.sha256: image for image in seen}
        self._parser = partial(load_parser, self._plan.config.parser)

    def process(self, element: Chunk) -> Iterator[tuple[int, ToldChunk]]:
        """Reads one chunk."""
        told = tell_chunk(element, self._plan, self._held_back, self._parser)
        PROGRESS.add(records=len(told.records))
        for record in told.records:
            Metrics.counter("records", record.outcome.reason or "told").inc()
        yield told.shard, told


class KeepTold(beam.DoFn):
    """(shard, chunks) -> report; what is told goes to a file per slot of the image."""

    def __init__(self, plan: PrismPlan) -> None:
        self._plan = plan

    def process(self, element: tuple[int, Iterable[ToldChunk]]) -> Iterator[ToldReport]:
        """Writes one shard."""
        shard, chunks = element
        yield write_told(self._plan, shard, chunks, shard_input_key(self._plan, shard))


class AskShards(beam.DoFn):
    """Shard of images -> report; the questions go to OUT."""

    def __init__(self, plan: PrismPlan) -> None:
        self._plan = plan

    def process(self, element: int) -> Iterator[AskedReport]:
        """Asks about the images of one shard."""
        report = ask_shard(self._plan, element)
        Metrics.counter("images", "asked").inc(report.tally.get("images|asked", 0))
        yield report
