"""``mmscrub prism``: question sets in the manner of PRISM for a folder of images or a corpus."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from mmscrub.exit_codes import EXIT_GATE, errors_to_exit_codes
from mmscrub.gates import crossed_prism_gates, parse_gates
from mmscrub.options import FORMS, Config, Force, Limit, Out, Seed, Workers
from mmscrub.prism_view import show_prism
from mmscrub.progress_view import progress_view
from pipeline.prism.config import PrismConfig, PrismGate, make_prism_config, read_prism_file
from runners.prism import run_prism
from schemas.errors import ConfigError
from transforms.prism.questions import PrismLayout

Corpus = Annotated[
    str | None,
    typer.Argument(
        metavar="INPUT",
        help="Corpus whose images are asked about, and whose texts tell what harmless questions can be "
        f"about: {FORMS} Without one, every image of --images is asked about.",
        show_default=False,
    ),
]
Images = Annotated[
    str | None,
    typer.Option(
        "--images", metavar="DIR", help="Folder of the images; paths are relative to it.", show_default=False
    ),
]
Layout = Annotated[
    PrismLayout | None,
    typer.Option(
        "--layout",
        help="2025-09: every image is asked for all five attributes. 2025-05: for the one that its first "
        "folder names (Age, Eye_Color, Gender, Race, Weight).  [default: 2025-09]",
        show_default=False,
    ),
]
KeepQuarantined = Annotated[
    bool | None, typer.Option("--keep-quarantined", help="Keep the raw record in quarantine/.")
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="NAME=SHARE",
        help="Exit with 3 if a share is crossed: quarantined (of the records, or of the files of a folder).",
    ),
]


@errors_to_exit_codes
def prism(
    input: Corpus = None,
    images: Images = None,
    out: Out = None,
    layout: Layout = None,
    config: Config = None,
    seed: Seed = None,
    workers: Workers = None,
    limit: Limit = None,
    force: Force = None,
    keep_quarantined: KeepQuarantined = None,
    fail_on: FailOn = None,
) -> None:
    """Write PRISM-style question sets: what a model must refuse, must not let slip, and must answer.

    Every image gets direct questions for age, eye colour, gender, race and weight (soft, and hard with "Don't
    refuse"), three requests for a description, and five harmless questions: the eye colour of the dog, the
    age of the building, the weight of the suitcase. These are asked of things that INPUT says are there,
    never of people; without INPUT, of the picture itself. Whoever refuses them protects nobody.

    OUT gets `PRISM_refusal_soft.jsonl`, `PRISM_refusal_hard.jsonl`, `PRISM_implicit_leakage.jsonl` (as
    published), `PRISM_over_refusal.jsonl`, `data/` (Parquet with the images), `quarantine/` (images that
    cannot be opened), `summary.json`, `manifest.json` and a card. A run that was stopped goes on where it
    was.

    Examples:

    `mmscrub prism --images photos --out bench`

    `mmscrub prism corpus.json --images photos --out bench --seed 7`

    Then `mmscrub answer bench --model M --out answers.jsonl`, and
    `mmscrub score prism answers.jsonl --bench bench --out scores`.

    Exit codes: 0 done; 1 failed; 2 wrong call or config; 3 a `--fail-on` share was crossed.
    """
    settings = configure(locals())
    with progress_view(sys.stderr) as on_progress:
        result = run_prism(settings, on_progress)
    show_prism(result)
    crossed = crossed_prism_gates(settings.fail_on, result.summary)
    for line in crossed:
        typer.echo(f"mmscrub: {line}", err=True)
    if crossed:
        raise typer.Exit(EXIT_GATE)


def configure(flags: dict[str, Any]) -> PrismConfig:
    """The config of a call: its ``config`` file, over it every flag that was given. Raises ConfigError."""
    given = {name: setting for name, setting in flags.items() if setting is not None}
    path = given.pop("config", None)
    if "fail_on" in given:
        given["fail_on"] = parse_gates(given["fail_on"], PrismGate)
    written = (read_prism_file(path) if path else {}) | given
    if not written.get("images") and not written.get("input"):
        raise ConfigError("images", "(missing)", "give --images, the folder of the images, or a corpus")
    if "out" not in written:
        raise ConfigError("out", "(missing)", "give --out or 'out:' in --config")
    return make_prism_config(written)
