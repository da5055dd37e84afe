"""Reads JSON lines: one object per line, empty lines aside."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.readers.byte_stream import ByteStream, open_stream
from pipeline.readers.json_text import BOM, parse_json
from pipeline.readers.source import CHUNK_BYTES, MAX_RECORD_BYTES, RawRow, Source
from schemas.reasons import Reason


def read_jsonl(
    source: Source, *, chunk_bytes: int = CHUNK_BYTES, max_record: int = MAX_RECORD_BYTES
) -> Iterator[RawRow]:
    """Yields the lines of ``source``, broken ones with a reason. ``max_record`` is the bytes of one line.

    A compressed file that ends early gives a last row JSON_INVALID. Raises ConfigError if it does not open.
    """
    row = 0
    with open_stream(source.uri) as stream:
        for line in _lines(stream, chunk_bytes, max_record):
            if line is None:
                yield RawRow(row, None, reason=Reason.RECORD_TOO_LARGE)
            elif line.isspace() or not line:
                continue
            else:
                yield _parse_line(row, line)
            row += 1
        if stream.damaged:
            yield RawRow(row, None, reason=Reason.JSON_INVALID)


def _parse_line(row: int, line: bytes) -> RawRow:
    reason = None
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text, reason = line.decode("utf-8", "surrogateescape"), Reason.BAD_ENCODING
    is_json, value = parse_json(text)
    if not is_json and reason is None:
        reason = Reason.JSON_INVALID
    return RawRow(row, value, reason=reason)


def _lines(stream: ByteStream, chunk_bytes: int, max_record: int) -> Iterator[bytes | None]:
    """The lines without their ends; None for one that is longer than ``max_record``.

    The cut last line of a damaged stream is left out: its row is the one that tells of the damage.
    """
    parts: list[bytes] = []
    size = 0
    is_first = True
    for chunk in stream.chunks(chunk_bytes):
        if is_first:
            chunk, is_first = _without_bom(stream, chunk), False
        first, *others = chunk.split(b"\n")
        for piece in (first, *others[:-1]) if others else ():
            line = b"".join(parts) + piece
            yield line if size + len(piece) <= max_record else None
            parts, size = [], 0
        tail = others[-1] if others else first
        size += len(tail)
        # What is too long is counted, not kept.
        parts = [*parts, tail] if size <= max_record else []
    if size and not stream.damaged:
        yield b"".join(parts) if size <= max_record else None


def _without_bom(stream: ByteStream, chunk: bytes) -> bytes:
    while len(chunk) < len(BOM) and (more := stream.read(len(BOM))):
        chunk += more
    return chunk.removeprefix(BOM)
