"""What a record tells of its image, and the books of a shard of records: who may be asked about, who not."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath

from pipeline.layout import write_atomically
from pipeline.outcome import Chunk, Outcome
from pipeline.parquet_file import write_parquet
from pipeline.prism.plan import PrismPlan
from pipeline.rows import quarantine_row
from pipeline.seen_images import SeenImage
from pipeline.shard_writer import check_balance
from pipeline.slot_files import SlotFiles
from pipeline.spool import SLOTS, slot_of
from pipeline.summary import path
from schemas.columns import QUARANTINE_FEATURES, RAW, value
from schemas.errors import RejectRecord
from schemas.record import ImageRef, Record, Role
from transforms.engines.protocols import TextParser
from transforms.prism.questions import PrismLayout, own_category
from transforms.prism.things import Evidence, gather

_DIGEST_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Told:
    """What one record tells of an image: ``image`` is the path by which it is asked about. ``source`` and
    ``row`` say where the record stands."""

    image: str
    sha256: str
    source: int
    row: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ToldRecord:
    """One row of the corpus: what it tells of its images, or (``outcome.reason``) why it is held back."""

    outcome: Outcome
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldChunk:
    """Records that are processed together."""

    shard: int
    records: tuple[ToldRecord, ...]


@dataclass(frozen=True, slots=True)
class ToldReport:
    """What a finished shard of records holds. ``input_key`` says for which rows and which plan it is good;
    ``rows`` are the records that are not held back."""

    shard: int
    input_key: str
    rows: int
    quarantined: int
    files: dict[str, int] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=dict)


def tell_chunk(
    chunk: Chunk, plan: PrismPlan, held_back: Mapping[str, SeenImage], parser: Callable[[], TextParser]
) -> ToldChunk:
    """What the records of a chunk tell. ``held_back``: images that could not be opened, by digest."""
    return ToldChunk(chunk.shard, tuple(_tell(one, plan, held_back, parser) for one in chunk.outcomes))


def _tell(
    outcome: Outcome, plan: PrismPlan, held_back: Mapping[str, SeenImage], parser: Callable[[], TextParser]
) -> ToldRecord:
    record = outcome.record
    if record is None or outcome.reason or not record.images:
        return ToldRecord(outcome)
    bad = next((held_back[one.sha256] for one in record.images if one.sha256 in held_back), None)
    if bad is not None:
        return ToldRecord(replace(outcome, stage=bad.stage, reason=bad.reason))
    names = [image_name(ref, plan.layout.blobs) for ref in record.images]
    if plan.config.layout is PrismLayout.MAY_2025:
        try:
            for name in names:
                own_category(name)
        except RejectRecord as reject:
            return ToldRecord(replace(outcome, stage=reject.stage.value, reason=reject.reason.value))
    evidence = gather(_said(record), parser)
    return ToldRecord(
        outcome,
        tuple(
            Told(name, ref.sha256, outcome.source, outcome.origin.row, evidence)
            for name, ref in dict(zip(names, record.images, strict=True)).items()
        ),
    )


def image_name(ref: ImageRef, blobs: Path) -> str:
    """The path by which an image is asked about. Images that stand inside a source may share a path: theirs
    gets a part of the digest."""
    if not Path(ref.location).is_relative_to(blobs):
        return ref.path
    named = PurePosixPath(ref.path)
    return str(named.with_name(f"{named.stem}-{ref.sha256[:_DIGEST_CHARACTERS]}{named.suffix}"))


def _said(record: Record) -> Sequence[str]:
    """The answers and captions of a record; nothing where they may speak of another image."""
    if len(record.images) != 1:
        return ()
    return [turn.text for turn in record.turns if turn.role is Role.GPT and turn.text.strip()]


def write_told(plan: PrismPlan, shard: int, chunks: Iterable[ToldChunk], input_key: str) -> ToldReport:
    """Writes what the records of a shard tell, its quarantine and its marker. RunFailed if a row of its input
    is missing or double."""
    records = sorted(
        (record for chunk in chunks for record in chunk.records), key=lambda one: one.outcome.record_key
    )
    check_balance(plan, shard, [record.outcome for record in records])
    held = [record.outcome for record in records if record.outcome.reason]
    slots: defaultdict[int, list[Told]] = defaultdict(list)
    for record in records:
        for told in record.told:
            slots[slot_of(told.sha256)].append(told)
    folder = plan.layout.told_by(shard, plan.shards)
    for slot in range(SLOTS):
        if slot in slots:
            SlotFiles(folder).write(slot, slots[slot])
        else:
            SlotFiles(folder).remove(slot)
    quarantine = plan.layout.quarantine_shard(shard, plan.shards)
    keep = plan.config.keep_quarantined
    features = QUARANTINE_FEATURES | ({RAW: value("string")} if keep else {})
    rows = ((quarantine_row(outcome, keep_raw=keep), 0) for outcome in held)
    write_parquet(quarantine, features, rows, plan.layout.work / "tmp")
    written = [quarantine, *sorted(folder.glob("*.jsonl"))]
    report = ToldReport(
        shard=shard,
        input_key=input_key,
        rows=len(records) - len(held),
        quarantined=len(held),
        files={str(one.relative_to(plan.layout.root)): one.stat().st_size for one in written},
        tally=dict(sorted(_tally(records).items())),
    )
    write_atomically(plan.layout.done_marker(shard, plan.shards), json.dumps(asdict(report)).encode())
    return report


def _tally(records: Sequence[ToldRecord]) -> Counter[str]:
    tally: Counter[str] = Counter({"records|in": len(records)})
    for record in records:
        outcome = record.outcome
        if outcome.reason:
            tally[path("quarantine", outcome.stage, outcome.reason)] += 1
        else:
            tally["records|asked" if record.told else "records|text_only"] += 1
    return tally
