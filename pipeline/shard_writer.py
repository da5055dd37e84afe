"""Writes everything that one shard leaves in OUT, then its done-marker.

Bytes depend on the shard's rows and the plan alone, every file appears under its final name by an atomic
rename, and the marker comes last: a shard written twice, or killed half-way, is the same shard.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pipeline.config import Mode
from pipeline.corpus_plan import CorpusPlan, ShardedPlan
from pipeline.field_types import feature_of
from pipeline.image_cache import ImageCache
from pipeline.image_refs import read_image_bytes
from pipeline.layout import Layout, write_atomically
from pipeline.llava_images import export_names, with_export_names
from pipeline.outcome import Chunk, Outcome
from pipeline.parquet_file import write_parquet
from pipeline.plan import RunPlan
from pipeline.rows import cleaned_raw, data_row, finding_rows, lineage_row, quarantine_row
from pipeline.spool import shard_digests, shard_input_digest
from pipeline.summary import Tally, tally_outcome
from schemas.columns import (
    FINDING_FEATURES,
    IMAGE,
    IMAGES,
    LINEAGE_FEATURES,
    QUARANTINE_FEATURES,
    RAW,
    data_features,
    value,
)  # fmt: skip
from schemas.errors import RunFailed


@dataclass(frozen=True, slots=True)
class ShardReport:
    """What a finished shard holds. ``input_key`` says for which rows and which plan it is good;
    ``files`` are paths below OUT with their sizes; ``sha256`` is the data file's, empty in an audit."""

    shard: int
    input_key: str
    rows: int
    quarantined: int
    path: str
    sha256: str
    files: dict[str, int] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=dict)


def shard_input_key(plan: CorpusPlan, shard: int) -> str:
    """Changes whenever the shard must be done again."""
    content = shard_input_digest(plan.layout.spool, shard, plan.shards)
    return sha256(f"{content}\x1f{plan.shard_digest()}".encode()).hexdigest()


class KeptFiles(Protocol):
    """What every report says that is kept for the next run."""

    @property
    def input_key(self) -> str:
        """For which rows and which plan it is good."""
        ...

    @property
    def files(self) -> Mapping[str, int]:
        """Paths below OUT with their sizes."""
        ...


class FinishedShard(KeptFiles, Protocol):
    """What the report of every kind of shard of records says."""

    @property
    def rows(self) -> int:
        """Records emitted."""
        ...

    @property
    def quarantined(self) -> int:
        """Records held back."""
        ...


Report = TypeVar("Report", bound=KeptFiles)


def finished_report(plan: ShardedPlan, shard: int, input_key: str, kind: type[Report]) -> Report | None:
    """The report of a shard that is done for exactly this input and whose files are all there."""
    return kept_report(plan.layout, plan.layout.done_marker(shard, plan.shards), input_key, kind)


def kept_report(layout: Layout, marker: Path, input_key: str, kind: type[Report]) -> Report | None:
    """The report in ``marker`` if it was made for ``input_key`` and its files are all there."""
    try:
        stored = json.loads(marker.read_bytes())
        report = kind(**stored)
    except (OSError, ValueError, TypeError):
        return None
    if report.input_key != input_key:
        return None
    for name, size in report.files.items():
        path = layout.root / name
        if not path.is_file() or path.stat().st_size != size:
            return None
    return report


def write_shard(plan: RunPlan, shard: int, chunks: Iterable[Chunk], input_key: str) -> ShardReport:
    """Writes the shard's files and its marker. RunFailed if a row of its input is missing or double."""
    outcomes = sorted((o for chunk in chunks for o in chunk.outcomes), key=lambda outcome: outcome.record_key)
    check_balance(plan, shard, outcomes)
    emitted = [outcome for outcome in outcomes if not outcome.reason]
    held = [outcome for outcome in outcomes if outcome.reason]
    writer = _ShardFiles(plan, shard)
    writer.write_audit(outcomes, emitted, held)
    digest = ""
    data_path = plan.layout.data_shard(plan.split, shard, plan.shards)
    if plan.mode is Mode.BUILD:
        digest = writer.write_data(data_path, emitted)
        writer.write_llava(emitted)
    tally: Tally = Counter()
    for outcome in outcomes:
        tally += tally_outcome(outcome)
    report = ShardReport(
        shard=shard,
        input_key=input_key,
        rows=len(emitted),
        quarantined=len(held),
        path=str(data_path.relative_to(plan.layout.root)),
        sha256=digest,
        files=writer.files,
        tally=dict(sorted(tally.items())),
    )
    write_atomically(plan.layout.done_marker(shard, plan.shards), json.dumps(asdict(report)).encode())
    return report


