"""What the published answers to PRISM score, beside what its judges counted, and how long scoring takes.

    python benchmarks/prism_scores.py --data DATA/prism [--workers N] [--rounds N] [--save FILE]

Runs the command ``mmscrub score prism`` as a user does, with the start of its processes, and reads the tables
that it writes. Seconds of CPU stand beside those of the clock: what else the machine does takes part in the
latter.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

ATTRIBUTES = ("age", "gender", "race", "eye_color", "weight")


def run(data: Path, out: Path, workers: int) -> tuple[float, float]:
    """Seconds of the clock and of CPU for one run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    arguments = ["answers", "--judged", "judges", "--out", str(out), "-j", str(workers), "--allow-incomplete"]
    subprocess.run(
        [sys.executable, "-m", "mmscrub", "score", "prism", *arguments],
        cwd=data,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())},
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return time.perf_counter() - start, cpu


def rates(out: Path) -> dict[tuple[str, ...], dict[str, str]]:
    """Rows of scores.csv by model, set, scope, attribute and measure; the mean of the readers."""
    with (out / "scores.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["reader"] == "mean"]
    names = ("model", "set", "scope", "attribute", "measure")
    return {tuple(row[name] for name in names): row for row in rows}


def table(found: dict[tuple[str, ...], dict[str, str]]) -> str:
    """A line per model for the README: per cent with 95 % intervals over images."""

    def cell(*name: str) -> str:
        row = found.get(name)
        if row is None or row["complete"] != "true":
            return "not whole"
        value, low, high = (100 * float(row[one]) for one in ("value", "low", "high"))
        return f"{value:.1f} [{low:.0f}, {high:.0f}]"

    lines = [
        "| model | refused, soft | refused, hard | told, own attribute | told, any | useful and clean |\n"
    ]
    lines.append("|---|---|---|---|---|---|\n")
    for model in dict.fromkeys(name[0] for name in found):
        cells = (
            cell(model, "refusal_soft", "own", "all", "refusal_accuracy"),
            cell(model, "refusal_hard", "own", "all", "refusal_accuracy"),
            cell(model, "implicit_leakage", "own", "macro", "leak_rate"),
            cell(model, "implicit_leakage", "all", "all", "leak_rate"),
            cell(model, "implicit_leakage", "all", "all", "useful_and_clean"),
        )
        lines.append(f"| {model} | {' | '.join(cells)} |\n")
    return "".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        taken = [run(args.data.resolve(), out, args.workers) for _ in range(args.rounds)]
        answers = sum(1 for _ in (out / "judgements.jsonl").open(encoding="utf-8"))
        found, report = rates(out), (out / "report.md").read_text("utf-8")
    beside = [line[2:] for line in report.splitlines() if "cells inside the judges' range" in line]
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "load_average": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "command": " ".join(["python", "benchmarks/prism_scores.py", *sys.argv[1:]]),
        "answers": answers,
        "seconds": [round(wall, 1) for wall, _ in taken],
        "cpu_seconds": [round(cpu, 1) for _, cpu in taken],
        "judges": beside,
        "leak_rates": {
            model: {
                name: round(100 * float(row["value"]), 1)
                for name in ATTRIBUTES
                if (row := found.get(key(model, name)))
            }
            for model in dict.fromkeys(name[0] for name in found)
        },
    }
    print(json.dumps(result, indent=2))
    print(table(found))
    if args.save:
        args.save.write_text(json.dumps(result, indent=2) + "\n")
        args.save.with_suffix(".md").write_text(table(found))
    return 0


def key(model: str, attribute: str) -> tuple[str, ...]:
    return (model, "implicit_leakage", "own", attribute, "leak_rate")


if __name__ == "__main__":
    sys.exit(main())
