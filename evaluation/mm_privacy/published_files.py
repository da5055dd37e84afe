"""Answers to the published benchmark: result files of its scripts, or JSON lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evaluation.answer_files import read_answers
from evaluation.coverage import Coverage, cover
from evaluation.mm_privacy.judging import judge
from evaluation.mm_privacy.npy_results import Result, read_results
from evaluation.mm_privacy.published import (
    TYPES,
    PublishedItem,
    PublishedTables,
    probe_id,
    published_bench,
    read_items,
)
from evaluation.mm_privacy.score_files import NamedFile, called
from evaluation.mm_privacy.scores import Judged
from schemas.benchmark import Answer, RiskTest, Task
from schemas.errors import ConfigError

_FILE: Final = re.compile(r"part(?P<part>[12])_(?P<model>.+)_(?P<task>[^_]+)")
_TASKS: Final[Sequence[tuple[str, Task]]] = (
    ("direct", Task.DIRECT),
    ("output", Task.DIRECT),
    ("caption", Task.CAPTION),
    ("vqa", Task.VQA),
    ("rephras", Task.REPHRASING),
    ("classif", Task.CLASSIFICATION),
)
"""How the names of tasks begin in the names of files."""
_PARTS: Final = {"1": RiskTest.DISCLOSURE, "2": RiskTest.RETENTION}


@dataclass(frozen=True, slots=True)
class ResultFile:
    """What a result file is about, by its name ``part{1,2}_<model>_<setting>_<task>.npy``."""

    model: str
    test: RiskTest
    task: Task
    path: Path


def result_file(file: NamedFile) -> ResultFile:
    """Reads the name. Raises ConfigError that says how such files are called."""
    found = _FILE.fullmatch(file.path.stem)
    task = next((task for start, task in _TASKS if found and found["task"].lower().startswith(start)), None)
    if found is None or task is None:
        raise ConfigError(
            "answers",
            file.path,
            "must be called part1_MODEL_SETTING_TASK.npy, part2 for retention, TASK one of direct, caption, "
            "vqa, rephrase, classify",
        )  # fmt: skip
    return ResultFile(file.name or found["model"], _PARTS[found["part"]], task, file.path)


def judge_published(
    files: Sequence[Path], answers: Sequence[NamedFile], tables: PublishedTables, workers: int = 1
) -> list[Judged]:
    """Judges each model on the framings and tests that any of the answers is about: a model whose files lack
    one is incomplete. Raises ConfigError for files that cannot be read."""
    items = read_items(files, tables)
    given: dict[str, list[Answer]] = {}
    damaged: dict[str, int] = {}
    asked: set[tuple[RiskTest, Task]] = set()
    for file in answers:
        if file.path.suffix.lower() == ".npy":
            about = result_file(file)
            asked.add((about.test, about.task))
            given.setdefault(about.model, []).extend(_results(about, items))
            continue
        read = read_answers(file.path)
        name = called(file, read)
        found = [_numbered(one, items) for one in read.answers]
        asked |= {(test, task) for one in found for test, task in _about(one.question_id)}
        given.setdefault(name, []).extend(found)
        damaged[name] = damaged.get(name, 0) + read.damaged
    bench = published_bench(items, tables)
    probes = tuple(one for one in bench.probes if (one.test, one.task) in asked)
    if not probes:
        raise ConfigError("answers", len(answers), "are about none of the questions of the benchmark")
    bench = replace(bench, probes=probes)
    judged = []
    for model, said in given.items():
        texts, coverage = _covered(bench.prompts, said, damaged.get(model, 0))
        judged.append(Judged(model, coverage, judge(bench, texts, workers)))
    return judged


def _covered(
    prompts: Mapping[str, str], answers: Sequence[Answer], damaged: int
) -> tuple[dict[str, str], Coverage]:
    found, coverage = cover(prompts, answers, damaged)
    return {question: one.text for question, one in found.items()}, coverage


def _results(about: ResultFile, items: Sequence[PublishedItem]) -> list[Answer]:
    """The answers of a result file. Its numbers count from 0 or 1; the types that it tells must fit."""
    results = read_results(about.path)
    kinds = {one.number: one.kind for one in items if one.test is about.test}
    if not kinds:
        raise ConfigError("answers", about.path, f"is of {about.test.value}, whose questions are not there")
    for shift in (0, 1):
        if _fits(results, kinds, shift):
            return [
                Answer(probe_id(about.test, about.task, number + shift), "", result.text, "")
                for number, result in results.items()
            ]
    raise ConfigError("answers", about.path, "tells other types than the questions of these numbers")


def _fits(results: Mapping[int, Result], kinds: Mapping[int, object], shift: int) -> bool:
    """True if every result has the type of its question, where it tells one, and no number is foreign. Of
    numbers from 0, only those moved by 1 fit."""
    return all(
        number + shift in kinds and (not result.kind or TYPES.get(result.kind) == kinds[number + shift])
        for number, result in results.items()
    )


def _numbered(answer: Answer, items: Sequence[PublishedItem]) -> Answer:
    """A bare number is the question as it stands, which is the direct framing; of which test is plain only
    where the benchmark holds one."""
    tests = {one.test for one in items}
    if answer.question_id.isascii() and answer.question_id.isdecimal() and len(tests) == 1:
        return replace(answer, question_id=probe_id(next(iter(tests)), Task.DIRECT, int(answer.question_id)))
    return answer


def _about(question_id: str) -> list[tuple[RiskTest, Task]]:
    test, _, rest = question_id.partition("/")
    task = rest.partition("/")[0]
    known = test in RiskTest._value2member_map_ and task in Task._value2member_map_
    return [(RiskTest(test), Task(task))] if known else []
