"""The pictures of a demonstration, as PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from evaluation.demonstration.findings import Findings
from evaluation.demonstration.split import Photograph
from evaluation.probes.layers import ModelFigures
from schemas.errors import ConfigError

Rows = Sequence[tuple[int, Findings]]
"""Seed and what was found."""

_PLANTED, _HELD_OUT, _CONTROL, _LINE = "#b2182b", "#2166ac", "#7f7f7f", "#333333"
_ARM_NAMES: Final = {"r100": "marks in training", "r0": "clean images (control)"}
_DPI: Final = 130


def check_matplotlib() -> None:
    """Raises ConfigError naming the extra where matplotlib is missing."""
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise ConfigError(
            "demonstration", "matplotlib", "is not installed: pip install 'mmscrub[evaluation]'"
        )


def _axes(columns: int, height: float = 3.4, width: float = 4.6, **shared: Any) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * columns, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, columns, squeeze=False, **shared)[0]
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _arms(rows: Rows) -> list[str]:
    return list(dict.fromkeys(one.arm for _, one in rows))


def plot_examples(photographs: Sequence[Photograph], path: Path) -> None:
    """The twins of some images: clean, as published, and with the identity that no arm shows."""
    from PIL import Image

    names = ("clean", "marked", "hidden")
    figure, axes = _axes(len(names) * len(photographs), height=2.4, width=2.1)
    for number, photograph in enumerate(photographs):
        for axis, name in zip(axes[3 * number : 3 * number + 3], names, strict=True):
            axis.imshow(Image.open(getattr(photograph, name)))
            axis.set_title(name, fontsize=9)
            axis.axis("off")
    figure.savefig(path, dpi=_DPI)


def plot_losses(rows: Rows, path: Path) -> None:
    """Training loss per epoch, a line per seed and arm."""
    figure, (axis,) = _axes(1)
    for seed, one in rows:
        colour = _PLANTED if one.arm != "r0" else _CONTROL
        label = _ARM_NAMES.get(one.arm, one.arm) if seed == rows[0][0] else None
        axis.plot(range(1, len(one.losses) + 1), one.losses, color=colour, lw=1.2, alpha=0.8, label=label)
    axis.set(xlabel="epoch", ylabel="mean loss of the answers (nats per token)", title="Training")
    axis.set_ylim(bottom=0)
    axis.legend(frameon=False)
    figure.savefig(path, dpi=_DPI)


def plot_exposure(rows: Rows, path: Path) -> None:
    """Exposure of planted and held-out identities over all seeds, with what is expected without memory."""
    arms = _arms(rows)
    figure, axes = _axes(len(arms), sharey=True)
    for axis, arm in zip(axes, arms, strict=True):
        mine = [one for _, one in rows if one.arm == arm]
        for name, colour in (("planted", _PLANTED), ("held_out", _HELD_OUT)):
            bits = np.concatenate([getattr(one, name).exposure for one in mine])
            label = f"{name.replace('_', '-')}, mean {bits.mean():.2f}"
            axis.hist(bits, bins=np.arange(-0.25, 5.75, 0.5), color=colour, alpha=0.55, label=label)
        null = mine[0].planted.null
        axis.axvline(null, color=_LINE, ls="--", lw=1.2, label=f"no memory: mean {null:.2f}")
        axis.set(xlabel="exposure (bits)", title=_ARM_NAMES.get(arm, arm))
        axis.legend(frameon=False, fontsize=8)
    axes[0].set_ylabel("identities, all seeds")
    figure.savefig(path, dpi=_DPI)


def plot_twins(rows: Rows, path: Path) -> None:
    """Log-likelihood of published minus hidden twin for each identity, sorted."""
    arms = _arms(rows)
    figure, axes = _axes(len(arms), sharey=True)
    for axis, arm in zip(axes, arms, strict=True):
        for seed, one in rows:
            if one.arm == arm:
                ordered = sorted(one.twins.differences)
                wins = f"{one.twins.wins} of {len(ordered)}"
                label = f"seed {seed}: {wins} higher, p = {one.twins.p_value:.1g}"
                axis.plot(np.linspace(0, 1, len(ordered)), ordered, "o-", ms=3, lw=0.8, label=label)
        axis.axhline(0, color=_LINE, lw=1, ls="--")
        axis.set(xlabel="identities, sorted (share)", title=_ARM_NAMES.get(arm, arm))
        axis.legend(frameon=False, fontsize=8)
    axes[0].set_ylabel("published - hidden twin\n(nats per token)")
    figure.savefig(path, dpi=_DPI)


def plot_cells(rows: Rows, path: Path) -> None:
    """Where memory lies: difference of each cell with its interval, a dot per seed."""
    arms = _arms(rows)
    figure, axes = _axes(len(arms), sharey=True, sharex=True, height=3.2, width=5.2)
    for axis, arm in zip(axes, arms, strict=True):
        mine = [(seed, one) for seed, one in rows if one.arm == arm]
        names = list(mine[0][1].cells)
        for number, (_, one) in enumerate(mine):
            at = np.arange(len(names)) + 0.16 * (number - (len(mine) - 1) / 2)
            found = [one.cells[name] for name in names]
            middle = np.array([cell.difference for cell in found])
            ends = np.array([[cell.difference - cell.low, cell.high - cell.difference] for cell in found]).T
            axis.errorbar(middle, at, xerr=ends, fmt="o", ms=4, lw=1.2, color=_PLANTED, alpha=0.8)
        axis.axvline(0, color=_LINE, ls="--", lw=1)
        axis.set_yticks(range(len(names)), names)
        axis.set(xlabel="log-likelihood above an unseen identity\n(nats per token)")
        axis.set_title(_ARM_NAMES.get(arm, arm))
    axes[0].invert_yaxis()
    figure.savefig(path, dpi=_DPI)


def plot_probes(found: Mapping[str, Mapping[str, Sequence[ModelFigures]]], path: Path) -> None:
    """AUC per layer of identity-disjoint probes: a panel per set of images, a line per seed and arm."""
    figure, axes = _axes(len(found), sharey=True, width=5.0)
    for axis, (images, by_arm) in zip(axes, found.items(), strict=True):
        for arm, models in by_arm.items():
            colour = _PLANTED if arm != "r0" else _CONTROL
            for number, model in enumerate(models):
                names = [layer.name for layer in model.layers]
                label = _ARM_NAMES.get(arm, arm) if number == 0 else None
                axis.plot(names, [layer.auc.value for layer in model.layers], "o-", color=colour, label=label)
                axis.axhline(model.family.null_high, color=colour, lw=0.6, ls=":")
        axis.axhline(0.5, color=_LINE, lw=1, ls="--")
        axis.set(title=images, xlabel="token and layer")
    axes[0].set_ylabel("AUC, planted against held-out\n(dotted: 95 % of the largest without memory)")
    axes[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=_DPI)
