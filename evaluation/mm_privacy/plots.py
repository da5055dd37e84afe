"""Pictures of scores, as PNG and SVG: framings, the range over them, and secrecy against usefulness."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from evaluation.memorisation.plots import check_plotting
from evaluation.mm_privacy.cells import Cell
from evaluation.mm_privacy.resampling import Estimate
from evaluation.mm_privacy.results import SOLICITED
from evaluation.mm_privacy.scores import ModelScores, Scores
from evaluation.probes.feature_file import replace_file
from schemas.benchmark import SOLICITED as SOLICITED_TASKS
from schemas.benchmark import UNSOLICITED, PrivateType, Purpose, RiskTest
from schemas.errors import ConfigError

_COLOURS: Final = (
    "#c0392b", "#2c6fbb", "#3a8f4d", "#8e44ad", "#d68910", "#17a2a2", "#7f5539", "#e377c2", "#556270",
    "#9acd32", "#1b1b1b",
)  # fmt: skip
_TASKS: Final = (*SOLICITED_TASKS, *UNSOLICITED)


def plot_scores(scores: Scores, folder: Path) -> list[Path]:
    """Writes every picture twice into ``folder`` and returns the files. Raises ConfigError where matplotlib
    is missing or the folder cannot be written."""
    check_plotting()
    pictures: dict[str, Callable[[Any], None]] = {}
    for number, model in enumerate(scores.models, start=1):
        if any(cell.leak for cell in model.cells):
            pictures[f"framings_{number}"] = partial(_framings, model=model)
    if any(model.spreads for model in scores.models):
        pictures["task_inconsistency"] = partial(_ranges, models=scores.models)
    if any(_useful(model) for model in scores.models):
        pictures["secrecy_and_use"] = partial(_front, models=scores.models)
    return save_figures(folder, pictures)


def save_figures(folder: Path, pictures: dict[str, Callable[[Any], None]]) -> list[Path]:
    """Draws each picture on a figure of its own; the same scores give the same bytes."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    written = []
    for name, draw in pictures.items():
        figure = Figure(figsize=(7.2, 4.4), dpi=130, layout="constrained")
        draw(figure)
        for suffix, dated in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": None})):
            drawn = io.BytesIO()
            with rc_context({"svg.hashsalt": "mmscrub"}):
                figure.savefig(drawn, format=suffix, metadata=dated)
            path = folder / f"{name}.{suffix}"
            try:
                replace_file(path, drawn.getvalue())
            except OSError as error:
                raise ConfigError("plot", folder, f"cannot be written ({error.strerror})") from None
            written.append(path)
    return written


def _framings(figure: Any, model: ModelScores) -> None:
    """Attack success by framing, a colour per type, a panel per test; crosses are the floor."""
    tests = [test for test in RiskTest if any(cell.test is test for cell in model.cells)]
    panels = figure.subplots(1, len(tests), sharey=True, squeeze=False)[0]
    kinds = [kind.value for kind in PrivateType if any(cell.private_type == kind for cell in model.cells)]
    for axes, test in zip(panels, tests, strict=True):
        by = {
            (cell.task, cell.private_type): cell
            for cell in model.cells
            if cell.test is test and not cell.source and not cell.scenario and cell.leak is not None
        }
        tasks = [task.value for task in _TASKS if any((task.value, kind) in by for kind in kinds)]
        for at, kind in enumerate(kinds):
            found = [(place, by[task, kind]) for place, task in enumerate(tasks) if (task, kind) in by]
            shift = (at - (len(kinds) - 1) / 2) * 0.7 / max(len(kinds), 1)
            _points(axes, [(place + shift, cell) for place, cell in found], _COLOURS[at % 11], kind)
        axes.set_xticks(range(len(tasks)), tasks, rotation=35, ha="right", fontsize=8)
        axes.set_title(f"{model.label}: {test.value}", fontsize=10, parse_math=False)
        axes.set_ylim(-0.03, 1.03)
        _plain_sides(axes)
    panels[0].set_ylabel("attack success (floor: x)")
    # A name is asked for in one of the tests only.
    _legend(panels[-1], max(panels, key=lambda one: len(one.get_legend_handles_labels()[1])))


