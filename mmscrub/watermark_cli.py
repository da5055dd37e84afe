"""``mmscrub watermark``: makes a watermarked split; its subcommands work on one that is made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mmscrub.exit_codes import EXIT_GATE, errors_to_exit_codes
from mmscrub.gates import crossed_split_gates, parse_gates
from mmscrub.options import Config, Force, Limit, OptionalInput, Out, Seed, Workers
from mmscrub.progress_view import progress_view
from mmscrub.split_view import show_split
from mmscrub.watermark_tools_cli import add_tools
from pipeline.presets import described_presets, laid_over, read_settings
from pipeline.watermark.config import PACKAGE, SplitGate, WatermarkConfig, make_watermark_config
from runners.watermark import run_watermark
from schemas.errors import ConfigError
from schemas.watermark import Legibility
from transforms.watermark.style import DEFAULT_STYLE, preset_styles

_MAKE = "make"


class _MakesByDefault(TyperGroup):
    """A group whose first argument may be a corpus: then it is made into a split."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = [_MAKE, *(args or ["--help"])]
        return super().parse_args(ctx, args)


watermark = typer.Typer(
    cls=_MakesByDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Make probing splits with canaries from a corpus, or check, undo and plan one that is made.",
)

_PRESETS = ", ".join(name for name, _ in described_presets(PACKAGE))

Images = Annotated[
    str | None,
    typer.Option(
        "--images", metavar="DIR", help="Folder that image paths are relative to.", show_default=False
    ),
]
Preset = Annotated[str | None, typer.Option("--preset", metavar="NAME", help=f"One of {_PRESETS}. [default]")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="Secret (16 bytes or more) that every draw comes from; make one with `head -c 32 /dev/urandom > "
        "FILE`. Without it the seed alone is the key, and whoever knows it can name the canaries.",
    ),
]
Identities = Annotated[
    int | None,
    typer.Option("--identities", metavar="K", help="Planted identities, with about as many held out. [200]"),
]
Detect = Annotated[
    float | None,
    typer.Option(
        "--detect",
        metavar="AUC",
        help="Refuse a corpus or a number of identities too small to show that a planted identity beats a "
        "reference with this chance (99 references, alpha 0.05, power 0.8; others: mmscrub score power).",
    ),
]
Rates = Annotated[
    list[float] | None,
    typer.Option("--rate", metavar="SHARE", help="A training arm, 0 to 1; may be repeated. [0 .25 .5 1]"),
]
TestShare = Annotated[
    float | None,
    typer.Option(
        "--test-share", metavar="SHARE", help="Images kept from training, half per test split. [0.2]"
    ),
]
Style = Annotated[
    str | None,
    typer.Option(
        "--style", metavar="NAME", help=f"How marks look: {', '.join(preset_styles())}. [{DEFAULT_STYLE}]"
    ),
]
Bucket = Annotated[
    Legibility | None,
    typer.Option(
        "--legibility",
        help="Print again, elsewhere and larger or smaller, until OCR reads the mark so at 336 pixels.",
        show_default=False,
    ),
]
NoReading = Annotated[
    bool | None,
    typer.Option("--no-reading", help="Do not let OCR read the marks: quicker, legibility stays unknown."),
]
ShadowArms = Annotated[
    bool | None, typer.Option("--shadow-arms", help="Also write one training arm per shadow.")
]
KeepQuarantined = Annotated[
    bool | None, typer.Option("--keep-quarantined", help="Keep the raw record in quarantine/.")
]
AllowFailed = Annotated[
    bool | None,
    typer.Option("--allow-failed-gates", help="Emit the split although its own gates refuse it."),
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="NAME=SHARE",
        help="Exit with 3 if a share is crossed: quarantined (of the records), illegible (of the marks).",
    ),
]


@watermark.command(_MAKE, hidden=True)
@errors_to_exit_codes
def make(
    input: OptionalInput = None,
    images: Images = None,
    out: Out = None,
    preset: Preset = None,
    config: Config = None,
    key_file: KeyFile = None,
    seed: Seed = None,
    identities: Identities = None,
    detect: Detect = None,
    rate: Rates = None,
    test_share: TestShare = None,
    style: Style = None,
    legibility: Bucket = None,
    no_reading: NoReading = None,
    shadow_arms: ShadowArms = None,
    workers: Workers = None,
    limit: Limit = None,
    force: Force = None,
    keep_quarantined: KeepQuarantined = None,
    allow_failed_gates: AllowFailed = None,
    fail_on: FailOn = None,
) -> None:
    """Print synthetic identities into the images of a corpus, so that memory of them can be measured.

    OUT gets `images/` (every twin of every image), `llava/` and `qwen/` (one JSON per arm: train-r0,
    train-r25 … test1, test2), `data/` (Parquet), `manifest/` (who is on which image: SECRET until revealed),
    `commitment.json` (publish it before training), `summary.json` and a card. A run that was stopped goes on
    where it was when the same command is given again.

    Example: `mmscrub watermark corpus.json --images photos --out split --key-file key`

    Exit codes: 0 done; 1 failed; 2 wrong call, config or too small a corpus; 3 the split's own gates refuse
    it (a classifier that reads no mark tells the arms apart), or a `--fail-on` share was crossed.

    With a finished split: `mmscrub watermark verify`, `… unmark`, `… batches`; each has a `--help`.
    """
    settings = configure(locals())
    with progress_view(sys.stderr) as on_progress:
        result = run_watermark(settings, on_progress)
    show_split(result)
    crossed = crossed_split_gates(settings.fail_on, result.summary, settings.mark.bucket)
    for line in crossed:
        typer.echo(f"mmscrub: {line}", err=True)
    if crossed or (result.refused and not settings.allow_failed_gates):
        raise typer.Exit(EXIT_GATE)


def configure(flags: dict[str, Any]) -> WatermarkConfig:
    """The config of a call: its ``config`` file, over it every flag that was given. Raises ConfigError."""
    given = {name: setting for name, setting in flags.items() if setting is not None}
    path = given.pop("config", None)
    if "fail_on" in given:
        given["fail_on"] = parse_gates(given["fail_on"], SplitGate)
    if given.pop("no_reading", False):
        given["read_marks"] = False
    for flag, section, key in (
        ("identities", "identities", "per_pool"),
        ("test_share", "splits", "test_share"),
        ("style", "mark", "style"),
        ("legibility", "mark", "bucket"),
    ):
        if flag in given:
            given = laid_over(given, {section: {key: given.pop(flag)}})
    if "detect" in given:
        given = laid_over(given, {"identities": {"least_planted": _needed(given.pop("detect"))}})
    if "rate" in given:
        given["rates"] = given.pop("rate")
    written = laid_over(read_settings(path, "input: corpus.json") if path else {}, given)
    for name, remedy in (("input", "give INPUT"), ("out", "give --out")):
        if name not in written:
            raise ConfigError(name, "(missing)", f"{remedy} or '{name}:' in --config")
    return make_watermark_config(written)


def _needed(auc: float) -> int:
    from evaluation.memorisation.power_table import Plan, planted_needed

    return planted_needed(auc, Plan())


add_tools(watermark)
