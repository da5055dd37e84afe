"""The API: three calls. Configs are keyword arguments with the names of the config file's keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.config import Mode, make_config
from pipeline.layout import Layout
from runners.local import RunResult, run_local
from schemas.errors import ConfigError


def build(input: str | Path, out: str | Path, **settings: Any) -> RunResult:
    """Audits, cleans, verifies and emits a corpus, as ``mmscrub build`` does.

    ``settings`` are keys of the config file, for example ``images="photos"``, ``policy="strict"``,
    ``workers=4``. Raises ConfigError (nothing was started) or RunFailed.
    """
    return _run(Mode.BUILD, input, out, settings)


def audit(input: str | Path, out: str | Path, **settings: Any) -> RunResult:
    """Writes findings, summary and report of a corpus and leaves the corpus alone."""
    return _run(Mode.AUDIT, input, out, settings)


def load_findings(out: str | Path) -> pa.Table:
    """All findings of a finished run, columns as in ``schemas/columns.py``, rows by shard and record key."""
    paths = sorted(Layout(Path(out)).audit.glob("findings-*.parquet"))
    if not paths:
        raise ConfigError("out", str(out), "holds no findings; run mmscrub audit or build first")
    return pa.concat_tables(pq.read_table(path) for path in paths)


def _run(mode: Mode, input: str | Path, out: str | Path, settings: dict[str, Any]) -> RunResult:
    return run_local(make_config(settings | {"input": str(input), "out": out, "mode": mode}))
