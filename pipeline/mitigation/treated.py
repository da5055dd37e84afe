"""What is hidden where, decided once in the parent and read by every worker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.layout import write_atomically
from pipeline.mitigation.bench_files import read_shown, read_values
from pipeline.mitigation.built import Built, Hidden, measure, read_built
from pipeline.mitigation.plan import MitigationPlan
from schemas.benchmark import PrivateType
from schemas.errors import ConfigError
from schemas.finding import Box, corners
from transforms.disclosure.arms import Arm, Side, Treatment
from transforms.disclosure.hiding import Fact, hiding_ranks


@dataclass(frozen=True, slots=True)
class FactState:
    """``side``: the set that tells the fact; ``rank``: it is hidden by gold at every share from that on;
    ``built``: what the build did to it, None without a build."""

    side: Side
    rank: float
    built: Hidden | None

    def is_hidden(self, arm: Arm) -> bool:
        """True if the arm tells the fact nowhere that it treats."""
        if arm.treatment == Treatment.PIPELINE:
            return self.built is not None and self.built.everywhere
        return arm.treatment != Treatment.UNTREATED and self.rank <= (arm.share or 0.0)


@dataclass(frozen=True, slots=True)
class Treated:
    """``facts``: every fact of the sets; ``built``: what a build left of each record; ``values``: of every
    persona."""

    facts: Mapping[Fact, FactState]
    built: Mapping[str, Built]
    values: Mapping[str, Mapping[PrivateType, str]]

    def hidden_of(self, persona_id: str, arm: Arm) -> frozenset[PrivateType]:
        """The types of a person that are hidden by gold in an arm."""
        share = arm.share or 0.0
        return frozenset(
            kind
            for kind in self.values.get(persona_id, ())
            if (state := self.facts.get(Fact(persona_id, kind))) and state.rank <= share
        )


def decide(plan: MitigationPlan) -> Treated:
    """Ranks all facts and reads what the build did, if there is one. Raises ConfigError for a benchmark that
    contradicts itself."""
    try:
        return _decide(plan)
    except (KeyError, ValueError, TypeError) as error:
        told = f"tells of persons, types or places that there are not ({type(error).__name__})"
        raise ConfigError("bench", plan.config.bench, f"{told}: make it again") from None


def _decide(plan: MitigationPlan) -> Treated:
    bench, types = plan.config.bench, plan.config.types
    values = read_values(bench)
    shown = [(part.side, one) for part in plan.parts for one in read_shown(bench, part)]
    built = read_built(plan) if plan.config.pipeline else {}
    measured = measure(iter(shown), built, values, types) if plan.config.pipeline else {}
    facts: dict[Fact, FactState] = {}
    for side in Side:
        found = {fact for at, one in shown if at == side for fact in one.facts if fact.private_type in types}
        if any(fact.private_type not in values[fact.persona_id] for fact in found):
            raise ValueError("a value that no person has")
        for fact, rank in hiding_ranks(found, plan.key).items():
            facts[fact] = FactState(side, rank, measured.get(fact))
    return Treated(dict(sorted(facts.items())), built, values)


def write_treated(plan: MitigationPlan, treated: Treated) -> str:
    """Writes it for the workers; its SHA-256."""
    content = {
        "facts": [
            [fact.persona_id, fact.private_type, one.side, one.rank, *_hidden(one.built)]
            for fact, one in treated.facts.items()
        ],
        "built": {
            name: [one.image, [corners(box) for box in one.boxes], list(one.conversations)]
            for name, one in sorted(treated.built.items())
        },
        "values": treated.values,
    }
    data = json.dumps(content).encode()
    write_atomically(plan.layout.treated, data)
    return sha256(data).hexdigest()


@lru_cache(maxsize=2)
def read_treated(path: Path, digest: str) -> Treated:  # noqa: ARG001  (another digest is another file)
    """What the parent wrote, once per process and version of it."""
    content = json.loads(path.read_bytes())
    return Treated(
        facts={
            Fact(persona, PrivateType(kind)): FactState(Side(side), rank, _read_hidden(built))
            for persona, kind, side, rank, *built in content["facts"]
        },
        built={
            name: Built(image, tuple(Box(*box) for box in boxes), tuple(turns))
            for name, (image, boxes, turns) in content["built"].items()
        },
        values={
            persona: {PrivateType(kind): value for kind, value in values.items()}
            for persona, values in content["values"].items()
        },
    )


def _hidden(built: Hidden | None) -> list[Any]:
    return [] if built is None else [built.image, built.label]


def _read_hidden(written: list[Any]) -> Hidden | None:
    return Hidden(*written) if written else None
