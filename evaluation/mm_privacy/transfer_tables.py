"""The transfer of defences as Markdown, CSV, JSON and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from evaluation.memorisation.plots import check_plotting
from evaluation.mm_privacy.plots import save_figures
from evaluation.mm_privacy.report import bounds, value
from evaluation.mm_privacy.tables import csv_table, flat
from evaluation.mm_privacy.transfer import UNDEFENDED, Transfer, TransferRow
from evaluation.table_text import markdown_table
from schemas.benchmark import SOLICITED


def transfer_markdown(tables: Sequence[Transfer]) -> str:
    """A table per test, and what it comes to."""
    text = ["# Transfer of defences over framings\n"]
    for table in tables:
        tasks = _tasks(table)
        text.append(f"## {table.test.value}\n")
        text.append("Attack success (refused); a row per framing that a defence was made for.\n")
        header = ["made for", *tasks, "worst", "harmless right", "harmless refused"]
        rows = []
        for row in table.rows:
            cells = [_cell(row, task) for task in tasks]
            rows.append([_label(row), *cells, row.worst, value(row.right), value(row.over_refused)])
        text.append(markdown_table(header, rows))
        sums = [
            ["where it was made for (diagonal mean)", bounds(table.diagonal)],
            ["elsewhere (off-diagonal mean)", bounds(table.off_diagonal)],
            ["gap", bounds(table.gap)],
        ]
        if table.carried is not None:
            sums.append(["share of the reduction that carries over", f"{table.carried:.2f}"])
        text.append(markdown_table(["attack success", "value"], sums))
    return "\n".join(text)


def transfer_csv(tables: Sequence[Transfer]) -> str:
    """A row per test, defence and framing."""
    rows = [
        {
            "test": table.test,
            "made_for": row.made_for,
            "complete": row.complete,
            "task": task,
            **flat({"leak": row.leak[task], "refused": row.refused[task]}),
        }
        for table in tables
        for row in table.rows
        for task in _tasks(table)
        if task in row.leak
    ]
    return csv_table(rows)


def transfer_json(tables: Sequence[Transfer]) -> dict[str, Any]:
    """Every number."""
    return {"tables": [asdict(table) for table in tables]}


def plot_transfer(tables: Sequence[Transfer], folder: Path) -> list[Path]:
    """A heat map per test, as PNG and SVG. Raises ConfigError where matplotlib is missing or the folder
    cannot be written."""
    check_plotting()
    return save_figures(
        folder, {f"transfer_{table.test.value}": partial(_heat, table=table) for table in tables}
    )


def _heat(figure: Any, table: Transfer) -> None:
    axes = figure.add_subplot()
    tasks = _tasks(table)
    leaks = [
        [row.leak[task].value if task in row.leak else float("nan") for task in tasks] for row in table.rows
    ]
    shown = axes.imshow(leaks, vmin=0, vmax=1, cmap="Reds", aspect="auto")
    axes.set_xticks(range(len(tasks)), tasks, rotation=25, ha="right")
    axes.set_yticks(range(len(table.rows)), [_label(row) for row in table.rows])
    for y, row in enumerate(leaks):
        for x, leak in enumerate(row):
            own = tasks[x] == table.rows[y].made_for
            axes.text(
                x, y, f"{leak:.2f}", ha="center", va="center", fontweight="bold" if own else "normal",
                color="white" if leak > 0.6 else "black",
            )  # fmt: skip
    axes.set_xlabel("asked as")
    axes.set_ylabel("defence made for")
    axes.set_title(
        f"{table.test.value}: attack success, off the diagonal {table.off_diagonal.value:.2f}", fontsize=10
    )
    figure.colorbar(shown, ax=axes)


def _label(row: TransferRow) -> str:
    return row.made_for if row.complete else f"{row.made_for} (incomplete)"


def _cell(row: TransferRow, task: str) -> str:
    """Attack success (refused), bold where the defence was made for it."""
    if task not in row.leak:
        return ""
    leak = value(row.leak[task])
    return f"{f'**{leak}**' if task == row.made_for else leak} ({value(row.refused[task])})"


def _tasks(table: Transfer) -> list[str]:
    """The framings, those that defences were made for first, in their order."""
    made_for = [row.made_for for row in table.rows if row.made_for != UNDEFENDED]
    asked = [task.value for task in SOLICITED if any(task.value in row.leak for row in table.rows)]
    return [task for task in made_for if task in asked] + [task for task in asked if task not in made_for]
