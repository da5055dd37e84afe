"""Word lists and patterns that lie as YAML beside the code that reads them."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml


def read_table(package: str, path: str) -> dict[str, Any]:
    """The YAML file ``path`` of ``package`` ("transforms.image"), whole."""
    text = resources.files(package).joinpath(path).read_text(encoding="utf-8")
    # The C reader is ten times as fast; PyYAML may be built without it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content: dict[str, Any] = yaml.load(text, Loader=loader)
    return content
