"""Accuracy and AUC of held-out scores, with intervals and permutations that treat an identity as one unit.

The images of one identity are no independent samples: everything here resamples or relabels identities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.probes.basis import Floats
from evaluation.probes.folds import Codes, FoldPlan
from transforms import keyed

Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its 95 % interval over identities (percentile bootstrap)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tallies:
    """What a probe did, counted so that resampling identities is a matrix product.

    ``right``, ``tested`` [k]: samples of each identity told right, and tested. ``wins``, ``pairs`` [k, k]:
    pairs of a True sample of one identity and a False sample of another, tested by the same probe, where the
    first scores higher (ties count half), and all of them. ``positive`` [k]: the identity's label.
    """

    right: Floats
    tested: Floats
    wins: Floats
    pairs: Floats
    positive: Labels

    def accuracy(self, weights: Floats) -> Floats:
        """Share of samples told right under ``weights`` [b, k] of the identities; [b]."""
        shares: Floats = (weights @ self.right) / (weights @ self.tested)
        return shares

    def balanced_accuracy(self, weights: Floats) -> Floats:
        """Mean of the two classes' shares; [b]."""
        halves = [
            (weights[:, which] @ self.right[which]) / (weights[:, which] @ self.tested[which])
            for which in (self.positive, ~self.positive)
        ]
        mean: Floats = (halves[0] + halves[1]) / 2
        return mean

    def auc(self, weights: Floats) -> Floats:
        """Share of pairs in the right order, of pairs tested by the same probe; [b]."""
        won = np.einsum("bi,ij,bj->b", weights, self.wins, weights, optimize=True)
        all_pairs = np.einsum("bi,ij,bj->b", weights, self.pairs, weights, optimize=True)
        share: Floats = np.divide(won, all_pairs, out=np.full(len(weights), 0.5), where=all_pairs > 0)
        return share


def tally(scores: Floats, labels: Labels, who: Codes, plan: FoldPlan) -> Tallies:
    """Counts of ``scores`` [n], above 0 for True; ``who`` [n] numbers the identities 0 .. k-1."""
    size = int(who.max()) + 1
    right = np.bincount(who, weights=(scores > 0) == labels, minlength=size).astype(np.float64)
    tested = np.bincount(who, minlength=size).astype(np.float64)
    wins, pairs = np.zeros((size, size)), np.zeros((size, size))
    for fold in plan.folds:
        yes, no = fold.test[labels[fold.test]], fold.test[~labels[fold.test]]
        if not len(yes) or not len(no):
            continue
        order = (np.sign(scores[yes][:, None] - scores[no][None, :]) + 1) / 2
        left, right_side = _members(who[yes], size), _members(who[no], size)
        wins += left @ order @ right_side.T
        pairs += np.outer(left.sum(axis=1), right_side.sum(axis=1))
    positive = np.zeros(size, dtype=np.bool_)
    positive[who] = labels
    return Tallies(right, tested, wins, pairs, positive)


def resampled(positive: Labels, draws: int, key: bytes) -> Floats:
    """Weights [draws, k] of a bootstrap over identities within each class."""
    rng = generator(key, "probe bootstrap")
    weights = np.zeros((draws, len(positive)))
    for label in (False, True):
        members = np.flatnonzero(positive == label)
        weights[:, members] = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), draws)
    return weights


def interval(value: float, drawn: Floats) -> Interval:
    """``value`` with the 2.5 % and 97.5 % quantiles of ``drawn``."""
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Interval(value, float(low), float(high))


def permuted_labels(labels: Labels, who: Codes, plan: FoldPlan, count: int, key: bytes) -> Labels:
    """[n, count]: labels exchanged between whole identities of the same fold."""
    first = np.unique(who, return_index=True)[1]
    of_identity, stratum = labels[first], plan.stratum[first]
    rng = generator(key, "probe permutation")
    drawn = np.repeat(of_identity[:, None], count, axis=1)
    for number in np.unique(stratum):
        members = np.flatnonzero(stratum == number)
        drawn[members] = rng.permuted(drawn[members], axis=0)
    return drawn[who]


def auc_of_columns(scores: Floats, labels: Labels, plan: FoldPlan) -> Floats:
    """AUC [p] of ``scores`` [n, p] for ``labels`` [n, p], pairs within folds only."""
    from scipy.stats import rankdata

    won, pairs = np.zeros(scores.shape[1]), np.zeros(scores.shape[1])
    for fold in plan.folds:
        mine, ranks = labels[fold.test], rankdata(scores[fold.test], axis=0)
        yes = mine.sum(axis=0)
        won += np.where(mine, ranks, 0).sum(axis=0) - yes * (yes + 1) / 2
        pairs += yes * (len(fold.test) - yes)
    share: Floats = np.divide(won, pairs, out=np.full(len(won), 0.5), where=pairs > 0)
    return share


@dataclass(frozen=True, slots=True)
class MaxT:
    """``p_layers``: adjusted for the number of layers, one per layer; ``p``: the smallest of them."""

    p: float
    p_layers: tuple[float, ...]
    z_layers: tuple[float, ...]
    null_high: float
    """The 95 % quantile of the largest AUC over layers when labels are exchanged: the null line."""


def max_t(observed: Floats, permuted: Floats) -> MaxT:
    """Westfall and Young's max-T: a layer's p is the share of relabellings in which any layer stands out as
    much. ``observed`` [layers], ``permuted`` [layers, p]. Layers are brought to one scale by the mean and
    deviation over all labellings, the observed one among them, which keeps the test exact."""
    every = np.column_stack([observed, permuted])
    spread = every.std(axis=1, keepdims=True)
    scaled = (every - every.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    largest = scaled[:, 1:].max(axis=0)
    counts = (largest[None, :] >= scaled[:, :1] - 1e-12).sum(axis=1)
    p_layers = (1 + counts) / (1 + permuted.shape[1])
    return MaxT(
        float(p_layers.min()),
        tuple(float(p) for p in p_layers),
        tuple(float(z) for z in scaled[:, 0]),
        float(np.quantile(permuted.max(axis=0), 0.95)),
    )


def generator(key: bytes, *names: str) -> np.random.Generator:
    """Draws that follow from the key and the names alone."""
    return np.random.Generator(np.random.PCG64(keyed.below(key, 2**63, *names)))


def _members(who: Codes, size: int) -> Floats:
    matrix = np.zeros((size, len(who)))
    matrix[who, np.arange(len(who))] = 1
    return matrix
