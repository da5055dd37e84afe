"""Takes back what a build adds to a record, so that its Parquet can be an input like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.column_names import field_name
from schemas.columns import (
    CONVERSATIONS,
    EDITS,
    FIDELITY,
    IMAGE,
    IMAGE_EDITS,
    IMAGE_PATHS,
    IMAGES,
    PROVENANCE,
    SCHEMA_VERSION_KEY,
)

if TYPE_CHECKING:
    import pyarrow as pa

_ADDED = (EDITS, IMAGE_EDITS, FIDELITY, PROVENANCE, IMAGE_PATHS)


def is_own(schema: pa.Schema) -> bool:
    """True if a build wrote the file: the metadata say so."""
    return SCHEMA_VERSION_KEY.encode() in (schema.metadata or {}) and IMAGE_PATHS in schema.names


def without_additions(row: dict[str, Any]) -> dict[str, Any]:
    """The record of a row of ``data/``: images under their whole paths, renamed fields under their own
    names, without what the earlier build said of it."""
    images = row.get(IMAGES) or ([row[IMAGE]] if row.get(IMAGE) else [])
    paths = row.get(IMAGE_PATHS) or []
    if len(images) == len(paths):
        named = [{**image, "path": path} for image, path in zip(images, paths, strict=True)]
    else:
        named = images or paths  # references alone: a build with ``--images none``
    record = {name: item for name, item in row.items() if name not in (*_ADDED, IMAGE, IMAGES)}
    if record.get("messages") is not None:
        del record[CONVERSATIONS]  # the same turns, in the form that every row of ``data/`` has
    if named:
        record[IMAGE if len(named) == 1 else IMAGES] = named[0] if len(named) == 1 else named
    return {field_name(name): item for name, item in record.items()}
