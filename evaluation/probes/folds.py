"""Folds whose test samples share neither an identity nor an image with the samples that are learned from.

A probe that is split by samples learns to recognise the identities themselves: with 20 + 20 of them and no
memory at all it reaches 0.8 to 1.0. ``sample_folds`` makes that split, as a foil only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from schemas.errors import ConfigError
from transforms import keyed

Indices = NDArray[np.intp]
Codes = NDArray[np.int64]


class FoldKind(StrEnum):
    """How samples were parted: whole components of identities and images that hang together; cells of
    identity fold x image fold, where everything hangs together; or by sample, the foil."""

    COMPONENTS = "components"
    CROSSED = "crossed"
    SAMPLES = "samples"


@dataclass(frozen=True, slots=True)
class Fold:
    """Indices of the samples learned from and of those tested. In crossed folds some are in neither."""

    train: Indices
    test: Indices


@dataclass(frozen=True, slots=True)
class FoldPlan:
    """Every sample is tested exactly once. ``stratum`` [n]: fold of the sample's identity; within a stratum
    labels may be exchanged between identities without changing the folds."""

    kind: FoldKind
    folds: tuple[Fold, ...]
    stratum: Codes


def disjoint_folds(
    identities: Sequence[str], images: Sequence[str], labels: NDArray[np.bool_], count: int, key: bytes
) -> FoldPlan:
    """Folds disjoint in identity and in image, with as even classes as their sizes allow.

    ``identities``, ``images`` [n]: names of what must not be shared; near-duplicate images carry the name of
    their group. Where one component of identities and images would fill more than a fold, samples are parted
    by both at once: ``count`` squared cells, each tested by what shares neither side with it.
    Raises ConfigError if there are fewer identities of a class than folds.
    """
    who, where = codes(identities), codes(images)
    _check_classes(who, labels, count)
    component = _components(who, where)
    if np.bincount(component).max() * count <= len(labels) * 1.5:
        parts = _even_parts(component, labels, count, key, "component")
        folds = tuple(Fold(np.flatnonzero(parts != k), np.flatnonzero(parts == k)) for k in range(count))
        return FoldPlan(FoldKind.COMPONENTS, folds, parts)
    by_identity = _even_parts(who, labels, count, key, "identity")
    by_image = _even_parts(where, labels, count, key, "image")
    return _crossed(by_identity, by_image)


def given_folds(
    identities: Sequence[str], images: Sequence[str], fold_identity: Codes, fold_image: Codes
) -> FoldPlan:
    """The folds that a split was published with. Raises ConfigError if an identity or an image is in two."""
    if len(np.unique(fold_identity)) < 2:
        raise ConfigError("fold_identity", "one fold", "give two folds or more, or leave the folds out")
    for key, names, numbers in (
        ("fold_identity", identities, fold_identity),
        ("fold_image", images, fold_image),
    ):
        if not _constant_within(codes(names), numbers):
            raise ConfigError(
                key, "two folds of one unit", "give every unit one fold, or leave the folds out"
            )
    if _constant_within(codes(images), fold_identity):
        folds = tuple(
            Fold(np.flatnonzero(fold_identity != k), np.flatnonzero(fold_identity == k))
            for k in np.unique(fold_identity)
        )
        return FoldPlan(FoldKind.COMPONENTS, folds, fold_identity.astype(np.int64))
    return _crossed(fold_identity, fold_image)


def sample_folds(labels: NDArray[np.bool_], count: int, key: bytes) -> FoldPlan:
    """The foil: stratified by label, blind to identities and images, as in arXiv 2503.01208."""
    names = [str(index) for index in range(len(labels))]
    parts = _even_parts(codes(names), labels, count, key, "sample")
    folds = tuple(Fold(np.flatnonzero(parts != k), np.flatnonzero(parts == k)) for k in range(count))
    return FoldPlan(FoldKind.SAMPLES, folds, parts)


def codes(names: Sequence[str]) -> Codes:
    """Numbers 0 .. k-1 for names, in the order of the names."""
    return np.unique(np.asarray(names, dtype=str), return_inverse=True)[1].astype(np.int64)


def _check_classes(who: Codes, labels: NDArray[np.bool_], count: int) -> None:
    if count < 2:
        raise ConfigError("folds", count, "give 2 or more")
    for label in (False, True):
        found = len(np.unique(who[labels == label]))
        if found < count:
            name = "seen" if label else "unseen"
            raise ConfigError("folds", count, f"there are {found} {name} identities: give fewer folds")


def _components(who: Codes, where: Codes) -> Codes:
    """Number of the component of the graph identity - image that each sample lies in."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    people = int(who.max()) + 1
    size = people + int(where.max()) + 1
    graph = coo_array((np.ones(len(who)), (who, where + people)), shape=(size, size))
    found: Codes = connected_components(graph, directed=False)[1][who].astype(np.int64)
    return found


def _even_parts(unit: Codes, labels: NDArray[np.bool_], count: int, key: bytes, purpose: str) -> Codes:
    """Number of the part of each sample: whole units, large ones first, each to the part that holds least of
    its classes (greedy; ties by a keyed order)."""
    sizes = np.stack(
        [np.bincount(unit[labels == label], minlength=unit.max() + 1) for label in (False, True)]
    )
    drawn = keyed.order(key, [str(number) for number in np.unique(unit)], f"probe fold {purpose}")
    waiting = sorted((int(name) for name in drawn), key=lambda number: -int(sizes[:, number].max()))
    share = sizes / np.maximum(1, sizes.sum(axis=1, keepdims=True))
    held = np.zeros((2, count))
    part_of = np.zeros(unit.max() + 1, dtype=np.int64)
    for number in waiting:
        mine = share[:, number]
        cost = mine @ held + 1e-6 * held.sum(axis=0)
        chosen = int(np.argmin(cost))
        part_of[number] = chosen
        held[:, chosen] += mine
    return part_of[unit]


def _crossed(by_identity: Codes, by_image: Codes) -> FoldPlan:
    folds = []
    for one in np.unique(by_identity):
        for other in np.unique(by_image):
            test = np.flatnonzero((by_identity == one) & (by_image == other))
            train = np.flatnonzero((by_identity != one) & (by_image != other))
            if len(test):
                folds.append(Fold(train, test))
    return FoldPlan(FoldKind.CROSSED, tuple(folds), by_identity.astype(np.int64))


def _constant_within(unit: Codes, folds: Codes) -> bool:
    first = np.zeros(unit.max() + 1, dtype=np.int64)
    first[unit] = folds
    return bool(np.all(first[unit] == folds))
