"""Reads the shards of a disclosure and retention benchmark: rows whole, or the facts that they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from schemas.benchmark import PrintedField, PrivateType
from schemas.benchmark_columns import (
    FIELDS,
    IMAGE_ID,
    MEMORY_FEATURES,
    PERSONA_ID,
    PRIVATE_TYPE,
    PROBE_FEATURES,
    SHOWN_PERSONA_ID,
    STATED,
    TEXT,
    VALUES,
)
from schemas.columns import CONVERSATIONS, ID, IMAGE, VALUE, Feature
from schemas.errors import ConfigError
from transforms.disclosure.arms import Side
from transforms.disclosure.hiding import Fact

PERSONAS = "personas.parquet"
_PATTERNS: Mapping[Side, Sequence[str]] = {
    Side.INFERENCE: ("data/disclosure-*.parquet", "data/retention-*.parquet"),
    Side.MEMORY: ("memory/memory-*.parquet",),
}
_ROWS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class BenchShard:
    """One Parquet file of the benchmark: ``name`` is its path below the folder."""

    side: Side
    name: str
    sha256: str

    @property
    def features(self) -> dict[str, Feature]:
        """Its columns."""
        return PROBE_FEATURES if self.side == Side.INFERENCE else MEMORY_FEATURES


@dataclass(frozen=True, slots=True)
class Shown:
    """What one row shows: an image by its name, whose values, where they stand, and what a label says of
    them."""

    image_id: str
    persona_id: str
    fields: tuple[PrintedField, ...]
    stated: tuple[PrivateType, ...] = ()

    @property
    def facts(self) -> Iterator[Fact]:
        """Every fact that is printed or stated."""
        printed = {one.private_type for one in self.fields if one.private_type and one.text}
        for private_type in sorted(printed | set(self.stated)):
            yield Fact(self.persona_id, private_type)


def find_shards(bench: Path, sides: Sequence[Side]) -> tuple[BenchShard, ...]:
    """The shards of these sides. Raises ConfigError if there are none of a side, or the run did not end."""
    if not (bench / "manifest.json").is_file():
        raise ConfigError(
            "bench", bench, "holds no finished benchmark: give the output of mmscrub disclosure"
        )
    found = []
    for side in sides:
        paths = [path for pattern in _PATTERNS[side] for path in sorted(bench.glob(pattern))]
        if not paths:
            remedy = f"holds no {_PATTERNS[side][0]}: give the output of mmscrub disclosure, or other sides"
            raise ConfigError("bench", bench, remedy)
        found += [BenchShard(side, str(path.relative_to(bench)), _sha256(path)) for path in paths]
    return tuple(found)


def read_rows(
    bench: Path, shard: BenchShard, columns: Sequence[str] | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of a shard, all columns or some of them. Raises ConfigError where it is none."""
    import pyarrow
    import pyarrow.parquet

    path = bench / shard.name
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            missing = set(shard.features) - set(file.schema_arrow.names)
            if missing:
                raise ConfigError("bench", path, f"lacks the column {min(missing)}")
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=list(columns or shard.features)):
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise ConfigError("bench", path, f"cannot be read ({type(error).__name__})") from None


def read_shown(bench: Path, shard: BenchShard) -> Iterator[Shown]:
    """What every distinct image of a shard shows, without its bytes."""
    probes = shard.side == Side.INFERENCE
    columns = (IMAGE_ID, SHOWN_PERSONA_ID, FIELDS) if probes else (ID, PERSONA_ID, FIELDS, STATED)
    last = ""
    for row in read_rows(bench, shard, columns):
        shown = shown_in(shard.side, row)
        if shown.image_id != last:
            yield shown
        last = shown.image_id


def shown_in(side: Side, row: Mapping[str, Any]) -> Shown:
    """What a row shows."""
    fields = tuple(_field(one) for one in row[FIELDS] or ())
    if side == Side.INFERENCE:
        return Shown(row[IMAGE_ID], row[SHOWN_PERSONA_ID] or "", fields)
    return Shown(row[ID], row[PERSONA_ID], fields, tuple(PrivateType(one) for one in row[STATED] or ()))


def read_values(bench: Path) -> dict[str, dict[PrivateType, str]]:
    """The values of every persona. Raises ConfigError."""
    import pyarrow
    import pyarrow.parquet

    path = bench / PERSONAS
    try:
        rows = pyarrow.parquet.read_table(path, columns=[PERSONA_ID, VALUES]).to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise ConfigError("bench", path, f"cannot be read ({type(error).__name__})") from None
    return {
        row[PERSONA_ID]: {PrivateType(one[PRIVATE_TYPE]): one[VALUE] for one in row[VALUES]} for row in rows
    }


def label_of(row: Mapping[str, Any]) -> str:
    """All that a memory sample says."""
    return "\n".join(turn[VALUE] for turn in row[CONVERSATIONS])


def image_of(row: Mapping[str, Any]) -> tuple[bytes, str]:
    """The bytes of a row's image and the suffix of its name."""
    image = row[IMAGE]
    return image["bytes"], Path(image["path"] or "").suffix or ".png"


def _field(written: Mapping[str, Any]) -> PrintedField:
    kind, numbers = written[PRIVATE_TYPE], written["quad"]
    first, second, third, fourth = zip(numbers[::2], numbers[1::2], strict=True)
    return PrintedField(
        written["name"],
        written["label"],
        PrivateType(kind) if kind else None,
        written[TEXT],
        (first, second, third, fourth),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
