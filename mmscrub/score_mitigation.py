"""``mmscrub score mitigation``: what hiding facts does to what models give away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmscrub.exit_codes import errors_to_exit_codes
from mmscrub.score_report import write_report
from schemas.errors import ConfigError, RunFailed

Answers = Annotated[
    list[str],
    typer.Argument(
        metavar="ANSWERS...",
        help="One file per condition, called by it (inference-image-r090.jsonl, memory-both-r090-x4.jsonl), "
        "or CONDITION=FILE: JSON lines with question_id and text.",
        show_default=False,
    ),
]


@errors_to_exit_codes
def mitigation(
    answers: Answers,
    arms: Annotated[
        Path,
        typer.Option(
            "--arms", metavar="ARMS", help="Folder that mmscrub mitigate wrote.", show_default=False
        ),
    ],
    bench: Annotated[
        Path,
        typer.Option("--bench", metavar="BENCH", help="Benchmark that it was made of.", show_default=False),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write report.md and doses.csv.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="DIR", help="Write curves as PNG and SVG; needs mmscrub[evaluation]."),
    ] = None,
    allow_incomplete: Annotated[
        bool,
        typer.Option("--allow-incomplete", help="Score what is there; it is compared with nothing."),
    ] = False,
    draws: Annotated[
        int,
        typer.Option("--draws", metavar="N", min=100, max=100_000, help="Draws of personas, for intervals."),
    ] = 2000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The draws follow from it.")] = 0,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=1, max=256, help="Processes that read answers.")
    ] = 2,
) -> None:
    """How much less is given away once facts are hidden? Both tests per arm, with the dose.

    Of each arm the attack success on all facts, on those that it hid and on those that it kept, and the fall
    from the untreated arm under the same draws of personas.

    Example: `mmscrub score mitigation answers/*.jsonl --arms arms --bench bench --out scores --plot scores`

    Exit code 1 if answers are missing, double, empty or foreign.
    """
    from evaluation.mitigation.arms_folder import read_arms
    from evaluation.mitigation.doses import doses
    from evaluation.mitigation.report import as_markdown, plot_doses
    from evaluation.mm_privacy.bench import read_bench
    from evaluation.mm_privacy.score_files import NamedFile, judge_files, parse_answers
    from evaluation.mm_privacy.scores import ScoreSettings
    from evaluation.mm_privacy.tables import csv_table, flat

    if plot is not None:
        from evaluation.memorisation.plots import check_plotting

        check_plotting()
    folder = read_arms(arms)
    files = [NamedFile(one.name or one.path.stem, one.path) for one in parse_answers(answers)]
    for file in files:
        if file.name not in folder.conditions:
            known = ", ".join(folder.conditions)
            raise ConfigError("answers", file.path, f"is called after no condition; there are {known}")
    judged = judge_files(read_bench(bench), files, workers)
    incomplete = [one for one in judged if not one.coverage.complete]
    for one in incomplete:
        typer.echo(f"{one.model}: {one.coverage}", err=True)
    if incomplete and not allow_incomplete:
        raise RunFailed("answers are incomplete; --allow-incomplete scores what is there")
    found = doses(folder, judged, ScoreSettings(draws, seed))
    report = as_markdown(found, [(one.model, one.coverage) for one in judged])
    if out is None:
        typer.echo(report, nl=False)
    else:
        write_report(out / "report.md", report.rstrip("\n"))
        write_report(out / "doses.csv", csv_table([flat(one) for one in found]).rstrip("\n"))
        typer.echo(str(out / "report.md"))
    if plot is not None:
        for path in plot_doses(found, plot):
            typer.echo(str(path))
