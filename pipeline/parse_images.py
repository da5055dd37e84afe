"""Finds the image references of a raw record, in the order of ``Record.images``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from schemas.errors import RejectRecord
from schemas.reasons import Reason, Stage

_REMOTE = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.\-]+:/{1,2}|data:)", re.IGNORECASE)
_FIELDS = ("image", "images")
_PART_KEYS = ("image", "image_url", "url", "path")


def image_paths(raw: Mapping[str, Any]) -> tuple[tuple[str, ...], int]:
    """The paths of the record's images, and how many image parts its messages hold.

    ``image`` comes first, then ``images``, then paths that only an image part of a message names. An
    ``images`` that begins with ``image`` counts alone. Raises RejectRecord with IMAGE_REFERENCE_TYPE or
    IMAGE_REFERENCE_REMOTE.
    """
    single, several = _entries(raw.get("image")), _entries(raw.get("images"))
    paths = several if several[: len(single)] == single else [*single, *several]
    parts = list(_image_parts(raw.get("messages")))
    named = [path for path in map(_part_path, parts) if path is not None]
    if paths:
        # The list beside the messages is the record's list; parts then point into it.
        known = set(paths)
        named = [path for path in named if path not in known]
    return (*paths, *named), len(parts)


def _reject(reason: Reason) -> NoReturn:
    raise RejectRecord(Stage.READ, reason)


def _entries(value: Any) -> list[str]:
    if value is None:
        return []
    return [_path(item) for item in value] if isinstance(value, list) else [_path(value)]


def _path(entry: Any) -> str:
    if isinstance(entry, dict):
        entry = entry.get("path")
    if not isinstance(entry, str) or not entry:
        _reject(Reason.IMAGE_REFERENCE_TYPE)
    if _REMOTE.match(entry):
        _reject(Reason.IMAGE_REFERENCE_REMOTE)
    return entry


def _image_parts(messages: Any) -> Iterator[Mapping[str, Any]]:
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and part.get("type") in ("image", "image_url", "input_image"):
                yield part


def _part_path(part: Mapping[str, Any]) -> str | None:
    """The path that an image part names; None for a bare place-holder."""
    for key in _PART_KEYS:
        target = part.get(key)
        if isinstance(target, dict) and "url" in target:
            target = target["url"]
        if target is not None:
            return _path(target)
    return None


def map_image_paths(raw: Mapping[str, Any], rename: Callable[[str], str]) -> dict[str, Any]:
    """``raw`` with ``rename`` applied to every path that ``image_paths`` reads."""
    renamed = {name: _renamed(item, rename) if name in _FIELDS else item for name, item in raw.items()}
    if any(True for _ in _image_parts(raw.get("messages"))):
        renamed["messages"] = [_renamed_message(message, rename) for message in raw["messages"]]
    return renamed


def _renamed_message(message: Any, rename: Callable[[str], str]) -> Any:
    parts = list(_image_parts([message]))
    if not parts:
        return message
    content = [
        {key: _renamed(item, rename) if key in _PART_KEYS else item for key, item in part.items()}
        if part in parts
        else part
        for part in message["content"]
    ]
    return {**message, "content": content}


def _renamed(value: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return rename(value)
    if isinstance(value, list):
        return [_renamed(item, rename) for item in value]
    if isinstance(value, dict):
        return {
            key: _renamed(item, rename) if key in ("path", "url") else item for key, item in value.items()
        }
    return value
