"""What ``mmscrub answer`` is asked for, as users write it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipeline.config import Count, NoSwitch, UsablePath
from pipeline.config_errors import first_config_error
from schemas.errors import ConfigError
from transforms.engines.device import Device
from transforms.engines.vision_language.load import OPENAI
from transforms.engines.vision_language.settings import (
    API_KEY_VARIABLE,
    Defence,
    DefenceRole,
    ModelSettings,
    Prices,
)

BASELINE = "baseline"
_LONGEST_DEFENCE = 20_000
_LEAST_PER_PART = 32

Money = Annotated[float, Field(ge=0, lt=1e9, allow_inf_nan=False)]


class AnswerConfig(BaseModel):
    """A run of a model over a benchmark. Every key is an option of the command line, too."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    bench: Annotated[str, Field(min_length=1)]
    model: Annotated[str, Field(min_length=1, max_length=1000)]
    out: UsablePath
    images: UsablePath | None = None
    base_url: str = ""
    model_id: Annotated[str, Field(max_length=200)] = ""
    tasks: tuple[str, ...] = ()
    limit: Annotated[Count | None, NoSwitch] = None
    defence: UsablePath | None = None
    defence_role: DefenceRole = DefenceRole.USER
    new_tokens: Annotated[int, Field(ge=1, le=32768), NoSwitch] = 200
    batch: Annotated[int, Field(ge=1, le=1024), NoSwitch] = 16
    device: Device = Device.AUTO
    workers: Annotated[int, Field(ge=0, le=256), NoSwitch] = 0
    at_once: Annotated[int, Field(ge=1, le=256), NoSwitch] = 8
    timeout_seconds: Annotated[float, Field(gt=0, le=3600), NoSwitch] = 120.0
    attempts: Annotated[int, Field(ge=1, le=10), NoSwitch] = 4
    api_key_variable: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$", max_length=64)] = API_KEY_VARIABLE
    price_input: Money = 0.0
    price_output: Money = 0.0
    spend_most: Money | None = None
    force: bool = False

    @field_validator("tasks", mode="before")
    @classmethod
    def _split(cls, tasks: object) -> object:
        return (
            tuple(one.strip() for one in tasks.split(",") if one.strip()) if isinstance(tasks, str) else tasks
        )

    @property
    def is_endpoint(self) -> bool:
        """True for a model behind an endpoint."""
        return self.model.startswith(f"{OPENAI}:")

    @property
    def is_baseline(self) -> bool:
        """True for a respondent that is no model at all."""
        return self.model.startswith(f"{BASELINE}:")

    @property
    def full_model(self) -> str:
        """The model with its endpoint: ``openai:BASE_URL#MODEL``."""
        if not self.base_url:
            return self.model
        return f"{OPENAI}:{self.base_url}#{self.model.partition(':')[2]}"

    @property
    def shown_model(self) -> str:
        """What rows of answers call the model: ``model_id``, or its name without a path."""
        if self.model_id:
            return self.model_id
        name = self.full_model.partition(":")[2]
        if self.is_endpoint:
            return name.partition("#")[2]
        return self.model if self.is_baseline else Path(name).name

    @property
    def per_part(self) -> int:
        """How many questions a part holds: what a run that is killed may lose."""
        return max(_LEAST_PER_PART, 4 * self.at_once if self.is_endpoint else self.batch)

    def settings(self, workers: int) -> ModelSettings:
        """What the model is asked with, by one of ``workers`` processes. Raises ConfigError for a defence
        that cannot be read."""
        return ModelSettings(
            new_tokens=self.new_tokens,
            batch=self.batch,
            device=self.device,
            threads=max(1, (os.cpu_count() or 1) // workers),
            at_once=self.at_once,
            timeout_seconds=self.timeout_seconds,
            attempts=self.attempts,
            api_key_variable=self.api_key_variable,
            key_needed=self.api_key_variable != API_KEY_VARIABLE,
            prices=Prices(self.price_input, self.price_output),
            spend_most=self.spend_most,
            defence=Defence(read_defence(self.defence), self.defence_role) if self.defence else Defence(),
        )


def read_defence(path: Path) -> str:
    """The words of a defence, without blanks round them. Raises ConfigError."""
    try:
        text = path.read_text("utf-8-sig").strip()
    except (OSError, ValueError) as error:
        raise ConfigError("defence", path, f"cannot be read as UTF-8 text ({type(error).__name__})") from None
    if not text or len(text) > _LONGEST_DEFENCE:
        raise ConfigError("defence", path, f"must hold 1 to {_LONGEST_DEFENCE} characters")
    return text


def make_answer_config(written: Mapping[str, Any]) -> AnswerConfig:
    """A checked config. Raises ConfigError that names key and remedy."""
    try:
        config = AnswerConfig.model_validate(dict(written))
    except ValidationError as error:
        raise first_config_error("", error) from error
    if config.spend_most is not None and not config.price_input and not config.price_output:
        remedy = "needs prices: price_input and price_output per million tokens"
        raise ConfigError("spend_most", config.spend_most, remedy)
    if config.spend_most is not None and not config.is_endpoint:
        raise ConfigError("spend_most", config.spend_most, "is for endpoints alone")
    if config.base_url and not config.is_endpoint:
        raise ConfigError("base_url", config.base_url, "is for openai:MODEL alone")
    if config.base_url and "#" in config.model:
        raise ConfigError("base_url", config.base_url, "the model names an endpoint already")
    if config.is_endpoint and config.workers > 1:
        raise ConfigError("workers", config.workers, "an endpoint is asked by one process; set at_once")
    return config
