"""``mmscrub score mm-privacy``: what models disclose of images and retain of their training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from mmscrub.answers_view import show_mm_privacy
from mmscrub.exit_codes import errors_to_exit_codes
from mmscrub.score_report import write_report
from schemas.errors import RunFailed

if TYPE_CHECKING:
    from evaluation.mm_privacy.scores import Scores

Answers = Annotated[
    list[str],
    typer.Argument(
        metavar="ANSWERS...",
        help="One file of each model, as mmscrub answer writes it: JSON lines with question_id and text. "
        "NAME=FILE gives it another name.",
        show_default=False,
    ),
]
Plot = Annotated[
    Path | None,
    typer.Option("--plot", metavar="DIR", help="Write pictures as PNG and SVG; needs mmscrub[evaluation]."),
]
Partial = Annotated[
    bool,
    typer.Option("--allow-incomplete", help="Score what is there; such a model is compared with none."),
]
Draws = Annotated[
    int, typer.Option("--draws", metavar="N", min=100, max=100_000, help="Draws of personas, for intervals.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="The draws follow from it.")]
Workers = Annotated[
    int, typer.Option("--workers", metavar="N", min=1, max=256, help="Processes that read answers.")
]


@errors_to_exit_codes
def mm_privacy(
    answers: Answers,
    bench: Annotated[
        Path,
        typer.Option(
            "--bench",
            metavar="OUT",
            help="Folder that mmscrub disclosure wrote; or the published evaluate_direct.json, "
            "evaluate_memory.json, or the folder of both.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write report.md, scores.json and the tables as CSV."),
    ] = None,
    plot: Plot = None,
    memory_table: Annotated[
        Path | None,
        typer.Option("--memory-table", metavar="FILE", help="Published: database_full as CSV or Parquet."),
    ] = None,
    evaluation_table: Annotated[
        Path | None,
        typer.Option(
            "--evaluation-table", metavar="FILE", help="Published: database_evaluate_full as CSV or Parquet."
        ),
    ] = None,
    gold: Annotated[
        Path | None,
        typer.Option("--gold", metavar="FILE", help="Published: index and value of what each image shows."),
    ] = None,
    allow_incomplete: Partial = False,
    draws: Draws = 2000,
    seed: Seed = 0,
    workers: Workers = 2,
) -> None:
    """What does a model give away, of the image before it and of its training? Attack success with controls.

    Per type, framing, test and source: attack success and refuse rate with intervals over personas, what is
    above chance (decoys), what is left once the model could read the form, how far the framing matters, what
    harmless tasks repeat, and whether harmless questions are still answered.

    Exit code 1 if answers are missing, double, empty or foreign.

    Example: `mmscrub score mm-privacy llava.jsonl gemma.jsonl --bench OUT --out scores --plot scores`

    Example: `mmscrub score mm-privacy part*_*.npy --bench Evaluation --memory-table database_full.csv`
    """
    from evaluation.mm_privacy.any_bench import judge_any
    from evaluation.mm_privacy.published import PublishedTables
    from evaluation.mm_privacy.score_files import parse_answers
    from evaluation.mm_privacy.scores import ScoreSettings, score

    if plot is not None:
        from evaluation.memorisation.plots import check_plotting

        check_plotting()
    tables = PublishedTables(memory_table, evaluation_table, gold)
    judged = judge_any(bench, parse_answers(answers), tables, workers)
    incomplete = [one for one in judged if not one.coverage.complete]
    for one in incomplete:
        typer.echo(f"{one.model}: {one.coverage}", err=True)
    if incomplete and not allow_incomplete:
        raise RunFailed("answers are incomplete; --allow-incomplete scores what is there")
    _show(score(judged, ScoreSettings(draws, seed)), out, plot)


def _show(scores: Scores, out: Path | None, plot: Path | None) -> None:
    from evaluation.mm_privacy.report import as_markdown
    from evaluation.mm_privacy.tables import as_json, csv_files

    show_mm_privacy(Console(highlight=False), scores)
    if out is not None:
        write_report(out / "report.md", as_markdown(scores).rstrip("\n"))
        write_report(out / "scores.json", json.dumps(as_json(scores), indent=1, allow_nan=False))
        for name, table in csv_files(scores).items():
            write_report(out / name, table.rstrip("\n"))
        typer.echo(str(out / "report.md"))
    if plot is not None:
        from evaluation.mm_privacy.plots import plot_scores

        for path in plot_scores(scores, plot):
            typer.echo(str(path))
