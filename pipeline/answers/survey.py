"""Looks over a benchmark before a model is asked: what is asked, in which parts, and that it is sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from itertools import islice

from pipeline.answers.bench_file import KEY, BenchFile
from pipeline.answers.questions import Question, read_questions
from schemas.errors import ConfigError

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Part:
    """The next ``asked`` questions from row ``first`` on, of the file with that index. A part is what is
    answered, kept and done again as one."""

    number: int
    file: int
    first: int
    asked: int


@dataclass(frozen=True, slots=True)
class Survey:
    """``questions`` of all ``rows`` are asked. ``digest`` changes with any of them, or their order."""

    parts: tuple[Part, ...]
    questions: int
    rows: int
    digest: str


def survey_bench(
    files: Sequence[BenchFile], tasks: Collection[str], limit: int | None, per_part: int
) -> Survey:
    """Reads every question without its image. ``tasks``: only these, all if empty. ``limit``: only the first.
    ``per_part``: questions in a part.

    Raises ConfigError: a task that no row has, no question at all, or one that is asked twice."""
    digest, seen = sha256(), _Seen()
    parts: list[Part] = []
    rows, taken = 0, 0
    found: Counter[str] = Counter()
    for index, file in enumerate(files):
        first, asked = 0, 0
        for question in read_questions(file, images=False):
            rows += 1
            found[question.task] += 1
            if (tasks and question.task not in tasks) or taken == limit:
                continue
            seen.note(question)
            digest.update(f"{_framed(question)}{file.name}\n".encode())
            taken, asked = taken + 1, asked + 1
            if asked == per_part:
                parts.append(Part(len(parts), index, first, asked))
                first, asked = question.row + 1, 0
        if asked:
            parts.append(Part(len(parts), index, first, asked))
    _check_tasks(tasks, found)
    if not taken:
        raise ConfigError(KEY, files[0].path.parent, "asks nothing")
    if seen.doubled:
        remedy = f"{seen.doubled} questions are asked twice, with the same id and prompt: keep one of each"
        raise ConfigError(KEY, files[0].path.parent, remedy)
    return Survey(tuple(parts), taken, rows, digest.hexdigest())


def asked_in(part: Part, questions: Iterator[Question], tasks: Collection[str]) -> Iterator[Question]:
    """The questions of ``part`` from the rows of its file, which start at or before it and are used up to its
    end."""
    wanted = (one for one in questions if one.row >= part.first and (not tasks or one.task in tasks))
    return islice(wanted, part.asked)


class _Seen:
    """Counts questions that were there before. Keeps 16 bytes of each."""

    def __init__(self) -> None:
        self._digests: set[bytes] = set()
        self.doubled = 0

    def note(self, question: Question) -> None:
        if question.reason is not None:
            return
        digest = blake2b(_framed(question).encode(), digest_size=16).digest()
        self.doubled += digest in self._digests
        self._digests.add(digest)


def _framed(question: Question) -> str:
    reason = question.reason or ""
    return (
        f"{len(question.question_id)}:{question.question_id}{len(question.prompt)}:{question.prompt}{reason}"
    )


def _check_tasks(tasks: Collection[str], found: Counter[str]) -> None:
    unknown = sorted(set(tasks) - set(found))
    if unknown:
        there = ", ".join(sorted(found)[:_SHOWN]) or "none"
        raise ConfigError("tasks", ",".join(unknown), f"no question has that task; there are: {there}")
