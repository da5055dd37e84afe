"""The question that is asked of an image before its hidden states are read, per field of an identity."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from schemas.errors import ConfigError
from schemas.watermark import FIELDS
from transforms.tables import read_table


@cache
def built_in_prompts() -> MappingProxyType[str, str]:
    """Question by field."""
    return MappingProxyType(dict(read_table("evaluation.probes", "prompts.yaml")["prompts"]))


def choose_prompts(wanted: str, file: Path | None = None) -> dict[str, str]:
    """``wanted``: names parted by commas, or ``all``. ``file``: YAML ``prompts: {name: question}`` of one's
    own. Raises ConfigError for a name that there is no question for."""
    known = dict(built_in_prompts()) if file is None else _read(file)
    names = list(known) if wanted == "all" else [name.strip() for name in wanted.split(",")]
    for name in names:
        if name not in known:
            raise ConfigError("ask", name, f"choose among: {', '.join(known)}, all")
    return {name: known[name] for name in names}


def _read(file: Path) -> dict[str, str]:
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError("prompts", file, f"cannot be read as YAML ({type(error).__name__})") from None
    prompts = content.get("prompts") if isinstance(content, dict) else None
    if not (isinstance(prompts, dict) and prompts) or not all(
        isinstance(name, str) and name.isidentifier() and isinstance(question, str) and question.strip()
        for name, question in prompts.items()
    ):
        remedy = f"write prompts: {{name: question}}, names such as {', '.join(FIELDS[:2])}"
        raise ConfigError("prompts", file, remedy)
    return dict(prompts)
