"""Reads MM-Privacy as its authors published it: questions without gold, persona, scenario, or source.

What is missing is put back where it can be. Scenario and source follow from the place in the file: blocks of
a type, in each four equal blocks of scenarios, of which in the retention test the last 15 of 100 show scenes.
The gold of retention is looked up by the name in the question, where one person alone bears it; that of
disclosure comes from a table of the user's, because it stands in the images only. Where there is none,
refusals are scored, and whether an answer tells the value of anybody in the authors' tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from evaluation.mm_privacy.bench import Bench
from evaluation.mm_privacy.published_tables import PublishedPerson, read_gold, read_people
from schemas.benchmark import (
    SOLICITED,
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
from schemas.errors import ConfigError

TYPES: Final[Mapping[str, PrivateType]] = {
    "Email": PrivateType.EMAIL,
    "Phone Numbers": PrivateType.PHONE,
    "SSN": PrivateType.SSN,
}
FILES: Final[Mapping[str, tuple[RiskTest, bool]]] = {
    "evaluate_direct.json": (RiskTest.DISCLOSURE, False),
    "evaluate_memory.json": (RiskTest.RETENTION, False),
    "evaluate_partone_real.json": (RiskTest.DISCLOSURE, True),
    "evaluate_parttwo_real.json": (RiskTest.RETENTION, True),
}
"""The test of each file, and whether its images are photographs (which are all of one scenario)."""
_MOST_BYTES: Final = 64 * 2**20
_FORMS: Final = 0.85
"""Share of the questions of a retention block that show a form; the rest shows a scene."""
_WORDS: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class PublishedTables:
    """What the user has of the authors' tables: persons of the memory set and of the evaluation set, and the
    gold of disclosure by number. CSV or Parquet."""

    memory: Path | None = None
    evaluation: Path | None = None
    gold: Path | None = None


@dataclass(frozen=True, slots=True)
class PublishedItem:
    """One question of a file, before any framing."""

    test: RiskTest
    number: int
    kind: PrivateType
    scenario: Scenario
    source: ImageSource
    prompt: str
    gold: str
    persona_id: str


def published_files(bench: Path) -> tuple[Path, ...]:
    """The question files at or below ``bench``, one per test; none if it is no published benchmark.

    Raises ConfigError where two files of one test are there: which one was answered cannot be told."""
    if bench.is_file():
        return (bench,) if bench.name in FILES else ()
    found = [path for name in FILES for path in sorted([*bench.glob(name), *bench.glob(f"*/{name}")])]
    synthetic = [path for path in found if not FILES[path.name][1]] or found
    tests = [FILES[path.name][0] for path in synthetic]
    if len(set(tests)) < len(tests):
        raise ConfigError("bench", bench, "holds two question files of one test: give one of them")
    return tuple(synthetic)


def read_items(files: Sequence[Path], tables: PublishedTables) -> list[PublishedItem]:
    """All questions with what can be put back. Raises ConfigError for files of another layout."""
    memory = [] if tables.memory is None else read_people(tables.memory, "memory")
    gold = {} if tables.gold is None else read_gold(tables.gold)
    by_name: dict[str, list[PublishedPerson]] = {}
    for person in memory:
        by_name.setdefault(" ".join(_WORDS.findall(person.name.lower())), []).append(person)
    items: list[PublishedItem] = []
    for path in files:
        test, real = FILES[path.name]
        for item in _placed(path, test, real):
            if test is RiskTest.RETENTION:
                named = _named(item.prompt, by_name)
                items.append(_with_gold(item, named))
            else:
                items.append(
                    PublishedItem(
                        test, item.number, item.kind, item.scenario, item.source, item.prompt,
                        gold.get(item.number, ""), "",
                    )
                )  # fmt: skip
    return items


def published_bench(
    items: Sequence[PublishedItem], tables: PublishedTables, tasks: Sequence[Task] = SOLICITED
) -> Bench:
    """A probe for every question in every framing of ``tasks``. Its prompt is the question alone: a framing
    is put round it when it is asked."""
    probes = tuple(
        Probe(
            probe_id(one.test, task, one.number),
            f"{one.test.value}/{one.number}",
            one.test,
            Purpose.PRIVATE,
            one.kind,
            one.scenario,
            one.source,
            "published",
            task,
            one.prompt,
            one.gold,
            one.persona_id,
            "",
            AnswerableFrom.IMAGE if one.test is RiskTest.DISCLOSURE else AnswerableFrom.MEMORY,
            f"{one.test.value}/{one.number}",
        )
        for task in tasks
        for one in items
    )
    return Bench(probes, _personas(tables), {})


def probe_id(test: RiskTest, task: Task, number: int) -> str:
    """What a question in a framing is called."""
    return f"{test.value}/{task.value}/{number}"


def _personas(tables: PublishedTables) -> tuple[Persona, ...]:
    pools = {PersonaPool.MEMORY: tables.memory, PersonaPool.EVALUATION: tables.evaluation}
    return tuple(
        Persona(person.persona_id, pool, "en_US", person.gender, person.values)
        for pool, path in pools.items()
        if path is not None
        for person in read_people(path, pool.value)
    )


def _placed(path: Path, test: RiskTest, real: bool) -> list[PublishedItem]:
    rows = _rows(path)
    items: list[PublishedItem] = []
    if real:
        for number, kind, prompt in rows:
            place = (Scenario.VERIFICATION, ImageSource.PHOTOGRAPH)
            items.append(PublishedItem(test, number, kind, *place, prompt, "", ""))
        return items
    blocks = [list(block) for _, block in groupby(rows, key=lambda row: row[1])]
    if len({block[0][1] for block in blocks}) < len(blocks) or any(len(block) % 4 for block in blocks):
        raise ConfigError(
            "bench", path, "is not in the published order: blocks of a type, four scenarios each"
        )
    for block in blocks:
        quarter = len(block) // 4
        for at, (number, kind, prompt) in enumerate(block):
            scene = test is RiskTest.RETENTION and at % quarter >= round(_FORMS * quarter)
            place = (tuple(Scenario)[at // quarter], ImageSource.SCENE if scene else ImageSource.TEMPLATE)
            items.append(PublishedItem(test, number, kind, *place, prompt, "", ""))
    return items


def _rows(path: Path) -> list[tuple[int, PrivateType, str]]:
    """Number, type, question; in order of the numbers."""

    def wrong(remedy: str) -> ConfigError:
        return ConfigError("bench", path, remedy)

    try:
        if path.stat().st_size > _MOST_BYTES:
            raise wrong("is larger than any published question file")
        content: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise wrong(f"cannot be read ({type(error).__name__})") from None
    if not isinstance(content, dict) or not content:
        raise wrong("must be one JSON object, number -> type and prompt")
    rows: list[tuple[int, PrivateType, str]] = []
    for number, row in content.items():
        kind = TYPES.get(str(row.get("type"))) if isinstance(row, dict) else None
        if (
            kind is None
            or not isinstance(row.get("prompt"), str)
            or not number.isascii()
            or not (number.isdecimal() and len(number) < 10)
        ):
            raise wrong(f"entry {len(rows) + 1}: needs a number, a type of {', '.join(TYPES)} and a prompt")
        rows.append((int(number), kind, row["prompt"]))
    if len({number for number, _, _ in rows}) < len(rows):
        raise wrong("holds a number twice")
    return sorted(rows, key=lambda row: row[0])


def _named(prompt: str, by_name: Mapping[str, list[PublishedPerson]]) -> list[PublishedPerson]:
    """The persons whose name stands in ``prompt``; of names inside of others the longest."""
    words = _WORDS.findall(prompt.lower())
    found: dict[str, list[PublishedPerson]] = {}
    for size in range(6, 1, -1):
        for first in range(len(words) - size + 1):
            name = " ".join(words[first : first + size])
            if name in by_name and not any(name in longer for longer in found):
                found[name] = by_name[name]
    return [person for persons in found.values() for person in persons]


def _with_gold(item: PublishedItem, named: Sequence[PublishedPerson]) -> PublishedItem:
    """``item`` with the value of the one person named; without where there are several or none."""
    gold = dict(named[0].values).get(item.kind, "") if len(named) == 1 else ""
    persona = named[0].persona_id if named else ""
    return PublishedItem(
        item.test, item.number, item.kind, item.scenario, item.source, item.prompt, gold, persona
    )
