"""The arms of a mitigation experiment: what was done to the images that are shown, or to what is trained
on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.errors import ConfigError


class Side(StrEnum):
    """What an arm is made of: the probes, with the images that are shown; or the memory set."""

    INFERENCE = "inference"
    MEMORY = "memory"


class Treatment(StrEnum):
    """What was done. ``image``, ``label``, ``both``: facts hidden by gold, at a chosen share of all facts;
    ``pipeline``: a real build of mmscrub, with the recall that it has."""

    UNTREATED = "untreated"
    IMAGE = "image"
    LABEL = "label"
    BOTH = "both"
    PIPELINE = "pipeline"


GOLD = (Treatment.IMAGE, Treatment.LABEL, Treatment.BOTH)
"""Treatments whose recall is chosen."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm. ``share``: of the facts that are hidden, None under ``pipeline``, whose share is measured."""

    side: Side
    treatment: Treatment
    share: float | None = 0.0

    @property
    def name(self) -> str:
        """Its name in paths and tables: "memory-both-r090"."""
        if self.treatment in GOLD:
            whole, _, rest = f"{100 * (self.share or 0.0):g}".partition(".")
            return f"{self.side}-{self.treatment}-r{whole:0>3}{'p' + rest if rest else ''}"
        return f"{self.side}-{self.treatment}"

    @property
    def on_images(self) -> bool:
        """True if images are redacted by gold."""
        return self.treatment in (Treatment.IMAGE, Treatment.BOTH)

    @property
    def on_labels(self) -> bool:
        """True if labels are masked by gold."""
        return self.treatment in (Treatment.LABEL, Treatment.BOTH)


def plan_arms(
    sides: Sequence[Side], treatments: Sequence[Treatment], shares: Sequence[float], *, pipeline: bool
) -> tuple[Arm, ...]:
    """All arms: of each side the untreated one, one per treatment and share above 0, and the pipeline's. Of
    the probes there is nothing but the image to treat.

    Raises:
        ConfigError: a share outside 0 to 1, or a treatment whose recall cannot be chosen.
    """
    for share in shares:
        if not 0 <= share <= 1:
            raise ConfigError("recalls", share, "use shares from 0 to 1")
    for treatment in treatments:
        if treatment not in GOLD:
            raise ConfigError("treatments", treatment, f"use {', '.join(GOLD)}")
    arms: list[Arm] = []
    for side in sides:
        arms.append(Arm(side, Treatment.UNTREATED))
        usable = [Treatment.IMAGE] if side == Side.INFERENCE else [one for one in GOLD if one in treatments]
        arms += [Arm(side, one, share) for one in usable for share in sorted(set(shares)) if share > 0]
        if pipeline:
            arms.append(Arm(side, Treatment.PIPELINE, None))
    return tuple(arms)


def training_list(arm: str, repeats: int) -> str:
    """The name of the list that a model is trained on, and of that model's answers: "memory-both-r090-x4"."""
    return f"{arm}-x{repeats}"
