"""Pictures of what probes found: accuracy over layers, and the samples of one layer on a plane.

Titles are numbers and names of files that the caller gave; nothing of a record is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evaluation.probes.basis import Floats
from evaluation.probes.feature_file import replace_file
from evaluation.probes.layers import ModelFigures
from evaluation.probes.measures import Interval
from schemas.errors import ConfigError

_SEEN, _UNSEEN, _GREY = "#c0392b", "#2c6fbb", "#777777"
_COLOURS: Final = ("#c0392b", "#2c6fbb", "#3a8f4d", "#8e44ad", "#d68910", "#17a2a2")


def check_matplotlib() -> None:
    """Raises ConfigError naming the extra where matplotlib is missing."""
    if find_spec("matplotlib") is None:
        raise ConfigError("pictures", "matplotlib", "is not installed: pip install 'mmscrub[evaluation]'")


def draw_layers(
    path: Path, models: Mapping[str, ModelFigures], title: str, prompt: Interval | None = None
) -> None:
    """AUC over layers, one curve per model with its 95 % band; dashed the line that the largest layer of a
    model without memory stays under in 95 of 100 cases; dotted what asking alone tells. A PNG at ``path``."""
    figure, axes = _figure((7.0, 4.2))
    for colour, (name, model) in zip(_COLOURS, models.items(), strict=False):
        layers = [_number(layer.name, at) for at, layer in enumerate(model.layers)]
        areas = [layer.auc for layer in model.layers]
        axes.plot(layers, [one.value for one in areas], color=colour, label=name, linewidth=1.6)
        axes.fill_between(
            layers,
            [one.low for one in areas],
            [one.high for one in areas],
            color=colour,
            alpha=0.15,
            linewidth=0,
        )
        axes.axhline(model.family.null_high, color=colour, linestyle="--", linewidth=0.8)
    axes.axhline(0.5, color=_GREY, linewidth=0.8)
    if prompt is not None:
        axes.axhline(prompt.value, color=_GREY, linestyle=":", linewidth=1.4, label="asking alone")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("layer")
    axes.set_ylabel("AUC, identities apart")
    axes.set_title(title, fontsize=10)
    axes.legend(frameon=False, fontsize=8)
    _save(figure, path)


def draw_plane(path: Path, places: Floats, seen: NDArray[np.bool_], title: str) -> None:
    """Samples at ``places`` [n, 2], seen identities in one colour and unseen ones in another. A PNG."""
    figure, axes = _figure((5.2, 5.0))
    for colour, name, which in ((_SEEN, "seen", seen), (_UNSEEN, "unseen", ~seen)):
        axes.scatter(
            places[which, 0], places[which, 1], s=8, alpha=0.6, color=colour, label=name, linewidths=0
        )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title, fontsize=10)
    axes.legend(frameon=False, fontsize=8)
    _save(figure, path)


def plane(features: NDArray[np.floating], seed: int = 42, components: int = 100) -> Floats:
    """[n, d] to [n, 2] as in arXiv 2503.01208: PCA to 100, then t-SNE that starts from PCA. Fewer components
    where there are fewer samples or dimensions. Raises ConfigError for fewer than 5 samples."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    count = len(features)
    if count < 5:
        raise ConfigError("samples", count, "give 5 or more to draw a plane")
    kept = min(components, count - 1, features.shape[1])
    reduced = PCA(kept, random_state=seed).fit_transform(features.astype(np.float64))
    if kept < 2 or not reduced.std():
        return np.column_stack([reduced[:, 0], np.zeros(count)])
    perplexity = min(30.0, (count - 1) / 3)
    found: Floats = TSNE(
        2, init="pca", learning_rate="auto", perplexity=perplexity, random_state=seed
    ).fit_transform(reduced)
    return found


def strongest_layer(model: ModelFigures) -> int:
    """Index of the layer that stands out most."""
    return int(np.argmax(model.family.z_layers))


def _figure(inches: tuple[float, float]) -> tuple[Any, Any]:
    check_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=inches, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _save(figure: Any, path: Path) -> None:
    drawn = io.BytesIO()
    # Without a date and a version two runs give the same bytes.
    figure.savefig(drawn, format="png", dpi=150, metadata={"Software": None})
    replace_file(path, drawn.getvalue())


def _number(name: str, at: int) -> int:
    return int(name) if name.isdecimal() else at
