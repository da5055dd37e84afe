"""The thin Beam shell of a watermarked split: each class wires one step into the graph and counts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import apache_beam as beam
from apache_beam.metrics.metric import Metrics

from pipeline.outcome import Chunk
from pipeline.progress import PROGRESS
from pipeline.seen_images import SeenImage, held_back_files
from pipeline.shard_writer import shard_input_key
from pipeline.spool import read_images
from pipeline.watermark.design_step import read_plans
from pipeline.watermark.image_step import is_made, made_for, make_image, tally_made
from pipeline.watermark.image_store import MadeImage, MadeImages
from pipeline.watermark.plan import WatermarkPlan
from pipeline.watermark.record_step import SplitChunk, join_made
from pipeline.watermark.shard_step import SplitShardReport, write_split_shard
from pipeline.watermark.workshop import workshop_of
from schemas.reasons import Reason, Stage


class MarkSlots(beam.DoFn):
    """Slot -> tally of its planned images; files go to OUT. What an earlier run made is kept."""

    def __init__(self, plan: WatermarkPlan) -> None:
        self._plan = plan

    def setup(self) -> None:
        """The reader loads here, once per process."""
        self._workshop = workshop_of(self._plan)

    def process(self, element: int) -> Iterator[dict[str, int]]:
        """Makes one slot."""
        plan, tally = self._plan, Counter[str]()
        made_images = MadeImages(plan.layout.marks)
        places = dict(read_images(plan.layout.spool, element))
        for planned in read_plans(plan, element):
            sha = planned.plan.sha256
            digest = made_for(planned, self._workshop.mark_digest)
            made = made_images.load(sha)
            if made is not None and is_made(made, digest, plan.out):
                PROGRESS.add(images_kept=1)
            elif made_images.is_held_back(sha):
                made = MadeImage(
                    planned, digest, stage=Stage.MARK_IMAGE.value, reason=Reason.ENGINE_FAILED.value
                )
                made_images.save(made)
            else:
                with made_images.working_on(sha):
                    made = make_image(planned, places[sha], self._workshop)
                    made_images.save(made)
            Metrics.counter("images", made.reason or "marked").inc()
            PROGRESS.add(images=1)
            tally.update(tally_made(made))
        yield dict(tally)


class JoinMade(beam.DoFn):
    """Chunk -> (shard, chunk with what came of its images)."""

    def __init__(self, plan: WatermarkPlan) -> None:
        self._plan = plan

    def setup(self) -> None:
        """What could not even be looked at is asked for again and again."""
        self._made = MadeImages(self._plan.layout.marks)
        seen = held_back_files(self._plan).read_all(SeenImage)
        self._held_back = {image.sha256: image for image in seen}

    def process(self, element: Chunk) -> Iterator[tuple[int, SplitChunk]]:
        """Joins by content digest."""
        joined = join_made(element, self._made.load, self._held_back)
        PROGRESS.add(records=len(joined.records))
        yield element.shard, joined


class WriteSplitShards(beam.DoFn):
    """(shard, chunks) -> report; the files go to OUT."""

    def __init__(self, plan: WatermarkPlan) -> None:
        self._plan = plan

    def process(self, element: tuple[int, Iterable[SplitChunk]]) -> Iterator[SplitShardReport]:
        """Writes one shard."""
        shard, chunks = element
        yield write_split_shard(self._plan, shard, chunks, shard_input_key(self._plan, shard))
