"""Questions of a benchmark, one row after another: however large its files are, few rows are in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.answers.bench_file import BenchFile, BenchForm, read_numbered
from pipeline.image_refs import read_image_bytes, resolve_image
from pipeline.readers.jsonl import read_jsonl
from pipeline.readers.parquet import open_parquet
from pipeline.readers.source import Form, Source
from schemas.benchmark import SOLICITED, RiskTest, Task
from schemas.benchmark_columns import FIELDS, PROBE_ID, PROMPT, QUESTION_ID, TASK, TEXT
from schemas.columns import IMAGE
from schemas.errors import ConfigError, RejectRecord
from schemas.reasons import Reason, Stage
from transforms.disclosure.prompts import framed

MAX_IMAGE_BYTES = 64 * 2**20
_ROWS_WITH_IMAGES = 16
_ROWS_OF_TEXT = 512
_MOST_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Question:
    """One row. ``row`` counts from 0 in its file; ``task`` is the row's own or the name of its file.
    ``image`` holds the encoded file where the row does, else ``image_path`` names it. ``about`` is whatever
    else the row says in words. With a ``reason`` it cannot be asked."""

    row: int
    question_id: str
    prompt: str
    task: str
    image_path: str = ""
    image: bytes | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    reason: Reason | None = None


def read_questions(file: BenchFile, *, images: bool, first: int = 0) -> Iterator[Question]:
    """The rows of ``file`` from ``first`` on, in its order. Bytes of images are read only if ``images`` are
    asked for. Broken rows come with a reason. Raises ConfigError where the file itself cannot be read."""
    match file.form:
        case BenchForm.PARQUET:
            rows = _parquet_rows(file, images, first)
        case BenchForm.JSONL:
            rows = _json_lines(file, first)
        case BenchForm.NUMBERED:
            rows = _numbered_rows(file, first)
    for row, raw in rows:
        yield _question(row, raw, file)


def image_of(question: Question, file: BenchFile) -> bytes:
    """The encoded image that the question is about. Raises RejectRecord."""
    if question.reason is not None:
        raise RejectRecord(Stage.ANSWER, question.reason)
    if question.image is not None:
        if len(question.image) > MAX_IMAGE_BYTES:
            raise RejectRecord(Stage.ANSWER, Reason.IMAGE_FILE_TOO_LARGE)
        return question.image
    if file.images is None or not question.image_path:
        raise RejectRecord(Stage.ANSWER, Reason.IMAGE_MISSING)
    return read_image_bytes(resolve_image(question.image_path, file.images), MAX_IMAGE_BYTES, Stage.ANSWER)


def _question(row: int, raw: Any, file: BenchFile) -> Question:
    if not isinstance(raw, dict):
        return Question(row, "", "", file.name, reason=Reason.QUESTION_MALFORMED)
    key = raw.get(PROBE_ID) or raw.get(QUESTION_ID)
    if isinstance(key, int) and not isinstance(key, bool):
        key = str(key)
    key, prompt, task = (
        _words(key),
        _words(raw.get(PROMPT) or raw.get(TEXT)),
        _words(raw.get(TASK) or file.name),
    )
    if not key or not prompt or not task or len(prompt) > _MOST_CHARACTERS:
        return Question(row, "", "", file.name, reason=Reason.QUESTION_MALFORMED)
    image = raw.get(IMAGE)
    data, path = (image.get("bytes"), image.get("path")) if isinstance(image, dict) else (image, image)
    return Question(
        row,
        key,
        prompt,
        task,
        path if isinstance(path, str) else "",
        data if isinstance(data, bytes) else None,
        {name: said for name, said in raw.items() if isinstance(said, str)},
    )


def _words(said: object) -> str:
    """``said``; nothing where it is no text, or holds lone surrogates, which no file of answers can."""
    if not isinstance(said, str):
        return ""
    try:
        said.encode()
    except UnicodeEncodeError:
        return ""
    return said


def _json_lines(file: BenchFile, first: int) -> Iterator[tuple[int, Any]]:
    for row in read_jsonl(Source(str(file.path), file.name, Form.JSONL)):
        if row.row >= first:
            yield row.row, row.value if row.reason is None else None


def _numbered_rows(file: BenchFile, first: int) -> Iterator[tuple[int, Any]]:
    """A published file of MM-Privacy holds requests, which its authors' scripts put into five framings, with
    an offer to decline; another file of this form holds its questions as they are asked."""
    framings = SOLICITED if file.test is not None else (Task.DIRECT,)
    for index, (number, raw) in enumerate(read_numbered(file.path).items()):
        for at, task in enumerate(framings):
            row = index * len(framings) + at
            if row >= first:
                yield row, _numbered(file.test, task, number, raw)


def _numbered(test: RiskTest | None, task: Task, number: str, raw: object) -> dict[str, Any] | None:
    if not isinstance(raw, dict) or not isinstance(raw.get(PROMPT), str):
        return None
    key, prompt = number, raw[PROMPT]
    if test is not None:
        key = f"{test.value}/{task.value}/{number}"
        prompt = framed(task, test, prompt, opt_out=True)
    return raw | {QUESTION_ID: key, PROMPT: prompt, TASK: task.value, IMAGE: f"{number}.png"}


def _parquet_rows(file: BenchFile, images: bool, first: int) -> Iterator[tuple[int, Any]]:
    import pyarrow as pa

    with open_parquet(str(file.path)) as parquet:
        # Fields of forms are gold for scorers; nobody who answers may see them.
        wanted = [name for name in parquet.schema_arrow.names if name != FIELDS and (images or name != IMAGE)]
        row = 0
        for group in range(parquet.num_row_groups):
            end = row + parquet.metadata.row_group(group).num_rows
            if end > first:
                size = _ROWS_WITH_IMAGES if images else _ROWS_OF_TEXT
                try:
                    for batch in parquet.iter_batches(size, [group], wanted):
                        skipped = min(max(first - row, 0), batch.num_rows)
                        for raw in batch.slice(skipped).to_pylist():
                            yield row + skipped, raw
                            row += 1
                        row += skipped
                except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
                    remedy = f"row group {group} cannot be read ({type(error).__name__})"
                    raise ConfigError("bench", file.path, remedy) from None
            row = end
