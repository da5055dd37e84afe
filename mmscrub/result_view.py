"""Says how a run ended: the books, and where things are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from pipeline.config import Mode
from pipeline.report.tables import in_taxonomy_order, total_rows
from pipeline.summary import TEXT_FIELDS
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
    if images["distinct"] and mode is Mode.BUILD:
        typer.echo(
            f"{images['distinct']} distinct images: {images['redacted']} redacted, "
            f"{images['metadata_stripped']} stripped of metadata, {images['unchanged']} unchanged, "
            f"{images['held_back']} held back"
        )
    again = result.summary["second_look"]
    if again["sampled"]:
        typer.echo(
            f"second look: {again['sampled']} redacted images read again by another engine, "
            f"{again['leaking']} of them leaked ({again['leaks']} places), {again['held_back']} held back"
        )
    _show_answers(result.run["image_engines"])
    edits = ", ".join(f"{count} {action}" for action, count in result.summary["edits"].items())
    if edits:
        typer.echo(f"text edits: {edits}")
    rewritten = result.summary["rewritten"]
    if rewritten["by_engine"]:
        typer.echo(
            f"rewritten: {rewritten['by_engine']} records by the engine, {rewritten['by_rules']} by rules"
        )
    for note, what in (
        ("personal_data_in_kept_fields", "personal data"),
        ("attributes_in_kept_fields", "attributes of the policy"),
    ):
        kept = result.summary["notes"].get(note)
        if kept:
            typer.echo(f"note: {kept} records hold {what} in fields other than the conversation; these stay")
    if mode is Mode.AUDIT:
        show_audit_table(result.summary)
        show_image_table(result.summary)
    if mode is Mode.BUILD:
        typer.echo(f"corpus:  {result.layout.data}")
        typer.echo(f"LLaVA:   {result.layout.llava}")
    typer.echo(f"report:  {result.layout.report}")
    if result.layout.review_sheet.is_file():
        typer.echo(
            f"review:  {result.layout.review_sheet} (holds personal data: delete it before you publish)"
        )


def _show_answers(engines: Mapping[str, int]) -> None:
    """How often image engines ran, and how often they did not have to."""
    if not engines["calls"] and not engines["answers_reused"]:
        return
    line = f"image engines: {engines['calls']:,} calls, {engines['answers_reused']:,} answers reused"
    if engines["answers_rebuilt"]:
        line += f", {engines['answers_rebuilt']:,} damaged ones done again"
    if engines["answers_not_kept"]:
        line += f", {engines['answers_not_kept']:,} could not be kept (is the disk full?)"
    typer.echo(line)


def show_audit_table(summary: Mapping[str, Any]) -> None:
    """Mentions of each attribute per field, and the records that hold them; under 80 columns."""
    rows = total_rows(summary.get("text_totals") or {})
    if not rows:
        typer.echo("nothing was found in the text")
        return
    typer.echo(f"{'mentions in the text':<30}" + "".join(f"{name:>11}" for name in (*TEXT_FIELDS, "records")))
    for row in rows:
        counts = "".join(f"{count:>11,}" for count in (*row.mentions, row.records))
        typer.echo(f"  {row.attribute:<28}{counts}")


def show_image_table(summary: Mapping[str, Any]) -> None:
    """Boxes or fields of each attribute in the images, and the images that hold them; under 80 columns."""
    distinct = summary["images"]["distinct"]
    if not distinct:
        return
    held = summary["images"]["held_back"]
    typer.echo(f"{f'found in {distinct:,} distinct images':<41}{'places':>11}{'images':>11}")
    for name in in_taxonomy_order(summary["image_findings"]):
        counts = summary["image_findings"][name]
        typer.echo(f"  {name:<39}{counts['boxes']:>11,}{counts['images']:>11,}")
    if held:
        typer.echo(f"  {'could not be looked at':<50}{held:>11,}")
