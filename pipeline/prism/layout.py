"""Where everything lies in OUT of a question set, beside what ``pipeline/layout.py`` names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.layout import Layout
from transforms.prism.questions import QuestionSet


@dataclass(frozen=True, slots=True)
class PrismFolder(Layout):
    """Paths below the output folder ``root``."""

    @property
    def summary(self) -> Path:
        """The numbers of the run."""
        return self.root / "summary.json"

    @property
    def notes(self) -> Path:
        """Who is looking at which image, and which are held back."""
        return self.work / "notes"

    @property
    def told(self) -> Path:
        """What the texts of each shard tell of images."""
        return self.work / "told"

    @property
    def parts(self) -> Path:
        """The questions of each shard before they are merged."""
        return self.work / "parts"

    def question_file(self, kind: QuestionSet) -> Path:
        """One set in the form in which the authors publish theirs."""
        return self.root / kind.file_name

    def told_by(self, index: int, count: int) -> Path:
        """What the texts of one shard of records tell, by slot of the image."""
        return self.told / f"{index:05d}-of-{count:05d}"

    def asked_marker(self, index: int, count: int) -> Path:
        """Says that the questions of a shard of images are written."""
        return self.done / f"asked-{index:05d}-of-{count:05d}.json"

    def part(self, index: int, count: int) -> Path:
        """The questions of a shard of images, by image, in source order."""
        return self.parts / f"{index:05d}-of-{count:05d}.jsonl"

    def prepare(self) -> None:
        """Makes the folders. The work folder is for its owner alone."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.work.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.done, self.quarantine):
            folder.mkdir(exist_ok=True)
