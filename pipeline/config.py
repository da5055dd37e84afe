"""What a run is, as users write it: flags or a YAML file. Everything is checked before work starts."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from pipeline.config_errors import first_config_error
from pipeline.yaml_file import read_yaml_file
from schemas.errors import ConfigError
from transforms.engines.device import Device, EngineOptions
from transforms.engines.registry import RULES
from transforms.engines.rewriter.settings import API_KEY_VARIABLE
from transforms.image.open import ImageLimits

NO_IMAGES = "none"
_SHORTEST_SECRET = 16

Count = Annotated[int, Field(ge=1, le=2**40)]


def _check_path(path: Path) -> Path:
    try:
        str(path).encode()
        path.stat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) else "a character that no path holds"
        raise ValueError(f"is no usable path ({what})") from None
    return path


UsablePath = Annotated[Path, AfterValidator(_check_path)]


def _refuse_switch(written: object) -> object:
    if isinstance(written, bool):
        raise ValueError("must be a number")  # YAML's yes and on are no 1
    return written


NoSwitch = BeforeValidator(_refuse_switch)


class Mode(StrEnum):
    """What a run leaves: a cleaned corpus, or only what the audit saw."""

    BUILD = "build"
    AUDIT = "audit"


class EngineChoice(BaseModel):
    """``engines:`` - which engine serves which role; ``none`` switches a role off. ``rewriter`` is ``rules``,
    ``transformers:MODEL_OR_PATH`` or ``openai:BASE_URL#MODEL``; ``device`` and ``other_weights`` are for
    the image side; ``second_ocr`` serves ``verify_sample``, ``image_text`` (``clip:FOLDER``) compares a
    redacted image with its answer."""

    model_config = ConfigDict(extra="forbid")
    _FOR_ALL: ClassVar = ("device", "other_weights")

    ocr: str = "rapidocr"
    second_ocr: str = "tesseract"
    faces: str = "centerface"
    codes: str = "opencv"
    plates: str = "none"
    parser: str = "bundled"
    ner: str = "bundled"
    embedder: str = "minilm"
    image_text: str = "none"
    rewriter: str = RULES
    device: Device = Device.AUTO
    other_weights: bool = False

    def by_role(self) -> dict[str, str]:
        """The engines alone."""
        return {role: str(name) for role, name in self.model_dump(exclude=set(self._FOR_ALL)).items()}

    def options(self) -> EngineOptions:
        """What is said to all engines of the image side."""
        return EngineOptions(self.device, self.other_weights)


class RewriterSection(BaseModel):
    """``rewriter:`` - how an instruction model is asked. An endpoint's key comes from the environment
    variable ``api_key_variable``, never from here."""

    model_config = ConfigDict(extra="forbid")

    timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 60.0
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    requests_at_once: Annotated[int, Field(ge=1, le=256)] = 4
    api_key_variable: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$", max_length=64)] = API_KEY_VARIABLE


class Limits(BaseModel):
    """``limits:`` - what is too large to be read safely."""

    model_config = ConfigDict(extra="forbid")

    turn_characters: Count = 200_000
    image_bytes: Count = 64 * 2**20
    image_pixels: Count = 128_000_000

    def of_images(self) -> ImageLimits:
        """What of an image is too large to be opened."""
        return ImageLimits(max_bytes=self.image_bytes, max_pixels=self.image_pixels)


class GpuSection(BaseModel):
    """``gpu:`` - how images are fed to an engine that takes several at once, and what a runner that places
    steps on machines is asked for where ``engines.device`` is ``cuda``. Decides nothing of the output."""

    model_config = ConfigDict(extra="forbid")

    pixels_per_batch: Count = 8_000_000
    decode_threads: Annotated[int, Field(ge=1, le=64)] = 4
    accelerator: Annotated[str, Field(pattern=r"^type:[\w-]+;count:\d+(;[\w-]+)*$", max_length=200)] = (
        "type:nvidia-l4;count:1;install-nvidia-driver"
    )
    min_ram: Annotated[str, Field(pattern=r"^\d+(\.\d+)?([KMGT]i?)?B$")] = "16GiB"


class ShardSizes(BaseModel):
    """``shards:`` - how much goes into one output file at the most, on average."""

    model_config = ConfigDict(extra="forbid")

    records: Count = 2048
    image_bytes: Count = 256 * 2**20


class Gate(StrEnum):
    """Shares that ``--fail-on`` can bound."""

    QUARANTINED = "quarantined"
    HELD_BACK = "held_back"
    FINDINGS = "findings"


class RunConfig(BaseModel):
    """One run. ``images`` is a folder, ``none``, or empty for a corpus that holds its images itself;
    ``workers`` 0 means all cores; ``limit`` reads only the first rows of every source; ``cache`` is a
    folder where the answers of image engines outlive the run, the text that they read among them;
    ``verify_sample`` is the share of the redacted images that ``engines.second_ocr`` reads again;
    ``review`` is the number of images on ``review/index.html``, which shows them as they were."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    input: Annotated[str, Field(min_length=1)]
    out: UsablePath
    images: str = ""
    mode: Mode = Mode.BUILD
    policy: str = "standard"
    seed: int = 0
    split: Annotated[str, Field(max_length=64, pattern=r"^\w+(\.\w+)*$")] = "train"
    workers: Annotated[int, Field(ge=0, le=1024)] = 0
    engines: EngineChoice = EngineChoice()
    rewriter: RewriterSection = RewriterSection()
    limits: Limits = Limits()
    gpu: GpuSection = GpuSection()
    shards: ShardSizes = ShardSizes()
    limit: Count | None = None
    llava_images: bool = False
    keep_quarantined: bool = False
    force: bool = False
    hash_key_file: UsablePath | None = None
    cache: UsablePath | None = None
    review: Annotated[int, NoSwitch, Field(ge=0, le=1000)] = 0
    verify_sample: Annotated[float, NoSwitch, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    fail_on: dict[Gate, Annotated[float, Field(ge=0)]] = {}

    @field_validator("images")
    @classmethod
    def _images_exist(cls, images: str) -> str:
        if images not in ("", NO_IMAGES) and not os.path.isdir(images):  # noqa: PTH112  (never raises)
            raise ValueError("must be an existing folder, or 'none' to keep references and open no image")
        return images

    @property
    def image_root(self) -> Path | None:
        """The folder that image paths are relative to, if there is one."""
        return None if self.images in ("", NO_IMAGES) else Path(self.images)

    @property
    def opens_images(self) -> bool:
        """False with ``--images none``: references are kept, no image is opened."""
        return self.images != NO_IMAGES

    def secret(self) -> bytes:
        """The content of ``hash_key_file``, or nothing."""
        return read_secret("hash_key_file", self.hash_key_file)


def read_secret(key: str, path: Path | None) -> bytes:
    """The content of the key file at ``path``, or nothing without one. Raises ConfigError for ``key``."""
    if path is None:
        return b""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise ConfigError(key, str(path), "cannot be read") from error
    if len(secret) < _SHORTEST_SECRET:
        raise ConfigError(key, str(path), f"must hold at least {_SHORTEST_SECRET} bytes")
    return secret


def read_config_file(path: Path) -> dict[str, Any]:
    """The mapping in a YAML config file, not yet validated."""
    written = read_yaml_file("config", path)
    if not isinstance(written, dict):
        raise ConfigError("config", str(path), "must hold a mapping such as 'input: corpus.json'")
    if "mode" in written:
        raise ConfigError("mode", written["mode"], "the command says it: mmscrub build or mmscrub audit")
    return written


def make_config(written: dict[str, Any]) -> RunConfig:
    """A checked config. Raises ConfigError that names the key, its value and what is allowed."""
    try:
        return RunConfig.model_validate(written)
    except ValidationError as error:
        raise first_config_error("", error) from error
