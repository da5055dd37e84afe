"""Puts the parts of a run together: a file of answers, or what there is of one and what is missing."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from pipeline.answers.part_store import Told
from pipeline.answers.plan import AnswerPlan, beside
from pipeline.answers.questions import read_questions
from pipeline.answers.survey import asked_in
from pipeline.layout import write_atomically
from schemas.errors import RunFailed

QUARANTINE, INCOMPLETE, RECORD = ".quarantine", ".incomplete", ".run.json"
_ASSEMBLED = "assembled-{}.jsonl"


@dataclass(frozen=True, slots=True)
class Finished:
    """``written`` is the file of answers if all questions are answered, else what there is of them;
    ``reasons`` counts why questions have none. Tokens are those of every answer in the file."""

    written: Path
    answered: int
    reasons: Mapping[str, int]
    input_tokens: int
    output_tokens: int
    sha256: str

    @property
    def complete(self) -> bool:
        """True if every question has an answer."""
        return not self.reasons


def finish(plan: AnswerPlan, record: Mapping[str, Any]) -> Finished:
    """Writes FILE, or FILE.incomplete and FILE.quarantine, and FILE.run.json with ``record`` beside it. The
    parts go once FILE is there. RunFailed if a question has no outcome, or the benchmark changed."""
    assembled = plan.parts_folder / _ASSEMBLED.format("answers")
    rejected = plan.parts_folder / _ASSEMBLED.format("quarantine")
    reasons: Counter[str] = Counter()
    input_tokens = output_tokens = answered = 0
    digest = sha256()
    with assembled.open("wb") as answers, rejected.open("wb") as quarantine:
        for name, one in _outcomes(plan):
            input_tokens += one.input_tokens
            output_tokens += one.output_tokens
            if one.reason:
                reasons[one.reason] += 1
                quarantine.write(_line(_quarantine_row(name, one)))
                continue
            answered += 1
            line = _line(_answer_row(plan, one))
            digest.update(line)
            answers.write(line)
        for file in (answers, quarantine):
            _flush(file)
    written = beside(plan.out, INCOMPLETE) if reasons else plan.out
    done = Finished(
        written,
        answered,
        dict(sorted(reasons.items())),
        input_tokens,
        output_tokens,
        digest.hexdigest(),
    )
    _write_record(plan, done, record)
    if reasons:
        rejected.replace(beside(plan.out, QUARANTINE))
        assembled.replace(written)
        return done
    for stale in (rejected, beside(plan.out, QUARANTINE), beside(plan.out, INCOMPLETE)):
        stale.unlink(missing_ok=True)
    assembled.replace(written)
    plan.store.remove()
    return done


def _outcomes(plan: AnswerPlan) -> Iterator[tuple[str, Told]]:
    """Every question's outcome in the order of the benchmark, with the name of its file."""
    for index, parts in groupby(plan.parts, key=lambda part: part.file):
        file = plan.files[index]
        rows = read_questions(file, images=False)
        for part in parts:
            told = plan.store.load(part.number)
            count = 0
            for question in asked_in(part, rows, plan.tasks):
                one = told.get(question.row)
                if one is None or (one.question_id, one.prompt) != (question.question_id, question.prompt):
                    raise RunFailed("a question has no outcome, or the benchmark was changed: run again")
                count += 1
                yield file.path.name, one
            if count != part.asked or count != len(told):
                raise RunFailed("the books do not balance, or the benchmark was changed: run again")


def _answer_row(plan: AnswerPlan, one: Told) -> dict[str, Any]:
    metadata: dict[str, Any] = {"input_tokens": one.input_tokens, "output_tokens": one.output_tokens}
    if one.cut:
        metadata["cut"] = True
    if plan.defence_digest:
        metadata["defence"] = plan.defence_digest[:12]
    return {
        "question_id": one.question_id,
        "prompt": one.prompt,
        "text": one.text,
        "answer_id": plan.answer_id(one.question_id, one.prompt),
        "model_id": plan.model_id,
        "metadata": metadata,
    }


def _quarantine_row(name: str, one: Told) -> dict[str, Any]:
    """Ids and reasons; the prompt is found by its row."""
    return {
        "question_id": one.question_id,
        "source": name,
        "row": one.row,
        "stage": one.stage,
        "reason": one.reason,
    }


def _line(row: Mapping[str, Any]) -> bytes:
    return (json.dumps(row, ensure_ascii=False) + "\n").encode()


def _flush(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _write_record(plan: AnswerPlan, done: Finished, record: Mapping[str, Any]) -> None:
    prices = plan.settings.prices
    said = {
        "complete": done.complete,
        "questions": done.answered + sum(done.reasons.values()),
        "answered": done.answered,
        "reasons": dict(done.reasons),
        "sha256": done.sha256,
        "run": plan.run,
        "model_id": plan.model_id,
        "tasks": list(plan.tasks),
        "limit": plan.limit,
        "defence": plan.defence_digest,
        "input_tokens": done.input_tokens,
        "output_tokens": done.output_tokens,
        "cost": round(prices.cost(done.input_tokens, done.output_tokens), 6),
        **record,
    }
    write_atomically(beside(plan.out, RECORD), (json.dumps(said, indent=1) + "\n").encode())
