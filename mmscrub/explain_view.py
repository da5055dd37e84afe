"""An explanation on the terminal: a row per edit, with its span before and after, and a line of verdicts."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from schemas.edit import Action
from schemas.finding import TextFinding
from transforms.fidelity.text import FidelityParts, load_thresholds
from transforms.text.explain import ExplainedEdit, ExplainedTurn
from transforms.text.verify import Leak

SHOWN_CHARACTERS = 60
"""Of the words before and after an edit: a refusal may replace pages."""

_NARROWEST = 12
_OTHER_COLUMNS = 66
_INDENT = (0, 0, 0, 2)


def printable(text: str) -> str:
    """``text`` without control characters, which never reach the terminal; a line break is shown as one."""
    return "".join(c if c.isprintable() else "⏎" if c == "\n" else "�" for c in text)


def show_explained_turn(console: Console, turn: ExplainedTurn, least_fidelity: float) -> None:
    """The edits, findings and verdicts of one turn; nothing for a turn in which nothing was found."""
    if turn.edits or turn.reported or turn.leaks:
        console.print(Padding(_table(turn, console.width), _INDENT))
    if turn.edits:
        console.print(Padding(_verdict_line(turn, least_fidelity), _INDENT))
    if turn.edits or turn.reported or turn.leaks:
        console.print()


def _table(turn: ExplainedTurn, width: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("span", no_wrap=True, style="cyan")
    table.add_column("was, is", overflow="fold", max_width=max(_NARROWEST, width - _OTHER_COLUMNS))
    for name, least in (("attribute, kind", 16), ("action, rule", 22), ("verifier", 8)):
        table.add_column(name, min_width=least, overflow="fold")
    for one in turn.edits:
        table.add_row(*_edit_cells(one))
    for finding in turn.reported:
        table.add_row(*_reported_cells(finding, turn.before), style="dim")
    for leak in turn.leaks:
        table.add_row(*_leak_cells(leak, turn.after))
    return table


def _edit_cells(explained: ExplainedEdit) -> tuple[RenderableType, ...]:
    edit = explained.edit
    change = Text(_quoted(explained.was), style="red").append("\n")
    change.append(_quoted(explained.now), style="green")
    verdict = Text("silent", style="green")
    if explained.leaks:
        rules = ", ".join(sorted({leak.rule for leak in explained.leaks}))
        verdict = Text(f"still tells: {rules}", style="bold red")
    return (
        f"{edit.start}:{edit.end}\n{edit.new_start}:{edit.new_end}",
        change,
        f"{edit.attribute}\n{edit.kind.value}",
        f"{edit.action.value}\n{edit.rule}",
        verdict,
    )


def _reported_cells(finding: TextFinding, before: str) -> tuple[RenderableType, ...]:
    return (
        f"{finding.start}:{finding.end}",
        Text(_quoted(before[finding.start : finding.end])),
        f"{finding.attribute}\n{finding.kind.value}",
        f"{'asks' if finding.asks else 'report'}\n{finding.detector}",
        "",
    )


def _leak_cells(leak: Leak, after: str) -> tuple[RenderableType, ...]:
    return (
        f"\n{leak.start}:{leak.end}",
        Text(_quoted(after[leak.start : leak.end])),
        f"{leak.attribute}\n{leak.kind.value}",
        "",
        Text(f"tells: {leak.rule}", style="bold red"),
    )


def _verdict_line(turn: ExplainedTurn, least_fidelity: float) -> Text:
    leaks = len(turn.leaks) + len({leak for edit in turn.edits for leak in edit.leaks})
    verifier = f"{leaks} left" if leaks else "passed"
    line = Text("verifier: ").append(verifier, style="bold red" if leaks else "green").append("; fidelity: ")
    if turn.fidelity is None:
        gone = any(one.edit.action is Action.DROP for one in turn.edits)
        why = "the round was left out" if gone else "the answer was refused"
        return line.append(f"not measured, {why} on purpose", style="dim")
    passed = turn.fidelity.score >= least_fidelity
    line.append(f"{turn.fidelity.score:.2f}", style="green" if passed else "bold red")
    return line.append(f" (wanted {least_fidelity:.2f}): {', '.join(_fidelity_parts(turn.fidelity))}")


def _fidelity_parts(parts: FidelityParts) -> Iterator[str]:
    objections = sorted(objection.value for objection in parts.judgement.objections)
    yield f"objects to {' and '.join(objections)}" if objections else "exact checks passed"
    yield f"other words kept {parts.judgement.kept:.2f}"
    if parts.cosine is None:
        yield "embedding not needed"
    else:
        yield f"embedding {parts.cosine:.2f} of {load_thresholds().doubt_cosine:.2f}"


def _quoted(text: str) -> str:
    shown = printable(text)
    if len(shown) > SHOWN_CHARACTERS:
        shown = shown[: SHOWN_CHARACTERS - 1] + "…"
    return f"“{shown}”" if shown else "nothing"
