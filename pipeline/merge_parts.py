"""Merges what shards leave as sorted lines into one stream in source order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

_MERGED_AT_ONCE = 128


def merged_lines(parts: Sequence[Path], scratch: Path) -> Iterator[tuple[int, str]]:
    """(source, record) over all parts in order of source and row; at most 128 files are open at once. A part
    is sorted lines ``source TAB row TAB record``; ``scratch`` takes longer parts on the way."""
    level = 0
    while len(parts) > _MERGED_AT_ONCE:
        groups = [parts[start : start + _MERGED_AT_ONCE] for start in range(0, len(parts), _MERGED_AT_ONCE)]
        longer = []
        for number, group in enumerate(groups):
            target = scratch / f"merge-{level}-{number}.jsonl"
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("w", encoding="utf-8") as file:
                file.writelines(f"{s}\t{r}\t{record}\n" for s, r, record in _merge(group))
            longer.append(target)
        parts, level = longer, level + 1
    for source, _, record in _merge(parts):
        yield source, record


def _merge(parts: Sequence[Path]) -> Iterator[tuple[int, int, str]]:
    with ExitStack() as stack:
        files = [stack.enter_context(part.open(encoding="utf-8", newline="\n")) for part in parts]
        yield from heapq.merge(*(_lines(file) for file in files))


def _lines(file: IO[str]) -> Iterator[tuple[int, int, str]]:
    for line in file:
        source, row, record = line.rstrip("\n").split("\t", 2)
        yield int(source), int(row), record
