"""A watermarked split, checked and frozen: what workers get. What decides bytes is in its digests."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.digests import check_same_code, code_digest, digest_of, library_versions
from pipeline.parse_record import ParseLimits
from pipeline.partition import PartitionSettings
from pipeline.readers.source import Source
from pipeline.watermark.config import WatermarkConfig
from pipeline.watermark.layout import WatermarkLayout
from pipeline.work_notes import WorkNotes
from schemas.record_key import derive_key
from schemas.version import SCHEMA_VERSION
from transforms.engines.protocols import EngineInfo
from transforms.image.open import ImageLimits

_PLACES = ("input", "out", "images", "key_file", "workers", "force", "fail_on", "allow_failed_gates")
"""Settings that decide nothing of what is emitted, or that stand elsewhere in the manifest."""


@dataclass(frozen=True, slots=True)
class WatermarkPlan:
    """``shards`` is known after partitioning, ``design``, the digest of what is planned, after the images
    were seen; ``code`` is the digest of the code that made the plan."""

    out: Path
    sources: tuple[Source, ...]
    config: WatermarkConfig
    secret: bytes
    engine_infos: tuple[EngineInfo, ...] = ()
    shards: int = 0
    design: str = ""
    code: str = field(default_factory=code_digest)

    @property
    def layout(self) -> WatermarkLayout:
        """Where the output lies."""
        return WatermarkLayout(self.out)

    @property
    def key(self) -> bytes:
        """The 32 bytes that everything is drawn from."""
        return derive_key(self.config.seed, self.secret, "watermark")

    @property
    def image_limits(self) -> ImageLimits:
        """What is too large to be opened."""
        return self.config.limits.of_images()

    @property
    def notes(self) -> WorkNotes:
        """Who works on which image, and which are held back."""
        return WorkNotes(self.layout.marks)

    def check_code(self) -> None:
        """Raises RunFailed if the code on disk is no longer what made the plan."""
        check_same_code(self.code)

    def load_engines(self) -> tuple[EngineInfo, ...]:
        """Loads what marking needs in this process, and says what it is. Raises ConfigError."""
        from pipeline.watermark.workshop import workshop_of

        return workshop_of(self).engine_infos()

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
            digest_key=derive_key(config.seed, self.secret, "record"),
            limit=config.limit,
            most_images=1,
        )

    def settings(self) -> dict[str, Any]:
        """What the manifest records. No paths, no worker counts, nothing of the key."""
        settings = self.config.model_dump(mode="json", exclude=set(_PLACES))
        settings["mark"].pop("font")
        return settings | {
            "mode": self.config.mode.value,
            "keyed": bool(self.secret),
            "libraries": library_versions(),
        }

    def look_digest(self) -> str:
        """Changes whenever what is seen of a source image could change."""
        return digest_of([*self._basis(), self.config.limits.model_dump()])

    def mark_digest(self) -> str:
        """Changes whenever the files of an image could change for the same plan of it."""
        engines = [[e.role, e.name, e.version, e.weights_sha256, e.settings] for e in self.engine_infos]
        settings = self.config.mark.model_dump(mode="json")
        limits = self.config.limits.model_dump()
        return digest_of([*self._basis(), sha256(self.key).hexdigest(), engines, settings, limits])

    def shard_digest(self) -> str:
        """Changes whenever the bytes of a shard could change for the same rows and the same images."""
        shape = [self.shards, self.design, [[source.name, source.uri] for source in self.sources]]
        return digest_of([self.mark_digest(), self.settings(), shape])

    def _basis(self) -> list[Any]:
        return [self.code, library_versions(), SCHEMA_VERSION]


def make_watermark_plan(config: WatermarkConfig, sources: tuple[Source, ...]) -> WatermarkPlan:
    """The plan of a checked config, before partitioning. Raises ConfigError for a bad key file."""
    return WatermarkPlan(config.out.absolute(), sources, config, config.secret())
