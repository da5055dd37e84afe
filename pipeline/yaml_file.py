"""Reads the YAML files that users write: run configs and policies."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from schemas.errors import ConfigError


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping: the second would silently replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if (key.tag, key.value) in seen:
                    raise yaml.constructor.ConstructorError(
                        "while constructing a mapping", node.start_mark, "found a key twice", key.start_mark
                    )
                seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)


def read_yaml_file(key: str, path: Path) -> Any:
    """The content of the YAML file at ``path``. Raises ConfigError for ``key`` that says what is wrong."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(key, str(path), "no such file") from error
    except (OSError, ValueError) as error:
        raise ConfigError(key, str(path), "cannot be read as UTF-8 text") from error
    return parse_yaml(key, str(path), text)


def parse_yaml(key: str, name: str, text: str) -> Any:
    """The content of ``text``, which stands in the file ``name``. Raises ConfigError as above."""
    try:
        return yaml.load(text, _StrictLoader)
    except yaml.MarkedYAMLError as error:
        mark, problem = error.problem_mark, error.problem or "syntax error"
        where = f" in line {mark.line + 1}: {problem}" if mark else ""
        raise ConfigError(key, name, f"is not valid YAML{where}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: dates and numbers that are none; RecursionError: nested thousands deep.
        raise ConfigError(key, name, "is not valid YAML") from error
