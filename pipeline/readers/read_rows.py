"""Reads any source as raw rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.readers.image_folder import read_image_folder
from pipeline.readers.json_list import read_json_list
from pipeline.readers.jsonl import read_jsonl
from pipeline.readers.parquet import read_parquet
from pipeline.readers.source import Form, RawRow, Source
from pipeline.readers.webdataset import read_webdataset


def read_rows(source: Source) -> Iterator[RawRow]:
    """The rows of ``source`` in order, numbered from 0, broken ones with a reason. Memory stays bounded.

    Raises ConfigError if the source cannot be opened or is not of its form.
    """
    readers: dict[Form, Callable[[Source], Iterator[RawRow]]] = {
        Form.JSON: read_json_list,
        Form.JSONL: read_jsonl,
        Form.PARQUET: read_parquet,
        Form.WEBDATASET: read_webdataset,
        Form.IMAGE_FOLDER: read_image_folder,
    }
    return readers[source.form](source)
