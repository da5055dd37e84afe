"""Reads and writes the file of scores: Parquet, CSV or JSON lines, one row per scored candidate.

A wrong file is told by row and column, never by a value of an identity. Rows count from 1, without header.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from evaluation.memorisation.scores import (
    CANARY,
    COLUMNS,
    HIDDEN,
    PUBLISHED,
    REQUIRED,
    SHARED,
    ScoredTest,
    ScoreRow,
)
from schemas.errors import ConfigError

MOST_ROWS: Final = 5_000_000
"""About 5 GB in memory."""
_LARGEST: Final = 1e300
_UNIT = re.compile(r"[!-~]{1,200}")
_CHECKPOINT = re.compile(r"[ -~]{0,200}")
_REFERENCE = re.compile(r"reference-[\w-]{1,60}", re.ASCII)
_HIDDEN = re.compile(r"hidden(-[\w-]{1,60})?", re.ASCII)
_CANDIDATES: Final[Mapping[ScoredTest, str]] = {
    ScoredTest.EXPOSURE: f"{CANARY} or reference-NAME",
    ScoredTest.TWIN: f"{PUBLISHED}, {HIDDEN} or {HIDDEN}-NAME",
    ScoredTest.ONE_RUN: CANARY,
    ScoredTest.SHADOW: CANARY,
}


def read_scores(path: Path) -> list[ScoreRow]:
    """The checked rows. Raises ConfigError that names the row and the column, or what the file lacks."""
    readers = {".parquet": _parquet_rows, ".csv": _csv_rows, ".jsonl": _json_rows}
    if path.suffix not in readers:
        raise _wrong(path, f"give a file that ends in {', '.join(readers)}")
    if not path.is_file():
        raise _wrong(path, "there is no such file")
    rows = []
    try:
        for number, raw in enumerate(readers[path.suffix](path), start=1):
            if number > MOST_ROWS:
                raise _wrong(path, f"holds more than {MOST_ROWS:,} rows; score fewer references")
            rows.append(_checked(path, number, raw))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _wrong(path, f"cannot be read ({type(error).__name__})") from None
    if not rows:
        raise _wrong(path, "holds no rows")
    return rows


def write_scores(path: Path, rows: Iterable[ScoreRow]) -> int:
    """Writes ``rows`` as Parquet, returns how many. Raises ConfigError unless the name ends in .parquet."""
    import pyarrow
    import pyarrow.parquet

    if path.suffix != ".parquet":
        raise _wrong(path, "give a name that ends in .parquet")
    table = [
        {
            "test": row.test.value,
            "unit": row.unit,
            "candidate": row.candidate,
            "score": float(row.score),
            "shadow": row.shadow,
            "checkpoint": row.checkpoint,
        }
        for row in rows
    ]
    text = pyarrow.string()
    types = (text, text, text, pyarrow.float64(), pyarrow.int32(), text)
    schema = pyarrow.schema(list(zip(COLUMNS, types, strict=True)))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(table, schema=schema), path)
    return len(table)


def _wrong(path: Path, remedy: str) -> ConfigError:
    return ConfigError("scores", path, remedy)


def _needs_columns(path: Path, names: Iterable[str]) -> None:
    missing = [name for name in REQUIRED if name not in set(names)]
    if missing:
        raise _wrong(path, f"lacks the column {', '.join(missing)}; there must be {', '.join(REQUIRED)}")


def _parquet_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            _needs_columns(path, names)
            wanted = [name for name in COLUMNS if name in names]
            for batch in file.iter_batches(columns=wanted):
                yield from batch.to_pylist()
    except pyarrow.ArrowException as error:
        raise _wrong(path, f"is no Parquet file that can be read ({type(error).__name__})") from None


def _csv_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        _needs_columns(path, reader.fieldnames or ())
        for row in reader:
            score = row["score"]
            yield row | {
                "score": _number(score),
                "shadow": _whole(row.get("shadow")),
                "checkpoint": row.get("checkpoint") or "",
            }


def _json_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                raise _wrong(path, f"row {number}: is no JSON") from None
            if not isinstance(row, dict):
                raise _wrong(path, f"row {number}: is no JSON object")
            yield row


def _number(written: object) -> object:
    try:
        return float(str(written))
    except ValueError:
        return written


def _whole(written: str | None) -> object:
    if not written:
        return None
    return int(written) if re.fullmatch(r"[0-9]{1,6}", written) else written


def _checked(path: Path, number: int, raw: Mapping[str, Any]) -> ScoreRow:
    def bad(column: str, remedy: str) -> ConfigError:
        return _wrong(path, f"row {number}, column {column}: {remedy}")

    for column in REQUIRED:
        if raw.get(column) is None:
            raise bad(column, "is missing")
    try:
        test = ScoredTest(raw["test"])
    except (ValueError, TypeError):
        raise bad("test", f"must be {', '.join(one.value for one in ScoredTest)}") from None
    unit, candidate = raw["unit"], raw["candidate"]
    if not isinstance(unit, str) or _UNIT.fullmatch(unit) is None:
        raise bad("unit", "must be an identity id or the digest of an image, plain characters, no blanks")
    if not isinstance(candidate, str) or not _is_candidate(test, unit, candidate):
        what = "reference-NAME beside the unit *" if unit == SHARED else _CANDIDATES[test]
        raise bad("candidate", f"must be {what} for the test {test.value}")
    score = raw["score"]
    if isinstance(score, bool) or not isinstance(score, (int, float)):
        raise bad("score", "must be a number")
    if not abs(score) <= _LARGEST:
        raise bad("score", "must be finite; a candidate that could not be scored is to be left out whole")
    return ScoreRow(test, unit, candidate, float(score), _shadow(test, raw, bad), _checkpoint(raw, bad))


def _is_candidate(test: ScoredTest, unit: str, candidate: str) -> bool:
    match test:
        case ScoredTest.EXPOSURE:
            is_reference = _REFERENCE.fullmatch(candidate) is not None
            return is_reference or (candidate == CANARY and unit != SHARED)
        case ScoredTest.TWIN:
            return unit != SHARED and (candidate == PUBLISHED or _HIDDEN.fullmatch(candidate) is not None)
        case _:
            return unit != SHARED and candidate == CANARY


def _shadow(test: ScoredTest, raw: Mapping[str, Any], bad: Any) -> int | None:
    shadow = raw.get("shadow")
    if shadow is None:
        return None
    if isinstance(shadow, bool) or not isinstance(shadow, int) or not 0 <= shadow < 1_000_000:
        raise bad("shadow", "must be the number of a shadow model, or empty for the model under test")
    if test is not ScoredTest.SHADOW:
        raise bad("shadow", f"belongs to the test {ScoredTest.SHADOW.value} alone")
    return shadow


def _checkpoint(raw: Mapping[str, Any], bad: Any) -> str:
    checkpoint = raw.get("checkpoint") or ""
    if not isinstance(checkpoint, str) or _CHECKPOINT.fullmatch(checkpoint) is None:
        raise bad("checkpoint", "must be text of at most 200 plain characters")
    return checkpoint
