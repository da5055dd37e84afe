"""What a disclosure and retention benchmark is, as users write it: preset, YAML file, flags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from pipeline.config import Limits, NoSwitch, UsablePath
from pipeline.config_errors import first_config_error
from pipeline.presets import laid_over, settings_of_preset
from schemas.benchmark import PrivateType, RiskTest, Scenario, Task
from transforms.disclosure.cells import CellSize, DesignSettings
from transforms.disclosure.personas import LOCALES, PersonaSettings

DEFAULT_PRESET = "default"
PACKAGE = "pipeline.disclosure"
"""Where its presets lie."""

T = TypeVar("T")

Share = Annotated[float, NoSwitch, Field(ge=0, le=1, allow_inf_nan=False)]
Size = Annotated[int, NoSwitch, Field(ge=0, le=10_000)]


class RunKind(StrEnum):
    """What ``manifest.json`` says of the run."""

    DISCLOSURE = "disclosure"


def _once(given: tuple[T, ...]) -> tuple[T, ...]:
    if len(set(given)) < len(given):
        raise ValueError("names one twice")
    return given


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DisclosureSection(_Section):
    """``disclosure:`` - forms in each cell of type and scenario, and photographs of forms in all."""

    forms: Size = 4
    photographs: Size = 22


class RetentionSection(_Section):
    """``retention:`` - other persons' forms and scenes in each cell, and photographs of forms in all;
    ``persons``: of how many at the most each type is asked for (0: of all in the memory set who state it)."""

    forms: Size = 3
    scenes: Size = 1
    photographs: Size = 20
    persons: Size = 0


class PhotographsSection(_Section):
    """``photographs:`` - which scenarios' forms are photographed, and the share that is filled in by hand."""

    scenarios: Annotated[tuple[Scenario, ...], AfterValidator(_once)] = tuple(Scenario)
    handwritten: Share = 0.5


class MemorySection(_Section):
    """``memory:`` - how many persons a model is trained on (0: as few as the retention test needs), and the
    share of them whose label states all that their form shows; the others' states one value."""

    personas: Annotated[int, NoSwitch, Field(ge=0, le=10_000)] = 100
    full: Share = 0.75


class ShardSection(_Section):
    """``shards:`` - images in one output file."""

    images: Annotated[int, NoSwitch, Field(ge=1, le=100_000)] = 256


class DisclosureConfig(BaseModel):
    """One benchmark. ``opt_out`` offers a fixed phrase to decline with in every solicited question;
    ``decoys``, ``capability``, ``utility``: see ``docs/disclosure.md``. ``scenes``: a folder of pictures for
    the retention test in place of drawn ones. ``published_layout`` and ``llava_images`` write the sets once
    more, as the authors of MM-Privacy lay them out and as a LLaVA corpus to train on."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    out: UsablePath
    preset: str = DEFAULT_PRESET
    seed: Annotated[int, NoSwitch] = 0
    locales: Annotated[tuple[str, ...], Field(min_length=1, max_length=100)] = ("en_US", "en_US", *LOCALES)
    types: Annotated[tuple[PrivateType, ...], Field(min_length=1), AfterValidator(_once)] = tuple(PrivateType)
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1), AfterValidator(_once)] = tuple(Scenario)
    tasks: Annotated[tuple[Task, ...], Field(min_length=1), AfterValidator(_once)] = tuple(Task)
    disclosure: DisclosureSection = DisclosureSection()
    retention: RetentionSection = RetentionSection()
    photographs: PhotographsSection = PhotographsSection()
    memory: MemorySection = MemorySection()
    opt_out: bool = False
    decoys: bool = True
    capability: bool = True
    utility: bool = True
    scenes: UsablePath | None = None
    published_layout: bool = False
    llava_images: bool = False
    limits: Limits = Limits()
    shards: ShardSection = ShardSection()
    workers: Annotated[int, NoSwitch, Field(ge=0, le=1024)] = 0
    force: bool = False

    @field_validator("scenes")
    @classmethod
    def _scenes_exist(cls, scenes: Path | None) -> Path | None:
        if scenes is not None and not scenes.is_dir():
            raise ValueError("must be an existing folder of images")
        return scenes

    @model_validator(mode="after")
    def _asks_something(self) -> DisclosureConfig:
        retention = self.retention
        asked = self.design_settings().types_of(RiskTest.RETENTION)
        if not asked and (retention.forms or retention.scenes or retention.photographs):
            raise ValueError(
                "types: the retention test asks by name: give another type, or retention 0 items"
            )
        if not (self.disclosure.forms or self.disclosure.photographs or retention.forms or retention.scenes):
            raise ValueError("disclosure: both tests are empty")
        if 0 < retention.persons < retention.forms + retention.scenes:
            raise ValueError("retention.persons: a cell asks about nobody twice; ask about more")
        if not self.photographs.scenarios and (self.disclosure.photographs or retention.photographs):
            raise ValueError("photographs.scenarios: name at least one, or take no photographs")
        return self

    @property
    def mode(self) -> RunKind:
        """The kind of run."""
        return RunKind.DISCLOSURE

    @property
    def image_root(self) -> Path | None:
        """The folder of scenes, if there is one."""
        return self.scenes

    def design_settings(self) -> DesignSettings:
        """What the design needs."""
        disclosure, retention = self.disclosure, self.retention
        return DesignSettings(
            types=self.types,
            scenarios=self.scenarios,
            tasks=self.tasks,
            disclosure=CellSize(disclosure.forms, photographs=disclosure.photographs),
            retention=CellSize(retention.forms, retention.scenes, retention.photographs),
            # Chosen scenarios win: forms of others are not there to be photographed.
            photographed=tuple(one for one in self.photographs.scenarios if one in self.scenarios)
            or self.scenarios,
            handwritten=self.photographs.handwritten,
            opt_out=self.opt_out,
            decoys=self.decoys,
            capability=self.capability,
            utility=self.utility,
            memory_personas=self.memory.personas,
            full=self.memory.full,
            asked_about=retention.persons,
        )

    def persona_settings(self) -> PersonaSettings:
        """Who is drawn: forms show values that are not asked for, so everybody has one of every type. Raises
        ConfigError for an unknown locale."""
        return PersonaSettings(locales=self.locales)


def make_disclosure_config(written: Mapping[str, Any]) -> DisclosureConfig:
    """A checked config: what is written, over its preset. Raises ConfigError that names key and remedy."""
    merged = laid_over(settings_of_preset(PACKAGE, written.get("preset", DEFAULT_PRESET)), written)
    try:
        return DisclosureConfig.model_validate(merged)
    except ValidationError as error:
        raise first_config_error("", error) from error
