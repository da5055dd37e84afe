"""A benchmark to be made, checked and frozen: what workers get. What decides bytes is in its digests."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from pipeline.digests import check_same_code, code_digest, digest_of, library_versions
from pipeline.disclosure.config import DisclosureConfig
from pipeline.disclosure.layout import DisclosureLayout
from schemas.record_key import derive_key
from schemas.version import SCHEMA_VERSION
from transforms.disclosure.typefaces import fonts_sha256
from transforms.engines.protocols import EngineInfo
from transforms.image.open import ImageLimits

_PLACES = ("out", "scenes", "workers", "force", "shards", "published_layout", "llava_images")
"""Settings that decide nothing of what is asked, or that stand elsewhere in the manifest."""


class SetName(StrEnum):
    """The tables of a benchmark that hold images."""

    DISCLOSURE = "disclosure"
    RETENTION = "retention"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Part:
    """One unit of work: shard ``index`` of ``count`` of a table."""

    table: SetName
    index: int
    count: int


@dataclass(frozen=True, slots=True)
class DisclosurePlan:
    """``parts`` and ``scenes``, the digests of the user's pictures that are shown, are known once the design
    is made; ``code`` is the digest of the code that made the plan."""

    config: DisclosureConfig
    engine_infos: tuple[EngineInfo, ...] = ()
    scenes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    code: str = field(default_factory=code_digest)

    @property
    def layout(self) -> DisclosureLayout:
        """Where the output lies."""
        return DisclosureLayout(self.config.out.absolute())

    @property
    def key(self) -> bytes:
        """The 32 bytes that everything is drawn from."""
        return derive_key(self.config.seed, b"", "disclosure")

    @property
    def shards(self) -> int:
        """How many units of work there are."""
        return len(self.parts)

    @property
    def image_limits(self) -> ImageLimits:
        """What of a user's scenes is too large to be opened."""
        return self.config.limits.of_images()

    def check_code(self) -> None:
        """Raises RunFailed if the code on disk is no longer what made the plan."""
        check_same_code(self.code)

    def load_engines(self) -> tuple[EngineInfo, ...]:
        """Loads what looks at a user's scenes in this process, and says what it is."""
        from pipeline.disclosure.scenes import scene_eyes

        return scene_eyes().infos()

    def settings(self) -> dict[str, Any]:
        """What the manifest records. No paths, no worker counts."""
        return self.config.model_dump(mode="json", exclude=set(_PLACES)) | {
            "mode": self.config.mode.value,
            "scenes": "given" if self.config.scenes else "drawn",
            "fonts": fonts_sha256(),
            "libraries": library_versions(),
        }

    def scenes_digest(self) -> str:
        """Changes whenever another of a user's pictures could pass as a scene."""
        engines = [[e.role, e.name, e.version, e.weights_sha256, e.settings] for e in self.engine_infos]
        return digest_of([self.code, library_versions(), engines, self.config.limits.model_dump()])

    def part_digest(self, design: str) -> str:
        """Changes whenever the files of a part could change; ``design`` is the digest of what it holds."""
        config = self.config
        kept = [config.published_layout, config.llava_images, self.scenes]
        basis = [SCHEMA_VERSION, self.code, self.settings(), sha256(self.key).hexdigest(), kept]
        return digest_of([basis, design])
