"""The attributes that mmscrub knows, read from ``taxonomy.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from schemas.edit import Action
from schemas.errors import ConfigError
from schemas.finding import Kind


@dataclass(frozen=True, slots=True)
class Attribute:
    """One entry of the taxonomy. ``gdpr`` is an article of Regulation (EU) 2016/679 or empty."""

    name: str
    description: str
    gdpr: str
    kinds: tuple[Kind, ...]
    default: Action

    @property
    def parent(self) -> str:
        """The group: ``biometric``, ``sensitive``, ``pii`` or ``image``."""
        return self.name.split(".", 1)[0]


@cache
def load_taxonomy() -> dict[str, Attribute]:
    """All attributes by name, in the order of the file."""
    text = resources.files("schemas").joinpath("taxonomy.yaml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)["attributes"]
    return {
        name: Attribute(
            name=name,
            description=entry["description"],
            gdpr=str(entry.get("gdpr", "")),
            kinds=tuple(Kind(kind) for kind in entry["kinds"]),
            default=Action(entry["default"]),
        )
        for name, entry in entries.items()
    }


def expand_groups(section: str, written: Mapping[str, str]) -> dict[str, str]:
    """What ``written`` says of attributes and of whole groups (``biometric.*``), by attribute.

    A single attribute wins over its group. Raises ConfigError naming ``section`` for a key that is neither.
    """
    taxonomy = load_taxonomy()
    groups = {attribute.parent for attribute in taxonomy.values()}
    expanded: dict[str, str] = {}
    for key in sorted(written, key=lambda key: not key.endswith(".*")):
        group = key.removesuffix(".*")
        if key.endswith(".*") and group in groups:
            names = [name for name, attribute in taxonomy.items() if attribute.parent == group]
        elif key in taxonomy:
            names = [key]
        else:
            allowed = ", ".join([*sorted(f"{group}.*" for group in groups), *taxonomy])
            raise ConfigError(section, key, f"no such attribute; allowed: {allowed}")
        expanded |= dict.fromkeys(names, written[key])
    return expanded