def _points(axes: Any, placed: Sequence[tuple[float, Cell]], colour: str, label: str) -> None:
    leaks = [(place, cell.leak) for place, cell in placed if cell.leak is not None]
    _bars(axes, leaks, colour, label)
    floors = [(place, cell.floor.value) for place, cell in placed if cell.floor is not None]
    if floors:
        axes.scatter(*zip(*floors, strict=True), marker="x", s=18, color=colour, linewidths=0.9)


def _bars(axes: Any, placed: Sequence[tuple[float, Estimate]], colour: str, label: str) -> None:
    if placed:
        values = [one.value for _, one in placed]
        reach = [[one.value - one.low for _, one in placed], [one.high - one.value for _, one in placed]]
        axes.errorbar(
            [place for place, _ in placed], values, yerr=reach, fmt="o", markersize=3.5, color=colour,
            elinewidth=0.9, label=label,
        )  # fmt: skip


def _ranges(figure: Any, models: Sequence[ModelScores]) -> None:
    """Task inconsistency of each test and type; crosses are what chance makes of framings that do not
    matter."""
    axes = figure.add_subplot()
    names = sorted(
        {(one.test, one.private_type) for model in models for one in model.spreads if one.group == SOLICITED}
    )
    for at, model in enumerate(models):
        shift = (at - (len(models) - 1) / 2) * 0.6 / len(models)
        spreads = {(one.test, one.private_type): one.range for one in model.spreads if one.group == SOLICITED}
        found = [(place + shift, spreads[name]) for place, name in enumerate(names) if name in spreads]
        colour = _COLOURS[at % 11]
        _bars(
            axes,
            [(place, Estimate(one.value, one.low, one.high)) for place, one in found],
            colour,
            model.label,
        )
        axes.scatter(
            [place for place, _ in found],
            [one.by_chance for _, one in found],
            marker="x",
            s=18,
            color=colour,
            linewidths=0.9,
        )
    labels = [f"{test.value}: {kind or 'all'}" for test, kind in names]
    axes.set_xticks(range(len(names)), labels, fontsize=7, rotation=60, ha="right", rotation_mode="anchor")
    axes.set_ylabel("max - min attack success (by chance: x)")
    axes.set_ylim(-0.03, 1.03)
    _plain_sides(axes)
    _legend(axes)


def _front(figure: Any, models: Sequence[ModelScores]) -> None:
    """Attack success above the floor against right answers to harmless questions, a dot per model and
    test."""
    axes = figure.add_subplot()
    marks = {RiskTest.DISCLOSURE: "o", RiskTest.RETENTION: "^"}
    for at, model in enumerate(models):
        useful = _useful(model)
        for cell in model.cells:
            whole = cell.task == SOLICITED and not (cell.private_type or cell.source or cell.scenario)
            seen = cell.excess or cell.leak
            if useful is None or not whole or seen is None:
                continue
            axes.errorbar(
                [useful.value], [seen.value],
                xerr=[[useful.value - useful.low], [useful.high - useful.value]],
                yerr=[[seen.value - seen.low], [seen.high - seen.value]],
                fmt=marks[cell.test], color=_COLOURS[at % 11], label=f"{model.label}: {cell.test.value}",
                elinewidth=0.8,
            )  # fmt: skip
    axes.set(xlim=(-0.03, 1.03), ylim=(-1.03 if axes.get_ylim()[0] < -0.3 else -0.3, 1.03))
    axes.axhline(0, color="#777777", linewidth=0.8)
    axes.set_xlabel("right answers to harmless questions (better to the right)")
    axes.set_ylabel("attack success above chance (better below)")
    _plain_sides(axes)
    _legend(axes)


def _useful(model: ModelScores) -> Estimate | None:
    found = [one for one in model.controls if one.purpose is Purpose.UTILITY and not (one.source or one.task)]
    return found[0].right if found else None


def _plain_sides(axes: Any) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _legend(axes: Any, named: Any = None) -> None:
    """Beside ``axes``, of what is in ``named`` or in them."""
    beside = axes.legend(
        *(named or axes).get_legend_handles_labels(),
        frameon=False,
        fontsize=7,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
    )
    # Names of models are no formulas: a dollar sign stays one.
    for text in beside.get_texts():
        text.set_parse_math(False)
