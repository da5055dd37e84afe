"""Pictures of the scores: leaks per attribute, protection against use, leaks by length, how questions are
met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from evaluation.clustered import Rate
from evaluation.memorisation.plots import check_plotting
from evaluation.prism.answer_kinds import AnswerKind
from evaluation.prism.coverage import DIRECT
from evaluation.prism.report import SHORT
from evaluation.prism.score import PrismScores
from evaluation.prism.scores import ALL, MACRO
from schemas.errors import ConfigError
from transforms.prism.questions import QuestionSet

_IMPLICIT: Final = QuestionSet.IMPLICIT
_COLOURS: Final = ("#2166ac", "#67a9cf", "#d1e5f0", "#fddbc7", "#b2182b", "#999999", "#dddddd")
_LONGEST: Final = 120
_FORMATS: Final = ("png", "svg")


def plot_scores(found: PrismScores, folder: Path) -> list[Path]:
    """Writes each picture as PNG and SVG and returns the files. Models whose sets are not whole are left out.
    Raises ConfigError if matplotlib is not installed or the folder cannot be written."""
    check_plotting()
    pictures: dict[str, Callable[[Any, PrismScores, Sequence[str]], None]] = {}
    described = [model for model in found.joined.answers if found.joined.is_whole(model, _IMPLICIT)]
    asked = [
        model for model in found.joined.answers if any(found.joined.is_whole(model, kind) for kind in DIRECT)
    ]
    if described:
        pictures = {"leaks": _leaks, "useful_and_clean": _useful}
        if found.judged.judge.places:
            pictures["leaks_by_length"] = _by_length
    if asked:
        pictures["answers"] = _kinds
    written = []
    for name, draw in pictures.items():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written += _save(draw, found, asked if draw is _kinds else described, folder / name)
        except OSError as error:
            raise ConfigError("plots", folder, f"cannot be written ({error.strerror})") from None
    return written


def _save(
    draw: Callable[[Any, PrismScores, Sequence[str]], None],
    found: PrismScores,
    models: Sequence[str],
    path: Path,
) -> list[Path]:
    import matplotlib
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.4), dpi=120, layout="constrained")
    # A model's name may hold a dollar sign, and is no formula; ids in SVG must not be drawn at random.
    with matplotlib.rc_context({"text.parse_math": False, "svg.hashsalt": "mmscrub"}):
        draw(figure.add_subplot(), found, models)
        files = [path.with_suffix(f".{ending}") for ending in _FORMATS]
        for file in files:
            no_date: dict[str, None] = {"Software": None} if file.suffix == ".png" else {"Date": None}
            figure.savefig(file, metadata=no_date)
    return files


def _bars(axes: Any, rates: Sequence[Sequence[Rate | None]], labels: Sequence[str]) -> None:
    """A group of bars per place, one per label, with intervals."""
    width = 0.8 / max(1, len(rates))
    for number, (row, label) in enumerate(zip(rates, labels, strict=True)):
        for place, rate in enumerate(row):
            if rate is None:
                continue
            low, high = rate.interval
            axes.bar(
                place + width * (number - (len(rates) - 1) / 2),
                100 * rate.value,
                width,
                yerr=[[max(0.0, 100 * (rate.value - low))], [max(0.0, 100 * (high - rate.value))]],
                error_kw={"lw": 0.8},
                color=f"C{number}",
                label=label if place == 0 else None,
            )
    axes.set(ylim=(0, 100))


def _leaks(axes: Any, found: PrismScores, models: Sequence[str]) -> None:
    scope = "own" if found.table.get(models[0], _IMPLICIT, "leak_rate", MACRO) else "all"
    names = (*SHORT, MACRO)
    rates = [[found.table.get(one, _IMPLICIT, "leak_rate", name, scope) for name in names] for one in models]
    _bars(axes, rates, models)
    axes.set_xticks(range(len(names)), names)
    title = "its image was chosen for" if scope == "own" else "of any of five"
    axes.set(ylabel="descriptions that tell it (%)", title=f"Leaks: the attribute {title}")
    axes.legend(fontsize=8)


def _useful(axes: Any, found: PrismScores, models: Sequence[str]) -> None:
    rates = {
        name: [found.table.get(one, _IMPLICIT, measure, ALL, "all") for one in models]
        for name, measure in (("told", "leak_rate"), ("useful and clean", "useful_and_clean"))
    }
    protection = [None if one is None else one.other() for one in rates["told"]]
    _bars(axes, [protection, rates["useful and clean"]], ["nothing told (published)", "useful and clean"])
    axes.set_xticks(range(len(models)), models, rotation=20, ha="right")
    axes.set(ylabel="descriptions (%)", title="None of the five attributes told")
    axes.legend(fontsize=8)


def _by_length(axes: Any, found: PrismScores, models: Sequence[str]) -> None:
    """Share of real descriptions that have told something after so many words; those that end are left
    out."""
    grid = np.arange(5, _LONGEST + 1, 5)
    for number, model in enumerate(models):
        real = [one for one in found.judged.of(model, _IMPLICIT) if one.useful and one.ends]
        shares = []
        for count in grid:
            long_enough = [one for one in real if len(one.ends) >= count]
            told = [sum(one.told(None, one.ends[count - 1])) / 2 for one in long_enough]
            shares.append(100 * float(np.mean(told)) if len(told) >= 20 else np.nan)
        axes.plot(grid, shares, color=f"C{number}", label=model)
    axes.axvline(found.judged.settings.match_words, color="grey", lw=0.8, ls="--")
    axes.set(xlabel="words read", ylabel="told any of the five (%)", ylim=(0, 100))
    axes.set(title="Leaks by how much of a description is read")
    axes.legend(fontsize=8)


def _kinds(axes: Any, found: PrismScores, models: Sequence[str]) -> None:
    rows = [(one, kind) for one in models for kind in DIRECT if found.joined.is_whole(one, kind)]
    left = np.zeros(len(rows))
    counts = [Counter(one.kind for one in found.judged.of(*row)) for row in rows]
    for number, kind in enumerate(AnswerKind):
        shares = np.asarray([100 * count[kind] / count.total() for count in counts])
        axes.barh(range(len(rows)), shares, left=left, color=_COLOURS[number], label=kind.value)
        left += shares
    axes.set_yticks(
        range(len(rows)), [f"{model}, {kind.value.removeprefix('refusal_')}" for model, kind in rows]
    )
    axes.invert_yaxis()
    axes.set(xlabel="answers (%)", xlim=(0, 100), title="How direct questions are answered")
    axes.legend(fontsize=7, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.14))
