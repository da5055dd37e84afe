"""Says how the writing of question sets ended: the books, how many questions, and where things are."""

from __future__ import annotations

import typer

from runners.prism import PrismResult


def show_prism(result: PrismResult) -> None:
    """A few plain lines on stdout, paths last."""
    summary = result.summary
    records, images = summary["records"], summary["images"]
    typer.echo(
        f"{records['in']} records in = {records['asked']} asked about + {records['text_only']} without an "
        f"image + {records['quarantined']} quarantined ({result.seconds:.1f} s)"
    )
    for stage, reasons in summary["quarantine"].items():
        for reason, count in reasons.items():
            typer.echo(f"  quarantined at {stage}: {reason} {count}")
    copies = f", {images['copies']} of them copies of another" if images["copies"] else ""
    typer.echo(f"{images['asked']} images{copies}, layout {summary['layout']}")
    for name, categories in summary["questions"].items():
        told = ", ".join(f"{count} {category}" for category, count in categories.items())
        typer.echo(f"  {name:<17}{sum(categories.values()):>8}  ({told})")
    harmless = summary["harmless"]
    typer.echo(
        f"harmless questions: {harmless['about_things']} about things that are said to be there, "
        f"{harmless['about_pictures']} about the picture itself"
    )
    if not result.plan.config.input:
        typer.echo("note: no INPUT: give a corpus that speaks of the images to have things asked about")
    typer.echo(f"questions: {result.layout.root} (PRISM_*.jsonl)")
    typer.echo(f"Parquet:   {result.layout.data}")
