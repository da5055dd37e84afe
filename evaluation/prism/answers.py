"""Reads answers and question sets: our files and those of the authors of PRISM, whatever they are called.

A row of an answer file holds question_id, prompt, text (or response) and model_id, as LLaVA's evaluation
writes it. A row that cannot be read is counted and told by file and line, never by its content.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.errors import ConfigError

LONGEST_ANSWER: Final = 50_000
"""Characters. A longer one is no answer of any use, and counts as unreadable."""
LONGEST_LINE: Final = 1_000_000
MOST_ROWS: Final = 2_000_000
_LONGEST_NAME: Final = 1_000
_TEXTS: Final = ("text", "response")


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
    """One row of a question file. ``source`` is the file's name without its ending."""

    question_id: str
    text: str
    category: str
    source: str


def read_answers(paths: Iterable[Path]) -> AnswerFiles:
    """All rows of ``paths``, files or folders (every ``*.jsonl`` below them).

    A row without model_id belongs to the model that other rows of its file name, else the file's name stands
    for it. Raises ConfigError for a path that is not there or holds no rows.
    """
    rows: list[AnswerRow] = []
    unreadable: dict[str, int] = {}
    for path in dict.fromkeys(_files("answers", paths)):
        found = [_answer(raw, path) for raw in _lines("answers", path)]
        named = next((row.model for row in found if row is not None and row.model), path.stem)
        rows += [
            row if row.model else AnswerRow(named, row.question_id, row.prompt, row.text, row.source)
            for row in found
            if row is not None
        ]
        if wrong := sum(row is None for row in found):
            unreadable[named] = unreadable.get(named, 0) + wrong
    if not rows:
        raise ConfigError("answers", ", ".join(map(str, paths)), "no row with question_id, prompt and text")
    if len(rows) > MOST_ROWS:
        raise ConfigError("answers", f"{len(rows):,} rows", f"score at most {MOST_ROWS:,} at once")
    return AnswerFiles(tuple(rows), unreadable)


def read_questions(path: Path) -> list[QuestionRow]:
    """The rows of a question set: a folder that ``mmscrub prism`` wrote or the authors' files, or one file.
    Raises ConfigError for a row that cannot be read: a set that is not whole cannot say what is missing."""
    files = sorted(path.glob("*PRISM_*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise ConfigError("bench", path, "holds no PRISM_*.jsonl")
    rows = []
    for file in files:
        for number, raw in enumerate(_lines("bench", file), start=1):
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


def _lines(key: str, path: Path) -> Iterator[Any]:
    """The values of the lines that are not blank, None for a line that is no JSON."""
    try:
        with path.open("rb") as file:
            while line := file.readline(LONGEST_LINE + 1):
                whole = len(line) <= LONGEST_LINE
                while not whole and (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
                if line.strip():
                    yield _parsed(line) if whole else None
    except OSError as error:
        raise ConfigError(key, path, f"cannot be read ({error.strerror})") from None


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _question(raw: Any, source: str) -> QuestionRow | None:
    given = raw if isinstance(raw, dict) else {}
    question_id, text, category = (given.get(name) for name in ("question_id", "text", "category"))
    if not (isinstance(question_id, str) and question_id and isinstance(text, str) and text):
        return None
    return QuestionRow(question_id, text, category if isinstance(category, str) else "", source)


def _answer(raw: Any, path: Path) -> AnswerRow | None:
    """The row, its model empty where it does not name one; None if it cannot be used."""
    if not isinstance(raw, dict):
        return None
    text = next((raw[name] for name in _TEXTS if name in raw), None)
    names = (raw.get("question_id"), raw.get("prompt", ""), raw.get("model_id") or "")
    if not isinstance(text, str) or len(text) > LONGEST_ANSWER:
        return None
    if not all(isinstance(one, str) and len(one) <= _LONGEST_NAME for one in names) or not names[0]:
        return None
    # A lone surrogate cannot be written again, and no model says one.
    clean = [one.encode("utf-8", "replace").decode() for one in (names[2], names[0], names[1], text)]
    return AnswerRow(clean[0], clean[1], clean[2], clean[3], path.stem)
