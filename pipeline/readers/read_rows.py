"""Reads any source as raw rows."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.readers.json_list import read_json_list
from pipeline.readers.source import Form, RawRow, Source


def read_rows(source: Source) -> Iterator[RawRow]:
    """The rows of ``source`` in order, numbered from 0, broken ones with a reason. Memory stays bounded.

    Raises ConfigError if the source cannot be opened or is not of its form.
    """
    if source.form is Form.JSON:
        return read_json_list(source)
    raise NotImplementedError
