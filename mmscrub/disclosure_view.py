"""Says how the making of a benchmark ended: what was made, and where things are."""

from __future__ import annotations

import typer

from runners.disclosure import USABLE, BenchmarkResult
from schemas.benchmark import RiskTest


def show_benchmark(result: BenchmarkResult) -> None:
    """A few plain lines on stdout, paths last."""
    summary = result.summary
    for test in RiskTest:
        images = sum(summary["images"].get(test.value, {}).values())
        typer.echo(
            f"{test.value}: {summary['items'][test.value]} items, {images} images, "
            f"{summary['rows'][test.value]} questions"
        )
    memory = ", ".join(f"{count} {kind}" for kind, count in summary["memory"].get("labels", {}).items())
    typer.echo(f"memory set: {summary['rows']['memory']} images (labels: {memory or 'none'})")
    places = ", ".join(f"{count} {place}" for place, count in summary["answerable_from"].items())
    typer.echo(f"private questions answerable from: {places}; values that two persons share: 0")
    scenes = summary["scenes"]
    if scenes:
        left = ", ".join(f"{reason} {count}" for reason, count in scenes.items() if reason != USABLE)
        usable, shown = scenes.get(USABLE, 0), summary["images"]["retention"].get("scene", 0)
        again = f", for {shown} places: some are shown again" if usable < shown else ""
        typer.echo(f"scenes: {usable} of the folder can be shown{again}; left out: {left or 'none'}")
    for stage, reasons in summary["quarantine"].items():
        for reason, count in reasons.items():
            typer.echo(f"  quarantined at {stage}: {reason} {count} images")
    root = result.layout.root
    typer.echo(f"done in {result.seconds:.1f} s: {root} (card: {result.layout.card.name})")
    typer.echo(f"train on: {result.layout.memory}; keep from training: data/ and personas.parquet")
