"""Plans and analyses the batches of one arm of a watermarked split: who is shown when, with what answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.layout import write_atomically
from pipeline.readers.open import list_sources
from pipeline.readers.read_rows import read_rows
from pipeline.watermark.layout import WatermarkLayout
from pipeline.watermark.revealed import read_manifest
from schemas.columns import CONVERSATIONS, FROM, IMAGE, VALUE
from schemas.errors import ConfigError
from schemas.record import Role
from schemas.watermark import SplitName
from schemas.watermark_columns import IDENTITY_ID, PATH
from transforms.watermark.batch_orders import NOBODY, Examples, Indices, OrderName, plan_order, read_order
from transforms.watermark.batches import batch_report, identity_counts
from transforms.watermark.factorial import FactorialRun
from transforms.watermark.irrelevance import answer_class
from transforms.watermark.unmark import image_name

_WORD = re.compile(r"\w+")


class AnswerRule(StrEnum):
    """When two records have the same answer. ``exact``: the words of their first answers are the same.
    ``class``: so are short answers, longer ones if they are about as long."""

    EXACT = "exact"
    CLASS = "class"


@dataclass(frozen=True, slots=True, eq=False)
class ArmExamples:
    """The examples of an arm in the order of its file; ``identities[n]`` is the name of carrier number n."""

    examples: Examples
    identities: tuple[str, ...]


def read_arm(layout: WatermarkLayout, arm: str, answers: AnswerRule) -> ArmExamples:
    """Who is on the image of each record of an arm, and what its answer is. ``arm``: a name such as ``r50``,
    or the path of a LLaVA file that shows images of the split. Raises ConfigError for another file."""
    own = arm.endswith((".json", ".jsonl"))
    places = [Path(arm)] if own else [layout.llava_arm(f"{SplitName.TRAIN}-{arm}"), layout.llava_arm(arm)]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        there = ", ".join(sorted(one.stem for one in layout.llava.glob("*.json")))
        raise ConfigError("arm", arm, f"no such arm; there are: {there or 'none'}")
    rows = read_manifest(layout, (PATH, IDENTITY_ID))
    shown = {image_name(row[PATH]): row[IDENTITY_ID] for row in rows if row[PATH] is not None}
    numbers: dict[str, int] = {}
    replies: dict[str, int] = {}
    carriers, said, unknown = [], [], 0
    for value in _records(path):
        identity = None
        if value.get(IMAGE) is not None:
            name = _name_of(value[IMAGE])
            unknown += name not in shown
            identity = shown.get(name) if name else None
        carriers.append(NOBODY if identity is None else numbers.setdefault(identity, len(numbers)))
        said.append(replies.setdefault(_answer(value, answers), len(replies)))
    if unknown:
        raise ConfigError("arm", arm, f"{unknown} records show an image that is not of this split")
    examples = Examples(np.array(carriers, dtype=np.int64), np.array(said, dtype=np.int64))
    return ArmExamples(examples, tuple(numbers))


def plan_batches(
    examples: Examples, order: str, batch_size: int, key: bytes, epochs: int = 1
) -> list[list[Indices]]:
    """The batches of each epoch: by the name of an order, or all of them as one epoch from an order file.
    Raises ConfigError."""
    if order in list(OrderName):
        return [plan_order(OrderName(order), examples, batch_size, key, epoch) for epoch in range(epochs)]
    path = Path(order)
    try:
        with path.open(encoding="utf-8") as lines:
            return [read_order(lines, str(path), len(examples), batch_size)]
    except (OSError, UnicodeDecodeError) as error:
        allowed = ", ".join(OrderName)
        remedy = f"is neither {allowed} nor a readable order file ({type(error).__name__})"
        raise ConfigError("order", order, remedy) from None


def report_batches(
    arm: ArmExamples, batches: Sequence[Indices], batch_size: int, about: dict[str, Any]
) -> dict[str, Any]:
    """The table of predicted and counted figures, with what it is ``about``."""
    return about | batch_report(arm.examples, batches, batch_size)


def write_counts(arm: ArmExamples, batches: Sequence[Indices], path: Path) -> None:
    """Writes (step, identity_id, count) as Parquet, readable by its owner alone: it tells who is where."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = list(identity_counts(arm.examples, batches))
    steps, people, counts = zip(*rows, strict=True) if rows else ((), (), ())
    names = pa.DictionaryArray.from_arrays(
        pa.array(people, pa.int32()), pa.array(arm.identities, pa.string())
    )
    table = pa.table(
        {"step": pa.array(steps, pa.int64()), IDENTITY_ID: names, "count": pa.array(counts, pa.int32())}
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    pq.write_table(table, path)


def write_runs(runs: Sequence[FactorialRun], path: Path) -> None:
    """Writes run configs as a YAML list."""
    import yaml

    listed = [json.loads(json.dumps(asdict(run))) for run in runs]
    write_atomically(path, yaml.safe_dump(listed, sort_keys=False).encode())


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for source in list_sources(str(path)):
        for row in read_rows(source):
            if not isinstance(row.value, dict):
                raise ConfigError("arm", str(path), f"row {row.row} is no record")
            yield row.value


def _name_of(path: object) -> bytes | None:
    try:
        return image_name(path.replace("\\", "/")) if isinstance(path, str) else None
    except ConfigError:
        return None


def _answer(record: dict[str, Any], rule: AnswerRule) -> str:
    """The first answer of a record in the form in which answers are compared; empty where it has none."""
    turns = record.get(CONVERSATIONS)
    for turn in turns if isinstance(turns, list) else ():
        if isinstance(turn, dict) and turn.get(FROM) == Role.GPT and isinstance(turn.get(VALUE), str):
            said: str = turn[VALUE]
            return (
                answer_class(said) if rule is AnswerRule.CLASS else " ".join(_WORD.findall(said.casefold()))
            )
    return ""
