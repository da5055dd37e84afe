"""The arms of a split: JSON lists over the same image files, which show the one or the other twin of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter

from pipeline.merge_parts import merged_lines
from pipeline.watermark.config import Format, WatermarkConfig, arm_percent
from pipeline.watermark.design_step import Design
from pipeline.watermark.image_store import PlannedImage
from pipeline.watermark.plan import WatermarkPlan
from pipeline.watermark.record_step import NeutralRecord, llava_record, qwen_record
from schemas.watermark import SplitName
from transforms.watermark.design import Arm, shown_variant

_RECORDS: TypeAdapter[NeutralRecord] = TypeAdapter(NeutralRecord)
_WRITE = {Format.LLAVA: llava_record, Format.QWEN: qwen_record}


@dataclass(frozen=True, slots=True)
class ArmFile:
    """One arm: its name as a file, the split that it holds, and which twins it shows."""

    name: str
    split: SplitName
    arm: Arm


def arm_files(config: WatermarkConfig) -> tuple[ArmFile, ...]:
    """All arms of a split: training arms by rate, shadows if asked for, and the two test splits."""
    shadows = config.identities.shadows
    names = [f"r{arm_percent(rate)}" for rate in config.rates]
    if config.shadow_arms:
        names += [f"shadow-{shadow}" for shadow in range(shadows)]
    train = [ArmFile(f"train-{name}", SplitName.TRAIN, Arm.parse(name, shadows)) for name in names]
    full = Arm.parse("r100")
    tests = [ArmFile(split.value, split, full) for split in SplitName if split is not SplitName.TRAIN]
    return (*train, *tests)


def emitted_records(plan: WatermarkPlan) -> Iterator[NeutralRecord]:
    """The emitted records of the whole corpus, in source order."""
    parts = [plan.layout.llava_part(index, plan.shards) for index in range(plan.shards)]
    for _, line in merged_lines(parts, plan.layout.work / "tmp"):
        yield _RECORDS.validate_json(line)


def shown_path(record: NeutralRecord, planned: PlannedImage, design: Design, arm: Arm) -> str:
    """The file, below OUT, that an arm shows of a record's image."""
    identity_id = planned.plan.identity_id
    identity_plan = design.cast.plan_of[identity_id] if identity_id else None
    return record.paths[shown_variant(planned.plan, identity_plan, arm)]


def write_arms(plan: WatermarkPlan, design: Design) -> dict[str, dict[str, Any]]:
    """Writes every arm in every form in one pass and returns records and SHA-256 of each, by path below OUT.
    The files get their names when all are complete."""
    planned = {image.plan.sha256: image for image in design.images}
    arms = arm_files(plan.config)
    targets = {
        (form, arm.name): (plan.layout.root / form.value / f"{arm.name}.json")
        for form in plan.config.formats
        for arm in arms
    }
    counts = dict.fromkeys(targets, 0)
    with ExitStack() as stack:
        files = {key: _open(stack, target) for key, target in targets.items()}
        for record in emitted_records(plan):
            image = planned.get(record.image)
            split = image.plan.split if image else SplitName.TRAIN
            for arm in arms:
                if arm.split is not split:
                    continue
                path = shown_path(record, image, design, arm.arm) if image else None
                for form in plan.config.formats:
                    key = (form, arm.name)
                    files[key].write(",\n" if counts[key] else "[\n")
                    files[key].write(json.dumps(_WRITE[form](record, path), ensure_ascii=False))
                    counts[key] += 1
        for key, file in files.items():
            file.write("\n]\n" if counts[key] else "[\n]\n")
    return _named(plan, targets, counts)


def _open(stack: ExitStack, target: Path) -> IO[str]:
    target.parent.mkdir(parents=True, exist_ok=True)
    return stack.enter_context(_unfinished(target).open("w", encoding="utf-8"))


def _unfinished(target: Path) -> Path:
    return target.with_name(f".{target.name}")


def _named(
    plan: WatermarkPlan, targets: Mapping[tuple[Format, str], Path], counts: Mapping[tuple[Format, str], int]
) -> dict[str, dict[str, Any]]:
    written = {}
    for key, target in targets.items():
        _unfinished(target).replace(target)
        with target.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        name = str(target.relative_to(plan.layout.root))
        written[name] = {"records": counts[key], "sha256": digest}
    return written


def remove_arms(plan: WatermarkPlan, kept: Sequence[str] = ()) -> None:
    """Takes away the arms of an earlier run but for those at ``kept``, paths below OUT."""
    for folder in (plan.layout.llava, plan.layout.qwen):
        for path in folder.glob("*.json"):
            if str(path.relative_to(plan.layout.root)) not in kept:
                path.unlink()
