"""What a real build makes of a benchmark: its images and labels as a corpus, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.config import RunConfig, make_config
from pipeline.layout import write_atomically
from pipeline.mitigation.bench_files import BenchShard, Shown, image_of, label_of, read_rows, shown_in
from pipeline.mitigation.plan import MitigationPlan
from pipeline.parse_record import IMAGE_TOKEN
from schemas.benchmark import PrivateType
from schemas.columns import CONVERSATIONS, FROM, ID, IMAGE, IMAGE_EDITS, VALUE
from schemas.finding import Box
from schemas.record import Role
from transforms.disclosure.arms import Side
from transforms.disclosure.hiding import Fact, is_covered, is_told

_SUFFIXES = (".png", ".jpg", ".jpeg")
_LOOK = f"{IMAGE_TOKEN}\nWhat kind of picture is this?"
_SEEN = "It is a picture of a document or of a scene."


@dataclass(frozen=True, slots=True)
class Built:
    """What is left of a record: the cleaned image (a path below the build's images), the boxes that were
    filled in it, and the cleaned conversation."""

    image: str
    boxes: tuple[Box, ...]
    conversations: tuple[dict[str, str], ...]

    @property
    def label(self) -> str:
        """All that the sample says."""
        return label_of({CONVERSATIONS: self.conversations})


@dataclass(slots=True)
class Hidden:
    """Whether a build hid a fact in all images that print it, and in all labels that state it. None: there is
    no such image, or no such label."""

    image: bool | None = None
    label: bool | None = None

    @property
    def everywhere(self) -> bool:
        """True if it is told nowhere any more."""
        return self.image is not False and self.label is not False


def record_id(side: Side, image_id: str) -> str:
    """The name in the built corpus of an image of probes, or of a memory sample."""
    return f"{side}:{image_id}"


def write_corpus(plan: MitigationPlan) -> RunConfig:
    """Writes the benchmark as a LLaVA corpus and returns the config of its build: one record per memory
    sample, and one with a harmless conversation per image that probes show."""
    folder = plan.layout.build_input
    images = folder / "images"
    records, seen = [], set()
    for part in plan.parts:
        for row in read_rows(plan.config.bench, part):
            name = record_id(part.side, shown_in(part.side, row).image_id)
            if name in seen:
                continue
            seen.add(name)
            data, suffix = image_of(row)
            path = f"{sha256(data).hexdigest()}{suffix if suffix in _SUFFIXES else '.png'}"
            if not (images / path).exists():
                write_atomically(images / path, data, durable=False)
            records.append({ID: name, IMAGE: path, CONVERSATIONS: _conversation(part.side, row)})
    write_atomically(folder / "corpus.json", json.dumps(records).encode())
    return make_config(
        {
            "input": str(folder / "corpus.json"),
            "images": str(images),
            "out": plan.layout.build,
            "policy": plan.config.policy,
            "seed": plan.config.seed,
            "workers": plan.config.workers,
            "force": plan.config.force,
            "limits": plan.config.limits.model_dump(),
            "llava_images": True,
        }
    )


def read_built(plan: MitigationPlan) -> dict[str, Built]:
    """What the build emitted, by ``record_id``; what is not there was held back."""
    import pyarrow.parquet

    folder = plan.layout.build
    paths = {record[ID]: record[IMAGE] for record in _written(folder / "llava")}
    found = {}
    for path in sorted((folder / "data").glob("*.parquet")):
        table = pyarrow.parquet.read_table(path, columns=[ID, CONVERSATIONS, IMAGE_EDITS])
        for row in table.to_pylist():
            boxes = tuple(Box(*one["box"]) for one in row[IMAGE_EDITS] or () if one["box"])
            found[row[ID]] = Built(paths[row[ID]], boxes, tuple(row[CONVERSATIONS]))
    return found


def measure(
    shown: Iterator[tuple[Side, Shown]],
    built: Mapping[str, Built],
    values: Mapping[str, Mapping[PrivateType, str]],
    types: Sequence[PrivateType],
) -> dict[Fact, Hidden]:
    """Which facts the build hid. Of a place nine tenths must be filled; of a label less than half of the
    value's letters and digits may be left. What was held back tells nothing."""
    found: dict[Fact, Hidden] = {}
    for side, one in shown:
        left = built.get(record_id(side, one.image_id))
        for fact in one.facts:
            if fact.private_type not in types:
                continue
            hidden = found.setdefault(fact, Hidden())
            for field in one.fields:
                if field.private_type == fact.private_type and field.text:
                    here = left is None or is_covered(field.quad, left.boxes)
                    hidden.image = here if hidden.image is None else hidden.image and here
            if fact.private_type in one.stated:
                value = values[fact.persona_id][fact.private_type]
                here = left is None or not is_told(left.label, value)
                hidden.label = here if hidden.label is None else hidden.label and here
    return found


def _conversation(side: Side, row: Mapping[str, Any]) -> list[dict[str, str]]:
    if side == Side.MEMORY:
        return list(row[CONVERSATIONS])
    return [{FROM: Role.HUMAN.value, VALUE: _LOOK}, {FROM: Role.GPT.value, VALUE: _SEEN}]


def _written(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.json")):
        yield from json.loads(path.read_bytes())


def shard_names(parts: Sequence[BenchShard]) -> list[dict[str, str]]:
    """What the manifest says of its input."""
    return [{"name": part.name, "sha256": part.sha256} for part in parts]
