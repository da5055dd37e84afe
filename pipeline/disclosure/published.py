"""The sets once more as the authors of MM-Privacy lay theirs out (ACL Findings 2025.237, arXiv 2606.09125).

One JSON object per test, ``{"1": {"type", "prompt"}, …}``; a key is the name of the PNG beside it; the prompt
is the base request, around which the five framings are put. That layout has no gold: ``gold.csv`` holds it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from PIL import Image

from pipeline.disclosure.config import DisclosureConfig
from pipeline.disclosure.design_step import Design, Designed
from pipeline.disclosure.plan import SetName
from schemas.benchmark import ImageSource, PrivateType, RiskTest
from transforms.disclosure.design import PlannedImage, base_prompt
from transforms.disclosure.memory_set import MemorySample, memory_samples

_PNG = b"\x89PNG"
_TYPES = {PrivateType.EMAIL: "Email", PrivateType.PHONE: "Phone Numbers", PrivateType.SSN: "SSN"}
_CELLS = {
    RiskTest.DISCLOSURE: ("Evaluation/Direct Output/evaluate_direct.json", "Evaluation/Direct Output/Direct"),
    RiskTest.RETENTION: ("Evaluation/Memory Output/evaluate_memory.json", "Evaluation/Memory Output/Memory"),
}
_REAL = "Evaluation/Real Image"
_PHOTOGRAPHS = {
    RiskTest.DISCLOSURE: f"{_REAL}/evaluate_partone_real.json",
    RiskTest.RETENTION: f"{_REAL}/evaluate_parttwo_real.json",
}
_LABELS = "Memory Set/final_data_full.json"
GOLD = "gold.csv"
_GOLD_COLUMNS = ("file", "key", "item_id", "persona_id", "private_type", "gold")


@dataclass(frozen=True, slots=True)
class PublishedImage:
    """A PNG at ``path`` below the folder of the layout."""

    path: str
    data: bytes


def type_called(private_type: PrivateType) -> str:
    """What the published files call a type; ours of the same pattern for those that they lack."""
    return _TYPES.get(private_type, private_type.value.replace("_", " ").title())


def published_image(designed: Designed, data: bytes, config: DisclosureConfig) -> PublishedImage | None:
    """The image of an item or a memory sample; None for a decoy's."""
    if isinstance(designed, MemorySample):
        number = designed.sample_id.rpartition("-")[2]
        return PublishedImage(f"Memory Set/Final/{int(number)}.png", _as_png(data))
    if designed.image_id != designed.item.item_id:
        return None
    file, key = _place(designed, config)
    folder = f"{_REAL}/Real" if file.startswith(_REAL) else _CELLS[designed.item.test][1]
    return PublishedImage(f"{folder}/{key}.png", _as_png(data))


def published_files(
    design: Design, config: DisclosureConfig, key: bytes, held: frozenset[str]
) -> Mapping[str, bytes]:
    """The JSON files and the gold, by path; ``held`` names images that could not be made."""
    people = {one.persona_id: one for one in (*design.cast.evaluation, *design.cast.memory)}
    tables: dict[str, dict[str, Any]] = {}
    gold: list[tuple[str, ...]] = []
    for planned in chain(design.table(SetName.DISCLOSURE), design.table(SetName.RETENTION)):
        if isinstance(planned, MemorySample):
            continue
        item = planned.item
        if planned.image_id != item.item_id or planned.image_id in held:
            continue
        file, number = _place(planned, config)
        asked = planned.probes[0]
        prompt = base_prompt(item, people[asked.persona_id], key)
        tables.setdefault(file, {})[number] = {"type": type_called(item.private_type), "prompt": prompt}
        gold.append((file, number, item.item_id, asked.persona_id, item.private_type.value, asked.gold))
    labels = {
        str(int(one.sample_id.rpartition("-")[2])): {"type": one.label.kind.value, "label": one.label.text}
        for one in memory_samples(design.plans, design.cast.memory, design.key)
        if one.sample_id not in held
    }
    files = {file: _json(table) for file, table in (*tables.items(), (_LABELS, labels))}
    return files | {GOLD: _csv(gold)}


def _place(planned: PlannedImage, config: DisclosureConfig) -> tuple[str, str]:
    """The JSON file and the key of an item. Photographs of both tests lie in one folder: those of the second
    are counted on."""
    item = planned.item
    if item.source is not ImageSource.PHOTOGRAPH:
        return _CELLS[item.test][0], str(item.number)
    before = config.disclosure.photographs if item.test is RiskTest.RETENTION else 0
    return _PHOTOGRAPHS[item.test], str(before + item.number)


def _as_png(data: bytes) -> bytes:
    if data.startswith(_PNG):
        return data
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _json(table: Mapping[str, Any]) -> bytes:
    return (json.dumps(table, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_GOLD_COLUMNS)
    writer.writerows(rows)
    return out.getvalue().encode()
