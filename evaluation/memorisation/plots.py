"""Pictures of a judgement: exposure with its null line, p-values with the diagonal, dose and response."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from evaluation.memorisation.exposure import NULL_EXPOSURE
from evaluation.memorisation.judge import Judgement
from evaluation.memorisation.verdict import Group
from schemas.errors import ConfigError

Unit = Mapping[str, Any]

_COLOURS: Final = {Group.PLANTED.value: "#b2182b", Group.HELD_OUT.value: "#2166ac"}


def check_plotting() -> None:
    """Raises ConfigError that names the extra if matplotlib is not installed."""
    try:
        import matplotlib as _  # noqa: F401
    except ImportError:
        raise ConfigError(
            "plot", "matplotlib", "is not installed: pip install 'mmscrub[evaluation]'"
        ) from None


def plot_judgement(judgement: Judgement, folder: Path) -> list[Path]:
    """Writes PNG files into ``folder`` and returns them; none where no exposure was scored. Raises
    ConfigError if the folder cannot be written."""
    check_plotting()
    pictures: dict[str, Callable[[Any, Sequence[Unit]], None]] = {}
    if judgement.units:
        pictures = {"exposure": _exposure, "p_values": _p_values}
    if len({unit["repetitions"] for unit in judgement.units}) > 2:
        pictures["repetitions"] = _repetitions
    written = []
    for name, draw in pictures.items():
        path = folder / f"{name}.png"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _save(draw, judgement.units, path)
        except OSError as error:
            raise ConfigError("plot", folder, f"cannot be written ({error.strerror})") from None
        written.append(path)
    return written


def _save(draw: Callable[[Any, Sequence[Unit]], None], units: Sequence[Unit], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), dpi=120, layout="constrained")
    draw(figure.add_subplot(), units)
    figure.savefig(path, metadata={"Software": None})


def _groups(units: Sequence[Unit]) -> list[tuple[str, list[Unit]]]:
    found = ((name, [unit for unit in units if unit["group"] == name]) for name in _COLOURS)
    return [(name, part) for name, part in found if part]


def _exposure(axes: Any, units: Sequence[Unit]) -> None:
    highest = max(unit["exposure"] for unit in units)
    bins = np.linspace(min(0.0, min(unit["exposure"] for unit in units)), max(highest, 1.0) + 0.25, 25)
    for name, part in _groups(units):
        bits = [unit["exposure"] for unit in part]
        label = f"{name}: {len(part)}, mean {np.mean(bits):.2f} bits"
        axes.hist(bits, bins=bins, alpha=0.6, color=_COLOURS[name], label=label)
    axes.axvline(NULL_EXPOSURE, color="black", linestyle="--", label="mean without memory, 1.44 bits")
    axes.set(xlabel="exposure (bits)", ylabel="canaries", title="Exposure of canaries")
    axes.legend()


def _p_values(axes: Any, units: Sequence[Unit]) -> None:
    for name, part in _groups(units):
        p = np.sort([unit["p_value"] for unit in part])
        axes.step(p, np.arange(1, p.size + 1) / p.size, where="post", color=_COLOURS[name], label=name)
    axes.plot([0, 1], [0, 1], color="black", linestyle="--", label="without memory")
    axes.set(xlabel="rank p-value", ylabel="share of canaries at or below", title="Rank p-values")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.legend()


def _repetitions(axes: Any, units: Sequence[Unit]) -> None:
    dose = np.asarray([unit["repetitions"] for unit in units])
    bits = np.asarray([unit["exposure"] for unit in units])
    rungs = np.unique(dose)
    axes.scatter(dose, bits, s=10, alpha=0.4, color="#666666", label="one canary")
    means = [bits[dose == rung].mean() for rung in rungs]
    axes.plot(rungs, means, marker="o", color=_COLOURS[Group.PLANTED.value], label="mean of a rung")
    axes.axhline(NULL_EXPOSURE, color="black", linestyle="--", label="mean without memory, 1.44 bits")
    axes.set_xscale("symlog", base=2, linthresh=1)
    axes.set(xlabel="repetitions (held-out at 0)", ylabel="exposure (bits)", title="Dose and response")
    axes.legend()
