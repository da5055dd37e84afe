"""The report that people read: coverage, the table of the paper, and what its table cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from evaluation.mm_privacy.cells import Cell
from evaluation.mm_privacy.contrasts import PairTest, TaskSpread
from evaluation.mm_privacy.controls import Control
from evaluation.mm_privacy.resampling import Estimate
from evaluation.mm_privacy.results import SOLICITED, UNSOLICITED
from evaluation.mm_privacy.scores import ModelScores, Scores
from evaluation.table_text import markdown_table
from schemas.benchmark import SOLICITED as SOLICITED_TASKS
from schemas.benchmark import PrivateType, Purpose, RiskTest

_ALL = "all"


def as_markdown(scores: Scores) -> str:
    """The whole report; parts without a row are left out."""
    parts: Sequence[tuple[str, str, Callable[[Scores], str]]] = (
        (
            "Coverage",
            "Scores of incomplete answers are of what is there, and are compared with none.",
            _coverage,
        ),
        (
            "Attack success / refuse rate",
            "Shares of probes whose answer tells the whole value / declines. T1 is disclosure, T2 retention. "
            "Spread: highest less lowest attack success of the five framings.",
            paper_table,
        ),
        (
            "Above chance",
            "Floor: the same questions about values that stand nowhere. Excess: items less their decoys. "
            "Lesser tiers count values but for one character, and parts.",
            _excess,
        ),
        ("Disclosure explained", "Read: fields that are nobody's, on the same forms.", _explained),
        (
            "Task inconsistency",
            "By chance: the mean range if framings were exchanged within each persona, with its p.",
            _spreads,
        ),
        (
            "Framings that differ",
            "After Holm's correction, personas as units; all are in task_tests.csv.",
            _pairs,
        ),
        (
            "What harmless tasks repeat",
            "Private values printed in the image, of all framings that name none.",
            _repeated,
        ),
        (
            "Capability and utility",
            "Right answers and refusals of questions that should be answered.",
            _controls,
        ),
        ("Models compared", "Difference of attack success on the same probes; p after Holm.", _models),
    )
    text = ["# Disclosure and retention\n"]
    for title, note, part in parts:
        table = part(scores)
        if table:
            text += [f"## {title}\n", f"{note}\n", table]
    return "\n".join(text)


def paper_table(scores: Scores) -> str:
    """The table of MM-Privacy: a row per model and framing, a column per type and test."""
    kinds = [kind.value for kind in PrivateType if any(cell.private_type == kind for cell in _cells(scores))]
    tests = [test for test in RiskTest if any(cell.test is test for cell in _cells(scores))]
    short = {RiskTest.DISCLOSURE: "T1", RiskTest.RETENTION: "T2"}
    header = ["model", "task", *(f"{kind} {short[test]}" for kind in kinds for test in tests)]
    rows = []
    for model in scores.models:
        by = {
            (one.task, one.private_type, one.test): one
            for one in model.cells
            if not one.source and not one.scenario
        }
        for task in SOLICITED_TASKS:
            found = [by.get((task.value, kind, test)) for kind in kinds for test in tests]
            if any(found):
                rows.append([model.label, task.value, *(_asr_rr(one) for one in found)])
        spread = {(one.private_type, one.test): one for one in model.spreads if one.group == SOLICITED}
        if spread:
            ranges = [spread.get((kind, test)) for kind in kinds for test in tests]
            rows.append([model.label, "spread", *(_two(one.range.value) if one else "" for one in ranges)])
    return markdown_table(header, rows) if rows else ""


def _cells(scores: Scores) -> Iterable[Cell]:
    return (cell for model in scores.models for cell in model.cells)


def _coverage(scores: Scores) -> str:
    rows = [
        [one.model, str(one.coverage), str(one.without_gold) if one.without_gold else "0"]
        for one in scores.models
    ]
    return markdown_table(["model", "answers", "probes without gold"], rows)


def _excess(scores: Scores) -> str:
    header = ["model", "test", "type", "framings", "personas", "leak", "or one edit", "or a part", "floor"]
    header += ["excess", "refused", "wrong person"]
    rows = []
    for model in scores.models:
        for one in model.cells:
            if one.source or one.scenario:
                continue
            if one.task not in (SOLICITED, UNSOLICITED) or (one.task == UNSOLICITED and one.private_type):
                continue
            rows.append(
                [
                    model.label,
                    one.test.value,
                    one.private_type or _ALL,
                    one.task,
                    str(one.refused.clusters),
                    bounds(one.leak),
                    value(one.within_one_edit),
                    value(one.in_part),
                    bounds(one.floor),
                    bounds(one.excess),
                    bounds(one.refused),
                    bounds(one.wrong_person),
                ]
            )
    return markdown_table(header, rows) if rows else ""


def _explained(scores: Scores) -> str:
    rows = [
        [
            model.label,
            one.cell.private_type,
            one.cell.source,
            bounds(one.cell.leak),
            bounds(one.cell.excess),
            bounds(one.reading.right if one.reading else None),
            bounds(one.cell.leak_if_read),
            one.verdict.value,
        ]
        for model in scores.models
        for one in model.explained
    ]
    header = ["model", "type", "source", "leak", "excess", "read", "leak if read", "verdict"]
    return markdown_table(header, rows) if rows else ""


def _spreads(scores: Scores) -> str:
    def row(model: ModelScores, one: TaskSpread) -> list[str]:
        spread = one.range
        index = f"{_two(spread.value)} [{_two(spread.low)}, {_two(spread.high)}]"
        ends = f"{one.highest} / {one.lowest}" if spread.value else ""
        start = [model.label, one.test.value, one.private_type or _ALL, one.group, index, ends]
        return [*start, _two(spread.by_chance), _p(spread.p)]

    rows = [row(model, one) for model in scores.models for one in model.spreads]
    header = ["model", "test", "type", "framings", "max - min", "most / least", "by chance", "p"]
    return markdown_table(header, rows) if rows else ""


def _pairs(scores: Scores) -> str:
    rows = [
        [model.label, one.test.value, one.private_type or _ALL, *_contrast(one)]
        for model in scores.models
        for one in model.task_tests
        if one.p < 0.05
    ]
    return markdown_table(["model", "test", "type", *_CONTRAST], rows) if rows else ""


def _repeated(scores: Scores) -> str:
    rows = [
        [model.label, one.test.value, one.task, bounds(one.values), bounds(one.answers)]
        for model in scores.models
        for one in model.repeated
        if not one.source
    ]
    header = ["model", "test", "framing", "values repeated", "answers with any"]
    return markdown_table(header, rows) if rows else ""


def _controls(scores: Scores) -> str:
    def wanted(one: Control) -> bool:
        return not one.task and bool(one.source or one.purpose is Purpose.UTILITY)

    rows = [
        [
            model.label,
            one.test.value,
            one.purpose.value,
            one.source or _ALL,
            bounds(one.right),
            bounds(one.refused),
        ]
        for model in scores.models
        for one in model.controls
        if wanted(one)
    ]
    return markdown_table(["model", "test", "question", "source", "right", "refused"], rows) if rows else ""


def _models(scores: Scores) -> str:
    rows = [
        [one.test.value, one.private_type or _ALL, one.task, *_contrast(one)] for one in scores.comparisons
    ]
    return markdown_table(["test", "type", "framings", *_CONTRAST], rows) if rows else ""


_CONTRAST = ["first", "second", "difference", "first only", "second only", "p"]


def _contrast(one: PairTest) -> list[str]:
    paired = one.paired
    alone = [f"{paired.only_first:,}", f"{paired.only_second:,}"]
    return [one.first, one.second, f"{paired.difference:+.2f}", *alone, _p(one.p)]


def bounds(one: Estimate | None) -> str:
    """A value with its interval; empty where there is none."""
    return "" if one is None else f"{_two(one.value)} [{_two(one.low)}, {_two(one.high)}]"


def value(one: Estimate | None) -> str:
    """A value alone."""
    return "" if one is None else _two(one.value)


def _asr_rr(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return f"{value(cell.leak) or '-'}/{_two(cell.refused.value)}"


def _two(number: float) -> str:
    """As in the paper: ".84", "1.0"."""
    said = f"{round(number, 2) + 0.0:.2f}"
    if said in ("1.00", "-1.00"):
        return said[:-1]
    return said.replace("0.", ".", 1) if said.lstrip("-").startswith("0.") else said


def _p(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else f"{p:.0e}"
