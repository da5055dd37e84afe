"""Finds where a broken element of a JSON list ends, so that the elements behind it are not lost."""

from __future__ import annotations

import json
import re
from typing import Any

_DECODER = json.JSONDecoder()
# A string cannot hold a raw line break: one that is never closed ends with its line.
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+(?:"|(?=\n)|\Z)|[\[\]{},]')
_STRUCTURE = re.compile(r'["\[\]{},]')
_STRING_END = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NEXT = re.compile(r"[ \t\r\n]*")
_OBJECT = re.compile(r"(?<=[,\[\s}])\{")
_CLOSES = {"]": "[", "}": "{"}
_RECORD_KEYS = ("conversations", "messages")


def skip_space(text: str, position: int) -> int:
    """The first position from ``position`` that holds no JSON white space."""
    match = _NEXT.match(text, position)
    return position if match is None else match.end()


def resync(text: str, start: int, first_key: str | None, *, by_brackets: bool = True) -> int | None:
    """Where reading goes on behind the broken element at ``start``: the delimiter, or the next element.
    None if neither is in ``text``.

    First ``by_brackets``, where they still balance and close over no object with conversations. Else (an
    unclosed string or bracket swaps text and structure) the next object that parses and looks like a record:
    it has conversations, or begins with ``first_key`` as the last good element did. Text inside a string
    never does: its quotes are escaped.
    """
    # The next sure record bounds the search by brackets: a broken element costs about its own length.
    record = _next_record(text, start + 1, None)
    limit = len(text) if record is None else record
    end = _balanced_end(text, start, limit) if by_brackets else None
    return _next_record(text, start + 1, first_key) if end is None else end


def _balanced_end(text: str, start: int, limit: int) -> int | None:
    """The delimiter behind the element at ``start``; None if brackets do not balance before ``limit``."""
    stack: list[str] = []
    for match in _TOKEN.finditer(text, start, limit):
        token = match.group()
        if token in ("{", "["):
            stack.append(token)
        elif token in ("}", "]"):
            if not stack:
                return match.start() if token == "]" and _is_list_end(text, match.end()) else None
            if stack.pop() != _CLOSES[token]:
                return None
        elif token == "," and not stack:
            return match.start() if _is_element(text, skip_space(text, match.end())) else None
    return None


def _character(text: str, position: int) -> str:
    return text[position : position + 1]


def _is_list_end(text: str, position: int) -> bool:
    return skip_space(text, position) == len(text)


def _is_element(text: str, position: int) -> bool:
    """True if an object begins at ``position``, or another whole value of the list stands there."""
    if _character(text, position) == "{":
        return True
    try:
        _, end = _DECODER.raw_decode(text, position)
    except (ValueError, RecursionError):
        return False
    return _character(text, skip_space(text, end)) in (",", "]")


def _next_record(text: str, start: int, first_key: str | None) -> int | None:
    position = start
    while (match := _OBJECT.search(text, position)) is not None:
        try:
            value, end = _DECODER.raw_decode(text, match.start())
        except ValueError:
            position = match.end()
            continue
        except RecursionError:
            return None  # every deeper start would fail alike, at the same cost
        if _looks_like_record(value, first_key) and _character(text, skip_space(text, end)) in (",", "]", ""):
            return match.start()
        position = end
    return None


def _looks_like_record(value: dict[str, Any], first_key: str | None) -> bool:
    if any(key in value for key in _RECORD_KEYS):
        return True
    return first_key is not None and next(iter(value), None) == first_key


class ElementSkipper:
    """Finds the end of an element that is too large to be kept, piece by piece. ``feed`` it the text from the
    start of the element on."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._is_escaped = False

    def feed(self, text: str) -> int | None:
        """The position in ``text`` of the delimiter behind the element; None if it comes later."""
        position = 0
        if self._is_escaped and text:
            position, self._is_escaped = 1, False
        while True:
            if self._in_string:
                match = _STRING_END.match(text, position)
                if match is None:
                    tail = text[position:]
                    self._is_escaped = (len(tail) - len(tail.rstrip("\\"))) % 2 == 1
                    return None
                self._in_string = False
            else:
                match = _STRUCTURE.search(text, position)
                if match is None:
                    return None
                if self._ends_at(match.group()):
                    return match.start()
            position = match.end()

    def _ends_at(self, token: str) -> bool:
        if token == '"':
            self._in_string = True
        elif token in "{[":
            self._depth += 1
        elif self._depth == 0:
            return True
        elif token in "}]":
            self._depth -= 1
        return False
