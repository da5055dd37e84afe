"""Reads the manifest of a watermarked split, by those who may: its owner, or everyone once it is revealed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.watermark.layout import WatermarkLayout
from schemas.errors import ConfigError

_ROWS = 4096


def manifest_shards(layout: WatermarkLayout) -> list[Path]:
    """The shards of the manifest of images, in order. Raises ConfigError where there are none."""
    shards = sorted(layout.secrets.glob("images-*-of-*.parquet"))
    if not shards:
        raise ConfigError(
            "out", str(layout.root), "holds no manifest/images-*.parquet: is it a finished watermarked split?"
        )
    return shards


def read_manifest(layout: WatermarkLayout, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of the manifest of images with these columns, in the order of its shards. Raises ConfigError."""
    for shard in manifest_shards(layout):
        yield from read_table_rows(shard, columns)


def read_table_rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of one Parquet file with these columns. Raises ConfigError for another kind of file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            missing = set(columns) - set(file.schema_arrow.names)
            if missing:
                raise ConfigError("manifest", path.name, f"has no column {min(missing)}")
            for batch in file.iter_batches(_ROWS, columns=list(columns)):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise ConfigError("manifest", path.name, f"cannot be read ({type(error).__name__})") from None
