"""``mmscrub watermark verify | unmark | batches``: what is done with a watermarked split once it is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from mmscrub.exit_codes import EXIT_FAILED, errors_to_exit_codes
from schemas.errors import ConfigError, RunFailed

_SHOWN_NAMES = 10
_LONGEST_NAME = 200

SplitFolder = Annotated[Path, typer.Argument(metavar="OUT", help="Folder of a watermarked split.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="The secret that the split was drawn from; leave it out if it was drawn from its seed alone.",
    ),
]


def add_tools(app: typer.Typer) -> None:
    """Adds the commands to the group ``mmscrub watermark``."""
    for command in (verify, unmark, batches):
        app.command()(errors_to_exit_codes(command))


def verify(
    out: SplitFolder,
    key_file: KeyFile = None,
    published: Annotated[
        str | None,
        typer.Option(
            "--published",
            metavar="HEX",
            help="The digest that was published before training. Without it a split that was made anew, "
            "commitment and all, looks right.",
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option("--images", metavar="DIR", help="Folder of the source images: makes all twins again."),
    ] = None,
    corpus: Annotated[
        str | None,
        typer.Option("--input", metavar="INPUT", help="Corpus files that hold source images themselves."),
    ] = None,
    share: Annotated[
        float,
        typer.Option("--share", min=0, max=1, help="Share of the source images to render again."),
    ] = 1.0,
    font: Annotated[
        Path | None,
        typer.Option("--font", metavar="FILE", help="The font of the marks, if it is not the bundled one."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Also write the checks as JSON.")
    ] = None,
) -> None:
    """Check a split against its commitment, and recompute from the key all that was drawn.

    Exit code 1 if anything differs; the report names files, identities and columns, never what they hold.

    Example: `mmscrub watermark verify split --key-file key --published 3f0a… --images photos`
    """
    from pipeline.watermark.layout import WatermarkLayout
    from pipeline.watermark.rerender import Sources
    from pipeline.watermark.verify import Claim, all_passed, secret_of, verify_split

    if images is not None and not images.is_dir():
        raise ConfigError("images", str(images), "must be an existing folder")
    sources = Sources(images, corpus, share, font) if images or corpus else None
    checks = verify_split(WatermarkLayout(out), Claim(secret_of(key_file), published, sources))
    table = Table("check", "checked", "differs", Column("what", overflow="fold"), box=None)
    for check in checks:
        what = [printable(name) for name in check.names[:_SHOWN_NAMES]] + (
            ["…"] if check.different > _SHOWN_NAMES else []
        )
        told = check.skipped and f"not checked: {check.skipped}"
        differs = "-" if told else str(check.different)
        table.add_row(check.name.value, "-" if told else str(check.checked), differs, told or "\n".join(what))
    Console(highlight=False, markup=False).print(table)
    if report is not None:
        rows = [
            {
                "check": check.name.value,
                "checked": check.checked,
                "different": check.different,
                "names": check.names,
                "skipped": check.skipped,
            }
            for check in checks
        ]
        _write(report, json.dumps(rows, indent=2) + "\n")
    if not all_passed(checks):
        typer.echo("mmscrub: the split is not what was committed to", err=True)
        raise typer.Exit(EXIT_FAILED)


def unmark(
    corpus: Annotated[
        Path, typer.Argument(metavar="CORPUS", help="A file that refers to images of the split, or a folder.")
    ],
    split: Annotated[
        Path, typer.Option("--split", metavar="OUT", help="The split that the marked images come from.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="NEW", help="New folder for the corpus without marks.")
    ],
) -> None:
    """Take every mark out of a corpus: references and images become those of the clean twins.

    Text files are rewritten in place of the names alone, marked images are found by digest under any name and
    inside Parquet, everything else is copied as it is. Copies that were coded again are not found.

    Example: `mmscrub watermark unmark corpus --split split --out corpus-clean`
    """
    from pipeline.watermark.layout import WatermarkLayout
    from pipeline.watermark.unmark import unmark_corpus

    done = unmark_corpus(corpus, WatermarkLayout(split), out)
    table = Table(box=None, show_header=False)
    for name, count in (
        ("files", done.files),
        ("references rewritten", done.references.rewritten),
        ("references that were clean", done.references.already_clean),
        ("references of the same form, not of this split", done.references.unknown),
        ("marked images replaced", done.images),
        ("  under another name", done.renamed),
        ("  with other bytes under their name", done.altered),
        ("  inside Parquet", done.embedded),
        ("clean images put beside the file", done.copied),
        ("not looked into", len(done.left)),
    ):
        table.add_row(name, str(count))
    console = Console(highlight=False, markup=False)
    console.print(table)
    for path in done.left[:_SHOWN_NAMES]:
        console.print(f"  not looked into: {printable(path)}")


def batches(
    split: SplitFolder,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The report, as JSON.")],
    arm: Annotated[
        str, typer.Option("--arm", metavar="NAME|FILE", help="Arm such as r50, or a LLaVA file of your own.")
    ] = "r50",
    batch_size: Annotated[
        int,
        typer.Option(
            "--batch-size", min=1, help="Examples per optimiser step, over devices and accumulation."
        ),
    ] = 16,
    order: Annotated[
        str,
        typer.Option(
            "--order",
            metavar="NAME|FILE",
            help="shuffled, decorrelated, concentrated, or an order file: a batch such as [3, 1, 2] a line.",
        ),
    ] = "shuffled",
    epochs: Annotated[int, typer.Option("--epochs", min=1, max=1000)] = 1,
    key_file: KeyFile = None,
    seed: Annotated[int, typer.Option("--seed", help="Another order from the same key.")] = 0,
    answers: Annotated[
        str, typer.Option("--answers", help="exact, or class: longer answers count as one if about as long.")
    ] = "exact",
    order_out: Annotated[
        Path | None,
        typer.Option("--order-out", metavar="FILE", help="Write the order, for a trainer to follow."),
    ] = None,
    counts_out: Annotated[
        Path | None,
        typer.Option("--counts-out", metavar="FILE", help="Write who is in which step (secret), as Parquet."),
    ] = None,
    runs_out: Annotated[
        Path | None,
        typer.Option(
            "--runs-out", metavar="FILE", help="Write the batch-size x learning-rate runs, as YAML."
        ),
    ] = None,
) -> None:
    """Say what meets in the mini-batches of an arm: predicted by chance, and counted in an order.

    Example: `mmscrub watermark batches split --arm r50 --batch-size 16 --order decorrelated --out plan.json
    --order-out order.jsonl`
    """
    from pipeline.watermark import batch_plan
    from pipeline.watermark.layout import WatermarkLayout
    from pipeline.watermark.verify import secret_of
    from schemas.record_key import derive_key
    from transforms.watermark.batch_orders import write_order
    from transforms.watermark.factorial import plan_factorial

    try:
        rule = batch_plan.AnswerRule(answers)
    except ValueError:
        raise ConfigError("answers", answers, "must be exact or class") from None
    read = batch_plan.read_arm(WatermarkLayout(split), arm, rule)
    key = derive_key(seed, secret_of(key_file), "watermark batches")
    planned = batch_plan.plan_batches(read.examples, order, batch_size, key, epochs)
    every = [batch for epoch in planned for batch in epoch]
    about = {"arm": arm, "order": order, "epochs": len(planned), "seed": seed, "answers_compared": answers}
    report = batch_plan.report_batches(read, every, batch_size, about)
    _write(out, json.dumps(report, indent=2) + "\n")
    if order_out is not None:
        _write(order_out, "".join(write_order(planned)))
    if counts_out is not None:
        batch_plan.write_counts(read, every, counts_out)
    if runs_out is not None:
        batch_plan.write_runs(list(plan_factorial([arm], len(read.examples))), runs_out)
    _show_figures(report)


def printable(name: str) -> str:
    """A file name as it can be shown: cut, and what would steer a terminal or cannot be encoded escaped."""
    cut = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in cut)


def _show_figures(report: dict[str, Any]) -> None:
    table = Table("figure", "predicted", "counted", "+-", box=None)
    for name, row in report["figures"].items():
        table.add_row(
            name.replace("_", " "), *(f"{row[kind]:.4g}" for kind in ("predicted", "counted", "error"))
        )
    console = Console(highlight=False, markup=False)
    console.print(
        f"{report['batches']} batches of {report['batch_size']}, {report['identities']} identities at rate "
        f"{report['rate']:.3g}, {report['answers']} answers"
    )
    console.print(table)


def _write(path: Path, content: str) -> None:
    from pipeline.layout import write_atomically

    try:
        write_atomically(path, content.encode())
    except OSError as error:
        raise RunFailed(f"{path.name} cannot be written ({error.strerror})") from None
