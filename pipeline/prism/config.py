"""What a run that writes question sets is, as users write it: a YAML file or flags, checked before work."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.config import NO_IMAGES, Count, Limits, NoSwitch, ShardSizes, UsablePath
from pipeline.config_errors import first_config_error
from pipeline.yaml_file import read_yaml_file
from schemas.errors import ConfigError
from transforms.prism.questions import PrismLayout


class RunKind(StrEnum):
    """What ``manifest.json`` says of the run."""

    PRISM = "prism"


class PrismGate(StrEnum):
    """Shares of the records that ``--fail-on`` can bound."""

    QUARANTINED = "quarantined"


class PrismConfig(BaseModel):
    """One run. ``images`` is the folder of the images; ``input`` a corpus whose texts tell what there is to
    ask harmless questions about, empty for a folder alone. ``layout``: whether an image is asked for the
    category that its first folder names, or for all five."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    input: str = ""
    out: UsablePath
    images: str = ""
    layout: PrismLayout = PrismLayout.SEPTEMBER_2025
    seed: Annotated[int, NoSwitch] = 0
    parser: Annotated[str, Field(min_length=1)] = "bundled"
    limits: Limits = Limits()
    shards: ShardSizes = ShardSizes()
    workers: Annotated[int, NoSwitch, Field(ge=0, le=1024)] = 0
    limit: Count | None = None
    force: bool = False
    keep_quarantined: bool = False
    fail_on: dict[PrismGate, Annotated[float, Field(ge=0)]] = {}

    @field_validator("images")
    @classmethod
    def _images_exist(cls, images: str) -> str:
        if images == NO_IMAGES:
            raise ValueError("a question needs its image: give the folder of the images")
        if images and not os.path.isdir(images):  # noqa: PTH112  (never raises)
            raise ValueError("must be an existing folder")
        return images

    @model_validator(mode="after")
    def _something_is_asked_about(self) -> PrismConfig:
        if not self.input and not self.images:
            raise ValueError("images: give the folder of the images, or a corpus that holds its images")
        return self

    @property
    def mode(self) -> RunKind:
        """The kind of run."""
        return RunKind.PRISM

    @property
    def image_root(self) -> Path | None:
        """The folder that image paths are relative to, if there is one."""
        return Path(self.images) if self.images else None


def read_prism_file(path: Path) -> dict[str, Any]:
    """The mapping in a YAML config file, not yet validated."""
    written = read_yaml_file("config", path)
    if not isinstance(written, dict):
        raise ConfigError("config", str(path), "must hold a mapping such as 'images: photos'")
    return written


def make_prism_config(written: Mapping[str, Any]) -> PrismConfig:
    """A checked config. Raises ConfigError that names key, value and remedy."""
    try:
        return PrismConfig.model_validate(dict(written))
    except ValidationError as error:
        raise first_config_error("", error) from error
