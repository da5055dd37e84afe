"""Tables of ``mmscrub score`` on the terminal. Ids at most; no value of any identity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from evaluation.memorisation.judge import Judgement
    from evaluation.memorisation.power import Alternative
    from evaluation.memorisation.power_table import Plan, PowerRow
    from evaluation.memorisation.verdict import Statistic


def show_judgement(console: Console, judgement: Judgement) -> None:
    """A table for each group with one row per test, what limits them, and what it comes to."""
    from evaluation.memorisation.verdict import Group

    named = f", checkpoint {judgement.checkpoint}" if judgement.checkpoint else ""
    console.print(f"Model trained on arm {judgement.settings.arm.name}{named}")
    for group in Group:
        rows = [row for row in judgement.rows if row.group is group]
        if rows:
            console.print(_table(group.value, rows))
    for note in _notes(judgement.rows):
        console.print(f"  {note}", style="dim", soft_wrap=True)
    console.print(_conclusion(judgement), soft_wrap=True)


def _notes(rows: Sequence[Statistic]) -> list[str]:
    """One line per note; the group is told where a test has a note of its own for each."""
    told: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.note:
            told.setdefault(row.test, {})[row.group.value] = row.note
    lines = []
    for test, notes in told.items():
        if len(set(notes.values())) == 1:
            lines.append(f"{test}: {next(iter(notes.values()))}")
        else:
            lines += [f"{test}, {group}: {note}" for group, note in notes.items()]
    return lines


def _table(title: str, rows: Sequence[Statistic]) -> Table:
    from evaluation.memorisation.verdict import Verdict

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("test", no_wrap=True)
    for column in ("n", "statistic", "95 %", "p"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("verdict")
    styles = {Verdict.MEMORY: "bold red", Verdict.BROKEN: "bold yellow"}
    for row in rows:
        interval = "" if row.low is None or row.high is None else f"{row.low:.3g}…{row.high:.3g}"
        table.add_row(
            row.test,
            f"{row.units:,}",
            f"{row.value:.3g} {row.measure}",
            interval,
            _p(row.p_value),
            row.verdict.value,
            style=styles.get(row.verdict, ""),
        )
    return table


def _conclusion(judgement: Judgement) -> str:
    alpha = f"{judgement.settings.alpha:g}"
    if not judgement.trusted:
        return (
            "Held-out identities stand out, though the model never saw them: the scores or the split leak "
            "(mixed-up ids, another law for references, a baseline trained on them). Conclude nothing."
        )
    if judgement.memory:
        return f"The model remembers planted identities (chance of a false alarm at most {alpha})."
    return (
        f"No memory was seen at {alpha}. That is no proof of none: mmscrub score power tells what effect "
        "these sizes could have shown."
    )


def show_power(
    console: Console,
    plan: Plan,
    effect: Alternative | None,
    rows: Sequence[PowerRow],
    remarks: Sequence[str],
) -> None:
    """Detectable effects of each test, power and needed identities for ``effect``, then the remarks."""
    console.print(
        f"{plan.identities} planted identities, {plan.references} references each, alpha {plan.alpha:g}. "
        f"Least effects that are seen with power {plan.power:g}:",
        soft_wrap=True,
    )
    table = Table("test", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    columns = ["least p", "AUC", "bits", "share"]
    if effect is not None:
        columns += [f"power at {effect.kind.value} {effect.size:g}", "needs"]
    for column in columns:
        table.add_column(column, justify="right")
    for row in rows:
        cells = [row.test, _p(row.smallest), _or_none(row.auc), _or_none(row.bits), _or_none(row.share)]
        if effect is not None:
            cells += [_or_none(row.power), "-" if row.identities is None else f"{row.identities:,}"]
        table.add_row(*cells)
    console.print(table)
    for line in remarks:
        console.print(f"  {line}", soft_wrap=True)


def _p(p: float | None) -> str:
    if p is None:
        return ""
    return f"{p:.3f}" if p >= 0.001 else ("< 1e-300" if p < 1e-300 else f"{p:.1e}")


def _or_none(number: float | None) -> str:
    return "none" if number is None else f"{number:.3f}"
