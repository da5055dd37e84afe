"""Tables that belong to the published benchmark, exported from its workbooks as CSV or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.benchmark import PrivateType
from schemas.errors import ConfigError

NAME: Final = "Name"
_COLUMNS: Final[Mapping[str, PrivateType]] = {
    NAME: PrivateType.NAME,
    "Email": PrivateType.EMAIL,
    "Phone Numbers": PrivateType.PHONE,
    "SSN": PrivateType.SSN,
    "Address": PrivateType.ADDRESS,
    "Date of Birth": PrivateType.DATE_OF_BIRTH,
}
_NEEDED: Final = (NAME, "Email", "Phone Numbers", "SSN")
_MOST_ROWS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class PublishedPerson:
    """A row of a workbook: ``persona_id`` is its pool and row."""

    persona_id: str
    name: str
    gender: str
    values: tuple[tuple[PrivateType, str], ...]


def read_people(path: Path, pool: str) -> list[PublishedPerson]:
    """The persons of a workbook in its order. Raises ConfigError for a file that lacks one of its columns."""
    people = []
    for number, row in enumerate(_rows("personas", path, _NEEDED), start=1):
        values = tuple((kind, row[column]) for column, kind in _COLUMNS.items() if row.get(column))
        people.append(PublishedPerson(f"{pool}-{number:06}", row[NAME], row.get("Gender", ""), values))
    return people


def read_gold(path: Path) -> dict[int, str]:
    """The value that each image shows, by its number: columns ``index`` and ``value``. Raises ConfigError."""
    gold: dict[int, str] = {}
    for place, row in enumerate(_rows("gold", path, ("index", "value")), start=1):
        number = row["index"]
        if not (number.isascii() and number.isdecimal() and len(number) < 10) or int(number) in gold:
            raise ConfigError("gold", path, f"row {place}: index must be a number, and each once")
        gold[int(number)] = row["value"]
    return gold


def _rows(key: str, path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    readers = {".csv": _csv_rows, ".parquet": _parquet_rows}
    if path.suffix.lower() not in readers:
        raise ConfigError(key, path, "must end in .csv or .parquet: save the workbook as CSV")
    if not path.is_file():
        raise ConfigError(key, path, "there is no such file")
    rows = 0
    try:
        for raw in readers[path.suffix.lower()](path):
            missing = [name for name in needed if name not in raw]
            if missing:
                raise ConfigError(key, path, f"lacks the column {', '.join(missing)}")
            rows += 1
            if rows > _MOST_ROWS:
                raise ConfigError(key, path, f"holds more than {_MOST_ROWS:,} rows")
            yield {str(name): "" if said is None else str(said).strip() for name, said in raw.items()}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(key, path, f"cannot be read ({type(error).__name__})") from None
    if not rows:
        raise ConfigError(key, path, "holds no rows")


def _csv_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            yield {name: said for name, said in row.items() if isinstance(name, str)}


def _parquet_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                yield from batch.to_pylist()
    except pyarrow.ArrowException as error:
        raise OSError(0, type(error).__name__) from None
