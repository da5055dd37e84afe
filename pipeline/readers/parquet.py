"""Reads Parquet in small batches; image bytes leave the row and a reference stays."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipeline.readers.byte_stream import INPUT_KEY, open_stored
from pipeline.readers.embedded_image import add_embedded
from pipeline.readers.json_text import parse_json
from pipeline.readers.own_parquet import is_own, without_additions
from pipeline.readers.source import RawRow, Source
from schemas.errors import ConfigError
from schemas.reasons import Reason

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_IMAGE_COLUMNS = ("image", "images")
_CONVERSATION_COLUMNS = ("conversations", "messages")
_ROWS_WITH_IMAGES = 16
_ROWS_OF_TEXT = 512
_BUFFER_BYTES = 1 << 20


def read_parquet(source: Source) -> Iterator[RawRow]:
    """Yields the rows of ``source`` as plain JSON values, broken ones with a reason.

    Columns ``image`` and ``images`` may hold ``struct{bytes, path}``, bytes or a path; the record gets the
    path. What an earlier build added to a row is taken away again. Conversations may be a list or a JSON
    string of one. Other bytes become base64, dates ISO 8601, decimals strings. A row group that cannot be
    decoded gives one row PARQUET_CORRUPT for each row that is lost. Raises ConfigError as ``open_parquet``.
    """
    import pyarrow as pa

    with open_parquet(source.uri) as file:
        batch_rows = _ROWS_WITH_IMAGES if _has_images(file.schema_arrow) else _ROWS_OF_TEXT
        own = is_own(file.schema_arrow)
        row = 0
        for group in range(file.num_row_groups):
            end = row + file.metadata.row_group(group).num_rows
            try:
                for batch in file.iter_batches(batch_size=batch_rows, row_groups=[group]):
                    for raw in _plain_rows(batch):
                        yield _raw_row(row, without_additions(raw) if own and raw else raw)
                        row += 1
            except (pa.ArrowException, OSError):
                for lost in range(row, end):
                    yield RawRow(lost, None, reason=Reason.PARQUET_CORRUPT)
            row = end


@contextmanager
def open_parquet(uri: str) -> Iterator[pq.ParquetFile]:
    """Opens ``uri`` and reads its footer. Raises ConfigError if it is no Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with open_stored(uri) as stored:
        try:
            file = pq.ParquetFile(stored, pre_buffer=False, buffer_size=_BUFFER_BYTES)
        except (pa.ArrowException, OSError) as error:
            raise ConfigError(INPUT_KEY, uri, f"is no Parquet file ({type(error).__name__})") from None
        yield file


def _has_images(schema: pa.Schema) -> bool:
    import pyarrow.types as types

    return any(
        not types.is_string(schema.field(name).type) for name in _IMAGE_COLUMNS if name in schema.names
    )


def _plain_rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | None]:
    """The rows as Python values; None for one with text that is no UTF-8."""
    try:
        yield from batch.to_pylist()
        return
    except UnicodeDecodeError:
        pass
    for index in range(batch.num_rows):
        try:
            yield batch.slice(index, 1).to_pylist()[0]
        except UnicodeDecodeError:
            yield None


def _raw_row(row: int, raw: dict[str, Any] | None) -> RawRow:
    if raw is None:
        return RawRow(row, None, reason=Reason.BAD_ENCODING)
    images: dict[str, bytes] = {}
    reason = None
    for name, value in raw.items():
        if name in _IMAGE_COLUMNS:
            value = _reference(value, images)
        elif name in _CONVERSATION_COLUMNS and isinstance(value, str):
            is_json, parsed = parse_json(value)
            if is_json:
                value = parsed
            else:
                reason = Reason.JSON_INVALID
        raw[name] = _plain(value)
    return RawRow(row, raw, images=images or None, reason=reason)


def _reference(value: Any, images: dict[str, bytes]) -> Any:
    """``value`` of an image column with its bytes moved to ``images``."""
    if isinstance(value, list):
        return [_reference(item, images) for item in value]
    if isinstance(value, bytes):
        return add_embedded(images, value, None)
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("bytes"), bytes):
        value = {**value, "bytes": None, "path": add_embedded(images, value["bytes"], value.get("path"))}
    # Plain LLaVA JSON names images by their paths.
    return value["path"] if set(value) == {"bytes", "path"} and value["bytes"] is None else value


def _plain(value: Any) -> Any:
    """``value`` with what JSON does not know in its usual text form."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)
