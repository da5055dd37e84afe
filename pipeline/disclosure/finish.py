"""What is written once all parts are done: personas, lists, summary, card, manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from itertools import chain
from shutil import rmtree
from typing import Any

from pipeline.disclosure.card import render_benchmark_card
from pipeline.disclosure.design_step import Design
from pipeline.disclosure.part_writer import PartReport
from pipeline.disclosure.plan import DisclosurePlan, SetName
from pipeline.disclosure.published import published_files
from pipeline.disclosure.rows import conversation, persona_row
from pipeline.finish import pretty, remove_others
from pipeline.layout import write_atomically
from pipeline.parquet_file import write_parquet
from pipeline.summary import Tally, branch, nest
from schemas.benchmark import AnswerableFrom, PersonaPool, RiskTest
from schemas.benchmark_columns import PERSONA_FEATURES
from schemas.columns import CONVERSATIONS, ID, IMAGE
from schemas.errors import RunFailed
from schemas.version import SCHEMA_VERSION
from transforms.disclosure.memory_set import MemorySample, memory_samples


def finish_benchmark(
    plan: DisclosurePlan,
    design: Design,
    parts: Sequence[PartReport],
    scenes: Mapping[str, int],
    volatile: Mapping[str, Any],
    version: str,
) -> dict[str, Any]:
    """Checks the books, writes everything that speaks of the whole run and returns the summary.

    ``scenes``: how many of the user's pictures could be shown and why others could not, by reason. The
    manifest comes last: a folder with a manifest is a finished benchmark.
    """
    layout = plan.layout
    tally: Tally = Counter()
    for part in parts:
        tally.update(part.tally)
    _check_books(design, parts, tally)
    _remove_stale(plan, parts)
    people = [*design.cast.evaluation, *design.cast.memory, *design.cast.decoys]
    scratch = layout.work / "tmp"
    rows = ((persona_row(one), 0) for one in people)
    _, personas = write_parquet(layout.personas, PERSONA_FEATURES, rows, scratch)
    lists = _write_lists(plan, design, frozenset(chain.from_iterable(part.held for part in parts)))
    summary = _summary(plan, design, parts, tally, scenes)
    write_atomically(layout.run, pretty(volatile))
    write_atomically(layout.summary, pretty(summary))
    write_atomically(layout.card, render_benchmark_card(plan, summary, parts).encode())
    manifest = _manifest(plan, parts, personas, lists, version)
    write_atomically(layout.manifest, pretty(manifest))
    for folder in (layout.design, scratch, layout.scenes):
        rmtree(folder, ignore_errors=True)
    return summary


def _check_books(design: Design, parts: Sequence[PartReport], tally: Tally) -> None:
    """images designed = images made + images quarantined, and every question is in a file."""
    designed = sum(design.images(name) for name in SetName)
    made = sum(branch(tally, "images").values())
    held = sum(branch(tally, "quarantine").values())
    asked = sum(branch(tally, "probes").values()) + sum(branch(tally, "memory|labels").values())
    written = sum(part.rows for part in parts)
    if designed != made + held or held != sum(part.quarantined for part in parts) or asked != written:
        raise RunFailed(
            f"the books do not balance: {designed} images designed, {made} made, {held} quarantined; "
            f"{asked} questions, {written} rows"
        )


def _remove_stale(plan: DisclosurePlan, parts: Sequence[PartReport]) -> None:
    """Files of an earlier run with other parts would be read as those of this one."""
    layout = plan.layout
    ours = {layout.root / name for part in parts for name in part.files}
    ours |= {layout.done_marker(part.unit, plan.shards) for part in parts}
    tables = [folder.glob("*.parquet") for folder in (layout.data, layout.memory, layout.quarantine)]
    images = [folder.rglob("*.*") for folder in (layout.llava_images, layout.published)]
    there = (path for path in chain(*tables, *images, layout.done.glob("*.json")) if path.is_file())
    remove_others(there, ours)
    for list_file in (layout.llava_list,):
        list_file.unlink(missing_ok=True)


def _write_lists(plan: DisclosurePlan, design: Design, held: frozenset[str]) -> dict[str, str]:
    """The lists beside image files, where they are asked for; their SHA-256 by path."""
    layout, config = plan.layout, plan.config
    files: dict[str, bytes] = {}
    if config.llava_images:
        name = str(layout.llava_list.relative_to(layout.root))
        samples = memory_samples(design.plans, design.cast.memory, design.key)
        files[name] = _llava_list([one for one in samples if one.sample_id not in held])
    if config.published_layout:
        folder = str(layout.published.relative_to(layout.root))
        listed = published_files(design, config, plan.key, held)
        files |= {f"{folder}/{name}": content for name, content in listed.items()}
    for name, content in files.items():
        write_atomically(layout.root / name, content)
    return {name: sha256(content).hexdigest() for name, content in files.items()}


def _llava_list(samples: Sequence[MemorySample]) -> bytes:
    records = [
        {ID: one.sample_id, IMAGE: f"{one.sample_id}.png", CONVERSATIONS: conversation(one)}
        for one in samples
    ]
    return (json.dumps(records, ensure_ascii=False, indent=1) + "\n").encode()


def _summary(
    plan: DisclosurePlan,
    design: Design,
    parts: Sequence[PartReport],
    tally: Tally,
    scenes: Mapping[str, int],
) -> dict[str, Any]:
    cells = nest(branch(tally, "cells"))
    probes: Counter[str] = Counter()
    for name, count in branch(tally, "probes").items():
        probes[name.split("|")[1]] += count
    pools = (design.cast.evaluation, design.cast.memory, design.cast.decoys)
    tables = Counter[str]()
    for part in parts:
        tables[plan.parts[part.unit].table.value] += part.rows
    return {
        "schema_version": SCHEMA_VERSION,
        "preset": plan.config.preset,
        "items": {test.value: design.items(SetName(test)) for test in RiskTest},
        "cells": cells,
        "rows": {name.value: tables[name.value] for name in SetName},
        "probes": nest(branch(tally, "probes")),
        "answerable_from": {one.value: probes[one.value] for one in AnswerableFrom},
        "images": nest(branch(tally, "images")),
        "memory": nest(branch(tally, "memory")),
        "personas": {pool.value: len(people) for pool, people in zip(PersonaPool, pools, strict=True)},
        "shared_values": 0,
        "scenes": dict(scenes),
        "quarantine": nest(branch(tally, "quarantine")),
    }


def _manifest(
    plan: DisclosurePlan,
    parts: Sequence[PartReport],
    personas: str,
    lists: Mapping[str, str],
    version: str,
) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "mmscrub_version": version,
        "synthetic_personas": True,
        "inputs": [],
        "records_emitted": sum(part.rows for part in parts),
        "images_quarantined": sum(part.quarantined for part in parts),
        "shards": [
            {"path": part.path, "rows": part.rows, "sha256": part.sha256}
            for part in sorted(parts, key=lambda part: part.unit)
        ],
        "personas_sha256": personas,
        "lists": dict(lists),
        "seed": plan.config.seed,
        "engines": [asdict(info) for info in plan.engine_infos],
        "settings": plan.settings(),
    }
