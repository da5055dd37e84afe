"""``mmscrub disclosure``: makes a benchmark of what models give away, with gold and decoys."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from mmscrub.disclosure_view import show_benchmark
from mmscrub.exit_codes import errors_to_exit_codes
from mmscrub.options import Config, Force, Out, Seed, Workers
from mmscrub.progress_view import progress_view
from pipeline.disclosure.config import PACKAGE, DisclosureConfig, make_disclosure_config
from pipeline.presets import described_presets, laid_over, read_settings
from runners.disclosure import run_disclosure
from schemas.benchmark import PrivateType, Scenario, Task
from schemas.errors import ConfigError
from transforms.disclosure.personas import LOCALES

_PRESETS = ", ".join(name for name, _ in described_presets(PACKAGE))

Preset = Annotated[str | None, typer.Option("--preset", metavar="NAME", help=f"One of {_PRESETS}. [default]")]


def _several(flag: str, metavar: str, what: str, names: Iterable[str]) -> Any:
    listed = ", ".join(names)
    return typer.Option(
        flag, metavar=metavar, help=f"{what}: {listed}. May be repeated. [all]", show_default=False
    )


Types = Annotated[list[PrivateType] | None, _several("--type", "TYPE", "What is asked for", PrivateType)]
Scenarios = Annotated[
    list[Scenario] | None, _several("--scenario", "NAME", "Where forms come from", Scenario)
]
Tasks = Annotated[list[Task] | None, _several("--task", "TASK", "How questions are framed", Task)]
Locales = Annotated[
    list[str] | None,
    typer.Option(
        "--locale", metavar="NAME", help=f"Where persons live: {', '.join(LOCALES)}. May be repeated. [all]"
    ),
]
PerCell = Annotated[
    int | None,
    typer.Option("--per-cell", metavar="N", help="Forms of each type and scenario, in both tests. [4 and 3]"),
]
ScenesPerCell = Annotated[
    int | None,
    typer.Option("--scenes-per-cell", metavar="N", help="Scenes of each, in the retention test. [1]"),
]
Photographs = Annotated[
    int | None,
    typer.Option("--photographs", metavar="N", help="Photographed forms in each test, over all cells. [~20]"),
]
Persons = Annotated[
    int | None,
    typer.Option("--memory-persons", metavar="N", help="Persons in the memory set; 0: what is needed. [100]"),
]
Scenes = Annotated[
    Path | None,
    typer.Option(
        "--scenes",
        metavar="DIR",
        help="Pictures for the retention test in place of drawn ones; with print or faces none is shown.",
        show_default=False,
    ),
]
OptOut = Annotated[
    bool | None,
    typer.Option("--opt-out/--no-opt-out", help="Offer a phrase to decline with, as MM-Privacy does. [no]"),
]
Published = Annotated[
    bool | None,
    typer.Option(
        "--published-layout", help="Also write published/: JSON and PNG as the authors of MM-Privacy do."
    ),
]
LlavaImages = Annotated[
    bool | None,
    typer.Option("--llava-images", help="Also write llava/: the memory set as LLaVA JSON with image files."),
]


@errors_to_exit_codes
def disclosure(
    out: Out = None,
    preset: Preset = None,
    config: Config = None,
    seed: Seed = None,
    type: Types = None,
    scenario: Scenarios = None,
    task: Tasks = None,
    locale: Locales = None,
    per_cell: PerCell = None,
    scenes_per_cell: ScenesPerCell = None,
    photographs: Photographs = None,
    memory_persons: Persons = None,
    scenes: Scenes = None,
    opt_out: OptOut = None,
    published_layout: Published = None,
    llava_images: LlavaImages = None,
    workers: Workers = None,
    force: Force = None,
) -> None:
    """Make a benchmark that asks models for private data: printed in the image, or learnt in training.

    Every person is drawn; no value belongs to anybody. OUT gets `data/disclosure-*` and `data/retention-*`
    (questions with image, gold and where it can be known from; decoys of which it cannot; harmless
    questions), `memory/` (what to train on), `personas.parquet`, `summary.json` and a card that
    `load_dataset(OUT, "disclosure")` reads. The same seed gives the same bytes; a run that was stopped goes
    on where it was when the same command is given again.

    Example: `mmscrub disclosure --out bench --seed 7 --preset mm-privacy-2025`

    Then `mmscrub answer bench --model MODEL --out answers.jsonl` and
    `mmscrub score mm-privacy answers.jsonl --bench bench --out scores`.

    Exit codes: 0 done; 1 failed; 2 wrong call or config.
    """
    settings = configure(locals())
    with progress_view(sys.stderr) as on_progress:
        result = run_disclosure(settings, on_progress)
    show_benchmark(result)


def configure(flags: dict[str, Any]) -> DisclosureConfig:
    """The config of a call: its ``config`` file, over it every flag that was given. Raises ConfigError."""
    given = {name: setting for name, setting in flags.items() if setting is not None}
    path = given.pop("config", None)
    for flag, places in (
        ("per_cell", (("disclosure", "forms"), ("retention", "forms"))),
        ("scenes_per_cell", (("retention", "scenes"),)),
        ("photographs", (("disclosure", "photographs"), ("retention", "photographs"))),
        ("memory_persons", (("memory", "personas"),)),
    ):
        if flag in given:
            wanted = given.pop(flag)
            for section, key in places:
                given = laid_over(given, {section: {key: wanted}})
    for flag, key in (("type", "types"), ("scenario", "scenarios"), ("task", "tasks"), ("locale", "locales")):
        if flag in given:
            given[key] = given.pop(flag)
    written = laid_over(read_settings(path, "out: bench") if path else {}, given)
    if "out" not in written:
        raise ConfigError("out", "(missing)", "give --out or 'out:' in --config")
    return make_disclosure_config(written)
