"""The README.md of a benchmark: a dataset card with one configuration per table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from pipeline.card import CardConfig, front_matter_of, templated_card
from pipeline.disclosure.part_writer import PartReport
from pipeline.disclosure.plan import DisclosurePlan, SetName
from schemas.benchmark import UNSOLICITED
from schemas.benchmark_columns import MEMORY_FEATURES, PERSONA_FEATURES, PROBE_FEATURES
from schemas.columns import arrow_schema

TAGS = ("privacy", "memorization", "benchmark", "synthetic", "mmscrub")
PERSONAS = "personas"
"""Name of the table of everybody."""


def render_benchmark_card(
    plan: DisclosurePlan, summary: Mapping[str, Any], parts: Sequence[PartReport]
) -> str:
    """The whole card, front matter and Markdown."""
    sizes: Counter[str] = Counter()
    for part in parts:
        sizes[plan.parts[part.unit].table.value] += part.files[part.path]
    configs = [_config(name, summary["rows"][name.value], sizes) for name in SetName]
    configs = [config for config in configs if sum(config.splits.values())]
    people = sum(summary["personas"].values())
    persons = arrow_schema(PERSONA_FEATURES)
    configs.append(CardConfig(PERSONAS, {"train": people}, {"train": f"{PERSONAS}.parquet"}, persons))
    front = front_matter_of(configs, title=plan.layout.root.name, tags=TAGS)
    return templated_card(
        front,
        "pipeline.disclosure",
        title=plan.layout.root.name,
        summary=summary,
        config=plan.config,
        unsolicited=[one.value for one in UNSOLICITED if one in plan.config.tasks],
    )


def _config(name: SetName, rows: int, sizes: Mapping[str, int]) -> CardConfig:
    if name is SetName.MEMORY:
        split, features, folder = "train", MEMORY_FEATURES, "memory"
    else:
        split, features, folder = "test", PROBE_FEATURES, "data"
    pattern = PurePosixPath(folder, f"{name.value}-*.parquet").as_posix()
    return CardConfig(
        name.value, {split: rows}, {split: pattern}, arrow_schema(features), {split: sizes[name.value]}
    )
