"""What the JSON readers share: how text is decoded, which form a file has, what one value parses to."""

from __future__ import annotations

import codecs
import json
from typing import Any

from pipeline.readers.byte_stream import INPUT_KEY
from pipeline.readers.source import Form
from schemas.errors import ConfigError

BOM = codecs.BOM_UTF8
HEAD_BYTES = 64 * 1024
_UTF16_OR_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_SPACE = b" \t\r\n"
_RECORD_KEYS = frozenset({"conversations", "messages"})


def has_surrogate(text: str) -> bool:
    """True if ``text`` cannot be written as UTF-8: it holds a lone surrogate or a byte that was none."""
    if text.isascii():
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def parse_json(text: str) -> tuple[bool, Any]:
    """Whether ``text`` is one JSON value, and the value. NaN and Infinity pass, for the record parser."""
    try:
        return True, json.loads(text)
    except (ValueError, RecursionError):  # ValueError: also a number with too many digits
        return False, None


def json_form(uri: str, head: bytes, *, named: Form, whole: bool) -> Form:
    """The form of a JSON file by its first bytes (``whole``: they are all): a list, or an object per line.

    ``named`` is what its name says: the lines of a file named JSONL may be broken, all of them. Raises
    ConfigError for UTF-16 and UTF-32, an empty file and another file that is neither.
    """
    if head.startswith(_UTF16_OR_32) or b"\0" in head[:4]:
        raise ConfigError(INPUT_KEY, uri, "is UTF-16 or UTF-32: convert it to UTF-8 with iconv")
    text = head.removeprefix(BOM).lstrip(_SPACE)
    if not text:
        raise ConfigError(INPUT_KEY, uri, "is empty")
    first_line, newline, rest = text.partition(b"\n")
    complete, value = parse_json(first_line.decode("utf-8", "surrogateescape"))
    if text.startswith(b"["):
        # A line that is a whole list of its own is a row of JSON lines, if other rows follow.
        return Form.JSONL if complete and rest.strip(_SPACE) else Form.JSON
    if not complete and not newline and not whole:
        return Form.JSONL  # the first line is longer than the head
    is_row = complete and isinstance(value, dict)
    if is_row and (rest.strip(_SPACE) or not _RECORD_KEYS.isdisjoint(value)):
        return Form.JSONL
    if text.startswith(b"{") and not is_row and not _looks_pretty_printed(first_line):
        return Form.JSONL  # the first of many lines is broken
    if named is Form.JSONL:
        return named
    raise ConfigError(INPUT_KEY, uri, "is no list of records: give a JSON list, or one JSON object per line")


def _looks_pretty_printed(first_line: bytes) -> bool:
    return not first_line.rstrip(_SPACE).endswith(b"}")
