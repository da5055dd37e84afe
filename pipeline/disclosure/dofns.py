"""The thin Beam shell of a benchmark: each class wires one step into the graph and counts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
from apache_beam.metrics.metric import Metrics

from pipeline.disclosure.design_step import Designed, input_key, read_part
from pipeline.disclosure.part_writer import PartReport, write_part
from pipeline.disclosure.plan import DisclosurePlan
from pipeline.disclosure.render_step import MadeImage, make_image
from pipeline.disclosure.scenes import look_at_chunk
from pipeline.progress import PROGRESS
from pipeline.shard_writer import finished_report


class LookAtScenes(beam.DoFn):
    """Chunk -> how many files it has; what can be shown goes to a file."""

    def __init__(self, plan: DisclosurePlan) -> None:
        self._plan = plan

    def process(self, element: int) -> Iterator[int]:
        """Looks at one chunk."""
        count = 0
        for reason in look_at_chunk(self._plan, element):
            Metrics.counter("scenes", reason or "usable").inc()
            PROGRESS.add(images=1)
            count += 1
        yield count


class ReadParts(beam.DoFn):
    """Part -> (part, place, designed image), or (tag ``done``) its report if it is done already."""

    DONE = "done"

    def __init__(self, plan: DisclosurePlan) -> None:
        self._plan = plan

    def process(self, element: int) -> Iterator[Any]:
        """Reads one part."""
        designed = read_part(self._plan, element)
        report = finished_report(self._plan, element, input_key(self._plan, element), PartReport)
        if report is not None:
            PROGRESS.add(shards_kept=1, images=len(designed))
            yield beam.pvalue.TaggedOutput(self.DONE, report)
            return
        for place, one in enumerate(designed):
            yield element, place, one


class MakeImages(beam.DoFn):
    """(part, place, designed image) -> (part, what came of it)."""

    def __init__(self, plan: DisclosurePlan) -> None:
        self._plan = plan

    def process(self, element: tuple[int, int, Designed]) -> Iterator[tuple[int, MadeImage]]:
        """Makes one image."""
        unit, place, designed = element
        made = make_image(place, designed, self._plan)
        Metrics.counter("images", made.reason or "made").inc()
        PROGRESS.add(images=1)
        yield unit, made


class WriteParts(beam.DoFn):
    """(part, images) -> report; the files go to OUT."""

    def __init__(self, plan: DisclosurePlan) -> None:
        self._plan = plan

    def process(self, element: tuple[int, Iterable[MadeImage]]) -> Iterator[PartReport]:
        """Writes one part."""
        unit, made = element
        yield write_part(self._plan, unit, made, input_key(self._plan, unit))
