"""Where everything lies in OUT of a disclosure and retention benchmark, beside ``pipeline/layout.py``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.layout import Layout


@dataclass(frozen=True, slots=True)
class DisclosureLayout(Layout):
    """Paths below the output folder ``root``."""

    @property
    def memory(self) -> Path:
        """The memory set."""
        return self.root / "memory"

    @property
    def personas(self) -> Path:
        """Everybody with all their values."""
        return self.root / "personas.parquet"

    @property
    def summary(self) -> Path:
        """The numbers of the run."""
        return self.root / "summary.json"

    @property
    def published(self) -> Path:
        """The sets once more, as the authors of MM-Privacy lay them out."""
        return self.root / "published"

    @property
    def llava_images(self) -> Path:
        """The images of the memory set as files; paths in its LLaVA list are relative to it."""
        return self.llava / "images"

    @property
    def llava_list(self) -> Path:
        """The memory set as one LLaVA list."""
        return self.llava / "memory.json"

    @property
    def design(self) -> Path:
        """What is to be rendered and asked, by unit of work."""
        return self.work / "design"

    @property
    def scenes(self) -> Path:
        """The user's scenes that can be shown, and what became of the others."""
        return self.work / "scenes"

    def memory_shard(self, index: int, count: int) -> Path:
        """One shard of the memory set."""
        return self.memory / f"memory-{index:05d}-of-{count:05d}.parquet"

    def prepare(self) -> None:
        """Makes the folders. The work folder is for its owner alone, as those of other runs."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.work.mkdir(mode=0o700, exist_ok=True)
        self.done.mkdir(exist_ok=True)
