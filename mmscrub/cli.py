"""The command line. Exit codes: 0 done, 1 failed, 2 wrong call or config, 3 a ``--fail-on`` gate crossed."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from jinja2 import TemplateError
from rich.console import Console

from mmscrub.answer_cli import answer
from mmscrub.disclosure_cli import disclosure
from mmscrub.exit_codes import EXIT_GATE, errors_to_exit_codes
from mmscrub.gates import crossed_gates, parse_gates
from mmscrub.mitigate_cli import mitigate
from mmscrub.options import FORMS, Config, Force, Limit, OptionalInput, Out, Seed, Workers
from mmscrub.preview import show_preview
from mmscrub.prism_cli import prism
from mmscrub.progress_view import progress_view
from mmscrub.result_view import show_result
from mmscrub.score_cli import score_app
from mmscrub.watermark_cli import watermark
from pipeline.config import Mode, RunConfig, make_config, read_config_file
from pipeline.layout import Layout, write_atomically
from pipeline.policy_file import load_policy, preset_names
from pipeline.readers.open import list_sources
from pipeline.report.render import render_report
from runners.local import check_cache, run_local
from runners.run_folder import check_places
from schemas.errors import ConfigError
from transforms.engines.registry import check_engines

app = typer.Typer(
    name="mmscrub",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Makes image-text training corpora safe to publish: audits, cleans, verifies and emits them.\n\n"
    "Start with `mmscrub preview corpus.json --images photos`, then "
    "`mmscrub build corpus.json --images photos --out cleaned`.",
)

Input = Annotated[str, typer.Argument(metavar="INPUT", help=FORMS, show_default=False)]
Images = Annotated[
    str | None,
    typer.Option(
        "--images",
        metavar="DIR",
        help="Folder that image paths are relative to, or 'none' to keep references and open no image.",
        show_default=False,
    ),
]
PolicyName = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="NAME|FILE",
        help=f"One of {', '.join(preset_names())}, or a YAML file. [standard]",
    ),
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="NAME=SHARE",
        help="Exit with 3 if a share of the records is crossed: quarantined, held_back or findings, "
        "e.g. --fail-on quarantined=0.01. May be repeated.",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--hash-key-file", metavar="FILE", help="Secret (16 bytes or more) that keys digests and hashes."
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        help="Keep what image engines answer in DIR for later runs: an audit and the build after it look at "
        "each image once. DIR holds what was read in images (personal data!), for its owner alone.",
    ),
]
VerifySample = Annotated[
    float | None,
    typer.Option(
        "--verify-sample",
        metavar="SHARE",
        help="Let a second OCR engine (engines.second_ocr, Tesseract) read this share of the redacted images "
        "again, at twice the size, e.g. 0.05. What it still reads is redacted more bluntly. [0]",
    ),
]
Review = Annotated[
    int | None,
    typer.Option(
        "--review",
        metavar="N",
        help="Write OUT/review/index.html: up to 1000 images before and after, boxes drawn, for a person to "
        "look at. It shows the images as they were (personal data!): delete it before you publish. [0]",
    ),
]
Split = Annotated[
    str | None, typer.Option("--split", metavar="NAME", help="Split name of the emitted shards. [train]")
]


def _with_options_of(
    command: Callable[..., None], *, but: tuple[str, ...]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command that takes ``**flags`` the options of another one, which are listed there alone."""
    listed = inspect.signature(command, eval_str=True)
    kept = [option for name, option in listed.parameters.items() if name not in but]

    def give(other: Callable[..., None]) -> Callable[..., None]:
        other.__signature__ = listed.replace(parameters=kept)  # type: ignore[attr-defined]
        other.__annotations__ = {option.name: option.annotation for option in kept}
        return other

    return give


def _configure(mode: Mode, flags: dict[str, Any]) -> RunConfig:
    """The config of a command: its ``config`` file first, over it every other flag that was given."""
    given = {name: setting for name, setting in flags.items() if setting is not None}
    path = given.pop("config", None)
    if "fail_on" in given:
        given["fail_on"] = parse_gates(given["fail_on"])
    written = (read_config_file(path) if path else {}) | given
    for name, remedy in (("input", "give INPUT"), ("out", "give --out")):
        if name not in written:
            raise ConfigError(name, "(missing)", f"{remedy} or '{name}:' in --config")
    return make_config(written | {"mode": mode})


