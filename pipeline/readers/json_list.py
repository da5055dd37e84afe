"""Streams a JSON list of records: memory is bounded by the largest element, not by the file."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.readers.byte_stream import ByteStream, open_stream
from pipeline.readers.json_resync import ElementSkipper, resync, skip_space
from pipeline.readers.json_text import BOM, HEAD_BYTES, has_surrogate, json_form
from pipeline.readers.source import CHUNK_BYTES, MAX_RECORD_BYTES, Form, RawRow, Source
from schemas.errors import ConfigError
from schemas.reasons import Reason

_DECODER = json.JSONDecoder()
_LONGEST_CUT = 16
"""Characters at the end of the window that may be a cut literal, number or escape."""
_RESYNC_WINDOW = 1 << 20
"""Characters behind an error that are looked at, before more of the file is read to find the next element."""
_MAX_GROWTH = 8 << 20
_RECORD_LIST = re.compile(r'\[\s*\{\s*"(?:id|images?|conversations|messages)"')
_LIST_HEAD = 64


_Element = tuple[Any, Reason | None]


class _Cut(Exception):
    """The element goes on behind the window: more of the file is needed."""


class _Window:
    """The part of the file that is in memory: ``text`` from ``start`` on."""

    def __init__(self, stream: ByteStream, chunk_bytes: int) -> None:
        self.text = ""
        self.start = 0
        self.at_end = False
        self.has_invalid_bytes = False
        self._stream = stream
        self._chunk_bytes = chunk_bytes
        # Bytes that are no UTF-8 become lone surrogates, so that only the records that hold them are lost.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    def grow(self, keep_from: int) -> None:
        """Drops what is before ``keep_from`` and reads on, as much again, so that work stays linear."""
        rest = self.text[keep_from:]
        size = max(self._chunk_bytes, min(len(rest), _MAX_GROWTH))
        chunk = self._stream.read(size)
        self.at_end = not chunk
        more = self._decoder.decode(chunk, final=self.at_end)
        self.has_invalid_bytes = (self.has_invalid_bytes and bool(rest)) or has_surrogate(more)
        self.text = rest + more
        self.start = 0

    def peek(self) -> str:
        """The next character that is no white space, "" at the end; ``start`` moves to it."""
        while True:
            self.start = skip_space(self.text, self.start)
            if self.start < len(self.text):
                return self.text[self.start]
            if self.at_end:
                return ""
            self.grow(self.start)


def read_json_list(
    source: Source, *, chunk_bytes: int = CHUNK_BYTES, max_record: int = MAX_RECORD_BYTES
) -> Iterator[RawRow]:
    """Yields the elements of the list in ``source``, broken ones with a reason.

    ``chunk_bytes`` is how much is read at once and ``max_record`` the characters of one element. Raises
    ConfigError if the file is not UTF-8 or holds no list. A list that is never closed ends with a row
    JSON_INVALID; so does each thing between elements that is none.
    """
    with open_stream(source.uri) as stream:
        window = _Window(stream, chunk_bytes)
        _check_form(source, window)
        yield from _elements(window, max_record)


def _check_form(source: Source, window: _Window) -> None:
    while not window.at_end and len(window.text) < HEAD_BYTES:
        window.grow(0)
    head = window.text[:HEAD_BYTES].encode("utf-8", "surrogateescape")
    if json_form(source.uri, head, named=Form.JSON, whole=window.at_end) is not Form.JSON:
        raise ConfigError("INPUT", source.uri, "holds one object per line: name it .jsonl")
    window.start = len(BOM.decode()) if window.text.startswith(BOM.decode()) else 0


def _elements(window: _Window, max_record: int) -> Iterator[RawRow]:
    row = 0
    window.peek()
    window.start += 1  # the bracket that _check_form saw
    first_key: str | None = None
    while True:
        character = window.peek()
        if character == ",":
            window.start += 1
            continue
        if character == "]":
            window.start += 1
            behind = window.peek()
            if behind == "":
                return
            window.start += behind == "["  # two lists, one behind the other
            continue
        if character == "":
            yield RawRow(row, None, reason=Reason.JSON_INVALID)
            return
        element = _read_element(window, max_record, first_key)
        yield RawRow(row, element[0], reason=element[1])
        row += 1
        if element[1] is None and isinstance(element[0], dict):
            first_key = next(iter(element[0]), None)


def _read_element(window: _Window, max_record: int, first_key: str | None) -> _Element:
    """Reads the element at ``window.start``, which then stands behind it."""
    if _is_stray_bracket(window):
        window.start += 1
        return None, Reason.JSON_INVALID
    while True:
        start = window.start
        try:
            value, end = _decode(window)
        except _Cut:
            if len(window.text) - start > max_record:
                return _skip_large(window)
            window.grow(start)
            continue
        except (ValueError, RecursionError) as error:
            position = error.pos if isinstance(error, json.JSONDecodeError) else start
            return _recover(window, position, max_record, first_key)
        window.start = end
        if end - start > max_record:
            return None, Reason.RECORD_TOO_LARGE
        if window.has_invalid_bytes and has_surrogate(window.text[start:end]):
            return value, Reason.BAD_ENCODING
        return value, None


def _is_stray_bracket(window: _Window) -> bool:
    """True if a list of records begins where a record should: read as one, it would swallow the rest."""
    if window.text[window.start] != "[":
        return False
    while not window.at_end and len(window.text) - window.start < _LIST_HEAD:
        window.grow(window.start)
    return _RECORD_LIST.match(window.text, window.start, window.start + _LIST_HEAD) is not None


def _decode(window: _Window) -> tuple[Any, int]:
    """The value at ``window.start`` and where it ends. Raises _Cut; for a broken one JSONDecodeError,
    RecursionError or ValueError (a number with too many digits)."""
    text, start = window.text, window.start
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        is_cut = error.msg.startswith("Unterminated string") or error.pos >= len(text) - _LONGEST_CUT
        if is_cut and not window.at_end:
            raise _Cut from None
        raise
    behind = skip_space(text, end)
    if behind == len(text):
        if not window.at_end:
            raise _Cut
    elif text[behind] not in ",]" and not (text[behind] == "{" and isinstance(value, dict)):
        raise json.JSONDecodeError("Expecting ',' delimiter", "", behind)
    return value, end


def _recover(window: _Window, error_at: int, max_record: int, first_key: str | None) -> _Element:
    """Moves ``window.start`` behind the broken element."""
    wanted = error_at - window.start + _RESYNC_WINDOW
    while not window.at_end and len(window.text) - window.start < wanted:
        window.grow(window.start)
    is_whole, is_badly_encoded = True, False
    while True:
        start = window.start
        found = resync(window.text, start, first_key, by_brackets=is_whole)
        end = len(window.text) if found is None else found
        if window.has_invalid_bytes:
            is_badly_encoded = is_badly_encoded or has_surrogate(window.text[start:end])
        if found is not None or window.at_end:
            window.start = end
            return None, Reason.BAD_ENCODING if is_badly_encoded else Reason.JSON_INVALID
        if end - start > max_record:
            is_whole = False
            window.grow(end - _RESYNC_WINDOW)
        else:
            window.grow(start)


def _skip_large(window: _Window) -> _Element:
    skipper = ElementSkipper()
    end = skipper.feed(window.text[window.start :])
    if end is not None:
        end += window.start
    while end is None and not window.at_end:
        window.grow(len(window.text))
        end = skipper.feed(window.text)
    window.start = len(window.text) if end is None else end
    return None, Reason.RECORD_TOO_LARGE
