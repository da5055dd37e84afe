"""``mmscrub score transfer``: whether a safeguard made for one framing holds in the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mmscrub.exit_codes import errors_to_exit_codes
from mmscrub.score_mm_privacy import Draws, Plot, Seed, Workers
from mmscrub.score_report import write_report
from schemas.errors import RunFailed


@errors_to_exit_codes
def transfer(
    answers: Annotated[
        list[str],
        typer.Argument(
            metavar="TASK=ANSWERS...",
            help="Answers under the defence made for that task: direct, vqa, caption, rephrasing, "
            "classification. undefended=ANSWERS for those without any.",
            show_default=False,
        ),
    ],
    bench: Annotated[
        Path,
        typer.Option(
            "--bench", metavar="OUT", help="Folder that mmscrub disclosure wrote.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write transfer.md, transfer.json and transfer.csv."),
    ] = None,
    plot: Plot = None,
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="Score what is there.")
    ] = False,
    draws: Draws = 2000,
    seed: Seed = 0,
    workers: Workers = 2,
) -> None:
    """Does a defence made for one framing protect the others? A row per defence, a column per framing.

    Get each file with `mmscrub answer OUT --model M --defence caption.txt --out caption.jsonl`, where
    caption.txt holds the instruction that was written against captioning.

    Exit code 1 if answers are missing, double, empty or foreign.

    Example: `mmscrub score transfer direct=direct.jsonl vqa=vqa.jsonl undefended=bare.jsonl --bench OUT`
    """
    from evaluation.mm_privacy.bench import read_bench
    from evaluation.mm_privacy.scores import ScoreSettings
    from evaluation.mm_privacy.transfer import transfer as tables_of
    from evaluation.mm_privacy.transfer_files import judge_defences, parse_defences
    from evaluation.mm_privacy.transfer_tables import (
        plot_transfer,
        transfer_csv,
        transfer_json,
        transfer_markdown,
    )

    if plot is not None:
        from evaluation.memorisation.plots import check_plotting

        check_plotting()
    defended = judge_defences(read_bench(bench), parse_defences(answers), workers)
    incomplete = [one for one in defended if not one.coverage.complete]
    for one in incomplete:
        typer.echo(f"{one.made_for or 'undefended'}: {one.coverage}", err=True)
    if incomplete and not allow_incomplete:
        raise RunFailed("answers are incomplete; --allow-incomplete scores what is there")
    tables = tables_of(defended, ScoreSettings(draws, seed))
    report = transfer_markdown(tables)
    if out is None:
        typer.echo(report, nl=False)
    else:
        write_report(out / "transfer.md", report.rstrip("\n"))
        write_report(out / "transfer.json", json.dumps(transfer_json(tables), indent=1, allow_nan=False))
        write_report(out / "transfer.csv", transfer_csv(tables).rstrip("\n"))
        typer.echo(str(out / "transfer.md"))
    if plot is not None:
        for path in plot_transfer(tables, plot):
            typer.echo(str(path))
