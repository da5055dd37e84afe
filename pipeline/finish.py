"""What is written once all shards are done: the drop-in LLaVA JSON, summary, manifest, card and report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import asdict
from hashlib import file_digest, sha256
from itertools import chain
from pathlib import Path
from shutil import rmtree
from typing import IO, Any

import fsspec

from pipeline.card import render_card
from pipeline.config import Mode
from pipeline.field_types import feature_of
from pipeline.layout import Layout, write_atomically
from pipeline.merge_parts import merged_lines
from pipeline.partition import PartitionReport
from pipeline.plan import RunPlan
from pipeline.policy_file import policy_settings
from pipeline.readers.source import Source
from pipeline.report.render import render_report
from pipeline.shard_writer import ShardReport
from pipeline.summary import Tally, build_summary
from schemas.columns import arrow_schema, data_features
from schemas.errors import RunFailed
from schemas.reasons import Reason, Stage
from schemas.version import SCHEMA_VERSION

_ENOUGH_TO_TELL = 10


def finish_run(
    plan: RunPlan,
    partitions: Sequence[PartitionReport],
    images: Tally,
    shards: Sequence[ShardReport],
    volatile: Mapping[str, Any],
    version: str,
) -> dict[str, Any]:
    """Checks the books, writes everything that speaks of the whole run and returns the summary.

    The manifest comes last: a folder with a manifest is a finished run.
    """
    layout = plan.layout
    tally: Tally = Counter(images)
    for shard in shards:
        tally.update(shard.tally)
    summary = build_summary(tally)
    _check_engines(layout, tally)
    _check_books(partitions, shards, summary)
    manifest = _manifest(plan, partitions, shards, version)
    _remove_stale(plan, shards)
    if plan.mode is Mode.BUILD:
        merge_llava(plan, len(shards))
        write_atomically(layout.card, _card(plan, summary, manifest).encode())
    files = {
        layout.summary: pretty(summary),
        layout.run: pretty(volatile),
        layout.manifest: pretty(manifest),
    }
    # Rendered from what is written, as `mmscrub report` does it.
    read_summary, read_run, read_manifest = (json.loads(content) for content in files.values())
    report = render_report(read_summary, read_manifest, read_run)
    for path, content in ({layout.report: report.encode()} | files).items():
        write_atomically(path, content)
    for folder in (layout.spool, layout.blobs, layout.work / "tmp"):
        rmtree(folder, ignore_errors=True)
    return summary


def _check_engines(layout: Layout, tally: Tally) -> None:
    """Engines that fail on everything are broken themselves: no result of theirs may be kept."""
    failed = sum(tally.get(f"quarantine|{stage}|{Reason.ENGINE_FAILED}", 0) for stage in Stage)
    for what, share, whole in (
        ("image", tally.get("images|engine_failed", 0), tally.get("images|distinct", 0)),
        ("record", failed, tally.get("records|in", 0)),
    ):
        if share == whole >= _ENOUGH_TO_TELL:
            rmtree(layout.done, ignore_errors=True)
            rmtree(layout.image_cache, ignore_errors=True)
            raise RunFailed(f"an engine failed on every {what}: check the installation and its versions")


def _check_books(
    partitions: Sequence[PartitionReport], shards: Sequence[ShardReport], summary: Mapping[str, Any]
) -> None:
    """records in = records emitted + records quarantined, from three independent counts."""
    read = sum(partition.rows for partition in partitions)
    written = sum(shard.rows for shard in shards)
    quarantined = sum(shard.quarantined for shard in shards)
    counted = summary["records"]
    if not (read == written + quarantined == counted["in"] == counted["emitted"] + counted["quarantined"]):
        raise RunFailed(
            f"the books do not balance: {read} records in, {written} emitted, {quarantined} quarantined"
        )


def _manifest(
    plan: RunPlan, partitions: Sequence[PartitionReport], shards: Sequence[ShardReport], version: str
) -> dict[str, Any]:
    policy = policy_settings(plan.policy)
    digest = sha256(json.dumps(policy, sort_keys=True).encode()).hexdigest()
    rows = {partition.source: partition.rows for partition in partitions}
    return {
        "schema_version": SCHEMA_VERSION,
        "mmscrub_version": version,
        "records_in": sum(rows.values()),
        "records_emitted": sum(shard.rows for shard in shards),
        "records_quarantined": sum(shard.quarantined for shard in shards),
        "inputs": [
            {"uri": source.uri, "name": source.name, "rows": rows[index], "sha256": source_digest(source)}
            for index, source in enumerate(plan.sources)
        ],
        "shards": [
            {"path": shard.path, "rows": shard.rows, "sha256": shard.sha256}
            for shard in sorted(shards, key=lambda shard: shard.shard)
            if shard.sha256
        ],
        "policy": policy | {"digest": digest},
        "seed": plan.seed,
        "engines": [asdict(info) for info in plan.engine_infos],
        "settings": plan.settings(),
    }


def source_digest(source: Source) -> str:
    """SHA-256 of an input file."""
    with fsspec.open(source.uri, "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _card(plan: RunPlan, summary: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    extras = {name: feature_of(kind) for name, kind in (plan.fields or {}).items()}
    schema = arrow_schema(data_features(extras, several_images=plan.several_images))
    title = plan.sources[0].name if len(plan.sources) == 1 else plan.out.name
    rows = sum(shard["rows"] for shard in manifest["shards"])
    return render_card(summary, manifest, splits={plan.split: rows}, features=schema, title=title)


def _remove_stale(plan: RunPlan, shards: Sequence[ShardReport]) -> None:
    """Files of an earlier run with other shards would be read as data of this one."""
    layout = plan.layout
    ours = {layout.root / name for shard in shards for name in shard.files}
    kept = ours | {layout.done_marker(shard.shard, plan.shards) for shard in shards}
    tables = [folder.glob("*.parquet") for folder in (layout.data, layout.audit, layout.quarantine)]
    remove_others(chain(*tables, layout.llava_parts.glob("*.jsonl"), layout.done.glob("*.json")), kept)


def remove_others(there: Iterable[Path], kept: Set[Path]) -> None:
    """Removes the files ``there`` that are not ``kept``."""
    for path in list(there):
        if path not in kept:
            path.unlink()


def merge_llava(plan: RunPlan, shards: int) -> None:
    """``llava/{name}.json`` per source: the emitted records in source order, one per line."""
    layout = plan.layout
    parts = [layout.llava_part(index, shards) for index in range(shards)]
    with ExitStack() as stack:
        outputs: dict[int, IO[str]] = {}
        unfinished = {
            index: layout.llava / f".{source.name}.json" for index, source in enumerate(plan.sources)
        }
        for index, record in merged_lines(parts, layout.work / "tmp"):
            if index not in outputs:
                outputs[index] = stack.enter_context(unfinished[index].open("w", encoding="utf-8"))
                outputs[index].write("[\n")
            else:
                outputs[index].write(",\n")
            outputs[index].write(record)
        for index in unfinished:
            if index not in outputs:
                outputs[index] = stack.enter_context(unfinished[index].open("w", encoding="utf-8"))
                outputs[index].write("[")
            outputs[index].write("\n]\n")
    for index, source in enumerate(plan.sources):
        unfinished[index].replace(layout.llava / f"{source.name}.json")


def pretty(content: Mapping[str, Any]) -> bytes:
    """JSON as it stands in OUT: sorted, indented."""
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()
