"""Says how a run ended: the books, and where things are."""

from __future__ import annotations

import typer

from pipeline.config import Mode
from runners.local import RunResult


def show_result(result: RunResult, mode: Mode) -> None:
    """A few plain lines on stdout, paths last so that they are easy to find."""
    records = result.summary["records"]
    images = result.summary["images"]
    verb = "emitted" if mode is Mode.BUILD else "audited"
    typer.echo(
        f"{records['in']} records in = {records['emitted']} {verb} + {records['quarantined']} quarantined "
        f"({result.seconds:.1f} s)"
    )
    for stage, reasons in result.summary["quarantine"].items():
        for reason, count in reasons.items():
            typer.echo(f"  quarantined at {stage}: {reason} {count}")
    if images["distinct"]:
        typer.echo(
            f"{images['distinct']} distinct images: {images['redacted']} redacted, "
            f"{images['metadata_stripped']} stripped of metadata, {images['unchanged']} unchanged, "
            f"{images['held_back']} held back"
        )
    edits = ", ".join(f"{count} {action}" for action, count in result.summary["edits"].items())
    if edits:
        typer.echo(f"text edits: {edits}")
    kept = result.summary["notes"].get("personal_data_in_kept_fields")
    if kept:
        typer.echo(
            f"note: {kept} records hold personal data in fields other than the conversation; these were kept"
        )
    if mode is Mode.BUILD:
        typer.echo(f"corpus:  {result.layout.data}")
        typer.echo(f"LLaVA:   {result.layout.llava}")
    typer.echo(f"report:  {result.layout.report}")
