"""Reads answers and question sets: our files and those of the authors of PRISM, whatever they are called."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evaluation import answer_files
from schemas.benchmark_columns import CATEGORY, QUESTION_ID, TEXT, THING_KIND
from schemas.errors import ConfigError

LONGEST_ANSWER: Final = 50_000
"""Characters. A longer one is no answer of any use, and counts as unreadable."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer as it stands in a file. ``source`` is the file's name without its ending."""

    model: str
    question_id: str
    prompt: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class AnswerFiles:
    """What files hold. ``unreadable``: rows per model that could not be used; the model is the file's own
    where the row does not tell it."""

    rows: tuple[AnswerRow, ...]
    unreadable: dict[str, int]

    @property
    def models(self) -> list[str]:
        """Their names, sorted."""
        return sorted({row.model for row in self.rows} | set(self.unreadable))


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One row of a question file. ``source`` is the file's name without its ending; ``thing_kind`` says what
    a harmless question is about, empty where the file does not."""

    question_id: str
    text: str
    category: str
    source: str
    thing_kind: str = ""


def read_answers(paths: Iterable[Path]) -> AnswerFiles:
    """All rows of ``paths``, files or folders (every ``*.jsonl`` below them).

    A row without model_id belongs to the model that other rows of its file name, else the file's name stands
    for it. Raises ConfigError for a path that is not there or holds no answers.
    """
    rows: list[AnswerRow] = []
    unreadable: dict[str, int] = {}
    for path in dict.fromkeys(_files("answers", paths)):
        file = answer_files.read_answers(path)
        unnamed = answer_files.shown_name(file.models[0] if file.models else path.stem)
        usable = [one for one in file.answers if len(one.text) <= LONGEST_ANSWER]
        rows += [
            AnswerRow(
                answer_files.shown_name(one.model_id) or unnamed,
                _whole(one.question_id),
                _whole(one.prompt),
                _whole(one.text),
                path.stem,
            )
            for one in usable
        ]
        if wrong := file.damaged + len(file.answers) - len(usable):
            unreadable[unnamed] = unreadable.get(unnamed, 0) + wrong
    return AnswerFiles(tuple(rows), unreadable)


def _whole(text: str) -> str:
    """A lone surrogate, which JSON may hold, cannot be written again, and no model says one."""
    return text.encode("utf-8", "replace").decode()


def read_questions(path: Path) -> list[QuestionRow]:
    """The rows of a question set: a folder that ``mmscrub prism`` wrote or the authors' files, or one file.
    Raises ConfigError for a row that cannot be read: a set that is not whole cannot say what is missing."""
    files = sorted(path.glob("*PRISM_*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise ConfigError("bench", path, "holds no PRISM_*.jsonl")
    rows = []
    for file in files:
        for number, raw in enumerate(_rows(file), start=1):
            row = _question(raw, file.stem)
            if row is None:
                raise ConfigError("bench", file, f"row {number} lacks question_id or text")
            rows.append(row)
    if not rows:
        raise ConfigError("bench", path, "holds no questions")
    return rows


def _files(key: str, paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(path.rglob("*.jsonl"))
            if not found:
                raise ConfigError(key, path, "holds no *.jsonl")
            yield from found
        elif path.is_file():
            yield path
        else:
            raise ConfigError(key, path, "there is no such file or folder")


def _rows(path: Path) -> Iterator[Any]:
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as lines:  # a path may hold other line breaks
            for line in lines:
                if line.strip():
                    yield json.loads(line)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError("bench", path, f"cannot be read ({type(error).__name__})") from None


def _question(raw: Any, source: str) -> QuestionRow | None:
    given = raw if isinstance(raw, dict) else {}
    question_id, text = given.get(QUESTION_ID), given.get(TEXT)
    category, kind = (
        one if isinstance(one := given.get(name), str) else "" for name in (CATEGORY, THING_KIND)
    )
    if not (isinstance(question_id, str) and question_id and isinstance(text, str) and text):
        return None
    return QuestionRow(question_id, text, category, source, kind)
