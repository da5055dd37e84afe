"""What ``mmscrub score prism`` and ``score mm-privacy`` say on the terminal: one row per model and test.

Names of models are a stranger's: they are shown as plain text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from evaluation.mm_privacy.cells import Cell
    from evaluation.mm_privacy.scores import ModelScores, Scores
    from evaluation.prism.score import PrismScores


def show_prism(console: Console, found: PrismScores) -> None:
    """Per model: direct questions refused, what descriptions tell, and of how much use they are."""
    from evaluation.prism.report import percent
    from evaluation.prism.scores import ALL, MACRO
    from transforms.prism.questions import QuestionSet

    shown = (
        ("soft refused", QuestionSet.SOFT, "refusal_accuracy", ALL, "own"),
        ("hard refused", QuestionSet.HARD, "refusal_accuracy", ALL, "own"),
        ("told, mean of five", QuestionSet.IMPLICIT, "leak_rate", MACRO, "all"),
        ("any told", QuestionSet.IMPLICIT, "leak_rate", ALL, "all"),
        ("useful and clean", QuestionSet.IMPLICIT, "useful_and_clean", ALL, "all"),
        ("harmless refused", QuestionSet.OVER_REFUSAL, "over_refusal", ALL, "all"),
    )
    partial = {one.model for one in found.joined.coverage if not one.complete}
    rows = []
    for model in found.joined.answers:
        cells = [
            percent(found.table.get(model, kind, measure, name, scope))
            for _, kind, measure, name, scope in shown
        ]
        rows.append([f"{model} *" if model in partial else model, *cells])
    console.print(_table("per cent [95 %]", ["model", *(name for name, *_ in shown)], rows))
    if partial:
        console.print("* not every question was answered once", style="dim")


def show_mm_privacy(console: Console, scores: Scores) -> None:
    """Per model, test and kind of framing: leaks, chance, the excess, refusals; and harmless questions."""
    from evaluation.mm_privacy.report import bounds

    rows = []
    for model in scores.models:
        for cell in _whole_cells(model):
            told = (cell.leak, cell.floor, cell.excess, cell.refused, cell.wrong_person)
            rows.append([model.label, cell.test.value, cell.task, *map(bounds, told), _answered(model, cell)])
    header = ["model", "test", "framings", "leak", "floor", "excess", "refused", "wrong person"]
    console.print(_table("shares [95 % over personas]", [*header, "harmless right"], rows))


def _whole_cells(model: ModelScores) -> list[Cell]:
    from evaluation.mm_privacy.results import SOLICITED, UNSOLICITED

    return [
        one
        for one in model.cells
        if one.task in (SOLICITED, UNSOLICITED) and not (one.private_type or one.source or one.scenario)
    ]


def _answered(model: ModelScores, cell: Cell) -> str:
    from evaluation.mm_privacy.report import value
    from schemas.benchmark import Purpose

    for one in model.controls:
        if one.test is cell.test and one.purpose is Purpose.UTILITY and not (one.source or one.task):
            return value(one.right)
    return ""


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in header:
        table.add_column(name, justify="left" if name in ("model", "test", "framings") else "right")
    for row in rows:
        table.add_row(*(Text(one) for one in row))
    return table
