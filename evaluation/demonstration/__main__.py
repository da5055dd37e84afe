"""``python -m evaluation.demonstration --out DIR``: what a tiny model remembers of a split."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evaluation.demonstration.findings import findings_table
from evaluation.demonstration.model import check_torch
from evaluation.demonstration.plots import check_matplotlib
from evaluation.demonstration.run import run_demonstration
from evaluation.demonstration.settings import DemonstrationSettings, Schedule
from schemas.errors import ConfigError, RunFailed

_ABOUT = """\
Trains a tiny randomly initialised LLaVA on a split that mmscrub watermark makes, once with marks and once
without, and lets the statistics look for memory: they must find the planted identities in the first and
nothing else.
"""
_EXAMPLES = """\
examples:
  python -m evaluation.demonstration --out out/demonstration             # three seeds, some minutes
  python -m evaluation.demonstration --out out/demonstration --seeds 1   # a third of it

needs torch, transformers and matplotlib: pip install 'mmscrub[gpu,evaluation]'; no GPU.
exit codes: 0 as it must be, 1 not, or the run failed, 2 wrong call
"""


def main() -> int:
    """Runs the demonstration, prints the table; 0 if every seed and arm is as it must be."""
    call = _parser().parse_args()
    try:
        check_torch()
        check_matplotlib()
        schedule = Schedule() if call.epochs is None else Schedule(epochs=call.epochs)
        settings = DemonstrationSettings(schedule=schedule)
        call.out.mkdir(parents=True, exist_ok=True)
        found = run_demonstration(call.out, call.seeds, settings, _say)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except RunFailed as error:
        sys.stderr.write(f"failed: {error}\n")
        return 1
    rows = [(one.seed, findings) for one in found for findings in one.findings]
    sys.stdout.write(f"\n{findings_table(rows)}\nfigures, scores and models: {call.out}\n")
    return 0 if all(findings.as_it_must_be for _, findings in rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.demonstration",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="output folder")
    parser.add_argument("--seeds", metavar="N", type=_count, default=3, help="seeds 1 to N [3]")
    parser.add_argument("--epochs", metavar="N", type=_count, help="epochs of training")
    return parser


def _count(written: str) -> int:
    if not written.isdigit() or int(written) < 1:
        raise argparse.ArgumentTypeError(f"{written!r} is no number of 1 or more")
    return int(written)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
