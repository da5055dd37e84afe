"""Named settings that lie as ``presets.yaml`` beside the config of a kind of run, and how settings are laid
over one another."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.yaml_file import read_yaml_file
from schemas.errors import ConfigError
from transforms.tables import read_table

_ABOUT = "about"


@cache
def _presets(package: str) -> dict[str, dict[str, Any]]:
    return dict(read_table(package, "presets.yaml"))


def described_presets(package: str) -> tuple[tuple[str, str], ...]:
    """Every preset of ``package`` with what it is for."""
    return tuple((name, " ".join(str(body[_ABOUT]).split())) for name, body in _presets(package).items())


def settings_of_preset(package: str, name: object) -> dict[str, Any]:
    """The settings of a preset. Raises ConfigError for an unknown one."""
    presets = _presets(package)
    if not isinstance(name, str):
        raise ConfigError("preset", name, "must be a name")
    if name not in presets:
        raise ConfigError("preset", name, f"no such preset; allowed: {', '.join(presets)}")
    return {key: value for key, value in presets[name].items() if key != _ABOUT}


def read_settings(path: Path, example: str) -> dict[str, Any]:
    """The mapping in a YAML config file, unchecked. ``example`` is a line of it. Raises ConfigError."""
    written = read_yaml_file("config", path)
    if not isinstance(written, dict):
        raise ConfigError("config", str(path), f"must hold a mapping such as '{example}'")
    return written


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """``above`` over ``below``; sections are merged key by key."""
    merged = dict(below)
    for key, value in above.items():
        kept = merged.get(key)
        merged[key] = {**kept, **value} if isinstance(kept, dict) and isinstance(value, dict) else value
    return merged
