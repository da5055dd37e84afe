"""Says how the making of a watermarked split ended: the books, what its gates say, and where things are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from runners.watermark import SplitResult


def show_split(result: SplitResult) -> None:
    """A few plain lines on stdout, paths last; why a split is refused goes to stderr."""
    summary = result.summary
    records, images, files = summary["records"], summary["images"], summary["images"]["files"]
    typer.echo(
        f"{records['in']} records in = {records['emitted']} emitted + {records['quarantined']} quarantined "
        f"({result.seconds:.1f} s)"
    )
    for stage, reasons in summary["quarantine"].items():
        for reason, count in reasons.items():
            typer.echo(f"  quarantined at {stage}: {reason} {count}")
    splits = ", ".join(f"{count} {name}" for name, count in summary["splits"].items())
    typer.echo(f"records by split: {splits} ({records['text_only']} without an image)")
    twins = ", ".join(f"{count} {name}" for name, count in files.items())
    typer.echo(f"{images['used']} images, {images['carrying']} of them carry an identity; files: {twins}")
    _show_legibility(summary["legibility"])
    _show_gates(summary["gates"])
    for line in result.refused:
        typer.echo(f"mmscrub: {line}", err=True)
    if summary["status"] == "refused":
        typer.echo(
            "mmscrub: the split is refused: no arms and no manifest.json were written; see summary.json, or "
            "emit it with --allow-failed-gates",
            err=True,
        )
        return
    if not result.plan.secret:
        typer.echo("note: no --key-file: whoever knows the seed can name the canaries")
    typer.echo(f"arms:    {result.layout.llava}")
    typer.echo(f"secret:  {result.layout.secrets} (which image shows whom)")
    typer.echo(f"publish: {result.layout.commitment} (before training)")


def _show_legibility(legibility: Mapping[str, Mapping[str, int]]) -> None:
    for variant, buckets in legibility.items():
        told = ", ".join(f"{count} {bucket}" for bucket, count in buckets.items())
        typer.echo(f"OCR at 336 pixels reads {variant} files as: {told}")


def _show_gates(gates: Mapping[str, Any]) -> None:
    for comparison in sorted({one["comparison"] for one in gates["blind"]}):
        told = [one for one in gates["blind"] if one["comparison"] == comparison and one["auc"] is not None]
        if told:
            best = max(told, key=lambda one: float(one["auc"]))
            typer.echo(
                f"blind gate, {comparison}: best AUC {best['auc']:.2f} "
                f"({best['low']:.2f} to {best['high']:.2f}), could refuse from {best['detectable']:.2f}"
            )
        else:
            typer.echo(f"blind gate, {comparison}: too few images to tell")
    worst = min(gates["irrelevance"], key=lambda one: float(one["p_value"]), default=None)
    if worst is not None:
        typer.echo(f"irrelevance: smallest p {worst['p_value']:.3f} ({worst['category']})")
