"""Cells of the tables that scores are written to. Names in them are a stranger's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t")


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = False) -> str:
    """A Markdown table; nothing in a cell ends it or is markup. With ``numbers`` all columns but the first
    stand to the right."""
    rule = ["---", *["---:" if numbers else "---"] * (len(header) - 1)]
    lines = ([_plain(one) for one in header], rule, *([_plain(one) for one in row] for row in rows))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def no_formula(text: str) -> str:
    """``text`` as a cell of a CSV file: what a spreadsheet would run as a formula is kept as text."""
    return f"'{text}" if text[:1] in _FORMULA else text


def _plain(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|").replace("<", "&lt;")
