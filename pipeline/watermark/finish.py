"""What is written once all shards are done: gates, arms, tables, summary, card, commitment, manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import file_digest, sha256
from itertools import chain
from pathlib import Path
from shutil import rmtree
from typing import Any

from pipeline.finish import pretty, remove_others, source_digest
from pipeline.layout import write_atomically
from pipeline.parquet_file import write_parquet
from pipeline.partition import PartitionReport
from pipeline.summary import Tally, branch, nest
from pipeline.watermark.arms import remove_arms, write_arms
from pipeline.watermark.card import render_split_card
from pipeline.watermark.design_step import Design
from pipeline.watermark.gates import Verdicts, judge
from pipeline.watermark.plan import WatermarkPlan
from pipeline.watermark.revealed import read_manifest
from pipeline.watermark.rows import identity_rows
from pipeline.watermark.shard_step import SplitShardReport
from schemas import watermark_columns as columns
from schemas.errors import RunFailed
from schemas.reasons import Reason
from schemas.version import SCHEMA_VERSION
from schemas.watermark import Pool, SplitName, Variant
from transforms.watermark.commitment import commit, list_files
from transforms.watermark.identities import entropy_bits
from transforms.watermark.probing_sets import probe_lists

_ENOUGH_TO_TELL = 10


@dataclass(frozen=True, slots=True)
class FinishedSplit:
    """``summary.json``, and why the split was refused: no line if it was not."""

    summary: dict[str, Any]
    refused: tuple[str, ...]


@dataclass(slots=True)
class _Listed:
    """What one pass over the manifest of images tells."""

    files: list[tuple[str, str]] = field(default_factory=list)
    carried: Counter[tuple[str, bool]] = field(default_factory=Counter)
    tests: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rows_sha256: str = ""


def finish_split(
    plan: WatermarkPlan,
    design: Design,
    partitions: Sequence[PartitionReport],
    images: Tally,
    shards: Sequence[SplitShardReport],
    volatile: Mapping[str, Any],
    version: str,
) -> FinishedSplit:
    """Checks the books, asks the gates and writes everything that speaks of the whole run.

    The manifest comes last: a folder with a manifest is a finished split. One that its gates refuse has none,
    and no arms, unless ``allow_failed_gates``.
    """
    layout = plan.layout
    tally: Tally = Counter(images)
    for shard in shards:
        tally.update(shard.tally)
    _check_images(tally)
    _check_books(partitions, shards, tally)
    _remove_other_shards(plan, shards)
    listed = _list_manifest(plan)
    _remove_other_images(plan, {path for path, _ in listed.files})
    verdicts = judge(plan, design)
    refused = verdicts.refusals()
    stopped = bool(refused) and not plan.config.allow_failed_gates
    summary = _summary(plan, design, tally, verdicts, refused=stopped)
    write_atomically(layout.run, pretty(volatile))
    write_atomically(layout.summary, pretty(summary))
    if stopped:
        remove_arms(plan)
        for path in (layout.card, layout.commitment):
            path.unlink(missing_ok=True)
    else:
        arms = write_arms(plan, design)
        remove_arms(plan, list(arms))
        _write_tables(plan, design, listed)
        write_atomically(layout.card, render_split_card(plan, summary, shards).encode())
        data = {path: stored for shard in shards for path, stored in shard.data.items()}
        fixed = _commitment(plan, listed, arms, data)
        manifest = _manifest(plan, partitions, shards, arms, listed, version)
        write_atomically(layout.commitment, fixed)
        write_atomically(layout.manifest, pretty(manifest))
    for folder in (layout.spool, layout.blobs, layout.work / "tmp"):
        rmtree(folder, ignore_errors=True)
    return FinishedSplit(summary, refused)


def _check_images(tally: Tally) -> None:
    """Settings or a tool that fail on everything make no split."""
    if tally["images|used"]:
        return
    held = branch(tally, "images|held_back")
    reasons = ", ".join(f"{reason} {count}" for reason, count in held.items())
    if held.get(Reason.ENGINE_FAILED.value, 0) >= _ENOUGH_TO_TELL:
        raise RunFailed(f"marking failed on every image ({reasons}): check the installation")
    raise RunFailed(f"no image could be marked ({reasons}): give larger images or a smaller mark")


def _check_books(
    partitions: Sequence[PartitionReport], shards: Sequence[SplitShardReport], tally: Tally
) -> None:
    """records in = records emitted + records quarantined, from three independent counts."""
    read = sum(partition.rows for partition in partitions)
    written = sum(shard.rows for shard in shards)
    held = sum(shard.quarantined for shard in shards)
    counted = tally["records|emitted"] + sum(branch(tally, "quarantine").values())
    in_data = sum(rows for shard in shards for rows, _ in shard.data.values())
    if not (read == written + held == counted == tally["records|in"]) or in_data != written:
        raise RunFailed(f"the books do not balance: {read} records in, {written} emitted, {held} quarantined")


def _list_manifest(plan: WatermarkPlan) -> _Listed:
    """Reads the manifest of images once, in the order of digests, whatever its shards."""
    listed, digest = _Listed(), sha256()
    for row in read_manifest(plan.layout, tuple(columns.IMAGE_MANIFEST_FEATURES)):
        digest.update(json.dumps(row, sort_keys=True).encode() + b"\n")
        if row[columns.PATH] is None:
            continue
        listed.files.append((row[columns.PATH], row[columns.OUT_SHA256]))
        if row[columns.VARIANT] == Variant.MARKED:
            split = row[columns.SPLIT]
            listed.carried[row[columns.IDENTITY_ID], split == SplitName.TRAIN] += 1
            if split != SplitName.TRAIN:
                probe = {name: row[name] for name in columns.PROBE_FEATURES}
                listed.tests.setdefault(split, []).append(probe)
    listed.rows_sha256 = digest.hexdigest()
    return listed


def _write_tables(plan: WatermarkPlan, design: Design, listed: _Listed) -> None:
    """Identities and probes."""
    scratch = plan.layout.work / "tmp"
    people = identity_rows(design.cast.plan_of, design.cast.identities, listed.carried)
    write_parquet(plan.layout.identities, columns.IDENTITY_FEATURES, ((row, 0) for row in people), scratch)
    probes = ((row, 0) for row in _probes(plan, design, listed.tests))
    write_parquet(plan.layout.probes, columns.PROBE_FEATURES, probes, scratch)


def _probes(
    plan: WatermarkPlan, design: Design, tests: Mapping[str, Sequence[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """As many of one test split as of the other, in keyed order."""
    by_image = {row[columns.SOURCE_SHA256]: row for rows in tests.values() for row in rows}
    plans = [image.plan for image in design.images if image.plan.sha256 in by_image]
    for images in probe_lists(plans, plan.key, plan.config.splits.probe_images):
        yield from (by_image[image] for image in images)


def _summary(
    plan: WatermarkPlan, design: Design, tally: Tally, verdicts: Verdicts, *, refused: bool
) -> dict[str, Any]:
    pools = Counter(one.identity.pool.value for one in design.cast.plans)
    return {
        "schema_version": SCHEMA_VERSION,
        "status": "refused" if refused else "done",
        "records": {
            "in": tally["records|in"],
            "emitted": tally["records|emitted"],
            "quarantined": sum(branch(tally, "quarantine").values()),
            "text_only": tally["records|text_only"],
        },
        "quarantine": nest(branch(tally, "quarantine")),
        "splits": {split.value: tally[f"split|{split.value}"] for split in SplitName},
        "images": {
            "used": tally["images|used"],
            "carrying": design.carried,
            "held_back": branch(tally, "images|held_back"),
            "files": branch(tally, "files"),
            "bytes": tally["bytes"],
            "near_duplicates": len(design.images) - len({image.group for image in design.images}),
        },
        "identities": {pool.value: pools[pool.value] for pool in (Pool.SEEN, Pool.UNSEEN)},
        "entropy_bits": {name: round(bits, 3) for name, bits in entropy_bits().items()},
        "legibility": nest(branch(tally, "legibility")),
        "gates": verdicts.summary() | {"allowed": plan.config.allow_failed_gates},
    }


def _commitment(
    plan: WatermarkPlan,
    listed: _Listed,
    arms: Mapping[str, Mapping[str, Any]],
    data: Mapping[str, tuple[int, str]],
) -> bytes:
    secrets = {
        str(path.relative_to(plan.out)): _digest_of_file(path)
        for path in sorted(plan.layout.secrets.glob("*.parquet"))
    }
    files = {path: str(arm["sha256"]) for path, arm in arms.items()}
    files |= {path: digest for path, (_, digest) in data.items()}
    files[plan.layout.summary.name] = _digest_of_file(plan.layout.summary)
    return commit(plan.key, plan.settings(), secrets=secrets, files=files, images=listed.files).to_json()


def _manifest(
    plan: WatermarkPlan,
    partitions: Sequence[PartitionReport],
    shards: Sequence[SplitShardReport],
    arms: Mapping[str, Mapping[str, Any]],
    listed: _Listed,
    version: str,
) -> dict[str, Any]:
    rows = {partition.source: partition.rows for partition in partitions}
    return {
        "schema_version": SCHEMA_VERSION,
        "mmscrub_version": version,
        "synthetic_identities": True,
        "records_in": sum(rows.values()),
        "records_emitted": sum(shard.rows for shard in shards),
        "records_quarantined": sum(shard.quarantined for shard in shards),
        "inputs": [
            {"uri": source.uri, "name": source.name, "rows": rows[index], "sha256": source_digest(source)}
            for index, source in enumerate(plan.sources)
        ],
        "shards": [
            {"path": path, "rows": count, "sha256": digest}
            for shard in shards
            for path, (count, digest) in shard.data.items()
        ],
        "arms": arms,
        "images": asdict(list_files(listed.files)),
        "manifest_rows_sha256": listed.rows_sha256,
        "engines": [asdict(info) for info in plan.engine_infos],
        "settings": plan.settings(),
    }


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _remove_other_shards(plan: WatermarkPlan, shards: Sequence[SplitShardReport]) -> None:
    """Files of an earlier run with other shards would be read as those of this one."""
    layout = plan.layout
    ours = {layout.root / name for shard in shards for name in shard.files}
    ours |= {layout.done_marker(shard.shard, plan.shards) for shard in shards}
    tables = [folder.glob("*.parquet") for folder in (layout.data, layout.quarantine)]
    tables += [layout.secrets.glob("images-*.parquet")]
    remove_others(chain(*tables, layout.llava_parts.glob("*.jsonl"), layout.done.glob("*.json")), ours)


def _remove_other_images(plan: WatermarkPlan, ours: set[str]) -> None:
    """Those of an earlier run with other settings or another key."""
    files = (path for path in plan.layout.images.rglob("*") if path.is_file())
    remove_others(files, {plan.out / name for name in ours})
