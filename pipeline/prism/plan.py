"""A run that writes question sets, checked and frozen: what workers get. What decides bytes is in its
digests."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.digests import check_same_code, code_digest, digest_of, library_versions
from pipeline.parse_record import ParseLimits
from pipeline.partition import PartitionSettings
from pipeline.prism.config import PrismConfig
from pipeline.prism.layout import PrismFolder
from pipeline.readers.open import image_folder, list_sources
from pipeline.readers.source import Source
from pipeline.work_notes import WorkNotes
from schemas.record_key import derive_key
from schemas.version import SCHEMA_VERSION
from transforms.engines.protocols import EngineInfo
from transforms.engines.registry import load_parser
from transforms.image.open import ImageLimits

_PLACES = ("input", "out", "images", "workers", "force", "fail_on")
"""Settings that decide nothing of what is emitted, or that stand elsewhere in the manifest."""


@dataclass(frozen=True, slots=True)
class PrismPlan:
    """``shards`` is known after partitioning; ``held_back``, the digest of the images that cannot be used,
    after they were looked at; ``code`` is the digest of the code that made the plan."""

    out: Path
    sources: tuple[Source, ...]
    config: PrismConfig
    engine_infos: tuple[EngineInfo, ...] = ()
    shards: int = 0
    held_back: str = ""
    code: str = field(default_factory=code_digest)

    @property
    def layout(self) -> PrismFolder:
        """Where the output lies."""
        return PrismFolder(self.out)

    @property
    def key(self) -> bytes:
        """The 32 bytes that everything is drawn from."""
        return derive_key(self.config.seed, b"", "prism")

    @property
    def notes(self) -> WorkNotes:
        """Who is looking at which image, and which are held back."""
        return WorkNotes(self.layout.notes)

    @property
    def image_limits(self) -> ImageLimits:
        """What is too large to be opened."""
        return self.config.limits.of_images()

    def check_code(self) -> None:
        """Raises RunFailed if the code on disk is no longer what made the plan."""
        check_same_code(self.code)

    def load_engines(self) -> tuple[EngineInfo, ...]:
        """Loads the parser, if there are texts to read. Raises ConfigError."""
        return (load_parser(self.config.parser).info,) if self.config.input else ()

    def partition_settings(self) -> PartitionSettings:
        """What reading a source needs."""
        config = self.config
        root = config.image_root
        return PartitionSettings(
            spool=self.layout.spool,
            blobs=self.layout.blobs,
            image_root=root.absolute() if root else None,
            open_images=True,
            limits=ParseLimits(max_turn_characters=config.limits.turn_characters),
            image_bytes=config.limits.image_bytes,
            digest_key=derive_key(config.seed, b"", "record"),
            limit=config.limit,
        )

    def settings(self) -> dict[str, Any]:
        """What the manifest records. No paths, no worker counts."""
        settings = self.config.model_dump(mode="json", exclude=set(_PLACES))
        return settings | {"mode": self.config.mode.value, "libraries": library_versions()}

    def look_digest(self) -> str:
        """Changes whenever what is seen of a source image could change."""
        return digest_of([*self._basis(), self.config.limits.model_dump()])

    def shard_digest(self) -> str:
        """Changes whenever the bytes of a shard could change for the same rows and the same images."""
        engines = [[e.role, e.name, e.version, e.weights_sha256, e.settings] for e in self.engine_infos]
        shape = [self.shards, self.held_back, [[source.name, source.uri] for source in self.sources]]
        return digest_of([*self._basis(), self.settings(), engines, shape])

    def _basis(self) -> list[Any]:
        return [self.code, library_versions(), SCHEMA_VERSION]


def make_prism_plan(config: PrismConfig) -> PrismPlan:
    """The plan of a checked config, before partitioning. Raises ConfigError for an input that is none."""
    sources = list_sources(config.input) if config.input else [image_folder(Path(config.images))]
    return PrismPlan(config.out.absolute(), tuple(sources), config)
