"""Reads one raw object of a source as a record: LLaVA, ShareGPT or OpenAI-style messages.

The object is kept whole; only pointers into it are made. What cannot be read is rejected with one reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from pipeline.parse_images import image_paths
from schemas.errors import RejectRecord
from schemas.reasons import Reason, Stage
from schemas.record import ImageRef, Origin, Record, Role, Turn

Locator = tuple[str | int, ...]

IMAGE_TOKEN = "<image>"
CONVERSATION_KEYS = ("conversations", "messages")

_ROLES = {
    "human": Role.HUMAN,
    "user": Role.HUMAN,
    "gpt": Role.GPT,
    "assistant": Role.GPT,
    "chatgpt": Role.GPT,
    "bot": Role.GPT,
    "system": Role.SYSTEM,
}
_TEXT_PARTS = frozenset({"text", "input_text", "output_text"})
_INFINITIES = (float("inf"), float("-inf"))


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """Bounds of a readable record: characters of one turn, and levels of nesting."""

    max_turn_characters: int = 200_000
    max_depth: int = 64


def parse_record(value: Any, origin: Origin, limits: ParseLimits) -> Record:
    """Reads ``value``, the object of one row. Image references keep only their path: no location, no digest.

    Raises RejectRecord at stage READ; a record with several defects names the first of: shape, encoding,
    turns, numbers, id, images.
    """
    if not isinstance(value, dict):
        _reject(Reason.NOT_AN_OBJECT)
    has_non_finite = _check_values(value, limits.max_depth)
    turns = _parse_turns(value, limits)
    if has_non_finite:
        _reject(Reason.NUMBER_NOT_FINITE)
    identifier = value.get("id")
    if identifier is not None and (isinstance(identifier, bool) or not isinstance(identifier, str | int)):
        _reject(Reason.ID_TYPE)
    paths, image_parts = image_paths(value)
    # A message may mark one image twice, by a part and by a token in the text beside it.
    tokens = max(image_parts, sum(turn.text.count(IMAGE_TOKEN) for turn in turns))
    if tokens > len(paths):
        _reject(Reason.IMAGE_TOKEN_MISMATCH)
    return Record(
        record_id="" if identifier is None else str(identifier),
        turns=turns,
        images=tuple(ImageRef(path=path, location="", sha256="") for path in paths),
        raw=value,
        origin=origin,
    )


def record_id_of(value: Any) -> str:
    """The id of a row that may be broken, for the quarantine: "" where there is none that can be written."""
    identifier = value.get("id") if isinstance(value, dict) else None
    if isinstance(identifier, bool) or not isinstance(identifier, str | int):
        return ""
    try:
        text = str(identifier)  # ValueError: more digits than Python converts
        return text if _is_encodable(text) else ""
    except ValueError:
        return ""


def replace_texts(raw: Mapping[str, Any], texts: Iterable[tuple[Locator, str]]) -> dict[str, Any]:
    """A deep copy of ``raw`` with the string at each locator replaced; all else, and every order, stays.

    Raises ValueError if a locator does not point to a string.
    """
    copied: dict[str, Any] = _copied(raw)
    for locator, text in texts:
        parent: Any = copied
        try:
            for step in locator[:-1]:
                parent = parent[step]
            found = isinstance(parent[locator[-1]], str)
        except (KeyError, IndexError, TypeError):
            found = False
        if not found:
            raise ValueError("locator does not point to a string of the raw record")
        parent[locator[-1]] = text
    return copied


def without_utterances(raw: dict[str, Any], locators: Iterable[Locator]) -> dict[str, Any]:
    """``raw`` with the utterances that hold these locators taken out. ``raw`` itself is changed."""
    for key, index in sorted({(str(locator[0]), locator[1]) for locator in locators}, reverse=True):
        del raw[key][index]
    return raw


def _reject(reason: Reason) -> NoReturn:
    raise RejectRecord(Stage.READ, reason)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value


def _is_encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _check_values(raw: dict[str, Any], max_depth: int) -> bool:
    """Rejects too deep nesting and lone surrogates; returns whether a number is not finite."""
    has_non_finite = False
    level: list[Any] = [raw]
    for _ in range(max_depth):
        below: list[Any] = []
        for container in level:
            items: Iterable[Any] = container
            if isinstance(container, dict):
                if not all(map(_is_encodable, container)):
                    _reject(Reason.BAD_ENCODING)
                items = container.values()
            for item in items:
                if isinstance(item, str):
                    if not item.isascii() and not _is_encodable(item):
                        _reject(Reason.BAD_ENCODING)
                elif isinstance(item, dict | list):
                    below.append(item)
                elif isinstance(item, float) and (item != item or item in _INFINITIES):
                    has_non_finite = True
        if not below:
            return has_non_finite
        level = below
    _reject(Reason.JSON_INVALID)


def _parse_turns(raw: Mapping[str, Any], limits: ParseLimits) -> tuple[Turn, ...]:
    keys = [name for name in CONVERSATION_KEYS if raw.get(name) is not None]
    if not keys:
        _reject(Reason.CONVERSATIONS_MISSING)
    key = keys[0]
    if any(raw[name] and isinstance(raw[name], list | dict) for name in keys[1:]):
        # Only one of them would be cleaned, and which of them a trainer reads nobody knows.
        _reject(Reason.CONVERSATIONS_TWICE)
    utterances = raw[key]
    if not isinstance(utterances, list):
        _reject(Reason.CONVERSATIONS_TYPE)
    if not utterances:
        _reject(Reason.CONVERSATIONS_EMPTY)
    turns: list[Turn] = []
    roles: list[Role] = []
    for index, utterance in enumerate(utterances):
        if not isinstance(utterance, dict):
            _reject(Reason.TURN_TYPE)
        llava = "from" in utterance or "value" in utterance
        role = _role(utterance.get("from" if llava else "role"))
        roles.append(role)
        field = "value" if llava else "content"
        for locator, text in _texts((key, index, field), utterance.get(field), parts=not llava):
            if len(text) > limits.max_turn_characters:
                _reject(Reason.TURN_TOO_LONG)
            turns.append(Turn(role, text, locator))
    _check_order(roles)
    if not turns:
        _reject(Reason.CONVERSATIONS_EMPTY)
    return tuple(turns)


def _role(name: Any) -> Role:
    role = _ROLES.get(name.lower()) if isinstance(name, str) else None
    if role is None:
        _reject(Reason.ROLE_UNKNOWN)
    return role


def _texts(locator: Locator, content: Any, *, parts: bool) -> Iterator[tuple[Locator, str]]:
    """The strings of one utterance: the content itself or, in the messages form, its text parts."""
    if isinstance(content, str):
        yield locator, content
        return
    if not parts or not isinstance(content, list) or not content:
        _reject(Reason.TURN_VALUE_TYPE)
    for index, part in enumerate(content):
        if isinstance(part, str):
            yield (*locator, index), part
        elif not isinstance(part, dict):
            _reject(Reason.TURN_VALUE_TYPE)
        elif part.get("type") in _TEXT_PARTS:
            if not isinstance(part.get("text"), str):
                _reject(Reason.TURN_VALUE_TYPE)
            yield (*locator, index, "text"), part["text"]


def _check_order(roles: list[Role]) -> None:
    """System turns may lead; then a human asks and gpt answers, in turn, to the end."""
    first = next((index for index, role in enumerate(roles) if role is not Role.SYSTEM), len(roles))
    spoken = roles[first:]
    for index, role in enumerate(spoken):
        if role is not (Role.GPT if index % 2 else Role.HUMAN):
            _reject(Reason.TURNS_NOT_ALTERNATING)
    if not spoken or len(spoken) % 2:
        _reject(Reason.TURNS_ODD)
