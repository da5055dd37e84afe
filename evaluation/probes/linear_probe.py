"""L2 logistic regression on the hidden states of one layer, and what it scores on held-out samples.

The classifier is that of arXiv 2503.01208 (scikit-learn, L2), on standardised features. Beside it stands the
same fit by least squares, whose scores are linear in the labels: the one that permutation tests repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.probes.basis import Basis, Floats, make_basis
from evaluation.probes.folds import FoldPlan
from schemas.errors import ConfigError

Labels = NDArray[np.bool_]
_MOST_STEPS = 1000
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """``cost``: C of the logistic regression on features that are standardised and divided by the square root
    of their dimensions. ``inner_costs``: choose C among these by inner folds of the training samples, which
    are parted by identity too; without any, ``cost`` it is."""

    cost: float = 1.0
    inner_costs: tuple[float, ...] = ()
    inner_folds: int = 3

    def __post_init__(self) -> None:
        for value in (self.cost, *self.inner_costs):
            if not (np.isfinite(value) and value > 0):
                raise ConfigError("cost", value, "give a number above 0")
        if self.inner_folds < 2:
            raise ConfigError("inner_folds", self.inner_folds, "give 2 or more")

    @property
    def penalty(self) -> float:
        """Ridge penalty of the same strength: what the log-loss is to second order around a logit of 0."""
        return 4.0 / self.cost


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a layer's probes say of samples that they did not learn from.

    ``logit`` [n]: log-odds of True by the logistic regression. ``linear`` [n]: score by least squares, above
    0 for True. NaN where a sample was not tested.
    """

    logit: Floats
    linear: Floats


class LayerProbe:
    """All folds of one layer, rotated once; every fit afterwards is cheap."""

    def __init__(self, features: NDArray[np.floating], plan: FoldPlan, settings: ProbeSettings) -> None:
        """``features`` [n, d]. Raises ConfigError where they hold NaN or infinity."""
        if not np.isfinite(features).all():
            raise ConfigError("features", "NaN or infinity", "extract them again, with --store float32")
        self._plan = plan
        self._settings = settings
        self._bases = [make_basis(features[fold.train], features[fold.test]) for fold in plan.folds]
        self._count = len(features)

    def held_out(self, labels: Labels) -> HeldOut:
        """Fits one probe per fold and scores the samples it did not see. ``labels`` [n]."""
        logit, linear = np.full(self._count, np.nan), np.full(self._count, np.nan)
        for fold, basis in zip(self._plan.folds, self._bases, strict=True):
            logit[fold.test] = self._logits(basis, labels[fold.train], self._plan.stratum[fold.train])
            column = labels[fold.train][:, None]
            linear[fold.test] = _least_squares(basis, column, self._settings.penalty)[:, 0]
        return HeldOut(logit, linear)

    def permuted(self, labels: NDArray[np.bool_]) -> Floats:
        """Least-squares scores [n, p] of held-out samples for ``labels`` [n, p], one column a labelling."""
        scores = np.full(labels.shape, np.nan)
        for fold, basis in zip(self._plan.folds, self._bases, strict=True):
            scores[fold.test] = _least_squares(basis, labels[fold.train], self._settings.penalty)
        return scores

    def _logits(self, basis: Basis, labels: Labels, strata: NDArray[np.int64]) -> Floats:
        if not basis.power.size or labels.all() or not labels.any():
            return np.full(len(basis.test), float(labels.all()) - float(not labels.any()))
        cost = self._cost(basis, labels, strata)
        scores: Floats = _fit(basis.train, labels, cost).decision_function(basis.test)
        return scores

    def _cost(self, basis: Basis, labels: Labels, strata: NDArray[np.int64]) -> float:
        """The cost with the least log-loss on inner folds; the outer folds' strata keep identities apart."""
        if not self._settings.inner_costs:
            return self._settings.cost
        part = np.unique(strata, return_inverse=True)[1] % self._settings.inner_folds
        losses = [_inner_loss(basis.train, labels, part, cost) for cost in self._settings.inner_costs]
        return self._settings.inner_costs[int(np.argmin(losses))]


def code_length(
    features: NDArray[np.floating], labels: Labels, blocks: Sequence[NDArray[np.intp]], cost: float
) -> float:
    """Online code length of ``labels`` in bits per sample: 1 where nothing is learned of even classes.

    ``blocks``: samples in the order in which they are sent, whole identities each; the first is sent with
    one bit per label, every other one by a probe that learned from all before it (arXiv 2003.12298).
    """
    total = float(len(blocks[0]))
    for index in range(1, len(blocks)):
        known, sent = np.concatenate(blocks[:index]), blocks[index]
        basis = make_basis(features[known], features[sent])
        known_labels = labels[known]
        if not basis.power.size or known_labels.all() or not known_labels.any():
            total += len(sent)
            continue
        total += _loss(_fit(basis.train, known_labels, cost).decision_function(basis.test), labels[sent])
    return total / sum(len(block) for block in blocks)


def _fit(train: Floats, labels: Labels, cost: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    # Where folds are not even, what is tested holds less of the class that was learned from more of. Weighed
    # by class, that does not push accuracy below chance.
    model = LogisticRegression(C=cost, max_iter=_MOST_STEPS, tol=_TOLERANCE, class_weight="balanced")
    return model.fit(train, labels)


def _inner_loss(train: Floats, labels: Labels, part: NDArray[np.int64], cost: float) -> float:
    total = 0.0
    for number in np.unique(part):
        known, held = part != number, part == number
        if known.any() and labels[known].any() and not labels[known].all():
            total += _loss(
                _fit(train[known], labels[known], cost).decision_function(train[held]), labels[held]
            )
    return total


def _loss(logits: Floats, labels: Labels) -> float:
    """Bits to send ``labels`` to one who has the logits."""
    signed = np.where(labels, -logits, logits)
    return float(np.logaddexp(0, signed).sum() / np.log(2))


def _least_squares(basis: Basis, labels: NDArray[np.bool_], penalty: float) -> Floats:
    """Scores [n_test, p]: 0 is half-way between the classes."""
    mean = labels.mean(axis=0, dtype=np.float64)
    centred = labels - mean
    scores: Floats = basis.responses(penalty) @ centred + (mean - 0.5)
    return scores
