"""The command line that the tables of figures share: a folder of data, then the parts to measure."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evaluation.figures import Figure, table

Measure = Callable[..., Sequence[Figure]]
"""Takes the folder and, where the table can be made of fewer images, how many."""


def print_tables(module: str, parts: Mapping[str, Measure], *, sized: bool = False) -> int:
    """Measures the parts that the command line of ``module`` asks for and prints the table of each when it
    is ready. ``sized``: there is an option ``--images N``. A wrong call exits with 2 and says why."""
    asked = _parser(module, parts, sized=sized).parse_intermixed_args()
    size = () if asked.images is None else (asked.images,)
    for name in asked.part or parts:
        start = time.monotonic()
        figures = parts[name](asked.data, *size)
        sys.stdout.write(f"\n{name} ({time.monotonic() - start:.0f} s)\n{table(figures)}")
        sys.stdout.flush()
    return 0


def _parser(module: str, parts: Mapping[str, Measure], *, sized: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=f"Prints tables of figures. Parts: {', '.join(parts)}; without any, all of them.",
        allow_abbrev=False,
    )
    parser.add_argument("data", metavar="DATA", type=_folder, help="folder of docs/evaluation.md")
    parser.add_argument("part", metavar="PART", type=_one_of(parts), nargs="*", help="what to measure")
    parser.set_defaults(images=None)
    if sized:
        parser.add_argument(
            "--images", metavar="N", type=_count, help="measure on fewer images than the table does"
        )
    return parser


def _folder(written: str) -> Path:
    if not Path(written).is_dir():
        raise argparse.ArgumentTypeError(f"{written!r} is no folder")
    return Path(written)


def _one_of(parts: Mapping[str, Measure]) -> Callable[[str], str]:
    def part(written: str) -> str:
        if written not in parts:
            raise argparse.ArgumentTypeError(f"no such part: {written}; there are: {', '.join(parts)}")
        return written

    return part


def _count(written: str) -> int:
    if not written.isascii() or not written.isdigit() or int(written) < 1:
        raise argparse.ArgumentTypeError(f"{written!r} is no number of images; give 1 or more")
    return int(written)
