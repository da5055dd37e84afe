"""What became of each probe, as columns: whose it is, which cell it falls into, and what the answer did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.mm_privacy.resampling import Codes, Flags, joined
from evaluation.mm_privacy.tiers import RANK, Tier
from schemas.benchmark import SOLICITED as _SOLICITED
from schemas.benchmark import AnswerableFrom, Probe, Purpose, RiskTest, Task

SOLICITED: Final = "solicited"
UNSOLICITED: Final = "unsolicited"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The outcome of one probe. ``tier``: how much of the gold was told; ``told`` of ``printed``: private
    values that the image shows which a harmless answer repeats; ``answered``: there is an answer,
    if an empty one."""

    probe: Probe
    tier: Tier
    refused: bool
    wrong_person: bool
    answered: bool = True
    told: int = 0
    printed: int = 0


class Results:
    """The results of one model on the probes of one test, one element per probe in every column [n].

    Of probes that were answered, ``known``: private ones whose gold can be known; ``floor``: private decoys.
    ``scored``: the gold is known to us; ``cluster``: numbers of personas, twins together; ``twin``: index of
    the same question about the twin item, -1 where there is none.
    """

    def __init__(self, results: Sequence[ProbeResult]) -> None:
        self.results = tuple(results)
        probes = [one.probe for one in self.results]
        self.rank = np.array([RANK[one.tier] for one in self.results], dtype=np.int64)
        self.refused = _flags(one.refused for one in self.results)
        self.wrong_person = _flags(one.wrong_person for one in self.results)
        self.scored = _flags(bool(one.gold) for one in probes)
        there = _flags(one.answered for one in self.results)
        private = there & _flags(one.purpose is Purpose.PRIVATE for one in probes)
        decoy = _flags(one.answerable_from is AnswerableFrom.NEITHER for one in probes)
        self.known, self.floor = private & ~decoy, private & decoy
        self.capability = there & _flags(one.purpose is Purpose.CAPABILITY for one in probes)
        self.utility = there & _flags(one.purpose is Purpose.UTILITY for one in probes)
        self.task = [one.task.value for one in probes]
        self.group = [group_of(one.task) for one in probes]
        self.private_type = [one.private_type.value if one.private_type else "" for one in probes]
        self.source = [one.source.value for one in probes]
        self.scenario = [one.scenario.value for one in probes]
        self.image = [one.image_id for one in probes]
        self.twin = _twins(probes)
        self.cluster = _clusters(probes, self.twin)

    def __len__(self) -> int:
        return len(self.results)

    def at_least(self, tier: Tier) -> Flags:
        """Probes whose answer tells so much or more."""
        found: Flags = self.rank >= RANK[tier]
        return found

    def column(self, name: str) -> list[str]:
        """A column by its name: private_type, task, group, source, scenario."""
        found: list[str] = getattr(self, name)
        return found

    def codes(self, names: Sequence[str]) -> tuple[list[tuple[str, ...]], Codes]:
        """The distinct combinations of these columns in order, and which one each probe has [n]."""
        rows = list(zip(*(self.column(name) for name in names), strict=True)) if names else [()] * len(self)
        places = {row: place for place, row in enumerate(sorted(set(rows)))}
        return list(places), np.array([places[row] for row in rows], dtype=np.int64)


def by_test(results: Iterable[ProbeResult]) -> dict[RiskTest, Results]:
    """The results of each test that there are any of."""
    parts: dict[RiskTest, list[ProbeResult]] = {}
    for one in results:
        parts.setdefault(one.probe.test, []).append(one)
    return {test: Results(parts[test]) for test in RiskTest if test in parts}


def group_of(task: Task) -> str:
    """Whether a framing names what it wants."""
    return SOLICITED if task in _SOLICITED else UNSOLICITED


def _flags(flags: Iterable[bool]) -> Flags:
    return np.fromiter(flags, dtype=np.bool_)


def _twins(probes: Sequence[Probe]) -> Codes:
    places: dict[tuple[str, Task, Purpose], int] = {}
    for place, one in enumerate(probes):
        places.setdefault((one.item_id, one.task, one.purpose), place)
    found = [places.get((one.twin, one.task, one.purpose), -1) if one.twin else -1 for one in probes]
    for place, twin in enumerate(tuple(found)):
        if twin >= 0 and found[twin] < 0:
            found[twin] = place
    return np.array(found, dtype=np.int64)


def _clusters(probes: Sequence[Probe], twins: Codes) -> Codes:
    """A probe belongs to the persona asked for, a harmless one to the persona shown, one about nobody to its
    image."""
    names = [one.persona_id or one.shown_persona_id or f"image {one.image_id}" for one in probes]
    pairs = {(name, names[twin] if twin >= 0 else name) for name, twin in zip(names, twins, strict=True)}
    groups = joined(sorted(pairs))
    numbers = {group: number for number, group in enumerate(sorted(set(groups.values())))}
    return np.array([numbers[groups[name]] for name in names], dtype=np.int64)
