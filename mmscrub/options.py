"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FORMS = (
    "LLaVA JSON, JSONL, Parquet, WebDataset tar (also .gz .zst .bz2 .xz), a glob, a folder, "
    "or hf://owner/name[@rev][/split]."
)
"""What an input may be."""

OptionalInput = Annotated[
    str | None,
    typer.Argument(metavar="INPUT", help=f"{FORMS} May stand in --config instead.", show_default=False),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Output folder, new or of an earlier run.", show_default=False),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="YAML file with any of these settings; flags win."),
]
Workers = Annotated[
    int | None, typer.Option("--workers", "-j", metavar="N", help="Processes; 0 means all cores. [0]")
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Seed of every choice that is not forced. [0]")
]
Force = Annotated[bool | None, typer.Option("--force", help="Do finished shards and images again.")]
Limit = Annotated[
    int | None, typer.Option("--limit", metavar="N", help="Read only the first N rows of every source.")
]
