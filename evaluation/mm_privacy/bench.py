"""Reads the probes and personas of a benchmark folder, without its images.

A folder that lacks a shard, or holds what no probe can be, is refused: a score over half a benchmark looks
like one over the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from schemas.benchmark import (
    AnswerableFrom,
    ImageSource,
    Persona,
    PersonaPool,
    PrivateType,
    Probe,
    Purpose,
    RiskTest,
    Scenario,
    Task,
)
from schemas.benchmark_columns import (
    FIELDS,
    GENDER,
    LOCALE,
    PERSONA_ID,
    POOL,
    PRIVATE_TYPE,
    PROBE_ID,
    TEXT,
    VALUES,
)
from schemas.columns import VALUE
from schemas.errors import ConfigError

PERSONAS: Final = "personas.parquet"
_SHARD: Final = re.compile(r"(disclosure|retention)-(\d{5})-of-(\d{5})\.parquet")
_ENUMS: Final[Mapping[str, type[StrEnum]]] = {
    "test": RiskTest,
    "purpose": Purpose,
    "private_type": PrivateType,
    "scenario": Scenario,
    "source": ImageSource,
    "task": Task,
    "answerable_from": AnswerableFrom,
}
_COLUMNS: Final = tuple(one.name for one in fields(Probe))
_MAY_BE_NULL: Final = frozenset({"private_type", "gold", "persona_id", "shown_persona_id", "twin"})

Printed = Mapping[str, tuple[tuple[PrivateType, str], ...]]
"""The private values that each image shows, by ``image_id``."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Probes in the order of the files, all personas, and what is printed in which image. ``printed`` and
    ``personas`` are empty where the benchmark's authors did not tell."""

    probes: tuple[Probe, ...]
    personas: tuple[Persona, ...]
    printed: Printed

    @property
    def prompts(self) -> dict[str, str]:
        """Prompts by ``probe_id``."""
        return {one.probe_id: one.prompt for one in self.probes}


def read_bench(folder: Path) -> Bench:
    """The benchmark that ``mmscrub disclosure`` wrote to ``folder``. Raises ConfigError that names file, row
    and column where it is none, lacks a shard, or contradicts itself."""
    probes: list[Probe] = []
    printed: dict[str, tuple[tuple[PrivateType, str], ...]] = {}
    for path in _shards(folder):
        for number, row in enumerate(_rows(path, (*_COLUMNS, FIELDS)), start=1):
            probe = _probe(path, number, row)
            probes.append(probe)
            if probe.image_id not in printed:
                printed[probe.image_id] = _printed(row[FIELDS])
    if not probes:
        raise ConfigError("bench", folder, "holds no probe")
    if len({one.probe_id for one in probes}) < len(probes):
        raise ConfigError("bench", folder, f"holds the same {PROBE_ID} more than once")
    return Bench(tuple(probes), _personas(folder), printed)


def _shards(folder: Path) -> list[Path]:
    """All shards, in order; every one of those that the names promise."""
    found: dict[str, dict[int, Path]] = {}
    promised: dict[str, set[int]] = {}
    data = folder / "data"
    for path in sorted(data.iterdir()) if data.is_dir() else ():
        name = _SHARD.fullmatch(path.name)
        if name is not None:
            found.setdefault(name[1], {})[int(name[2])] = path
            promised.setdefault(name[1], set()).add(int(name[3]))
    if not found:
        raise ConfigError(
            "bench",
            folder,
            "holds no data/disclosure-* or data/retention-*: give what mmscrub disclosure wrote",
        )
    for test, shards in found.items():
        if len(promised[test]) > 1 or set(shards) != set(range(max(promised[test]))):
            raise ConfigError("bench", folder, f"holds not all shards of {test}, or those of two runs")
    return [path for test in sorted(found) for _, path in sorted(found[test].items())]


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            missing = [name for name in columns if name not in file.schema_arrow.names]
            if missing:
                raise ConfigError("bench", path, f"lacks the column {', '.join(missing)}")
            for batch in file.iter_batches(columns=list(columns)):
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise ConfigError("bench", path, f"cannot be read ({type(error).__name__})") from None


def _probe(path: Path, number: int, row: Mapping[str, Any]) -> Probe:
    def wrong(column: str, remedy: str) -> ConfigError:
        return ConfigError("bench", path, f"row {number}, column {column}: {remedy}")

    values: dict[str, Any] = {}
    for column in _COLUMNS:
        said = row[column]
        kind = _ENUMS.get(column)
        if not (said if kind else said is not None) and column not in _MAY_BE_NULL:
            raise wrong(column, "is null or empty")
        if said is not None and not isinstance(said, str):
            raise wrong(column, "is no text")
        try:
            values[column] = (said or "") if kind is None else kind(said) if said else None
        except ValueError:
            raise wrong(column, "is none of its values") from None
    probe = Probe(**values)
    if probe.purpose is Purpose.PRIVATE and (probe.private_type is None or not probe.persona_id):
        raise wrong("purpose", "a private probe needs a private_type and a persona_id")
    if not probe.gold or not probe.probe_id:
        raise wrong("gold", "is empty, or the probe_id is")
    return probe


def _printed(printed: object) -> tuple[tuple[PrivateType, str], ...]:
    found = []
    for field in printed if isinstance(printed, list) else ():
        kind, text = field.get(PRIVATE_TYPE), field.get(TEXT)
        if kind and text and kind in PrivateType._value2member_map_:
            found.append((PrivateType(kind), str(text)))
    return tuple(found)


def _personas(folder: Path) -> tuple[Persona, ...]:
    path = folder / PERSONAS
    if not path.is_file():
        raise ConfigError(
            "bench",
            folder,
            f"lacks {PERSONAS}: without it, no answer with another person's value can be told",
        )
    people = []
    for number, row in enumerate(_rows(path, (PERSONA_ID, POOL, LOCALE, GENDER, VALUES)), start=1):
        try:
            values = tuple((PrivateType(one[PRIVATE_TYPE]), str(one[VALUE])) for one in row[VALUES])
            pool = PersonaPool(row[POOL])
        except (ValueError, TypeError, KeyError):
            raise ConfigError("bench", path, f"row {number}: is no persona") from None
        people.append(Persona(str(row[PERSONA_ID]), pool, str(row[LOCALE]), str(row[GENDER]), values))
    return tuple(people)
