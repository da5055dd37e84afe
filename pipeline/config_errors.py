"""Turns pydantic's errors into ours: one line with key, value and what is allowed."""

from __future__ import annotations

from pydantic import ValidationError

from schemas.errors import ConfigError


def first_config_error(section: str, error: ValidationError) -> ConfigError:
    """The first complaint of ``error``, its key prefixed by ``section`` (may be empty)."""
    detail = error.errors()[0]
    key = ".".join(str(part) for part in (section, *detail["loc"]) if part != "")
    value = "(missing)" if detail["type"] == "missing" else detail["input"]
    said = detail["msg"].removeprefix("Value error, ")
    remedy = "no such key" if detail["type"] == "extra_forbidden" else said
    return ConfigError(key, value, remedy)
