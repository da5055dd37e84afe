"""Answers under defences, from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.answer_files import read_answers
from evaluation.coverage import cover
from evaluation.mm_privacy.bench import Bench
from evaluation.mm_privacy.judging import judge
from evaluation.mm_privacy.transfer import UNDEFENDED, Defended, transfer_probes
from schemas.benchmark import SOLICITED, Task
from schemas.errors import ConfigError


def parse_defences(arguments: Sequence[str]) -> dict[Task | None, Path]:
    """Each "TASK=FILE"; "undefended=FILE" is of None. Raises ConfigError for another word, or one said
    twice."""
    names: Mapping[str, Task | None] = {UNDEFENDED: None, **{task.value: task for task in SOLICITED}}
    found: dict[Task | None, Path] = {}
    for argument in arguments:
        name, equals, path = argument.partition("=")
        if not equals or name not in names:
            raise ConfigError("answers", argument, f"give TASK=FILE, TASK of {', '.join(names)}")
        if names[name] in found:
            raise ConfigError("answers", argument, f"gives {name} twice")
        found[names[name]] = Path(path)
    return found


def judge_defences(bench: Bench, files: Mapping[Task | None, Path], workers: int = 1) -> list[Defended]:
    """Judges each file on the probes that transfer is about; answers to others of the benchmark are left
    aside. Raises ConfigError for a file that cannot be read."""
    probes = transfer_probes(bench)
    if not probes:
        raise ConfigError("bench", len(bench.probes), "holds no private probe that names its type")
    asked = {one.probe_id: one.prompt for one in probes}
    beside = bench.prompts.keys() - asked.keys()
    part = replace(bench, probes=probes)
    defended = []
    for made_for, path in files.items():
        read = read_answers(path)
        mine = [one for one in read.answers if one.question_id not in beside]
        found, coverage = cover(asked, mine, read.damaged)
        texts = {question: answer.text for question, answer in found.items()}
        defended.append(Defended(made_for, coverage, judge(part, texts, workers)))
    return defended
