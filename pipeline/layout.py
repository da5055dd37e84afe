"""Where everything lies in OUT. No other module spells a file name of the output.

``.mmscrub/`` is the work folder: it makes a run resumable. What holds source content there (the spool
and extracted image bytes) is removed when a run succeeds.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

WORK = ".mmscrub"


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below the output folder ``root``."""

    root: Path

    @property
    def work(self) -> Path:
        return self.root / WORK

    @property
    def lock(self) -> Path:
        return self.work / "lock"

    @property
    def spool(self) -> Path:
        return self.work / "spool"

    @property
    def blobs(self) -> Path:
        return self.work / "blobs"

    @property
    def image_cache(self) -> Path:
        return self.work / "images"

    @property
    def look(self) -> Path:
        return self.work / "look"

    @property
    def done(self) -> Path:
        return self.work / "done"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def llava(self) -> Path:
        return self.root / "llava"

    @property
    def llava_parts(self) -> Path:
        # Inside llava/: the parts hold the corpus' text, which stands nowhere outside data/ and llava/.
        return self.llava / ".parts"

    @property
    def audit(self) -> Path:
        return self.root / "audit"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def review(self) -> Path:
        return self.root / "review"

    @property
    def review_sheet(self) -> Path:
        return self.review / "index.html"

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.json"

    @property
    def run(self) -> Path:
        return self.root / "run.json"

    @property
    def card(self) -> Path:
        return self.root / "README.md"

    @property
    def summary(self) -> Path:
        return self.audit / "summary.json"

    @property
    def report(self) -> Path:
        return self.audit / "report.html"

    def data_shard(self, split: str, index: int, count: int) -> Path:
        return self.data / f"{split}-{index:05d}-of-{count:05d}.parquet"

    def findings_shard(self, index: int, count: int) -> Path:
        return self.audit / f"findings-{index:05d}-of-{count:05d}.parquet"

    def lineage_shard(self, index: int, count: int) -> Path:
        return self.audit / f"lineage-{index:05d}-of-{count:05d}.parquet"

    def quarantine_shard(self, index: int, count: int) -> Path:
        return self.quarantine / f"quarantine-{index:05d}-of-{count:05d}.parquet"

    def llava_part(self, index: int, count: int) -> Path:
        return self.llava_parts / f"{index:05d}-of-{count:05d}.jsonl"

    def done_marker(self, index: int, count: int) -> Path:
        return self.done / f"shard-{index:05d}-of-{count:05d}.json"

    def prepare(self) -> None:
        """Makes the folders. The work folder is for its owner alone: it holds source content during a run."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.work.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.done, self.audit, self.quarantine):
            folder.mkdir(exist_ok=True)


def write_atomically(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Readers see the old file or the whole new one, whatever crashes; the machine, too, with ``durable``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:32]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
