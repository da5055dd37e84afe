"""``mmscrub score``: what answers and scores of models say about memory, disclosure and privacy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mmscrub.exit_codes import errors_to_exit_codes
from mmscrub.score_mitigation import mitigation
from mmscrub.score_mm_privacy import mm_privacy
from mmscrub.score_prism import prism
from mmscrub.score_probes import probes
from mmscrub.score_report import write_report
from mmscrub.score_transfer import transfer

score_app = typer.Typer(
    name="score",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="What models remember, disclose and give away: statistics on their scores and answers.",
)

score_app.command()(probes)
score_app.command()(mitigation)
score_app.command(name="mm-privacy")(mm_privacy)
score_app.command()(transfer)
score_app.command()(prism)

Alpha = Annotated[
    float, typer.Option("--alpha", metavar="RATE", help="Chance of a false alarm, over all tests together.")
]


@score_app.command()
@errors_to_exit_codes
def memorisation(
    scores: Annotated[
        Path,
        typer.Argument(
            metavar="SCORES",
            help="Parquet, CSV or JSONL with the columns test (exposure, twin, one_run, shadow), unit "
            "(identity id or image digest), candidate (canary, reference-00012, published, hidden), score "
            "(higher is more familiar), and where needed shadow and checkpoint.",
            show_default=False,
        ),
    ],
    split: Annotated[
        Path,
        typer.Option(
            "--split", metavar="OUT", help="Folder that mmscrub watermark wrote.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.json", help="Write all numbers as JSON.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="DIR", help="Write pictures as PNG; needs mmscrub[evaluation]."),
    ] = None,
    alpha: Alpha = 0.05,
    arm: Annotated[
        str, typer.Option("--arm", metavar="NAME", help="Arm that the model was trained on: r50, shadow-3.")
    ] = "r100",
    checkpoint: Annotated[
        str | None, typer.Option("--checkpoint", metavar="NAME", help="Which checkpoint to test.")
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline", metavar="NAME", help="Checkpoint before training, for difference in differences."
        ),
    ] = None,
    delta: Annotated[
        float, typer.Option("--delta", metavar="D", help="Delta of the one-run bound on epsilon.")
    ] = 1e-5,
) -> None:
    """Does the model remember planted identities? Runs every test that SCORES holds scores for.

    Planted and held-out identities are judged apart: the held-out ones must stay quiet, else the scores or
    the split leak and nothing can be concluded. p-values are one-sided; verdicts come after Holm's
    correction.

    Example: `mmscrub score memorisation scores.parquet --split marked --out memory.json --plot pictures`
    """
    from evaluation.memorisation.judge import JudgeSettings, judge_file
    from mmscrub.score_view import show_judgement
    from transforms.watermark.design import Arm

    if plot is not None:
        from evaluation.memorisation.plots import check_plotting

        check_plotting()
    settings = JudgeSettings(alpha, delta, checkpoint, baseline, Arm.parse(arm))
    judgement = judge_file(scores, split, settings)
    show_judgement(Console(highlight=False), judgement)
    if out is not None:
        write_report(out, json.dumps(judgement.as_json(), indent=1, allow_nan=False))
        typer.echo(str(out))
    if plot is not None:
        from evaluation.memorisation.plots import plot_judgement

        for path in plot_judgement(judgement, plot):
            typer.echo(str(path))


@score_app.command()
@errors_to_exit_codes
def power(
    identities: Annotated[
        int, typer.Option("--identities", metavar="K", help="Identities planted; as many are held out.")
    ] = 200,
    references: Annotated[
        int, typer.Option("--references", metavar="N", help="References of each canary.")
    ] = 99,
    alpha: Alpha = 0.05,
    wanted: Annotated[
        float, typer.Option("--power", metavar="SHARE", help="Wanted chance of detection.")
    ] = 0.8,
    ladder: Annotated[
        str | None,
        typer.Option("--repetitions", metavar="LIST", help="Rungs of the ladder, such as 1,2,4,8."),
    ] = None,
    auc: Annotated[
        float | None,
        typer.Option("--auc", metavar="A", help="Effect: chance that a canary beats a reference."),
    ] = None,
    bits: Annotated[
        float | None, typer.Option("--bits", metavar="B", help="Effect: mean exposure; 1.44 is none.")
    ] = None,
    share: Annotated[
        float | None,
        typer.Option("--share", metavar="S", help="Effect: share of canaries known wholly."),
    ] = None,
) -> None:
    """What can a split of this size show? Smallest detectable effects, and sizes that an effect needs.

    An effect may be told as --auc, --bits or --share; without one the table says what is detectable.

    Example: `mmscrub score power --identities 200 --references 99 --repetitions 1,4,16,64 --auc 0.6`
    """
    from evaluation.memorisation.power_table import Plan, effect_asked, parse_ladder, power_rows, remarks
    from mmscrub.score_view import show_power

    plan = Plan(identities, references, alpha, wanted, parse_ladder(ladder))
    effect = effect_asked(auc, bits, share)
    show_power(Console(highlight=False), plan, effect, power_rows(plan, effect), remarks(plan))
