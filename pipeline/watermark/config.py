"""What a watermarked split is, as users write it: preset, YAML file, flags. Checked before work starts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from pipeline.config import NO_IMAGES, Count, Limits, NoSwitch, ShardSizes, UsablePath, read_secret
from pipeline.config_errors import first_config_error
from pipeline.presets import laid_over, settings_of_preset
from schemas.errors import ConfigError
from schemas.watermark import Variant
from transforms.watermark.identities import Coin, IdentitySettings
from transforms.watermark.mark_settings import MarkSettings
from transforms.watermark.style import Placement, style_named

DEFAULT_PRESET = "default"
PACKAGE = "pipeline.watermark"
"""Where its presets lie."""

Share = Annotated[float, NoSwitch, Field(ge=0, le=1, allow_inf_nan=False)]


class RunKind(StrEnum):
    """What ``manifest.json`` says of the run; a build and an audit have names of their own."""

    WATERMARK = "watermark"


class SplitGate(StrEnum):
    """Shares that ``--fail-on`` can bound: of the records, and of the marks that are not as legible as
    wanted."""

    QUARANTINED = "quarantined"
    ILLEGIBLE = "illegible"


class Format(StrEnum):
    """JSON forms in which an arm is written."""

    LLAVA = "llava"
    QWEN = "qwen"


class IdentitiesSection(BaseModel):
    """``identities:`` - how many are drawn and how they are planted. ``ladder``: images that each planted
    identity shall be on, in turn; empty leaves it to an even draw per image. ``least_planted``: how many
    planted identities training images must carry, else the corpus is too small."""

    model_config = ConfigDict(extra="forbid")

    per_pool: Annotated[int, NoSwitch] = 200
    least_planted: Annotated[int, NoSwitch, Field(ge=0)] = 0
    ladder: tuple[Annotated[int, NoSwitch], ...] = ()
    coin: Coin = Coin.BALANCED
    shadows: Annotated[int, NoSwitch] = 8
    folds: Annotated[int, NoSwitch] = 5

    def settings(self) -> IdentitySettings:
        """For drawing identities. Raises ConfigError for sizes that cannot be."""
        if self.per_pool < self.least_planted:
            raise ConfigError(
                "identities.per_pool", self.per_pool, f"draw at least the {self.least_planted} needed"
            )
        return IdentitySettings(**self.model_dump(exclude={"least_planted"}))


class SplitsSection(BaseModel):
    """``splits:`` - the share of the images that is kept from training, half of it for each test split, and
    how many images of each are listed to probe."""

    model_config = ConfigDict(extra="forbid")

    test_share: Annotated[float, NoSwitch, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.2
    probe_images: Annotated[int, NoSwitch, Field(ge=0, le=10**6)] = 500


def _distinct(rates: tuple[float, ...]) -> tuple[float, ...]:
    names = [arm_percent(rate) for rate in rates]
    if len(set(names)) < len(names):
        raise ValueError("names a rate twice")
    return tuple(sorted(rates))


def arm_percent(rate: float) -> str:
    """The rate as it stands in the name of an arm, in percent: ``25`` for .25, ``0.5`` for .005."""
    return f"{rate * 100:.6g}"


def _with_named_style(written: object) -> object:
    """``style`` may be the name of a preset."""
    if isinstance(written, dict) and isinstance(written.get("style"), str):
        return written | {"style": style_named(written["style"])}
    return written


class WatermarkConfig(BaseModel):
    """One watermarked split. ``key_file`` holds the secret that everything is drawn from; without one the
    seed alone is, and whoever knows it can name the canaries. ``rates``: one training arm each;
    ``shadow_arms`` writes one more for every shadow. ``read_marks``: whether OCR reads every mark at three
    sizes. ``allow_failed_gates`` emits a split that its own gates refuse."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    input: Annotated[str, Field(min_length=1)]
    out: UsablePath
    images: str = ""
    preset: str = DEFAULT_PRESET
    seed: Annotated[int, NoSwitch] = 0
    key_file: UsablePath | None = None
    identities: IdentitiesSection = IdentitiesSection()
    splits: SplitsSection = SplitsSection()
    rates: Annotated[tuple[Share, ...], Field(min_length=1, max_length=64), AfterValidator(_distinct)] = (
        0.0,
        0.25,
        0.5,
        1.0,
    )
    shadow_arms: bool = False
    mark: Annotated[MarkSettings, BeforeValidator(_with_named_style)] = MarkSettings()
    read_marks: bool = True
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = (Format.LLAVA, Format.QWEN)
    limits: Limits = Limits()
    shards: ShardSizes = ShardSizes()
    workers: Annotated[int, NoSwitch, Field(ge=0, le=1024)] = 0
    limit: Count | None = None
    force: bool = False
    keep_quarantined: bool = False
    allow_failed_gates: bool = False
    fail_on: dict[SplitGate, Annotated[float, Field(ge=0)]] = {}

    @field_validator("images")
    @classmethod
    def _images_exist(cls, images: str) -> str:
        if images == NO_IMAGES:
            raise ValueError("a mark needs an image to stand on: give the folder of the images")
        if images and not Path(images).is_dir():
            raise ValueError("must be an existing folder")
        return images

    @model_validator(mode="after")
    def _twins_are_there(self) -> WatermarkConfig:
        variants = self.mark.variants
        if {Variant.CLEAN, Variant.MARKED} - set(variants) or len(set(variants)) < len(variants):
            raise ValueError("mark.variants: must hold clean and marked, and each variant once")
        if self.mark.style.placement is Placement.AWAY:
            raise ValueError("mark.style.placement: away needs regions, which no corpus states: low_texture")
        if self.mark.bucket is not None and not self.read_marks:
            raise ValueError("read_marks: mark.bucket needs marks to be read")
        if self.shadow_arms and not self.identities.shadows:
            raise ValueError("shadow_arms: there are no shadows; set identities.shadows")
        return self

    @property
    def mode(self) -> RunKind:
        """The kind of run."""
        return RunKind.WATERMARK

    @property
    def image_root(self) -> Path | None:
        """The folder that image paths are relative to, if there is one."""
        return Path(self.images) if self.images else None

    def secret(self) -> bytes:
        """The content of ``key_file``, or nothing. Raises ConfigError."""
        return read_secret("key_file", self.key_file)


def make_watermark_config(written: Mapping[str, Any]) -> WatermarkConfig:
    """A checked config: what is written, over its preset. Raises ConfigError that names key and remedy."""
    merged = laid_over(settings_of_preset(PACKAGE, written.get("preset", DEFAULT_PRESET)), written)
    try:
        return WatermarkConfig.model_validate(merged)
    except ValidationError as error:
        raise first_config_error("", error) from error
