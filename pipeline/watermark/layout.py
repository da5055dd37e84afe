"""Where everything lies in OUT of a watermarked split, beside what ``pipeline/layout.py`` names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.layout import Layout


@dataclass(frozen=True, slots=True)
class WatermarkLayout(Layout):
    """Paths below the output folder ``root``. What stands below ``secrets`` tells which images are marked
    with what: it stays with the owner until it is revealed."""

    @property
    def images(self) -> Path:
        """Every emitted image; what an arm's JSON names is relative to it."""
        return self.root / "images"

    @property
    def qwen(self) -> Path:
        """The arms in the form of Qwen-VL."""
        return self.root / "qwen"

    @property
    def secrets(self) -> Path:
        """The manifest of images and identities."""
        return self.root / "manifest"

    @property
    def llava_parts(self) -> Path:
        """Records of each shard before they are merged: they tell what is marked."""
        return self.secrets / ".parts"

    @property
    def identities(self) -> Path:
        """Every identity."""
        return self.secrets / "identities.parquet"

    @property
    def probes(self) -> Path:
        """The images to probe."""
        return self.secrets / "probes.parquet"

    @property
    def commitment(self) -> Path:
        """What is published before training."""
        return self.root / "commitment.json"

    @property
    def summary(self) -> Path:
        """The numbers of the run and the verdicts of its gates."""
        return self.root / "summary.json"

    @property
    def design(self) -> Path:
        """What is planned for each image, by slot; identities."""
        return self.work / "design"

    @property
    def marks(self) -> Path:
        """What came of each image."""
        return self.work / "marks"

    def image_manifest(self, index: int, count: int) -> Path:
        """One shard of the manifest of images."""
        return self.secrets / f"images-{index:05d}-of-{count:05d}.parquet"

    def llava_arm(self, arm: str) -> Path:
        """One arm in the form of LLaVA."""
        return self.llava / f"{arm}.json"

    def prepare(self) -> None:
        """Makes the folders. The work folder and the secrets are for their owner alone."""
        self.root.mkdir(parents=True, exist_ok=True)
        for folder in (self.work, self.secrets):
            folder.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.done, self.images, self.quarantine):
            folder.mkdir(exist_ok=True)
