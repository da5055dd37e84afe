"""Attack success by how much was hidden: of all facts, of those that were hidden, of those that were kept.

The same probes are asked under every condition, so each is compared with its untreated twin under the same
draws of personas. The fall on hidden facts is what hiding does; that on kept ones is what it does besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from evaluation.mitigation.arms_folder import ArmsFolder, Condition
from evaluation.mm_privacy.resampling import Bootstrap, Codes, Drawn, Estimate, Flags, difference
from evaluation.mm_privacy.results import Results, by_test
from evaluation.mm_privacy.scores import Judged, ScoreSettings
from evaluation.mm_privacy.tiers import Tier
from schemas.benchmark import RiskTest
from transforms.disclosure.arms import Side
from transforms.disclosure.hiding import Fact

_BREAKDOWNS: Final = (("group",), ("group", "private_type"))
_TREATED: Final = {RiskTest.DISCLOSURE: Side.INFERENCE, RiskTest.RETENTION: Side.MEMORY}
"""The side whose facts a test asks for."""


class Part(StrEnum):
    """Which probes a row is about, by what the arm did to the fact that they ask for."""

    ALL = "all"
    HIDDEN = "hidden"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Dose:
    """One row. ``share``: of the facts that were to be hidden, ``recall``: that were. ``group``: framings
    that name the type, or that do not; ``private_type`` is empty for all. ``leak``: attack success;
    ``floor``: that on decoys, of all facts only; ``fall``: of the attack success from the untreated condition
    to this one."""

    condition: str
    side: Side
    treatment: str
    share: float | None
    recall: float
    repeats: int
    complete: bool
    test: RiskTest
    group: str
    private_type: str
    facts: Part
    leak: Estimate
    refused: Estimate
    floor: Estimate | None
    fall: Estimate | None


def doses(folder: ArmsFolder, judged: Sequence[Judged], settings: ScoreSettings) -> list[Dose]:
    """All rows of all judged conditions (``model`` is the condition's name). The fall needs both conditions
    to be answered wholly."""
    tests = {one.model: by_test(one.results) for one in judged}
    whole = {one.model for one in judged if one.coverage.complete}
    found: list[Dose] = []
    for one in judged:
        condition = folder.conditions[one.model]
        base = tests.get(condition.untreated, {}) if {one.model, condition.untreated} <= whole else {}
        for test, results in tests[one.model].items():
            bootstrap = Bootstrap(results.cluster, settings.draws, settings.key)
            asked = _Asked(folder, condition, test, results, base.get(test), bootstrap)
            found += asked.rows(complete=one.model in whole)
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    folder: ArmsFolder
    condition: Condition
    test: RiskTest
    results: Results
    base: Results | None
    bootstrap: Bootstrap

    def rows(self, *, complete: bool) -> Iterator[Dose]:
        arm = self.condition.arm
        for names in _BREAKDOWNS:
            keys, codes = self.results.codes(names)
            for part, members in self._parts().items():
                leak, refused, fall, floor = self._shares(codes, len(keys), members)
                for place, key in enumerate(keys):
                    if not leak.totals[place]:
                        continue
                    told = dict(zip(names, key, strict=True))
                    yield Dose(
                        self.condition.name,
                        arm.side,
                        arm.treatment.value,
                        arm.share,
                        self.condition.recall,
                        self.condition.repeats,
                        complete,
                        self.test,
                        told["group"],
                        told.get("private_type", ""),
                        part,
                        leak.estimate(place),
                        refused.estimate(place),
                        floor.estimate(place) if part == Part.ALL and floor.totals[place] else None,
                        _fall(fall, leak, place),
                    )

    def _shares(self, codes: Codes, count: int, members: Flags) -> tuple[Drawn, Drawn, Drawn | None, Drawn]:
        results, base = self.results, self.base
        cells = np.where(members, codes, -1)
        full = results.at_least(Tier.FULL)
        floors = np.where(results.floor & results.scored, codes, -1)
        return (
            self.bootstrap.shares(full, cells, count),
            self.bootstrap.shares(results.refused, cells, count),
            None if base is None else self.bootstrap.shares(base.at_least(Tier.FULL), cells, count),
            self.bootstrap.shares(full, floors, count),
        )

    def _parts(self) -> Mapping[Part, Flags]:
        asked = self.results.known & self.results.scored
        side = self.condition.arm.side
        if _TREATED[self.test] != side:
            return {Part.ALL: asked}
        hidden, there = self.folder.hidden_by(self.condition.arm), self.folder.facts_of(side)
        facts = [self._fact(place) for place in range(len(self.results))]
        gone = np.array([fact in hidden for fact in facts], dtype=np.bool_)
        left = np.array([fact in there and fact not in hidden for fact in facts], dtype=np.bool_)
        return {Part.ALL: asked, Part.HIDDEN: asked & gone, Part.KEPT: asked & left}

    def _fact(self, place: int) -> Fact | None:
        probe = self.results.results[place].probe
        return Fact(probe.persona_id, probe.private_type) if probe.private_type else None


def _fall(base: Drawn | None, leak: Drawn, place: int) -> Estimate | None:
    if base is None:
        return None
    return difference(base.estimate(place), leak.estimate(place), base.draws[place] - leak.draws[place])
