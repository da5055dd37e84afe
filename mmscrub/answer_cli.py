"""``mmscrub answer``: puts the questions of a benchmark to a model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mmscrub.exit_codes import EXIT_FAILED, errors_to_exit_codes
from mmscrub.progress_view import progress_view
from pipeline.answers.config import AnswerConfig, make_answer_config
from pipeline.answers.finish import QUARANTINE
from pipeline.answers.plan import beside
from pipeline.yaml_file import read_yaml_file
from runners.answer import AnswerResult, run_answer
from schemas.errors import ConfigError
from transforms.engines.device import Device
from transforms.engines.vision_language.settings import API_KEY_VARIABLE, DefenceRole

Bench = Annotated[
    str | None,
    typer.Argument(
        metavar="BENCH",
        help="Output of mmscrub disclosure or prism; a folder, glob or file of published questions: PRISM "
        "JSONL (or any with question_id, image, text), MM-Privacy JSON. May stand in --config instead.",
        show_default=False,
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="transformers:FOLDER (or a Hub name that is downloaded), openai:MODEL with --base-url, or "
        "baseline:NAME.",
        show_default=False,
    ),
]
OutFile = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="JSONL with one row per question.", show_default=False),
]
Images = Annotated[
    Path | None,
    typer.Option("--images", metavar="DIR", help="Folder that image paths of a published set start from."),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        "--base-url", metavar="URL", help="Endpoint of openai:MODEL, e.g. http://127.0.0.1:8000/v1."
    ),
]
ModelId = Annotated[
    str | None, typer.Option("--model-id", metavar="NAME", help="What rows call the model. [its name]")
]
Tasks = Annotated[
    str | None,
    typer.Option("--tasks", metavar="A,B", help="Only these tasks, or question sets: direct, refusal_soft …"),
]
FirstN = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", help="Ask only the first N questions: to try things out."),
]
DefenceFile = Annotated[
    Path | None,
    typer.Option("--defence", metavar="FILE", help="Words that are put before every prompt."),
]
Role = Annotated[
    DefenceRole | None,
    typer.Option("--defence-role", help="Where they stand: in the user's turn or a system message. [user]"),
]
NewTokens = Annotated[
    int | None, typer.Option("--new-tokens", metavar="N", help="Longest answer, in tokens. [200]")
]
Batch = Annotated[
    int | None,
    typer.Option("--batch", metavar="N", help="Questions that a local model gets at once. [16]"),
]
DeviceChoice = Annotated[Device | None, typer.Option("--device", help="Of a local model. [auto]")]
WorkerCount = Annotated[
    int | None,
    typer.Option(
        "--workers", "-j", metavar="N", help="Processes, each with the whole model. [1; baselines: all cores]"
    ),
]
AtOnce = Annotated[
    int | None, typer.Option("--at-once", metavar="N", help="Requests open at an endpoint. [8]")
]
Timeout = Annotated[
    float | None, typer.Option("--timeout-seconds", metavar="S", help="For each request. [120]")
]
Attempts = Annotated[
    int | None, typer.Option("--attempts", metavar="N", help="For each question at an endpoint. [4]")
]
KeyVariable = Annotated[
    str | None,
    typer.Option(
        "--key-variable",
        metavar="NAME",
        help=f"Environment variable with the endpoint's key. [{API_KEY_VARIABLE}]",
    ),
]
PriceInput = Annotated[
    float | None, typer.Option("--price-input", metavar="P", help="Price of a million tokens in. [0]")
]
PriceOutput = Annotated[
    float | None, typer.Option("--price-output", metavar="P", help="Price of a million tokens out. [0]")
]
SpendMost = Annotated[
    float | None,
    typer.Option("--spend-most", metavar="P", help="Stop before more than this is spent, all runs together."),
]
Again = Annotated[
    bool | None,
    typer.Option("--force", help="Throw away what FILE and FILE.parts hold, and ask everything again."),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="YAML file with any of these settings; flags win."),
]


@errors_to_exit_codes
def answer(
    bench: Bench = None,
    model: Model = None,
    out: OutFile = None,
    images: Images = None,
    base_url: BaseUrl = None,
    model_id: ModelId = None,
    tasks: Tasks = None,
    limit: FirstN = None,
    defence: DefenceFile = None,
    defence_role: Role = None,
    new_tokens: NewTokens = None,
    batch: Batch = None,
    device: DeviceChoice = None,
    workers: WorkerCount = None,
    at_once: AtOnce = None,
    timeout_seconds: Timeout = None,
    attempts: Attempts = None,
    api_key_variable: KeyVariable = None,
    price_input: PriceInput = None,
    price_output: PriceOutput = None,
    spend_most: SpendMost = None,
    config: ConfigFile = None,
    force: Again = None,
) -> None:
    """Put every question of a benchmark to a vision-language model; greedy, one row per question.

    FILE appears only when every question has an answer (rows as LLaVA's evaluation writes them: question_id,
    prompt, text, answer_id, model_id, metadata). A run that was stopped goes on where it was when the same
    command is given again. Where questions got no answer, FILE.incomplete holds the others and
    FILE.quarantine says why; the same command asks those again. FILE.run.json tells model, tokens and cost.

    Example: `mmscrub answer bench --model transformers:models/llava-1.5-7b-hf --out answers.jsonl`

    Example: `mmscrub answer questions --images photos --model openai:my-model --base-url
    http://127.0.0.1:8000/v1 --out answers.jsonl --at-once 16`

    Exit codes: 0 every question answered; 1 stopped, or some are not; 2 wrong call or config.
    """
    settings = configure(locals())
    with progress_view(sys.stderr) as on_progress:
        result = run_answer(settings, on_progress)
    _show(result, settings)
    if not result.finished.complete:
        raise typer.Exit(EXIT_FAILED)


def configure(flags: dict[str, Any]) -> AnswerConfig:
    """The config of a call: its ``config`` file, over it every flag that was given. Raises ConfigError."""
    given = {name: setting for name, setting in flags.items() if setting is not None}
    path = given.pop("config", None)
    written = read_yaml_file("config", path) if path else {}
    if not isinstance(written, dict):
        raise ConfigError("config", str(path), "must hold a mapping such as 'model: openai:my-model'")
    written = written | given
    for name, remedy in (("bench", "give BENCH"), ("model", "give --model"), ("out", "give --out")):
        if name not in written:
            raise ConfigError(name, "(missing)", f"{remedy} or '{name}:' in --config")
    return make_answer_config(written)


def _show(result: AnswerResult, settings: AnswerConfig) -> None:
    done = result.finished
    kept = f", {result.kept:,} of them before" if result.kept else ""
    typer.echo(
        f"{result.questions:,} questions = {done.answered:,} answered + {sum(done.reasons.values()):,} not"
        f" ({result.seconds:.1f} s{kept})"
    )
    for reason, count in done.reasons.items():
        typer.echo(f"  not answered: {reason} {count:,}")
    if done.input_tokens or done.output_tokens:
        cost = f"; cost {result.cost:,.4f}" if settings.price_input or settings.price_output else ""
        typer.echo(f"tokens: {done.input_tokens:,} in, {done.output_tokens:,} out{cost}")
    if result.questions < result.rows:
        typer.echo(f"only {result.questions:,} of the benchmark's {result.rows:,} questions were asked")
    if not done.complete:
        typer.echo(
            f"mmscrub: incomplete: {beside(settings.out, QUARANTINE)} says what is missing; the same command "
            "asks it again",
            err=True,
        )
    typer.echo(str(done.written))
