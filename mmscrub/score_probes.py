"""``mmscrub score probes``: whether the hidden states of a model tell identities that it was trained on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mmscrub.exit_codes import errors_to_exit_codes
from mmscrub.score_report import write_report


@errors_to_exit_codes
def probes(
    features: Annotated[
        Path,
        typer.Argument(
            metavar="FEATURES",
            help="Folder of one question that `python -m evaluation.probes.extract` wrote.",
            show_default=False,
        ),
    ],
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            metavar="NAME=FEATURES",
            help="The same of a control model, such as untuned=… or r0=…; may be repeated.",
        ),
    ] = None,
    tokens: Annotated[
        str, typer.Option("--tokens", metavar="PLACES", help="Of last, role, image; all that are there.")
    ] = "",
    folds: Annotated[
        int, typer.Option("--folds", metavar="N", help="Folds, where the split came without any.")
    ] = 5,
    permutations: Annotated[
        int, typer.Option("--permutations", metavar="N", help="Relabellings of identities, for p.")
    ] = 1000,
    draws: Annotated[
        int, typer.Option("--draws", metavar="N", help="Bootstrap draws of identities, for intervals.")
    ] = 2000,
    controls: Annotated[
        int, typer.Option("--controls", metavar="N", help="Random labellings, for selectivity.")
    ] = 3,
    blocks: Annotated[
        int, typer.Option("--blocks", metavar="N", help="Blocks of the online code length, 0 for none.")
    ] = 0,
    cost: Annotated[float, typer.Option("--cost", metavar="C", help="Of the logistic regression.")] = 1.0,
    seed: Annotated[
        str, typer.Option("--seed", metavar="TEXT", help="Folds and draws follow from it.")
    ] = "probe",
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="JSONL of sample_id, answer: the prompt baseline."),
    ] = None,
    identities: Annotated[
        Path | None,
        typer.Option("--identities", metavar="FILE", help="manifest/identities.parquet, with --answers."),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option("--plot", metavar="DIR", help="Write pictures as PNG; needs mmscrub[evaluation]."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.json", help="Write all numbers as JSON.")
    ] = None,
) -> None:
    """Do hidden states tell seen identities from unseen ones? Linear probes per layer, one p-value.

    Folds share neither an identity nor an image. The split by samples, which a model without any memory
    passes, is shown beside it as a foil with its control task.

    Example: `mmscrub score probes features/tuned/username --against r0=features/r0/username --plot pictures`
    """
    from evaluation.probes.layers import StudySettings
    from evaluation.probes.linear_probe import ProbeSettings
    from evaluation.probes.report import as_json, as_table
    from evaluation.probes.score import ScoreCall, parse_against, score

    call = ScoreCall(
        features,
        parse_against(against or []),
        tuple(tokens.split(",")) if tokens else (),
        StudySettings(ProbeSettings(cost), folds, permutations, draws, controls, blocks),
        seed,
        pictures,
        answers,
        identities,
    )
    study = score(call, lambda line: typer.echo(line, err=True))
    typer.echo(as_table(study), nl=False)
    if out is not None:
        write_report(out, json.dumps(as_json(study), indent=1))
