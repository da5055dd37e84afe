"""``mmscrub score prism``: what answers to PRISM-style questions give away, and whether they are of any
use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from mmscrub.answers_view import show_prism
from mmscrub.exit_codes import errors_to_exit_codes
from mmscrub.score_report import write_report
from schemas.errors import ConfigError, RunFailed

if TYPE_CHECKING:
    from evaluation.judging.judge import Judge
    from evaluation.prism.score import PrismScores

CACHE = "judge_cache.jsonl"
_SHOWN = 5


@errors_to_exit_codes
def prism(
    answers: Annotated[
        list[Path],
        typer.Argument(
            metavar="ANSWERS...",
            help="JSON lines with question_id, prompt, text and model_id, of one model or many; or folders "
            "of them. Questions are known by their words, whatever a file is called.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where tables are written.", show_default=False)
    ],
    bench: Annotated[
        Path | None,
        typer.Option(
            "--bench",
            metavar="OUT",
            help="The question set: what mmscrub prism wrote, or a folder of the published PRISM_*.jsonl. "
            "Without it what was asked is inferred from the answers.",
        ),
    ] = None,
    judged: Annotated[
        list[Path] | None,
        typer.Option(
            "--judged",
            metavar="PATH",
            help="Judgements of others to compare with: JSON lines with one per answer, or a folder of "
            "JUDGE/MODEL/SET_Results.txt as the authors publish them. May be repeated.",
        ),
    ] = None,
    least_words: Annotated[
        int, typer.Option("--least-words", metavar="K", help="Words that a description needs to be of use.")
    ] = 5,
    match_words: Annotated[
        int, typer.Option("--match-words", metavar="K", help="Words after which lengths are matched.")
    ] = 30,
    judge: Annotated[
        str,
        typer.Option(
            "--judge",
            metavar="JUDGE",
            help="rules (offline), or openai:MODEL with --base-url: a language model that reads each answer.",
        ),
    ] = "rules",
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="Its endpoint, e.g. http://127.0.0.1:8000/v1.")
    ] = "",
    key_variable: Annotated[
        str | None,
        typer.Option(
            "--key-variable",
            metavar="NAME",
            help="Environment variable with the endpoint's key. [MMSCRUB_JUDGE_KEY]",
        ),
    ] = None,
    judge_cache: Annotated[
        Path | None,
        typer.Option(
            "--judge-cache", metavar="FILE", help="Keeps its verdicts. [judge_cache.jsonl in --out]"
        ),
    ] = None,
    at_once: Annotated[
        int, typer.Option("--at-once", metavar="N", min=1, help="Requests open at the endpoint.")
    ] = 8,
    price_input: Annotated[
        float, typer.Option("--price-input", metavar="P", min=0, help="Price of a million tokens in.")
    ] = 0.0,
    price_output: Annotated[
        float, typer.Option("--price-output", metavar="P", min=0, help="Price of a million tokens out.")
    ] = 0.0,
    spend_most: Annotated[
        float | None, typer.Option("--spend-most", metavar="P", min=0, help="Stop before this is spent.")
    ] = None,
    plots: Annotated[
        bool, typer.Option("--plots", help="Also write plots/*.png and *.svg; needs mmscrub[evaluation].")
    ] = False,
    allow_incomplete: Annotated[
        bool,
        typer.Option(
            "--allow-incomplete",
            help="Exit with 0 though answers are missing, double, empty or foreign. What is not whole is "
            "marked, and compared with nothing, all the same.",
        ),
    ] = False,
    workers: Annotated[
        int, typer.Option("--workers", "-j", metavar="N", help="Processes; 0 means all cores.")
    ] = 0,
) -> None:
    """What do a model's answers tell of people, and are they of any use?

    Reads answers to direct questions (soft, hard), descriptions and harmless questions. DIR gets report.md,
    scores.csv, coverage.csv and judgements.jsonl. A refusal of a harmless request, and an answer that says
    nothing, is no success here. Offline, and the same numbers for the same answers.

    Example: `mmscrub score prism answers/ --bench questions --judged judges/ --out scores --plots`
    """
    from evaluation.prism.judged import ScoreSettings
    from evaluation.prism.score import REPORT, PrismCall, score_prism

    if out.exists() and not out.is_dir():
        raise ConfigError("out", out, "is a file; give a folder")
    if plots:
        from evaluation.memorisation.plots import check_plotting

        check_plotting()
    chosen = _judge(
        judge, base_url, workers, judge_cache or out / CACHE, key_variable, at_once, spend_most,
        (price_input, price_output),
    )  # fmt: skip
    call = PrismCall(tuple(answers), bench, tuple(judged or ()), ScoreSettings(least_words, match_words))
    found = score_prism(call, chosen, lambda line: typer.echo(line, err=True))
    for name, content in found.files().items():
        write_report(out / name, content.removesuffix("\n"))
    if plots:
        from evaluation.prism.plots import plot_scores

        for path in plot_scores(found, out / "plots"):
            typer.echo(str(path))
    _say_costs(chosen)
    show_prism(Console(highlight=False), found)
    typer.echo(str(out / REPORT))
    _check(found, allow_incomplete)


def _judge(
    name: str,
    base_url: str,
    workers: int,
    cache: Path,
    key_variable: str | None,
    at_once: int,
    spend_most: float | None,
    prices: tuple[float, float],
) -> Judge:
    """The judge that was asked for. Raises ConfigError for a name that is none."""
    if name == "rules":
        from evaluation.judging.rule_judge import RuleJudge

        return RuleJudge(workers)
    from evaluation.judging.endpoint_judge import API_KEY_VARIABLE, EndpointJudge, EndpointJudgeSettings
    from transforms.engines.vision_language.settings import Prices

    kind, _, model = name.partition(":")
    if kind != "openai" or not model:
        raise ConfigError("judge", name, "give rules, or openai:MODEL with --base-url")
    place = model if "#" in model else f"{base_url}#{model}"
    settings = EndpointJudgeSettings(
        cache,
        at_once,
        api_key_variable=key_variable or API_KEY_VARIABLE,
        key_needed=key_variable is not None,
        prices=Prices(*prices),
        spend_most=spend_most,
    )
    return EndpointJudge(place, settings)


def _say_costs(judge: Judge) -> None:
    from evaluation.judging.endpoint_judge import EndpointJudge

    if isinstance(judge, EndpointJudge):
        typer.echo(
            f"{judge.requests:,} verdicts asked for, {judge.input_tokens:,} tokens in, "
            f"{judge.output_tokens:,} out, {judge.spent:.4f} spent",
            err=True,
        )


def _check(found: PrismScores, allow_incomplete: bool) -> None:
    """Exit 1 for answers that are not whole, unless that is allowed."""
    problems = found.problems
    for line in problems[:_SHOWN]:
        typer.echo(f"mmscrub: {line}", err=True)
    if len(problems) > _SHOWN:
        typer.echo(f"mmscrub: and {len(problems) - _SHOWN} more, in coverage.csv", err=True)
    if problems and not allow_incomplete:
        raise RunFailed("the answers are not whole; --allow-incomplete takes them as they are")
