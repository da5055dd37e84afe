"""Arms to be made, checked and frozen: what workers get. What decides bytes is in its digests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.digests import check_same_code, code_digest, digest_of, library_versions
from pipeline.mitigation.bench_files import BenchShard
from pipeline.mitigation.config import MitigationConfig
from pipeline.mitigation.layout import MitigationLayout
from pipeline.policy_file import policy_settings
from schemas.policy import Policy
from schemas.record_key import derive_key
from schemas.version import SCHEMA_VERSION
from transforms.disclosure.arms import Arm
from transforms.engines.protocols import EngineInfo
from transforms.image.open import ImageLimits

_PLACES = ("bench", "out", "workers", "force")
"""Settings that decide nothing of the arms, or that stand elsewhere in the manifest."""


@dataclass(frozen=True, slots=True)
class MitigationPlan:
    """``parts`` are the shards of the benchmark; ``policy`` says how print is filled; ``treated``, the digest
    of what is hidden where, is known once the build is done; ``code`` is the digest of the code that made the
    plan."""

    config: MitigationConfig
    parts: tuple[BenchShard, ...]
    policy: Policy
    treated: str = ""
    engine_infos: tuple[EngineInfo, ...] = ()
    code: str = field(default_factory=code_digest)

    @property
    def layout(self) -> MitigationLayout:
        """Where the output lies."""
        return MitigationLayout(self.config.out.absolute())

    @property
    def key(self) -> bytes:
        """The 32 bytes that everything is drawn from."""
        return derive_key(self.config.seed, b"", "mitigation")

    @property
    def shards(self) -> int:
        """How many units of work there are."""
        return len(self.parts)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """All arms."""
        return self.config.arms()

    @property
    def image_limits(self) -> ImageLimits:
        """What is too large to be opened."""
        return self.config.limits.of_images()

    def check_code(self) -> None:
        """Raises RunFailed if the code on disk is no longer what made the plan."""
        check_same_code(self.code)

    def load_engines(self) -> tuple[EngineInfo, ...]:
        """There are none: what a build needs is its own."""
        return ()

    def settings(self) -> dict[str, Any]:
        """What the manifest records. No paths, no worker counts."""
        settings = self.config.model_dump(mode="json", exclude=set(_PLACES))
        return settings | {"mode": self.config.mode.value, "libraries": library_versions()}

    def part_digest(self, part: BenchShard) -> str:
        """Changes whenever the files that are made of a shard could change."""
        basis = [SCHEMA_VERSION, self.code, self.settings(), policy_settings(self.policy), self.treated]
        return digest_of([basis, part.name, part.sha256])