def check_balance(plan: CorpusPlan, shard: int, outcomes: Sequence[Outcome]) -> None:
    """Every row of the shard's input is here exactly once, by record key; or RunFailed."""
    expected = Counter(shard_digests(plan.layout.spool, shard, plan.shards))
    seen = Counter(outcome.record_key.split(".", 1)[0] for outcome in outcomes)
    distinct = len({outcome.record_key for outcome in outcomes})
    if expected != seen or distinct != len(outcomes):
        raise RunFailed(
            f"shard {shard} does not balance: {expected.total()} rows in, {distinct} accounted for"
        )


class _ShardFiles:
    """Writes the files of one shard and remembers their sizes."""

    def __init__(self, plan: RunPlan, shard: int) -> None:
        self._plan = plan
        self._shard = shard
        self._cache = ImageCache(plan.layout.image_cache, plan.image_digest())
        self._scratch = plan.layout.work / "tmp"
        self.files: dict[str, int] = {}

    def write_audit(
        self, outcomes: Sequence[Outcome], emitted: Sequence[Outcome], held: Sequence[Outcome]
    ) -> None:
        plan, layout = self._plan, self._plan.layout
        place = (self._shard, plan.shards)
        findings = (row for outcome in outcomes for row in finding_rows(outcome, plan.policy))
        self._write(layout.findings_shard(*place), FINDING_FEATURES, findings)
        self._write(layout.lineage_shard(*place), LINEAGE_FEATURES, (lineage_row(o) for o in emitted))
        features = QUARANTINE_FEATURES | ({RAW: value("string")} if plan.keep_quarantined else {})
        rows = (quarantine_row(outcome, keep_raw=plan.keep_quarantined) for outcome in held)
        self._write(layout.quarantine_shard(*place), features, rows)

    def write_data(self, path: Path, emitted: Sequence[Outcome]) -> str:
        extras = {name: feature_of(kind) for name, kind in (self._plan.fields or {}).items()}
        features = data_features(extras, several_images=self._plan.several_images)
        _, digest = write_parquet(path, features, self._data_rows(emitted), self._scratch)
        self._remember(path)
        return digest

    def write_llava(self, emitted: Sequence[Outcome]) -> None:
        """The shard's records as JSON lines in source order, to be merged at the end of the run."""
        ordered = sorted(emitted, key=lambda outcome: (outcome.source, outcome.origin.row))
        lines = [f"{o.source}\t{o.origin.row}\t{self._llava_record(o)}\n" for o in ordered]
        path = self._plan.layout.llava_part(self._shard, self._plan.shards)
        write_atomically(path, "".join(lines).encode())
        self._remember(path)

    def _llava_record(self, outcome: Outcome) -> str:
        raw = cleaned_raw(outcome)
        if self._plan.llava_images:
            raw = with_export_names(raw, export_names(outcome, self._plan.layout.blobs))
        return json.dumps(raw, ensure_ascii=False)

    def _data_rows(self, emitted: Sequence[Outcome]) -> Iterator[tuple[dict[str, Any], int]]:
        for outcome in emitted:
            row = data_row(outcome, self._plan, lambda index, o=outcome: self._image_bytes(o, index))  # type: ignore[misc]
            images = [row[IMAGE], *row.get(IMAGES, ())]
            yield row, sum(len(image["bytes"]) for image in images if image)

    def _image_bytes(self, outcome: Outcome, index: int) -> bytes:
        """The bytes to emit, checked against the digest that was audited."""
        result = outcome.images[index]
        expected = result.cleaned_sha256 or result.sha256
        if result.cleaned_sha256:
            location = self._cache.cleaned_path(result.sha256)
        elif outcome.record is not None:
            location = Path(outcome.record.images[index].location)
        data = read_image_bytes(location, self._plan.limits.image_bytes * 4)
        if sha256(data).hexdigest() != expected:
            raise RunFailed(
                f"an image of shard {self._shard} changed while the run was reading it: run again"
            )
        if self._plan.llava_images and outcome.record is not None:
            path = outcome.record.images[index].path
            self._export(export_names(outcome, self._plan.layout.blobs).get(path, path), data)
        return data

    def _export(self, path: str, data: bytes) -> None:
        target = self._plan.layout.llava / "images" / path
        if not target.exists() or target.read_bytes() != data:
            write_atomically(target, data)

    def _write(self, path: Path, features: dict[str, Any], rows: Iterable[dict[str, Any]]) -> None:
        write_parquet(path, features, ((row, 0) for row in rows), self._scratch)
        self._remember(path)

    def _remember(self, path: Path) -> None:
        self.files[str(path.relative_to(self._plan.layout.root))] = path.stat().st_size
