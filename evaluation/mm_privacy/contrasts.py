"""Paired tests on the same items: framing against framing, item against decoy, model against model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evaluation.memorisation.multiple import holm
from evaluation.mm_privacy.inconsistency import Inconsistency, inconsistency
from evaluation.mm_privacy.pairs import Paired, compare
from evaluation.mm_privacy.resampling import Codes, Flags
from evaluation.mm_privacy.results import Results, group_of
from evaluation.mm_privacy.tiers import Tier
from schemas.benchmark import RiskTest, Task


@dataclass(frozen=True, slots=True)
class PairTest:
    """``first`` against ``second`` (framings, "item" and "decoy", or models) on all types together where
    ``private_type`` is empty. ``p``: that of whole personas after Holm's correction over the tests of one
    kind."""

    test: RiskTest
    task: str
    private_type: str
    first: str
    second: str
    paired: Paired
    p: float


@dataclass(frozen=True, slots=True)
class TaskSpread:
    """Task inconsistency of the framings of a group; ``highest`` and ``lowest`` leak most and least."""

    test: RiskTest
    group: str
    private_type: str
    range: Inconsistency
    highest: str
    lowest: str


def _grids(results: Results) -> Iterator[tuple[str, str, list[str], Flags, Codes]]:
    """For each group of framings, of all types and of each: the framings, the leaks [items, framings] of
    the items asked in all of them, and the clusters of these."""
    leaks = results.at_least(Tier.FULL)
    usable = np.flatnonzero(results.known & results.scored)
    kinds = sorted({results.private_type[place] for place in usable})
    for group in sorted(set(results.group)):
        tasks = [str(one.value) for one in Task if group_of(one) == group and one.value in set(results.task)]
        for kind in ("", *kinds) if len(kinds) > 1 else kinds:
            items: dict[str, dict[str, int]] = {}
            for place in usable.tolist():
                if results.group[place] == group and kind in ("", results.private_type[place]):
                    items.setdefault(results.results[place].probe.item_id, {})[results.task[place]] = place
            whole = [one for one in items.values() if len(one) == len(tasks)]
            if whole and len(tasks) > 1:
                places = np.array([[one[task] for task in tasks] for one in whole], dtype=np.int64)
                yield group, kind, tasks, leaks[places], results.cluster[places[:, 0]]


def task_spreads(test: RiskTest, results: Results, draws: int, key: bytes) -> list[TaskSpread]:
    """Task inconsistency of each type and of all, solicited and unsolicited framings apart."""
    found = []
    for group, kind, tasks, leaks, clusters in _grids(results):
        spread = inconsistency(leaks, clusters, draws, key)
        found.append(TaskSpread(test, group, kind, spread, tasks[spread.highest], tasks[spread.lowest]))
    return found


def task_tests(test: RiskTest, results: Results) -> list[PairTest]:
    """Each two framings of a group against each other."""
    found = []
    for group, kind, tasks, leaks, clusters in _grids(results):
        for one, other in combinations(range(len(tasks)), 2):
            paired = compare(leaks[:, one], leaks[:, other], clusters)
            found.append(PairTest(test, group, kind, tasks[one], tasks[other], paired, paired.p_clusters))
    return corrected(found)


def decoy_tests(test: RiskTest, results: Results) -> list[PairTest]:
    """Items against their decoys, in each framing and type."""
    leaks = results.at_least(Tier.FULL)
    floor = results.floor & results.scored
    paired = results.known & results.scored & (results.twin >= 0) & floor[results.twin]
    found = []
    for names in (("group",), ("group", "private_type"), ("task",), ("task", "private_type")):
        keys, codes = results.codes(names)
        for place, key in enumerate(keys):
            which = np.flatnonzero(paired & (codes == place))
            if len(which):
                result = compare(leaks[which], leaks[results.twin[which]], results.cluster[which])
                kind = key[1] if len(key) > 1 else ""
                found.append(PairTest(test, key[0], kind, "item", "decoy", result, result.p_clusters))
    return corrected(found)


def model_tests(test: RiskTest, models: Sequence[tuple[str, Results]]) -> list[PairTest]:
    """Each two models on the probes that both were scored on. All results hold the same probes."""
    found = []
    for (one, first), (other, second) in combinations(models, 2):
        usable = first.known & first.scored
        leaks, others = first.at_least(Tier.FULL), second.at_least(Tier.FULL)
        for names in (("group",), ("group", "private_type"), ("task",)):
            keys, codes = first.codes(names)
            for place, key in enumerate(keys):
                which = usable & (codes == place)
                if which.any():
                    result = compare(leaks[which], others[which], first.cluster[which])
                    kind = key[1] if len(key) > 1 else ""
                    found.append(PairTest(test, key[0], kind, one, other, result, result.p_clusters))
    return corrected(found)


def corrected(tests: Sequence[PairTest]) -> list[PairTest]:
    """The same tests with ``p`` corrected for their number (Holm 1979)."""
    if not tests:
        return []
    adjusted = holm([one.paired.p_clusters for one in tests])
    return [
        PairTest(one.test, one.task, one.private_type, one.first, one.second, one.paired, float(p))
        for one, p in zip(tests, adjusted, strict=True)
    ]
