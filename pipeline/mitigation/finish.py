"""What is written once all shards are done: training lists, facts, summary, card and manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import file_digest
from pathlib import Path
from shutil import rmtree
from typing import Any

from pipeline.card import markdown_environment
from pipeline.finish import pretty, remove_others
from pipeline.layout import write_atomically
from pipeline.mitigation.built import shard_names
from pipeline.mitigation.part_step import PartReport
from pipeline.mitigation.plan import MitigationPlan
from pipeline.mitigation.treated import FactState, Treated
from pipeline.parquet_file import write_parquet
from schemas.benchmark_columns import FACT_FEATURES
from schemas.columns import ID
from schemas.errors import RunFailed
from schemas.version import SCHEMA_VERSION
from transforms.disclosure.arms import Arm, Side, training_list
from transforms.disclosure.hiding import Fact

_NO_COUNTS = {"rows": 0, "withheld_rows": 0, "images": 0, "images_changed": 0, "images_withheld": 0,
              "images_unreadable": 0, "labels_changed": 0}  # fmt: skip


def finish_arms(
    plan: MitigationPlan,
    treated: Treated,
    reports: Sequence[PartReport],
    volatile: Mapping[str, Any],
    version: str,
) -> dict[str, Any]:
    """Checks the books, writes everything that speaks of the whole run and returns the summary. The manifest
    comes last: a folder with a manifest is a finished run."""
    layout = plan.layout
    _check_books(plan, reports)
    _remove_stale(plan, reports)
    lists = _write_lists(plan)
    write_parquet(layout.facts, FACT_FEATURES, ((row, 0) for row in _fact_rows(treated)), layout.work / "tmp")
    summary = _summary(plan, treated, reports, lists)
    write_atomically(layout.summary, pretty(summary))
    card = markdown_environment("pipeline.mitigation").get_template("card.md.j2")
    write_atomically(layout.card, card.render(summary=summary, config=plan.config).encode())
    write_atomically(layout.run, pretty(volatile))
    digests = {path: digest for report in reports for path, digest in report.sha256.items()}
    for path in (layout.facts, *(layout.training_list(name) for name in lists)):
        digests[str(path.relative_to(layout.root))] = _digest_of(path)
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "mmscrub_version": version,
        "settings": plan.settings(),
        "inputs": shard_names(plan.parts),
        "arms": summary["arms"],
        "files": dict(sorted(digests.items())),
    }
    write_atomically(layout.manifest, pretty(manifest))
    rmtree(layout.build_input, ignore_errors=True)
    layout.treated.unlink(missing_ok=True)
    return summary


def _check_books(plan: MitigationPlan, reports: Sequence[PartReport]) -> None:
    """Every arm has every row, but for those that the build held back."""
    for report in reports:
        for name, tally in report.tally.items():
            if tally.get("rows", 0) + tally.get("withheld_rows", 0) != report.rows:
                raise RunFailed(f"{name} does not balance in {plan.parts[report.shard].name}")


def _remove_stale(plan: MitigationPlan, reports: Sequence[PartReport]) -> None:
    """What an earlier run with other settings left."""
    layout = plan.layout
    kept = {layout.root / name for report in reports for name in report.files}
    names = {arm.name for arm in plan.arms}
    for side in Side:
        for folder in layout.root.glob(f"{side}-*"):
            if folder.name not in names:
                rmtree(folder, ignore_errors=True)
            else:
                remove_others(folder.rglob("*.parquet"), kept)
    remove_others(layout.images.glob("*"), kept)
    listed = {layout.training_list(name) for name in _list_names(plan)}
    remove_others(layout.llava.glob("*.json"), listed)


def _list_names(plan: MitigationPlan) -> list[str]:
    repeats = sorted(set(plan.config.repeats))
    return [
        training_list(arm.name, times) for arm in plan.arms if arm.side == Side.MEMORY for times in repeats
    ]


def _write_lists(plan: MitigationPlan) -> dict[str, int]:
    """The training lists and how many samples each has. Repeated samples follow one another as often as the
    whole list is gone through, so that copies stand as far apart as they can."""
    layout, counts = plan.layout, {}
    for arm in plan.arms:
        if arm.side != Side.MEMORY:
            continue
        folder = layout.list_part(arm.name, 0, plan.shards).parent
        for times in sorted(set(plan.config.repeats)):
            name = training_list(arm.name, times)
            path = layout.training_list(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".unfinished")
            counts[name] = 0
            with unfinished.open("w", encoding="utf-8") as file:
                file.write("[")
                for turn in range(times):
                    for sample in _samples(folder):
                        sample[ID] += f"-{turn + 1}" if turn else ""
                        file.write(",\n " if counts[name] else "\n ")
                        file.write(json.dumps(sample, ensure_ascii=False))
                        counts[name] += 1
                file.write("\n]\n")
            unfinished.replace(path)
    return counts


def _samples(folder: Path) -> Iterable[dict[str, Any]]:
    for part in sorted(folder.glob("*.jsonl")):
        with part.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def _fact_rows(treated: Treated) -> Iterable[dict[str, Any]]:
    for fact, state in treated.facts.items():
        yield {
            "persona_id": fact.persona_id,
            "private_type": fact.private_type.value,
            "side": state.side.value,
            "rank": state.rank,
            "built_image": state.built.image if state.built else None,
            "built_label": state.built.label if state.built else None,
        }


def _summary(
    plan: MitigationPlan, treated: Treated, reports: Sequence[PartReport], lists: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "arms": {arm.name: _arm(arm, treated, reports) for arm in plan.arms},
        "training_lists": dict(lists),
        "pipeline": _recall(treated.facts) if plan.config.pipeline else None,
    }


def _arm(arm: Arm, treated: Treated, reports: Sequence[PartReport]) -> dict[str, Any]:
    counts: Counter[str] = Counter(_NO_COUNTS)
    for report in reports:
        counts.update(report.tally.get(arm.name, {}))
    mine = {fact: state for fact, state in treated.facts.items() if state.side == arm.side}
    hidden = sum(state.is_hidden(arm) for state in mine.values())
    return {
        "side": arm.side.value,
        "treatment": arm.treatment.value,
        "share": arm.share,
        "facts": len(mine),
        "hidden": hidden,
        "recall": round(hidden / len(mine), 6) if mine else None,
        **counts,
    }


def _recall(facts: Mapping[Fact, FactState]) -> dict[str, dict[str, dict[str, int]]]:
    """What the build hid, counted per set and type: of facts in images, in labels, in both."""
    found: dict[str, dict[str, Counter[str]]] = {}
    for fact, state in facts.items():
        if state.built is None:
            continue
        counts = found.setdefault(state.side.value, {}).setdefault(fact.private_type.value, Counter())
        image, label, both = state.built.image, state.built.label, state.built.everywhere
        for name, said in (
            ("facts", True),
            ("hidden", both),
            ("in_images", image is not None),
            ("hidden_in_images", bool(image)),
            ("in_labels", label is not None),
            ("hidden_in_labels", bool(label)),
        ):
            counts[name] += int(said)
    return {side: {kind: dict(counts) for kind, counts in kinds.items()} for side, kinds in found.items()}


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
