"""Writes all that one part of a benchmark leaves in OUT, then its done-marker."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.disclosure.design_step import Designed, read_part
from pipeline.disclosure.plan import DisclosurePlan, SetName
from pipeline.disclosure.published import published_image
from pipeline.disclosure.render_step import MadeImage
from pipeline.disclosure.rows import image_name, memory_row, probe_row
from pipeline.layout import write_atomically
from pipeline.parquet_file import write_parquet
from pipeline.summary import path
from schemas.benchmark import Purpose
from schemas.benchmark_columns import MEMORY_FEATURES, PROBE_FEATURES
from schemas.columns import QUARANTINE_FEATURES
from schemas.errors import RunFailed
from transforms.disclosure.memory_set import MemorySample


@dataclass(frozen=True, slots=True)
class PartReport:
    """What a finished part holds: ``rows`` probes or samples in the file at ``path``; ``held`` names the
    images that are not there, ``quarantined`` how many. ``files`` are paths below OUT with their sizes."""

    unit: int
    input_key: str
    rows: int
    quarantined: int
    path: str
    sha256: str
    held: tuple[str, ...] = ()
    files: dict[str, int] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=dict)


def write_part(plan: DisclosurePlan, unit: int, made: Iterable[MadeImage], input_key: str) -> PartReport:
    """Writes the part's files and its marker. RunFailed if an image of its design is missing or double."""
    images = sorted(made, key=lambda one: one.place)
    if [one.place for one in images] != list(range(len(read_part(plan, unit)))):
        raise RunFailed(f"part {unit} does not balance: {len(images)} images accounted for")
    images = _without_lone_twins(images)
    shown = [one for one in images if not one.reason]
    held = [one for one in images if one.reason]
    files = _PartFiles(plan, unit)
    rows, digest = files.write_table(shown)
    files.write_quarantine(held)
    files.export(shown)
    report = PartReport(
        unit=unit,
        input_key=input_key,
        rows=rows,
        quarantined=len(held),
        path=files.name(files.table),
        sha256=digest,
        held=tuple(image_id_of(one.designed) for one in held),
        files=files.sizes,
        tally=dict(sorted(_tally(shown, held).items())),
    )
    marker = plan.layout.done_marker(unit, plan.shards)
    write_atomically(marker, json.dumps(asdict(report)).encode())
    return report


def image_id_of(designed: Designed) -> str:
    """The name of an image."""
    return designed.sample_id if isinstance(designed, MemorySample) else designed.image_id


def _without_lone_twins(images: Sequence[MadeImage]) -> list[MadeImage]:
    """An item whose decoy could not be rendered goes with it, and the other way round: they are compared."""
    reasons = {_item_of(one.designed): (one.stage, one.reason) for one in images if one.reason}
    kept = []
    for one in images:
        if not one.reason and (twin := reasons.get(_item_of(one.designed))):
            one = MadeImage(one.place, one.designed, stage=twin[0], reason=twin[1])
        kept.append(one)
    return kept


def _item_of(designed: Designed) -> str:
    return designed.sample_id if isinstance(designed, MemorySample) else designed.item.item_id


def _tally(shown: Sequence[MadeImage], held: Sequence[MadeImage]) -> Counter[str]:
    tally: Counter[str] = Counter()
    for one in held:
        tally[path("quarantine", one.stage, one.reason)] += 1
    for one in shown:
        designed = one.designed
        if isinstance(designed, MemorySample):
            tally[path("images", SetName.MEMORY.value, designed.order.source.value)] += 1
            tally[path("memory", "labels", designed.label.kind.value)] += 1
            tally.update(path("memory", "stated", kind.value) for kind in designed.label.stated)
            continue
        item = designed.item
        tally[path("images", item.test.value, item.source.value)] += 1
        if designed.image_id == item.item_id:
            tally[path("cells", item.test, item.source, item.private_type, item.scenario)] += 1
        for probe in one.probes:
            answerable = probe.answerable_from if probe.purpose is Purpose.PRIVATE else probe.purpose
            tally[path("probes", probe.test, answerable, probe.task)] += 1
    return tally


class _PartFiles:
    """Writes the files of one part and remembers their sizes."""

    def __init__(self, plan: DisclosurePlan, unit: int) -> None:
        self._plan = plan
        self._unit = unit
        self._scratch = plan.layout.work / "tmp"
        part, layout = plan.parts[unit], plan.layout
        self.sizes: dict[str, int] = {}
        if part.table is SetName.MEMORY:
            self.table = layout.memory_shard(part.index, part.count)
        else:
            self.table = layout.data_shard(part.table.value, part.index, part.count)

    def write_table(self, shown: Sequence[MadeImage]) -> tuple[int, str]:
        memory = self._plan.parts[self._unit].table is SetName.MEMORY
        features = MEMORY_FEATURES if memory else PROBE_FEATURES
        written = write_parquet(self.table, features, _rows(shown), self._scratch, repeated_images=not memory)
        self._remember(self.table)
        return written

    def write_quarantine(self, held: Sequence[MadeImage]) -> None:
        """Nothing where nothing is held back: no value is long enough in most runs."""
        if not held:
            return
        rows = (
            ({"record_key": image_id_of(one.designed), "record_id": image_id_of(one.designed),
              "source_uri": "", "source_row": one.place, "stage": one.stage, "reason": one.reason}, 0)
            for one in held
        )  # fmt: skip
        target = self._plan.layout.quarantine_shard(self._unit, self._plan.shards)
        write_parquet(target, QUARANTINE_FEATURES, rows, self._scratch)
        self._remember(target)

    def export(self, shown: Sequence[MadeImage]) -> None:
        """Image files beside the tables, where they are asked for."""
        config, layout = self._plan.config, self._plan.layout
        for one in shown:
            if one.rendered is None:
                continue
            if config.llava_images and isinstance(one.designed, MemorySample):
                name = image_name(one.designed.sample_id, one.rendered.data)
                self._write(layout.llava_images / name, one.rendered.data)
            if config.published_layout:
                image = published_image(one.designed, one.rendered.data, config)
                if image is not None:
                    self._write(layout.published / image.path, image.data)

    def name(self, target: Path) -> str:
        """A path below OUT."""
        return str(target.relative_to(self._plan.layout.root))

    def _write(self, target: Path, data: bytes) -> None:
        write_atomically(target, data, durable=False)
        self._remember(target)

    def _remember(self, target: Path) -> None:
        self.sizes[self.name(target)] = target.stat().st_size


def _rows(shown: Sequence[MadeImage]) -> Iterator[tuple[dict[str, Any], int]]:
    for one in shown:
        if one.rendered is None:
            continue
        size = len(one.rendered.data)
        if isinstance(one.designed, MemorySample):
            yield memory_row(one.designed, one.rendered), size
        for index, probe in enumerate(one.probes):
            yield probe_row(probe, one.rendered), size if index == 0 else 0
