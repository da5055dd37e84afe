"""Writes all that one shard of a watermarked split leaves in OUT, then its done-marker."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.layout import write_atomically
from pipeline.parquet_file import write_parquet
from pipeline.rows import quarantine_row
from pipeline.seen_images import read_seen
from pipeline.shard_writer import check_balance
from pipeline.spool import SLOTS, shard_of
from pipeline.summary import path
from pipeline.watermark.design_step import read_plans
from pipeline.watermark.image_store import MadeFile, MadeImages
from pipeline.watermark.plan import WatermarkPlan
from pipeline.watermark.record_step import NeutralRecord, SplitChunk, SplitRecord, neutral_record
from pipeline.watermark.rows import image_rows, split_data_row, unseen_row
from pipeline.watermark.workshop import workshop_of
from schemas.columns import QUARANTINE_FEATURES, RAW, value
from schemas.errors import RunFailed
from schemas.watermark import SplitName
from schemas.watermark_columns import IMAGE_MANIFEST_FEATURES, WATERMARK_DATA_FEATURES


@dataclass(frozen=True, slots=True)
class SplitShardReport:
    """What a finished shard holds. ``input_key`` says for which rows and which plan it is good; ``files`` are
    paths below OUT with their sizes, ``data`` those of ``data/`` with rows and SHA-256."""

    shard: int
    input_key: str
    rows: int
    quarantined: int
    files: dict[str, int] = field(default_factory=dict)
    data: dict[str, tuple[int, str]] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Emitted:
    split: SplitRecord
    record: NeutralRecord

    @property
    def split_name(self) -> SplitName:
        return self.split.made.planned.plan.split if self.split.made else SplitName.TRAIN


def write_split_shard(
    plan: WatermarkPlan, shard: int, chunks: Iterable[SplitChunk], input_key: str
) -> SplitShardReport:
    """Writes the shard's files and its marker. RunFailed if a row of its input is missing or double."""
    records = [record for chunk in chunks for record in chunk.records]
    records.sort(key=lambda record: record.outcome.record_key)
    check_balance(plan, shard, [record.outcome for record in records])
    held = [record for record in records if record.outcome.reason]
    emitted = [_Emitted(one, neutral_record(one)) for one in records if not one.outcome.reason]
    files = _SplitFiles(plan, shard)
    data: dict[str, tuple[int, str]] = {}
    for name in SplitName:
        data |= files.write_data(name, [one for one in emitted if one.split_name is name])
    files.write_parts(emitted)
    files.write_quarantine(held)
    files.write_manifest()
    tally = dict(sorted(_tally(emitted, held).items()))
    report = SplitShardReport(shard, input_key, len(emitted), len(held), files.sizes, data, tally)
    marker = plan.layout.done_marker(shard, plan.shards)
    write_atomically(marker, json.dumps(asdict(report)).encode())
    return report


def _tally(emitted: Sequence[_Emitted], held: Sequence[SplitRecord]) -> Counter[str]:
    tally: Counter[str] = Counter({"records|in": len(emitted) + len(held), "records|emitted": len(emitted)})
    for record in held:
        tally[path("quarantine", record.outcome.stage, record.outcome.reason)] += 1
    for one in emitted:
        tally[path("split", one.split_name.value)] += 1
        tally["records|text_only"] += one.split.made is None
    return tally


class _SplitFiles:
    """Writes the files of one shard and remembers their sizes."""

    def __init__(self, plan: WatermarkPlan, shard: int) -> None:
        self._plan = plan
        self._shard = shard
        self._scratch = plan.layout.work / "tmp"
        self._of = workshop_of(plan).cast.plan_of
        self.sizes: dict[str, int] = {}

    def write_data(self, split: SplitName, emitted: Sequence[_Emitted]) -> dict[str, tuple[int, str]]:
        target = self._plan.layout.data_shard(split.value, self._shard, self._plan.shards)
        rows, digest = write_parquet(target, WATERMARK_DATA_FEATURES, self._data_rows(emitted), self._scratch)
        return {self._remember(target): (rows, digest)}

    def write_parts(self, emitted: Sequence[_Emitted]) -> None:
        """The shard's records in source order, to be merged at the end of the run."""
        ordered = sorted(emitted, key=lambda one: (one.split.outcome.source, one.split.outcome.origin.row))
        lines = []
        for one in ordered:
            body = json.dumps(asdict(one.record), ensure_ascii=False)
            lines.append(f"{one.split.outcome.source}\t{one.split.outcome.origin.row}\t{body}\n")
        target = self._plan.layout.llava_part(self._shard, self._plan.shards)
        write_atomically(target, "".join(lines).encode())
        self._remember(target)

    def write_quarantine(self, held: Sequence[SplitRecord]) -> None:
        keep = self._plan.config.keep_quarantined
        features = QUARANTINE_FEATURES | ({RAW: value("string")} if keep else {})
        rows = ((quarantine_row(record.outcome, keep_raw=keep), 0) for record in held)
        target = self._plan.layout.quarantine_shard(self._shard, self._plan.shards)
        write_parquet(target, features, rows, self._scratch)
        self._remember(target)

    def write_manifest(self) -> None:
        """The images whose digests fall into this shard, by digest: shards in order are sorted over all."""
        target = self._plan.layout.image_manifest(self._shard, self._plan.shards)
        rows = ((row, 0) for row in self._manifest_rows())
        write_parquet(target, IMAGE_MANIFEST_FEATURES, rows, self._scratch)
        self._remember(target)

    def _manifest_rows(self) -> Iterator[dict[str, Any]]:
        plan, shards = self._plan, self._plan.shards
        made_images = MadeImages(plan.layout.marks)
        first = self._shard * SLOTS // shards
        for slot in range(first, max(first + 1, (self._shard + 1) * SLOTS // shards)):
            planned = {image.plan.sha256 for image in read_plans(plan, slot)}
            for seen in read_seen(plan, slot):
                if shards > SLOTS and shard_of(seen.sha256, shards) != self._shard:
                    continue
                if seen.sha256 not in planned:
                    yield unseen_row(seen)
                    continue
                made = made_images.load(seen.sha256)
                if made is None:
                    raise RunFailed("an image was planned and not made: run again")
                yield from image_rows(made, self._of, plan.config.mark)

    def _data_rows(self, emitted: Sequence[_Emitted]) -> Iterator[tuple[dict[str, Any], int]]:
        for one in emitted:
            row = split_data_row(one.split, one.record, self._of, self._read)
            images = [item for item in row.values() if isinstance(item, dict) and "bytes" in item]
            yield row, sum(len(image["bytes"]) for image in images)

    def _read(self, file: MadeFile) -> bytes:
        """The bytes of an emitted file, checked against what was made."""
        try:
            data = (self._plan.out / file.path).read_bytes()
        except FileNotFoundError:
            data = b""
        if sha256(data).hexdigest() != file.made.sha256:
            raise RunFailed(f"an emitted image of shard {self._shard} is not what was made: run again")
        return data

    def _remember(self, path: Path) -> str:
        name = str(path.relative_to(self._plan.layout.root))
        self.sizes[name] = path.stat().st_size
        return name
