"""Probes every layer of a model for a label of identities: figures, intervals, controls, and one p-value.

What is asked is whether hidden states tell identities that a model was trained on from identities of the same
law that it never saw. The figures to trust come from folds disjoint in identity and image; the split by
samples is reported as a foil, with its control: labels drawn at random per identity (arXiv 1909.03368).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evaluation.probes.basis import Floats
from evaluation.probes.folds import Codes, FoldPlan, codes, disjoint_folds, given_folds, sample_folds
from evaluation.probes.linear_probe import Labels, LayerProbe, ProbeSettings, code_length
from evaluation.probes.measures import (
    Interval,
    MaxT,
    Tallies,
    auc_of_columns,
    interval,
    max_t,
    permuted_labels,
    resampled,
    tally,
)
from schemas.errors import ConfigError
from transforms import keyed


class LayerFeatures(Protocol):
    """Hidden states by layer: of ``n`` samples in one order, the same for every layer."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the layers are called, lowest first."""

    def layer(self, index: int) -> NDArray[np.floating]:
        """Features [n, d] of the layer at ``index`` of ``names``."""


@dataclass(frozen=True, slots=True)
class Probed:
    """Samples and what they are probed for. ``labels`` [n]: True for seen; one label per identity.

    ``fold_identity``, ``fold_image`` [n]: folds that came with the split, or None to draw them."""

    labels: Labels
    identities: Sequence[str]
    images: Sequence[str]
    fold_identity: Codes | None = None
    fold_image: Codes | None = None

    def __post_init__(self) -> None:
        who = codes(self.identities)
        first = np.zeros(who.max() + 1, dtype=np.bool_)
        first[who] = self.labels
        if not np.array_equal(first[who], self.labels):
            raise ConfigError("label", "two labels of one identity", "give every identity one label")

    def plan(self, folds: int, key: bytes) -> FoldPlan:
        """The folds of the split, or new ones disjoint in identity and image. Raises ConfigError for fewer
        than two identities of a class."""
        for label, name in ((True, "seen"), (False, "unseen")):
            found = {who for who, mine in zip(self.identities, self.labels, strict=True) if mine == label}
            if len(found) < 2:
                raise ConfigError("samples", len(found), f"too few {name} identities: give 2 or more")
        if self.fold_identity is not None and self.fold_image is not None:
            return given_folds(self.identities, self.images, self.fold_identity, self.fold_image)
        return disjoint_folds(self.identities, self.images, self.labels, folds, key)


@dataclass(frozen=True, slots=True)
class StudySettings:
    """How much is drawn. ``controls``: random labellings of the control task, 0 for none. ``blocks``: of the
    online code, 0 for none. ``workers``: layers at a time; it changes no figure."""

    probe: ProbeSettings = field(default_factory=ProbeSettings)
    folds: int = 5
    permutations: int = 1000
    draws: int = 2000
    controls: int = 3
    blocks: int = 0
    workers: int = 2

    def __post_init__(self) -> None:
        for name, least in (
            ("folds", 2),
            ("permutations", 1),
            ("draws", 1),
            ("controls", 0),
            ("blocks", 0),
            ("workers", 1),
        ):
            if getattr(self, name) < least:
                raise ConfigError(name, getattr(self, name), f"give {least} or more")


@dataclass(frozen=True, slots=True)
class LayerFigures:
    """One layer. ``p``: adjusted for all layers of the family. ``sample_split``: accuracy where identities
    are shared by training and test samples. ``control``: the same for random labels per identity, mean.
    ``selectivity``: ``sample_split - control``. ``bits``: online code length per sample, 1 for chance."""

    name: str
    accuracy: Interval
    balanced_accuracy: Interval
    auc: Interval
    p: float
    sample_split: float
    control: float | None
    selectivity: float | None
    bits: float | None


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """All layers of a model, and what comparisons of models need: ``tallies`` per layer, AUC of the least
    squares probes for the labels (``observed`` [layers]) and for relabellings (``permuted`` [layers, p])."""

    layers: tuple[LayerFigures, ...]
    family: MaxT
    folds: FoldPlan
    tallies: tuple[Tallies, ...]
    observed: Floats
    permuted: Floats


