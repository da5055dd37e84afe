"""What a reader takes and what it yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from schemas.reasons import Reason

MAX_RECORD_BYTES = 64 * 1024 * 1024
"""Size above which one record is not read: RECORD_TOO_LARGE."""

MAX_SAMPLE_BYTES = 256 * 1024 * 1024
"""Size of all files of one tar sample above which it is not read: RECORD_TOO_LARGE."""

CHUNK_BYTES = 1024 * 1024
"""How much of a stream is read at once. No reader's result depends on it."""


class Form(StrEnum):
    """How records stand in a source."""

    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    WEBDATASET = "webdataset"
    IMAGE_FOLDER = "image_folder"


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the input, or a folder of images. ``uri`` is a local path or an fsspec URL; ``name`` is a
    stem that is safe as the name of an output file and unique among the sources of one input."""

    uri: str
    name: str
    form: Form


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of a source, ``row`` counted from 0 over good and broken rows alike.

    ``value`` is the parsed object (any JSON value), None where nothing could be parsed. ``images`` holds the
    encoded bytes of embedded images by their path in ``Record.images``; None if the row embeds none.
    ``reason`` is set on a broken row; ``value`` may then still be there, so that its id can be told.
    """

    row: int
    value: Any | None
    images: Mapping[str, bytes] | None = None
    reason: Reason | None = None
