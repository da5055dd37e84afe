"""Reads what ``mmscrub mitigate`` wrote: its arms, its training lists, and which fact is hidden where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.benchmark import PrivateType
from schemas.errors import ConfigError
from transforms.disclosure.arms import Arm, Side, Treatment, training_list
from transforms.disclosure.hiding import Fact

MANIFEST: Final = "manifest.json"
FACTS: Final = "facts.parquet"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a model was asked under: an arm of shown images, or having been trained on an arm's list that
    shows every sample ``repeats`` times (0 for shown images). ``recall``: share of the facts that are
    hidden."""

    name: str
    arm: Arm
    recall: float
    repeats: int = 0

    @property
    def untreated(self) -> str:
        """The name of the condition that it is compared with."""
        name = Arm(self.arm.side, Treatment.UNTREATED).name
        return training_list(name, self.repeats) if self.repeats else name


@dataclass(frozen=True, slots=True)
class HiddenFact:
    """A row of ``facts.parquet``."""

    side: Side
    rank: float
    by_build: bool


@dataclass(frozen=True, slots=True)
class ArmsFolder:
    """All conditions by name, and all facts."""

    conditions: Mapping[str, Condition]
    facts: Mapping[Fact, HiddenFact]

    def hidden_by(self, arm: Arm) -> frozenset[Fact]:
        """The facts that an arm hides."""
        mine = ((fact, one) for fact, one in self.facts.items() if one.side == arm.side)
        if arm.treatment == Treatment.PIPELINE:
            return frozenset(fact for fact, one in mine if one.by_build)
        if arm.treatment == Treatment.UNTREATED:
            return frozenset()
        return frozenset(fact for fact, one in mine if one.rank <= (arm.share or 0.0))

    def facts_of(self, side: Side) -> frozenset[Fact]:
        """The facts of a side."""
        return frozenset(fact for fact, one in self.facts.items() if one.side == side)


def read_arms(folder: Path) -> ArmsFolder:
    """What a finished run left. Raises ConfigError where there is none, or it is damaged."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if manifest["settings"]["mode"] != "mitigation":
            raise KeyError("mode")
        conditions = {
            one.name: one
            for name, said in manifest["arms"].items()
            for one in _conditions(name, said, manifest)
        }
        facts = _facts(folder / FACTS)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(
            "arms", folder, "holds no finished arms: give the output of mmscrub mitigate"
        ) from None
    return ArmsFolder(conditions, facts)


def _conditions(name: str, said: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[Condition]:
    arm = Arm(Side(said["side"]), Treatment(said["treatment"]), said["share"])
    recall = float(said["recall"] or 0.0)
    if arm.side == Side.INFERENCE:
        return [Condition(name, arm, recall)]
    repeats = manifest["settings"]["repeats"]
    return [Condition(training_list(name, times), arm, recall, times) for times in repeats]


def _facts(path: Path) -> dict[Fact, HiddenFact]:
    import pyarrow.parquet

    return {
        Fact(row["persona_id"], PrivateType(row["private_type"])): HiddenFact(
            Side(row["side"]),
            row["rank"],
            row["built_image"] is not False and row["built_label"] is not False,
        )
        for row in pyarrow.parquet.read_table(path).to_pylist()
    }
