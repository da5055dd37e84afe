"""Answers of models as LLaVA's evaluation writes them: JSON lines with question_id and text, often more.

Files of judgements of PRISM call the text "response".

Nothing that a row says is ever part of an error: rows are told by their number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.benchmark import Answer
from schemas.errors import ConfigError

LONGEST_LINE: Final = 1_000_000
"""Characters; a longer line is damaged. A model that was told to stop after 150 tokens says 1,000."""
MOST_ROWS: Final = 2_000_000


PLAIN_NAME: Final = re.compile(r"[\w.@:+/ -]{1,80}")
"""Names that are shown as they stand: no control characters, no markup."""


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """The answers of a file in its order, and how many lines were no answers at all."""

    answers: tuple[Answer, ...]
    damaged: int

    @property
    def models(self) -> tuple[str, ...]:
        """The models that the rows name, in the order of the alphabet; none where no row names one."""
        return tuple(sorted({one.model_id for one in self.answers if one.model_id}))


def read_answers(path: Path) -> AnswerFile:
    """Reads JSON lines. A line that is no JSON, or lacks question_id or text, is counted as damaged.

    Raises ConfigError if there is no such file, it cannot be read, is no text, or holds no answer."""
    answers, damaged = [], 0
    try:
        for line in _lines(path):
            answer = _answer(line)
            damaged += answer is None
            if answer is not None:
                answers.append(answer)
    except OSError as error:
        raise ConfigError("answers", path, f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError("answers", path, "is no text in UTF-8: give the JSON lines of answers") from None
    if not answers:
        raise ConfigError("answers", path, "holds no row with question_id and text")
    return AnswerFile(tuple(answers), damaged)


def _lines(path: Path) -> Iterator[str]:
    rows = 0
    with path.open(encoding="utf-8-sig") as file:
        # readline, so that a file without line breaks is not taken in whole.
        while line := file.readline(LONGEST_LINE):
            if not line.strip():
                continue
            rows += 1
            if rows > MOST_ROWS:
                raise ConfigError("answers", path, f"holds more than {MOST_ROWS:,} rows")
            yield line


def _answer(line: str) -> Answer | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    question, text = row.get("question_id"), row.get("text", row.get("response"))
    if isinstance(question, int) and not isinstance(question, bool):
        question = str(question)
    if not isinstance(question, str) or not question or not isinstance(text, str):
        return None
    return Answer(question, _said(row, "prompt"), text, _said(row, "model_id"), _said(row, "answer_id"))


def _said(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def shown_name(name: str) -> str:
    """What a model is called in tables: other characters than those of ``PLAIN_NAME`` become "_"."""
    return "".join(char if PLAIN_NAME.fullmatch(char) else "_" for char in name[:80])
