"""From files to scores: a benchmark, and one file of answers for each model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.answer_files import PLAIN_NAME, AnswerFile, read_answers
from evaluation.coverage import cover
from evaluation.mm_privacy.bench import Bench
from evaluation.mm_privacy.judging import judge
from evaluation.mm_privacy.scores import Judged
from schemas.errors import ConfigError


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file of answers, and what to call what gave them; empty for what its rows name."""

    name: str
    path: Path


def parse_answers(arguments: Sequence[str]) -> tuple[NamedFile, ...]:
    """Each "FILE" or "NAME=FILE". Raises ConfigError for a name of other characters than letters,
    digits, blanks and . _ - + / @ :"""
    found = []
    for argument in arguments:
        name, equals, path = argument.partition("=")
        if not equals or Path(argument).is_file():
            found.append(NamedFile("", Path(argument)))
        elif not PLAIN_NAME.fullmatch(name):
            raise ConfigError("answers", argument, "give FILE or NAME=FILE, a short NAME of plain letters")
        else:
            found.append(NamedFile(name, Path(path)))
    return tuple(found)


def judge_files(bench: Bench, files: Sequence[NamedFile], workers: int = 1) -> list[Judged]:
    """Judges each file. Raises ConfigError for one that cannot be read, or two models of one name."""
    judged = []
    for file in files:
        read = read_answers(file.path)
        found, coverage = cover(bench.prompts, read.answers, read.damaged)
        texts = {question: answer.text for question, answer in found.items()}
        judged.append(Judged(called(file, read), coverage, judge(bench, texts, workers)))
    names = [one.model for one in judged]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError("answers", twice[0], "names two files: tell them apart as NAME=FILE")
    return judged


def called(file: NamedFile, read: AnswerFile) -> str:
    """The name given, else that of the rows where it is one plain name, else the file's."""
    if file.name:
        return file.name
    return next((name for name in read.models[:1] if PLAIN_NAME.fullmatch(name)), file.path.stem)
