"""What is written once all questions are asked: the question files, summary, card and manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from hashlib import file_digest
from itertools import chain
from shutil import rmtree
from typing import Any

from pipeline.finish import pretty, remove_others, source_digest
from pipeline.layout import write_atomically
from pipeline.merge_parts import merged_lines
from pipeline.partition import PartitionReport
from pipeline.prism.ask import AskedReport
from pipeline.prism.card import render_prism_card
from pipeline.prism.plan import PrismPlan
from pipeline.prism.told import ToldReport
from pipeline.readers.image_folder import folder_digest
from pipeline.readers.source import Form, Source
from pipeline.summary import Tally, branch, nest
from schemas.errors import RunFailed
from schemas.reasons import Reason
from schemas.version import SCHEMA_VERSION
from transforms.prism.over_refusal import PICTURE
from transforms.prism.questions import Category, PrismLayout, QuestionSet, implicit_prompts


def finish_prism(
    plan: PrismPlan,
    partitions: Sequence[PartitionReport],
    told: Sequence[ToldReport],
    asked: Sequence[AskedReport],
    volatile: Mapping[str, Any],
    version: str,
) -> dict[str, Any]:
    """Checks the books, writes everything that speaks of the whole run and returns the summary.

    The manifest comes last: a folder with a manifest is a finished run. Raises RunFailed where the books do
    not balance, or no image could be asked about.
    """
    layout = plan.layout
    tally: Tally = Counter()
    for counts in (*(one.tally for one in told), *(one.tally for one in asked)):
        tally.update(counts)
    summary = _summary(plan, tally)
    _check_books(plan, partitions, told, asked, summary)
    _remove_others(plan, told, asked)
    files = _write_question_files(plan)
    manifest = _manifest(plan, partitions, asked, summary, files, version)
    write_atomically(layout.run, pretty(volatile))
    write_atomically(layout.summary, pretty(summary))
    write_atomically(layout.card, render_prism_card(plan, summary, asked).encode())
    write_atomically(layout.manifest, pretty(manifest))
    for folder in (layout.spool, layout.blobs, layout.work / "tmp"):
        rmtree(folder, ignore_errors=True)
    return summary


def _summary(plan: PrismPlan, tally: Tally) -> dict[str, Any]:
    harmless = nest(branch(tally, "harmless"))
    about_pictures = sum(kinds.get(PICTURE, 0) for kinds in harmless.values())
    questions = {kind.value: branch(tally, f"questions|{kind.value}") for kind in QuestionSet}
    return {
        "schema_version": SCHEMA_VERSION,
        "layout": plan.config.layout.value,
        "records": {
            "in": tally["records|in"],
            "asked": tally["records|asked"],
            "text_only": tally["records|text_only"],
            "quarantined": sum(branch(tally, "quarantine").values()),
        },
        "quarantine": nest(branch(tally, "quarantine")),
        "images": {
            "asked": tally["images|asked"],
            "copies": tally["images|asked"] - tally["images|distinct"],
            "by_category": branch(tally, "category"),
        },
        "questions": questions,
        "harmless": {
            "about_things": sum(questions[QuestionSet.OVER_REFUSAL].values()) - about_pictures,
            "about_pictures": about_pictures,
            "by_category_and_kind": harmless,
        },
    }


def _check_books(
    plan: PrismPlan,
    partitions: Sequence[PartitionReport],
    told: Sequence[ToldReport],
    asked: Sequence[AskedReport],
    summary: Mapping[str, Any],
) -> None:
    """records in = asked about + text alone + quarantined, from independent counts; and as many questions as
    the layout has for so many images."""
    records = summary["records"]
    read = sum(partition.rows for partition in partitions)
    kept, held = sum(report.rows for report in told), sum(report.quarantined for report in told)
    if not (
        read
        == kept + held
        == records["in"]
        == records["asked"] + records["text_only"] + records["quarantined"]
    ):
        raise RunFailed(f"the books do not balance: {read} records in, {kept} kept, {held} quarantined")
    images = summary["images"]["asked"]
    if not images:
        reasons = ", ".join(
            f"{reason} {count}" for stage in summary["quarantine"].values() for reason, count in stage.items()
        )
        hint = "; layout 2025-09 needs no categories" if Reason.IMAGE_WITHOUT_CATEGORY in reasons else ""
        raise RunFailed(f"no image could be asked about ({reasons or 'no record shows one'}){hint}")
    direct = 1 if plan.config.layout is PrismLayout.MAY_2025 else len(Category)
    expected = {
        QuestionSet.SOFT: direct * images,
        QuestionSet.HARD: direct * images,
        QuestionSet.IMPLICIT: len(implicit_prompts()) * images,
        QuestionSet.OVER_REFUSAL: len(Category) * images,
    }
    for kind, count in expected.items():
        rows = sum(rows for report in asked for name, (rows, _) in report.data.items() if _is_of(name, kind))
        if not (rows == count == sum(summary["questions"][kind.value].values())):
            raise RunFailed(f"the books do not balance: {rows} questions {kind.value} for {images} images")


def _is_of(name: str, kind: QuestionSet) -> bool:
    """True for a path below OUT of a shard of ``kind``."""
    return name.startswith(f"data/{kind.value}-")


def _write_question_files(plan: PrismPlan) -> dict[str, dict[str, Any]]:
    """The published form of every set, in source order, and rows and SHA-256 of each file."""
    layout = plan.layout
    parts = [layout.part(index, plan.shards) for index in range(plan.shards)]
    unfinished = {kind: layout.root / f".{kind.file_name}" for kind in QuestionSet}
    counts: Counter[QuestionSet] = Counter()
    with ExitStack() as stack:
        files = {
            kind: stack.enter_context(target.open("w", encoding="utf-8"))
            for kind, target in unfinished.items()
        }
        for _, line in merged_lines(parts, layout.work / "tmp"):
            _, rows = json.loads(line)
            for kind in QuestionSet:
                counts[kind] += len(rows[kind.value])
                files[kind].writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows[kind.value])
    written = {}
    for kind, target in unfinished.items():
        target.replace(layout.question_file(kind))
        with layout.question_file(kind).open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        written[kind.file_name] = {"rows": counts[kind], "sha256": digest}
    return written


def _manifest(
    plan: PrismPlan,
    partitions: Sequence[PartitionReport],
    asked: Sequence[AskedReport],
    summary: Mapping[str, Any],
    files: Mapping[str, Mapping[str, Any]],
    version: str,
) -> dict[str, Any]:
    rows = {partition.source: partition.rows for partition in partitions}
    records = summary["records"]
    return {
        "schema_version": SCHEMA_VERSION,
        "mmscrub_version": version,
        "records_in": records["in"],
        "records_emitted": records["asked"] + records["text_only"],
        "records_quarantined": records["quarantined"],
        "inputs": [
            {"uri": source.uri, "name": source.name, "rows": rows[index], "sha256": _digest_of(source)}
            for index, source in enumerate(plan.sources)
        ],
        "shards": [
            {"path": path, "rows": count, "sha256": digest}
            for report in asked
            for path, (count, digest) in report.data.items()
        ],
        "question_files": files,
        "engines": [asdict(info) for info in plan.engine_infos],
        "settings": plan.settings(),
    }


def _digest_of(source: Source) -> str:
    return folder_digest(source) if source.form is Form.IMAGE_FOLDER else source_digest(source)


def _remove_others(plan: PrismPlan, told: Sequence[ToldReport], asked: Sequence[AskedReport]) -> None:
    """Files of an earlier run with other shards would be read as those of this one."""
    layout = plan.layout
    kept = [*(one.files for one in told), *(one.files for one in asked)]
    ours = {layout.root / name for files in kept for name in files}
    ours |= {layout.done_marker(report.shard, plan.shards) for report in told}
    ours |= {layout.asked_marker(report.shard, plan.shards) for report in asked}
    there = chain(
        layout.data.glob("*.parquet"),
        layout.quarantine.glob("*.parquet"),
        layout.parts.glob("*.jsonl"),
        layout.told.glob("*/*.jsonl"),
        layout.done.glob("*.json"),
    )
    remove_others(there, ours)