def _run(config: RunConfig) -> None:
    with progress_view(sys.stderr) as on_progress:
        result = run_local(config, on_progress)
    show_result(result, config.mode)
    crossed = crossed_gates(config.fail_on, result.summary)
    for line in crossed:
        typer.echo(f"mmscrub: {line}", err=True)
    if crossed:
        raise typer.Exit(EXIT_GATE)


@app.command()
@errors_to_exit_codes
def build(
    input: OptionalInput = None,
    images: Images = None,
    out: Out = None,
    policy: PolicyName = None,
    config: Config = None,
    workers: Workers = None,
    seed: Seed = None,
    split: Split = None,
    limit: Limit = None,
    llava_images: Annotated[
        bool | None,
        typer.Option("--llava-images", help="Also write llava/images/, for training as it stands."),
    ] = None,
    keep_quarantined: Annotated[
        bool | None,
        typer.Option("--keep-quarantined", help="Keep the raw record in quarantine/ (personal data!)."),
    ] = None,
    hash_key_file: KeyFile = None,
    cache: Cache = None,
    review: Review = None,
    verify_sample: VerifySample = None,
    force: Force = None,
    fail_on: FailOn = None,
) -> None:
    """Audit, clean, verify and emit a corpus: Parquet shards, LLaVA JSON, findings, quarantine, report.

    A run that was stopped goes on where it was when the same command is given again.

    Example: `mmscrub build corpus.json --images photos --out cleaned --policy standard`
    """
    _run(_configure(Mode.BUILD, locals()))


@app.command()
@errors_to_exit_codes
@_with_options_of(build, but=("split", "llava_images", "keep_quarantined", "verify_sample"))
def audit(**flags: Any) -> None:
    """Look, change nothing: findings, summary and report of a corpus.

    Example: `mmscrub audit corpus.json --images photos --out audit --fail-on findings=0`
    """
    _run(_configure(Mode.AUDIT, flags))


@app.command()
@errors_to_exit_codes
def preview(
    input: Input,
    images: Images = None,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=1000, help="How many records.")] = 5,
    policy: PolicyName = None,
    config: Config = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Say of every edit: span, kind, rule, action, and what verifier and gate found."
        ),
    ] = False,
) -> None:
    """Show the first records before and after on the terminal; write nothing.

    What is shown holds the corpus' personal data: it goes to the terminal and nowhere else.

    Example: `mmscrub preview corpus.json --images none -n 3 --policy safe-llava --explain`
    """
    flags = {"input": input, "images": images, "policy": policy}
    settings = read_config_file(config) if config else {}
    settings |= {name: setting for name, setting in flags.items() if setting is not None}
    show_preview(Console(highlight=False), settings, count, explained=explain)


@app.command()
@errors_to_exit_codes
def validate(config: Annotated[Path, typer.Argument(metavar="CONFIG", help="YAML config of a run.")]) -> None:
    """Check a config file, its policy, places, engines and input, without running."""
    checked = _configure(Mode.BUILD, {"config": config})
    load_policy(checked.policy)
    checked.secret()
    check_engines(checked.engines.by_role(), sampled=checked.verify_sample > 0)
    sources = tuple(list_sources(checked.input))
    check_places(checked, sources)
    check_cache(checked)
    typer.echo(
        f"{config}: valid; {len(sources)} source file(s), policy {checked.policy}, output {checked.out}"
    )


@app.command()
@errors_to_exit_codes
def report(out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of a finished run.")]) -> None:
    """Write OUT/audit/report.html again from the run's summary and manifest."""
    layout = Layout(out)
    parts = []
    for path in (layout.summary, layout.manifest, layout.run):
        try:
            parts.append(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError):
            raise ConfigError(
                "out", str(out), f"holds no readable {path.name}: is the run finished?"
            ) from None
    try:
        page = render_report(parts[0], parts[1], parts[2])
    except (LookupError, TypeError, ValueError, AttributeError, TemplateError):
        raise ConfigError("out", str(out), "holds a summary or manifest that is no run's") from None
    try:
        write_atomically(layout.report, page.encode())
    except OSError as error:
        raise ConfigError("out", str(out), f"cannot be written ({error.strerror})") from error
    typer.echo(str(layout.report))


app.command()(answer)
app.command()(disclosure)
app.command()(mitigate)
app.add_typer(score_app, name="score")
app.add_typer(watermark, name="watermark")
app.command()(prism)


def main() -> None:
    """Entry point of the console script."""
    app()
