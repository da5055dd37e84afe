"""A run, checked and frozen: what workers get. Everything that decides bytes is in its digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

from pipeline.config import EngineChoice, GpuSection, Limits, Mode, RunConfig
from pipeline.digests import check_same_code, code_digest, digest_of, library_versions
from pipeline.field_types import FieldType
from pipeline.layout import Layout
from pipeline.parse_record import ParseLimits
from pipeline.partition import PartitionSettings
from pipeline.policy_file import policy_settings
from pipeline.readers.source import Source
from schemas.policy import Policy
from schemas.record_key import derive_key
from schemas.version import SCHEMA_VERSION
from transforms.engines.protocols import EngineInfo
from transforms.engines.rewriter.settings import RewriterSettings


@dataclass(frozen=True, slots=True)
class RunPlan:
    """``shards``, ``fields`` and ``several_images`` are known after partitioning (0 and empty before);
    ``code`` is the digest of the code that made the plan."""

    out: Path
    mode: Mode
    sources: tuple[Source, ...]
    image_root: Path | None
    open_images: bool
    policy: Policy
    seed: int
    secret: bytes
    split: str
    engines: EngineChoice
    rewriter: RewriterSettings
    limits: Limits
    llava_images: bool
    keep_quarantined: bool
    limit: int | None = None
    verify_sample: float = 0.0
    answers: Path | None = None
    """Where the answers of image engines are kept beyond the run. Decides nothing of the output."""
    gpu: GpuSection = field(default_factory=GpuSection)
    engine_infos: tuple[EngineInfo, ...] = ()
    shards: int = 0
    fields: Mapping[str, FieldType] | None = None
    several_images: bool = False
    code: str = field(default_factory=code_digest)

    @property
    def layout(self) -> Layout:
        """Where the output lies."""
        return Layout(self.out)

    def check_code(self) -> None:
        """Raises RunFailed if the code on disk is no longer what made the plan: a run is the work of one
        version."""
        check_same_code(self.code)

    def key(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, from seed and secret."""
        return derive_key(self.seed, self.secret, purpose)

    def samples(self, sha: str) -> bool:
        """True for the share ``verify_sample`` of images, by a keyed hash of their digest ``sha``."""
        chance = blake2b(sha.encode(), key=self.key("verify_sample"), digest_size=8).digest()
        return int.from_bytes(chance) < self.verify_sample * 2**64

    def load_engines(self) -> tuple[EngineInfo, ...]:
        """Loads what the run needs in this process, and says what it is. Raises ConfigError."""
        from pipeline.toolbox import toolbox_of

        return toolbox_of(self).engine_infos()

    def partition_settings(self) -> PartitionSettings:
        """What reading a source needs."""
        return PartitionSettings(
            spool=self.layout.spool,
            blobs=self.layout.blobs,
            image_root=self.image_root,
            open_images=self.open_images,
            limits=ParseLimits(max_turn_characters=self.limits.turn_characters),
            image_bytes=self.limits.image_bytes,
            digest_key=self.key("record"),
            limit=self.limit,
        )

    def settings(self) -> dict[str, Any]:
        """What the manifest records beside policy, seed and engines. No paths, no worker counts."""
        return {
            "mode": self.mode.value,
            "split": self.split,
            "images_opened": self.open_images,
            "engines": self.engines.model_dump(),
            "rewriter": asdict(self.rewriter),
            "limits": self.limits.model_dump(),
            "llava_images": self.llava_images,
            "keep_quarantined": self.keep_quarantined,
            "limit": self.limit,
            "verify_sample": self.verify_sample,
            "keyed": bool(self.secret),
            "libraries": library_versions(),
        }

    def image_digest(self) -> str:
        """Changes whenever the outcome for an image could change."""
        return digest_of([self._decides(), self.limits.model_dump(), self.verify_sample])

    def shard_digest(self) -> str:
        """Changes whenever the bytes of a shard could change for the same rows."""
        shape = [self.shards, self.several_images, self.fields]
        return digest_of(
            [self._decides(), self.settings(), shape, [[source.name, source.uri] for source in self.sources]]
        )

    def _decides(self) -> list[Any]:
        engines = [[e.role, e.name, e.version, e.weights_sha256, e.settings] for e in self.engine_infos]
        key = sha256(self.key("record")).hexdigest()
        return [policy_settings(self.policy), key, engines, self.code, library_versions(), SCHEMA_VERSION]


def make_plan(config: RunConfig, sources: tuple[Source, ...], policy: Policy) -> RunPlan:
    """The plan of a checked config, before partitioning."""
    return RunPlan(
        out=config.out.absolute(),
        mode=config.mode,
        sources=sources,
        image_root=config.image_root.absolute() if config.image_root else None,
        open_images=config.opens_images,
        policy=policy,
        seed=config.seed,
        secret=config.secret(),
        split=config.split,
        engines=config.engines,
        rewriter=RewriterSettings(**config.rewriter.model_dump(), seed=config.seed),
        limits=config.limits,
        gpu=config.gpu,
        llava_images=config.llava_images,
        keep_quarantined=config.keep_quarantined,
        limit=config.limit,
        verify_sample=config.verify_sample,
        answers=config.cache.absolute() if config.cache else None,
    )
