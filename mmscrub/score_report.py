"""Where ``mmscrub score`` writes its numbers."""

from __future__ import annotations

from pathlib import Path

from pipeline.layout import write_atomically
from schemas.errors import ConfigError


def write_report(out: Path, report: str) -> None:
    """Writes ``report`` (JSON) to ``out`` and ends it with a line break. Raises ConfigError if it cannot."""
    try:
        write_atomically(out, f"{report}\n".encode())
    except OSError as error:
        raise ConfigError("out", out, f"cannot be written ({error.strerror})") from None
