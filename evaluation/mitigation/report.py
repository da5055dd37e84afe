"""The tables and pictures of a mitigation experiment. Numbers and names alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from evaluation.coverage import Coverage
from evaluation.mitigation.doses import Dose, Part
from evaluation.mm_privacy.plots import save_figures
from evaluation.mm_privacy.report import bounds
from evaluation.mm_privacy.results import SOLICITED
from evaluation.table_text import markdown_table
from schemas.benchmark import RiskTest
from transforms.disclosure.arms import Treatment

_COLOURS: Final = {
    Treatment.IMAGE.value: "#2c6fbb",
    Treatment.LABEL.value: "#3a8f4d",
    Treatment.BOTH.value: "#c0392b",
    Treatment.PIPELINE.value: "#8e44ad",
}
_HEADER: Final = (
    "condition", "framings", "facts", "recall", "attack success", "refused", "floor", "fall from untreated",
)  # fmt: skip


def as_markdown(found: Sequence[Dose], coverage: Sequence[tuple[str, Coverage]]) -> str:
    """The whole report."""
    text = [
        "# Mitigation\n",
        "Attack success: share of probes whose answer tells the whole value. Hidden and kept: probes about "
        "facts that the arm hid, and about those that it did not. Intervals are over personas.\n",
    ]
    incomplete = [(name, one) for name, one in coverage if not one.complete]
    if incomplete:
        text += [
            "## Incomplete\n",
            markdown_table(["condition", "answers"], [[name, str(one)] for name, one in incomplete]),
        ]
    for test in RiskTest:
        rows = [_row(one) for one in found if one.test is test and not one.private_type]
        if rows:
            text += [f"## {test.value.capitalize()}\n", markdown_table(_HEADER, rows)]
    kinds = [one for one in found if one.private_type and one.group == SOLICITED and one.facts is Part.ALL]
    if kinds:
        rows = [[one.test.value, one.private_type, *_row(one)] for one in kinds]
        text += ["## By type\n", markdown_table(("test", "type", *_HEADER), rows)]
    return "\n".join(text)


def plot_doses(found: Sequence[Dose], folder: Path) -> list[Path]:
    """Writes dose-response curves as PNG and SVG. Raises ConfigError where matplotlib is missing or the
    folder cannot be written."""
    from evaluation.memorisation.plots import check_plotting

    check_plotting()
    whole = [one for one in found if not one.private_type and one.group == SOLICITED]
    pictures: dict[str, Callable[[Any], None]] = {}
    for side, test in sorted({(one.side.value, one.test) for one in whole}):
        rows = [one for one in whole if one.side == side and one.test is test]
        if any(one.treatment != Treatment.UNTREATED for one in rows):
            pictures[f"dose_{side}_{test.value}"] = partial(_dose, rows=rows)
    return save_figures(folder, pictures)


def _row(one: Dose) -> list[str]:
    return [
        one.condition,
        one.group,
        one.facts.value,
        f"{one.recall:.3f}",
        bounds(one.leak),
        bounds(one.refused),
        bounds(one.floor),
        bounds(one.fall),
    ]


def _dose(figure: Any, rows: Sequence[Dose]) -> None:
    """Attack success over recall, a panel per number of repeats, a colour per treatment."""
    repeats = sorted({one.repeats for one in rows})
    panels = figure.subplots(1, len(repeats), sharey=True, squeeze=False)[0]
    for axes, times in zip(panels, repeats, strict=True):
        here = [one for one in rows if one.repeats == times]
        start = [one for one in here if one.treatment == Treatment.UNTREATED and one.facts is Part.ALL]
        for treatment, colour in _COLOURS.items():
            for part, style in ((Part.ALL, "-"), (Part.KEPT, ":")):
                mine = [one for one in here if one.treatment == treatment and one.facts is part]
                if mine:
                    lead = start if part is Part.ALL and treatment != Treatment.PIPELINE else []
                    _curve(axes, [*lead, *mine], colour, style, f"{treatment}, {part.value}")
        axes.set_title(f"{rows[0].test.value}" + (f", shown {times}x" if times else ""), fontsize=10)
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
        axes.set_xlabel("share of the facts that is hidden")
    panels[0].set_ylabel("attack success")
    panels[-1].legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _curve(axes: Any, rows: Sequence[Dose], colour: str, style: str, label: str) -> None:
    ordered = sorted(rows, key=lambda one: one.recall)
    values = [one.leak.value for one in ordered]
    reach = [
        [one.leak.value - one.leak.low for one in ordered],
        [one.leak.high - one.leak.value for one in ordered],
    ]
    axes.errorbar(
        [one.recall for one in ordered], values, yerr=reach, fmt="o", linestyle=style, markersize=3.5,
        color=colour, elinewidth=0.8, label=label,
    )  # fmt: skip
