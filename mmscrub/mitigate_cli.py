"""``mmscrub mitigate``: treats a benchmark in several ways, so that it shows what hiding facts is worth."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from mmscrub.exit_codes import errors_to_exit_codes
from mmscrub.options import Force, Seed, Workers
from mmscrub.progress_view import progress_view
from pipeline.mitigation.config import MitigationConfig, make_mitigation_config
from runners.mitigation import ArmsResult, run_mitigation
from schemas.benchmark import PrivateType
from schemas.errors import ConfigError
from transforms.disclosure.arms import Side

Bench = Annotated[
    Path,
    typer.Argument(metavar="BENCH", help="Folder that mmscrub disclosure wrote.", show_default=False),
]
Arms = Annotated[
    Path,
    typer.Option(
        "--out", metavar="ARMS", help="Output folder, new or of an earlier run.", show_default=False
    ),
]
Sides = Annotated[
    list[Side] | None,
    typer.Option("--side", help="Treat what is shown, or what is trained on; may be repeated. [both]"),
]
Treatments = Annotated[
    list[str] | None,
    typer.Option(
        "--treatment", metavar="NAME", help="Of the memory set: image, label or both; may be repeated. [all]"
    ),
]
Recalls = Annotated[
    list[float] | None,
    typer.Option("--recall", metavar="SHARE", help="Of the facts; may be repeated. [0 .5 .9 .99 1]"),
]
Repeats = Annotated[
    list[int] | None,
    typer.Option(
        "--repeat", metavar="N", help="A training list shows every sample N times; may be repeated. [1 4]"
    ),
]
Types = Annotated[
    list[PrivateType] | None,
    typer.Option("--type", help="What is hidden; may be repeated. [all but name]", show_default=False),
]
Build = Annotated[
    bool | None,
    typer.Option(
        "--build/--no-build",
        help="Also make arms with what a real build leaves: OCR reads every image. [yes]",
    ),
]
PolicyName = Annotated[
    str | None,
    typer.Option("--policy", metavar="NAME|FILE", help="Of the build, and how print is filled. [pii]"),
]

_SETTINGS = {
    "side": "sides",
    "treatment": "treatments",
    "recall": "recalls",
    "repeat": "repeats",
    "type": "types",
    "build": "pipeline",
}
"""Flags that are called otherwise in the config."""


@errors_to_exit_codes
def mitigate(
    bench: Bench,
    out: Arms,
    side: Sides = None,
    treatment: Treatments = None,
    recall: Recalls = None,
    repeat: Repeats = None,
    type: Types = None,
    build: Build = None,
    policy: PolicyName = None,
    seed: Seed = None,
    workers: Workers = None,
    force: Force = None,
) -> None:
    """Hide facts of a benchmark at a chosen recall, to see how much less is given away.

    ARMS gets one folder per arm: `inference-*` are benchmarks whose images are redacted, `memory-*` memory
    sets whose images, labels or both are. A fact (a value of a person) is hidden everywhere or nowhere, and
    what is hidden at one recall is hidden at all higher ones. The arms called `pipeline` hold what a real
    build of mmscrub leaves; its recall is measured. `llava/` holds a list to train on for each memory arm and
    number of repeats; image paths start from ARMS.

    Example: `mmscrub mitigate bench --out arms --recall 0.5 --recall 1 --repeat 1`

    Then `mmscrub answer arms/inference-image-r050 --model M --out answers/inference-image-r050.jsonl` for
    shown images; for memory arms train on `arms/llava/memory-both-r050-x1.json` and let that model answer
    `bench`; `mmscrub score mitigation answers/*.jsonl --arms arms --bench bench` tabulates them.

    Exit codes: 0 done; 1 failed; 2 wrong call or config.
    """
    config = configure(locals())
    with progress_view(sys.stderr) as on_progress:
        result = run_mitigation(config, on_progress)
    show_arms(result)


def configure(flags: dict[str, Any]) -> MitigationConfig:
    """The config of a call. Raises ConfigError."""
    given = {name: said for name, said in flags.items() if said is not None}
    if not given["bench"].is_dir():
        raise ConfigError("bench", given["bench"], "no such folder: give the output of mmscrub disclosure")
    return make_mitigation_config({_SETTINGS.get(name, name): said for name, said in given.items()})


def show_arms(result: ArmsResult) -> None:
    """One line per arm."""
    table = Table(box=None, pad_edge=False)
    table.add_column("arm", no_wrap=True, min_width=max(map(len, result.summary["arms"])))
    for name in ("facts", "hidden", "recall", "rows", "images changed", "labels changed"):
        table.add_column(name, justify="right")
    for name, arm in result.summary["arms"].items():
        recall = "-" if arm["recall"] is None else f"{arm['recall']:.4f}"
        counts = [arm[key] for key in ("facts", "hidden")]
        after = [arm[key] for key in ("rows", "images_changed", "labels_changed")]
        table.add_row(name, *(f"{one:,}" for one in counts), recall, *(f"{one:,}" for one in after))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"{result.layout.root}  ({result.seconds:.1f} s)")
