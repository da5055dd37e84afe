"""Writes Parquet files whose bytes depend on their rows alone, in the shape that the Hub deduplicates best.

Text is compressed with zstd, encoded images are not compressed again; content-defined chunking keeps
unchanged pages identical between versions; the file appears under its name only when it is complete.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.columns import Feature, arrow_schema

ROW_GROUP_ROWS = 256
ROW_GROUP_BYTES = 32 * 2**20

_REPEATED = ("source", "provenance.policy", "provenance.version")
_DICTIONARY_BYTES = 2**30
"""A column falls back to plain values beyond this; a row group ends long before."""

_CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}


def write_parquet(
    path: Path,
    features: Mapping[str, Feature],
    rows: Iterable[tuple[Mapping[str, Any], int]],
    scratch: Path,
    *,
    repeated_images: bool = False,
) -> tuple[int, str]:
    """Writes ``rows`` (each with the size of its images in bytes) and returns their number and the file's
    SHA-256. ``scratch`` is a folder on the same file system for the unfinished file.

    ``repeated_images``: rows that follow one another show the same image, whose bytes are then stored once
    (in the dictionary of its row group); the further rows give 0 as the size of their images."""
    schema = arrow_schema(features)
    scratch.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = scratch / f"{path.name}.{uuid4().hex}"
    count = 0
    try:
        with _writer(unfinished, schema, repeated_images) as writer:
            batch: list[Mapping[str, Any]] = []
            size = 0
            for row, image_bytes in rows:
                batch.append(row)
                size += image_bytes
                count += 1
                if len(batch) >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
                    writer.write_table(pa.Table.from_pylist(batch, schema))
                    batch, size = [], 0
            # No rows, no row group: readers that take their batch size from the first one fail on none.
            if batch:
                writer.write_table(pa.Table.from_pylist(batch, schema))
        with unfinished.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count, digest


def _writer(path: Path, schema: pa.Schema, repeated_images: bool) -> pq.ParquetWriter:
    leaves = pq.ParquetFile(_empty_file(schema)).schema
    columns = [leaves.column(index).path for index in range(len(leaves))]
    images = [column for column in columns if column.startswith("image") and column.endswith(".bytes")]
    writer = pq.ParquetWriter(
        path,
        schema,
        compression={column: "none" if column in images else "zstd" for column in columns},
        use_dictionary=[c for c in columns if c.startswith(_REPEATED)] + (images if repeated_images else []),
        column_encoding=None if repeated_images else dict.fromkeys(images, "PLAIN"),
        dictionary_pagesize_limit=_DICTIONARY_BYTES if repeated_images else None,
        use_content_defined_chunking=_CHUNKING,
        write_page_index=True,
    )
    writer.add_key_value_metadata({"content_defined_chunking": json.dumps(_CHUNKING)})
    return writer


def _empty_file(schema: pa.Schema) -> pa.BufferReader:
    # Only the written schema tells the paths of nested leaves.
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    return pa.BufferReader(sink.getvalue())
