"""The gate of a probing split: what was marked, planted or held out must not show without reading the marks.

Classifiers without any model (arXiv 2406.16201) are asked to tell the two sides of each comparison apart by
the file, its pixels or the record's words. Where one can, whatever a model is later said to remember could be
that, and the split is refused.

Each fold is predicted by a classifier that saw the folds before it only. In an honest split the labels of a
fold are then a fair shuffle whatever the classifier learned, so the mean over folds of the AUC within each is
0.5 exactly, with the variance of a rank-sum test. Of cross-validated predictions neither holds: pooled, their
mean is below 0.5, and their variance up to twice as large, for a fold's labels also train the classifiers
that predict the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.errors import RunFailed
from transforms.keyed import order, seed
from transforms.watermark.blind_features import BlindFeatures

Matrix = NDArray[np.float64]
Truth = NDArray[np.bool_]

LEVEL: Final = 0.05
"""How often an honest split may be refused; 1 minus it is the confidence of all intervals together."""
MOST_ROWS: Final = 1000
"""Rows of a side that are looked at, drawn by key."""
ALL: Final = "all"
INK: Final = "ink"
WORDS: Final = "words"
_FOLDS: Final = 8
_FEWEST_FOLDS: Final = 3
_VOCABULARY: Final = 300
_HALVINGS: Final = 50


class Verdict(StrEnum):
    """What came of a comparison: not told apart, told apart, or too few rows to refuse anything."""

    CHANCE = "chance"
    TOLD_APART = "told_apart"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class BlindRow:
    """One emitted file with the words of its records.

    ``name`` is unique. ``group``: images that look the same; of each group one row is looked at, so that no
    image is on both sides of a fold. ``sides``: for each comparison that the row takes part in, by name, the
    side it is on. ``marked``: the file shows a mark; None: not known. The family ``ink`` is looked at only
    where all rows of a comparison are marked, or none is: a mark that can be read can be seen.
    """

    name: str
    group: str
    sides: Mapping[str, bool]
    features: BlindFeatures
    text: str
    marked: bool | None = None


@dataclass(frozen=True, slots=True)
class GateResult:
    """How well one classifier tells the two sides of one comparison apart by one family of features.

    ``auc``: 0.5 is chance, None where there are too few rows. ``low`` and ``high``: 95 % interval such that
    those of all results together hold with 95 %; ``alone_low`` and ``alone_high``: of this result by itself.
    ``detectable``: the smallest AUC that would have been refused. ``sizes``: rows per side, true first.
    """

    comparison: str
    family: str
    classifier: str
    auc: float | None
    low: float
    high: float
    alone_low: float
    alone_high: float
    detectable: float
    sizes: tuple[int, int]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Measured:
    """A result before it is known how many others there are. ``folds``: rows per side of each fold."""

    comparison: str
    family: str
    classifier: str
    sizes: tuple[int, int]
    auc: float | None = None
    folds: tuple[tuple[int, int], ...] = ()


def judge_split(rows: Sequence[BlindRow], key: bytes) -> tuple[GateResult, ...]:
    """One result per comparison, family of features (alone and all together) and classifier.

    Refuse the split if any verdict is ``TOLD_APART``: an honest one is refused with probability of at most
    0.05, whatever the number of comparisons and how they depend on each other (Bonferroni). An AUC below 0.5
    is no reason: labels drawn by key can fall below it by chance only.
    """
    measured = [
        one
        for comparison in sorted({name for row in rows for name in row.sides})
        for one in _compare(comparison, _drawn(rows, comparison, key), key)
    ]
    return tuple(_judged(one, sum(other.auc is not None for other in measured)) for one in measured)


def told_apart(results: Iterable[GateResult]) -> tuple[GateResult, ...]:
    """Those that refuse the split."""
    return tuple(one for one in results if one.verdict is Verdict.TOLD_APART)


def require_chance(results: Iterable[GateResult]) -> None:
    """Raises RunFailed, which names comparison, family, classifier and AUC, if the split is to be refused."""
    worst = sorted(told_apart(results), key=lambda one: -one.low)
    if worst:
        first = worst[0]
        raise RunFailed(
            f"blind gate: {len(worst)} classifiers tell sides apart unread; {first.comparison} by "
            f"{first.family} ({first.classifier}): AUC {first.auc:.3f}, 95 % interval {first.low:.3f} to "
            f"{first.high:.3f}; look at how the files of either side were written"
        )


def _drawn(rows: Sequence[BlindRow], comparison: str, key: bytes) -> tuple[list[BlindRow], list[BlindRow]]:
    """Rows of the two sides, in keyed order: one of each group, at most ``MOST_ROWS`` of a side."""
    taking_part = {row.name: row for row in rows if comparison in row.sides}
    sides: tuple[list[BlindRow], list[BlindRow]] = ([], [])
    groups: set[str] = set()
    for name in order(key, taking_part, f"blind gate: {comparison}"):
        row = taking_part[name]
        side = sides[0 if row.sides[comparison] else 1]
        if row.group not in groups and len(side) < MOST_ROWS:
            groups.add(row.group)
            side.append(row)
    return sides


def _compare(
    comparison: str, sides: tuple[list[BlindRow], list[BlindRow]], key: bytes
) -> Iterable[_Measured]:
    rows = [*sides[0], *sides[1]]
    sizes = (len(sides[0]), len(sides[1]))
    folds = min(_FOLDS, *sizes)
    truth = np.arange(len(rows)) < sizes[0]
    fold = np.concatenate([np.arange(size) * folds // max(1, size) for size in sizes])
    families = _families(rows) if folds >= _FEWEST_FOLDS else {}
    for family in _family_names(rows):
        for name, make in _CLASSIFIERS.items():
            if folds < _FEWEST_FOLDS:
                yield _Measured(comparison, family, name, sizes)
                continue
            start = seed(key, "blind gate", comparison, family, name) % (1 << 32)
            auc, counts = _forward_auc(families[family], truth, fold, make, start)
            yield _Measured(comparison, family, name, sizes, auc, counts)


def _family_names(rows: Sequence[BlindRow]) -> list[str]:
    same_ink = {row.marked for row in rows} in ({True}, {False})
    names = [family.name for family in fields(BlindFeatures) if family.name != INK or same_ink]
    return [*names, WORDS, ALL]


def _families(rows: Sequence[BlindRow]) -> dict[str, Matrix]:
    """Rows x numbers of each family. Words: which of the commonest ones the records use, and how many."""
    from sklearn.feature_extraction.text import CountVectorizer

    told = [row.features.by_family() for row in rows]
    names = _family_names(rows)
    found = {name: np.array([one[name] for one in told], np.float64) for name in names if name in told[0]}
    counter = CountVectorizer(binary=True, max_features=_VOCABULARY, token_pattern=r"(?u)\w+")
    texts = [row.text for row in rows]
    length = np.log1p([[len(text)] for text in texts])
    has_words = any(character.isalnum() for text in texts for character in text)
    used = counter.fit_transform(texts).toarray() if has_words else np.zeros((len(rows), 0))
    found[WORDS] = np.hstack([length, used])
    found[ALL] = np.hstack(list(found.values()))
    return {family: np.nan_to_num(numbers, posinf=0.0, neginf=0.0) for family, numbers in found.items()}


def _logistic(start: int) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500, random_state=start))


def _boosting(start: int) -> Any:
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(n_estimators=40, max_depth=2, max_features="sqrt", random_state=start)


_CLASSIFIERS: Final[Mapping[str, Callable[[int], Any]]] = {
    "logistic_regression": _logistic,
    "gradient_boosting": _boosting,
}


def _forward_auc(
    numbers: Matrix, truth: Truth, fold: NDArray[np.intp], make: Callable[[int], Any], start: int
) -> tuple[float, tuple[tuple[int, int], ...]]:
    """Mean AUC within folds, weighted by what each tells, and the rows per side of each predicted fold."""
    total, weights, counts = 0.0, 0.0, []
    for predicted in range(1, int(fold.max()) + 1):
        past, now = fold < predicted, fold == predicted
        score = make(start).fit(numbers[past], truth[past]).predict_proba(numbers[now])[:, 1]
        ours, theirs = score[truth[now]], score[~truth[now]]
        weight = len(ours) * len(theirs) / (len(ours) + len(theirs) + 1)
        above = np.sign(np.round(ours[:, None] - theirs[None, :], 9)).mean() / 2 + 0.5
        total, weights = total + weight * float(above), weights + weight
        counts.append((len(ours), len(theirs)))
    return total / weights, tuple(counts)


def _judged(measured: _Measured, results: int) -> GateResult:
    """With the intervals of one among ``results``."""
    from scipy.stats import norm

    joint = float(norm.isf(LEVEL / 2 / max(1, results)))
    alone = float(norm.isf(LEVEL / 2))
    detectable = 1.0
    if measured.auc is not None:
        detectable = 0.5 + joint * deviation_of_auc(0.5, measured.folds)
    low, high = interval_of_auc(measured.auc, measured.folds, joint)
    alone_low, alone_high = interval_of_auc(measured.auc, measured.folds, alone)
    if detectable >= 1:
        verdict = Verdict.TOO_FEW
    else:
        verdict = Verdict.TOLD_APART if low > 0.5 else Verdict.CHANCE
    return GateResult(
        measured.comparison,
        measured.family,
        measured.classifier,
        measured.auc,
        low,
        high,
        alone_low,
        alone_high,
        min(1.0, detectable),
        measured.sizes,
        verdict,
    )


def deviation_of_auc(auc: float, folds: Sequence[tuple[int, int]]) -> float:
    """Standard deviation of a mean of independent AUCs within ``folds`` (rows per side), each weighted by the
    inverse of its variance at chance, where its expectation is ``auc`` (Hanley and McNeil 1982; at 0.5 this
    is the variance of the rank-sum test)."""
    both, either = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    total, weights = 0.0, 0.0
    for ours, theirs in folds:
        spread = auc * (1 - auc) + (ours - 1) * (both - auc**2) + (theirs - 1) * (either - auc**2)
        weight = ours * theirs / (ours + theirs + 1)
        total += weight**2 * max(0.0, spread) / (ours * theirs)
        weights += weight
    return math.sqrt(total) / weights


def interval_of_auc(
    auc: float | None, folds: Sequence[tuple[int, int]], deviations: float
) -> tuple[float, float]:
    """All values that lie within so many of their own standard deviations from ``auc``, as Wilson's interval
    of a share does: it leaves out 0.5 where a rank-sum test says so, and stays in 0 to 1."""
    if auc is None:
        return 0.0, 1.0

    def bound(inner: float, outer: float) -> float:
        for _ in range(_HALVINGS):
            middle = (inner + outer) / 2
            if abs(auc - middle) <= deviations * deviation_of_auc(middle, folds):
                inner = middle
            else:
                outer = middle
        return inner

    return bound(auc, 0.0), bound(auc, 1.0)
