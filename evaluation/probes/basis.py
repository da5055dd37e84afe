"""One layer's features, standardised and turned into few columns, so that thousands of probes are cheap.

An L2-penalised linear model does not change if the columns are rotated. With n samples and d > n dimensions
the rotated training features have n columns that matter; they come from the n x n matrix of inner products
in one eigendecomposition, instead of one fit in d dimensions per probe.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_SMALLEST = 1e-6
"""Eigenvalues below this share of the largest are noise of single precision."""


@dataclass(frozen=True, slots=True)
class Basis:
    """``train`` [n_train, r] and ``test`` [n_test, r]: the columns of ``train`` are orthogonal, have mean 0
    and squared norm ``power`` [r]. r is 0 where the features are constant.

    Features are standardised by the training samples and divided by the square root of their number of
    dimensions: a sample has a length of about 1 whatever the width of the model, and one cost fits all.
    """

    train: Floats
    test: Floats
    power: Floats

    def responses(self, penalty: float) -> Floats:
        """Matrix [n_test, n_train] that turns centred labels into scores of least squares with an L2
        ``penalty`` (ridge). It does not depend on labels, so one matrix serves all permutations."""
        return (self.test / (self.power + penalty)) @ self.train.T


def make_basis(train: NDArray[np.floating], test: NDArray[np.floating]) -> Basis:
    """``train`` [n_train, d], ``test`` [n_test, d], finite, any float width."""
    mean = train.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = train.astype(np.float32) - mean
    spread = np.sqrt(np.mean(np.square(centred), axis=0, dtype=np.float64))
    alive = spread > _SMALLEST * (np.abs(mean) + 1e-12)
    scale = np.where(alive, 1 / (np.where(alive, spread, 1) * np.sqrt(max(1, train.shape[1]))), 0)
    centred *= scale.astype(np.float32)
    moved = (test.astype(np.float32) - mean) * scale.astype(np.float32)
    if train.shape[0] < train.shape[1]:
        return _by_samples(centred, moved)
    return _by_dimensions(centred, moved)


def _by_samples(train: NDArray[np.float32], test: NDArray[np.float32]) -> Basis:
    power, vectors = np.linalg.eigh((train @ train.T).astype(np.float64))
    kept = power > _SMALLEST * max(float(power[-1]), 1e-12)
    power, vectors = power[kept], vectors[:, kept]
    root = np.sqrt(power)
    return Basis(vectors * root, (test @ train.T).astype(np.float64) @ (vectors / root), power)


def _by_dimensions(train: NDArray[np.float32], test: NDArray[np.float32]) -> Basis:
    power, vectors = np.linalg.eigh((train.T @ train).astype(np.float64))
    kept = power > _SMALLEST * max(float(power[-1]), 1e-12)
    return Basis(train @ vectors[:, kept], test @ vectors[:, kept], power[kept])
