"""What arms are to be made, as users write it: flags or a YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.config import Limits, NoSwitch, UsablePath
from pipeline.config_errors import first_config_error
from schemas.benchmark import PrivateType
from transforms.disclosure.arms import GOLD, Arm, Side, Treatment, plan_arms

Share = Annotated[float, NoSwitch, Field(ge=0, le=1, allow_inf_nan=False)]
Times = Annotated[int, NoSwitch, Field(ge=1, le=1000)]


class RunKind(StrEnum):
    """What ``manifest.json`` says of the run."""

    MITIGATION = "mitigation"


class MitigationConfig(BaseModel):
    """One set of arms. ``recalls``: shares of the facts that are hidden by gold (0 is the untreated arm,
    which there always is); ``repeats``: how often a training list shows every sample; ``types``: what is
    hidden (the name stays, or nobody could be asked for); ``pipeline``: also build the arms that a real build
    with ``policy`` leaves."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    bench: UsablePath
    out: UsablePath
    sides: Annotated[tuple[Side, ...], Field(min_length=1)] = tuple(Side)
    treatments: Annotated[tuple[Treatment, ...], Field(min_length=1)] = GOLD
    recalls: Annotated[tuple[Share, ...], Field(min_length=1, max_length=100)] = (0.0, 0.5, 0.9, 0.99, 1.0)
    repeats: Annotated[tuple[Times, ...], Field(min_length=1, max_length=20)] = (1, 4)
    types: Annotated[tuple[PrivateType, ...], Field(min_length=1)] = tuple(
        one for one in PrivateType if one != PrivateType.NAME
    )
    pipeline: bool = True
    policy: str = "pii"
    seed: Annotated[int, NoSwitch] = 0
    limits: Limits = Limits()
    workers: Annotated[int, NoSwitch, Field(ge=0, le=1024)] = 0
    force: bool = False

    @property
    def mode(self) -> RunKind:
        """The kind of run."""
        return RunKind.MITIGATION

    @property
    def image_root(self) -> Path | None:
        """There is none: the benchmark holds its images."""
        return None

    def arms(self) -> tuple[Arm, ...]:
        """Every arm. Raises ConfigError for a treatment whose recall cannot be chosen."""
        return plan_arms(
            tuple(dict.fromkeys(self.sides)), self.treatments, self.recalls, pipeline=self.pipeline
        )


def make_mitigation_config(written: Mapping[str, Any]) -> MitigationConfig:
    """A checked config. Raises ConfigError that names key, value and remedy."""
    try:
        config = MitigationConfig.model_validate(dict(written))
    except ValidationError as error:
        raise first_config_error("", error) from error
    config.arms()
    return config
