"""Where everything lies in the folder of the arms, beside ``pipeline/layout.py``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.layout import Layout


@dataclass(frozen=True, slots=True)
class MitigationLayout(Layout):
    """Paths below the output folder ``root``."""

    @property
    def summary(self) -> Path:
        """The numbers of the run."""
        return self.root / "summary.json"

    @property
    def facts(self) -> Path:
        """Which fact is hidden in which arm."""
        return self.root / "facts.parquet"

    @property
    def images(self) -> Path:
        """Every image that a training list names."""
        return self.root / "images"

    @property
    def build(self) -> Path:
        """The real build, whole."""
        return self.root / "build"

    @property
    def build_input(self) -> Path:
        """The benchmark's images and labels as the corpus that is built."""
        return self.work / "build-input"

    @property
    def treated(self) -> Path:
        """What workers have to know: ranks of facts, what the build did."""
        return self.work / "treated.json"

    def arm(self, name: str) -> Path:
        """The folder of an arm."""
        return self.root / name

    def list_part(self, arm: str, index: int, count: int) -> Path:
        """The training samples of one shard as JSON lines."""
        return self.work / "lists" / arm / f"{index:05d}-of-{count:05d}.jsonl"

    def training_list(self, name: str) -> Path:
        """A list that a model is trained on."""
        return self.llava / f"{name}.json"

    def prepare(self) -> None:
        """Makes the folders. The work folder is for its owner alone, as those of other runs."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.work.mkdir(mode=0o700, exist_ok=True)
        self.done.mkdir(exist_ok=True)