@dataclass(frozen=True, slots=True)
class LayerDifference:
    """``accuracy``, ``auc``: the tuned model's minus the control's, intervals over identities."""

    name: str
    accuracy: Interval
    auc: Interval
    p: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What a model tells beyond a control model that saw the same samples."""

    layers: tuple[LayerDifference, ...]
    family: MaxT


def probe_model(
    features: LayerFeatures,
    probed: Probed,
    settings: StudySettings,
    key: bytes,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> ModelFigures:
    """Probes each layer. With one key, models are probed with the same folds, draws and relabellings, so they
    can be compared. Raises ConfigError for too few identities or features that are no numbers."""
    from threadpoolctl import threadpool_limits

    task = _Task(features, probed, settings, key)
    results = []
    # Many small products: threads inside of each would wait for each other longer than they work.
    with threadpool_limits(limits=1), ThreadPoolExecutor(settings.workers) as pool:
        for name, result in zip(features.names, pool.map(task.run, range(len(features.names))), strict=True):
            results.append(result)
            progress(name)
    observed = np.array([one.observed for one in results])
    permuted = np.array([one.permuted for one in results])
    family = max_t(observed, permuted)
    weights = resampled(results[0].tallies.positive, settings.draws, key)
    layers = tuple(
        _figures(name, one, weights, p)
        for name, one, p in zip(features.names, results, family.p_layers, strict=True)
    )
    return ModelFigures(layers, family, task.plan, tuple(one.tallies for one in results), observed, permuted)


@dataclass(frozen=True, slots=True)
class _LayerResult:
    tallies: Tallies
    observed: float
    permuted: Floats
    sample_split: float
    control: float | None
    bits: float | None


class _Task:
    """What is the same for every layer: folds, relabellings, control labels."""

    def __init__(self, features: LayerFeatures, probed: Probed, settings: StudySettings, key: bytes) -> None:
        self._features, self._labels, self._settings = features, probed.labels, settings
        self._who = codes(probed.identities)
        self.plan = probed.plan(settings.folds, key)
        self._foil = sample_folds(probed.labels, settings.folds, key)
        self._relabelled = permuted_labels(probed.labels, self._who, self.plan, settings.permutations, key)
        self._controls = [_control_labels(probed, key, number) for number in range(settings.controls)]
        self._blocks = _blocks(probed, settings.blocks, key) if settings.blocks else ()

    def run(self, index: int) -> _LayerResult:
        layer = self._features.layer(index)
        if layer.shape[0] != len(self._who):
            raise ConfigError("features", layer.shape[0], f"there are {len(self._who)} samples")
        probe = LayerProbe(layer, self.plan, self._settings.probe)
        scores = probe.held_out(self._labels)
        found = auc_of_columns(
            np.column_stack([scores.linear, probe.permuted(self._relabelled)]),
            np.column_stack([self._labels, self._relabelled]),
            self.plan,
        )
        cost = self._settings.probe.cost
        bits = code_length(layer, self._labels, self._blocks, cost) if self._blocks else None
        counts = tally(scores.logit, self._labels, self._who, self.plan)
        return _LayerResult(counts, float(found[0]), found[1:], *self._foil_of(layer), bits)

    def _foil_of(self, layer: NDArray[np.floating]) -> tuple[float, float | None]:
        probe = LayerProbe(layer, self._foil, self._settings.probe)

        def accuracy(wanted: Labels) -> float:
            return float(np.mean((probe.held_out(wanted).logit > 0) == wanted))

        controls = [accuracy(one) for one in self._controls]
        return accuracy(self._labels), float(np.mean(controls)) if controls else None


def difference(tuned: ModelFigures, control: ModelFigures, draws: int, key: bytes) -> Difference:
    """Difference of two models on the same samples with the same key: seen minus unseen in the tuned model,
    minus the same in the control. Raises ConfigError where layers or samples differ."""
    names = [one.name for one in tuned.layers]
    same = (
        names == [one.name for one in control.layers]
        and tuned.permuted.shape == control.permuted.shape
        and np.array_equal(tuned.tallies[0].positive, control.tallies[0].positive)
        and np.array_equal(tuned.tallies[0].tested, control.tallies[0].tested)
    )
    if not same:
        raise ConfigError("control", "other samples or layers", "extract both from the same split")
    family = max_t(tuned.observed - control.observed, tuned.permuted - control.permuted)
    weights = resampled(tuned.tallies[0].positive, draws, key)
    once = np.ones((1, weights.shape[1]))

    def minus(measure: Callable[[Tallies, Floats], Floats], index: int) -> Interval:
        one, other = tuned.tallies[index], control.tallies[index]
        return interval(
            float((measure(one, once) - measure(other, once))[0]),
            measure(one, weights) - measure(other, weights),
        )

    layers = tuple(
        LayerDifference(name, minus(Tallies.accuracy, at), minus(Tallies.auc, at), family.p_layers[at])
        for at, name in enumerate(names)
    )
    return Difference(layers, family)


def _figures(name: str, result: _LayerResult, weights: Floats, p: float) -> LayerFigures:
    once = np.ones((1, weights.shape[1]))

    def bounded(measure: Callable[[Floats], Floats]) -> Interval:
        return interval(float(measure(once)[0]), measure(weights))

    counts, control = result.tallies, result.control
    return LayerFigures(
        name,
        bounded(counts.accuracy),
        bounded(counts.balanced_accuracy),
        bounded(counts.auc),
        p,
        result.sample_split,
        control,
        None if control is None else result.sample_split - control,
        result.bits,
    )


def _control_labels(probed: Probed, key: bytes, number: int) -> Labels:
    """Random labels per identity: as many identities are True as in the task itself."""
    names = sorted(set(probed.identities))
    seen = len({who for who, label in zip(probed.identities, probed.labels, strict=True) if label})
    chosen = set(keyed.order(key, names, f"probe control {number}")[:seen])
    return np.array([who in chosen for who in probed.identities], dtype=np.bool_)


def _blocks(probed: Probed, count: int, key: bytes) -> tuple[NDArray[np.intp], ...]:
    """Identities in a keyed order, seen and unseen in turn, in blocks that double in size."""
    sides = [
        keyed.order(
            key,
            {who for who, mine in zip(probed.identities, probed.labels, strict=True) if mine == label},
            "probe code",
        )
        for label in (False, True)
    ]
    rank = {who: at / len(side) for side in sides for at, who in enumerate(side)}
    place = np.array([rank[who] for who in probed.identities])
    edges = [2.0 ** (step - count) for step in range(1, count + 1)]
    block = np.searchsorted(edges, place, side="right")
    found = (np.flatnonzero(block == number) for number in range(count))
    return tuple(one for one in found if len(one))
