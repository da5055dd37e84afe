"""The corpus on disk between reading and cleaning: records by shard, images by content digest.

Reading writes, cleaning reads; so memory stays flat in the size of the corpus, no runner has to shuffle
records, and the input of a shard has a digest that says whether the shard must be done again.

One folder per source; in it ``records-SS.tsv`` and ``images-SS.tsv`` for 64 slots. A slot is the first
six bits of a content digest. A shard is a power of two of slots, or a power-of-two share of one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from schemas.record import ImageRef, Origin, RejectedRow

SLOTS = 64
_SLOT_SHIFT = 2  # two hex digits are eight bits, a slot is the upper six of them
_PREFIX_BITS = 32


@dataclass(frozen=True, slots=True)
class SpooledRow:
    """One row of a source: the raw object with its image references, or why it was rejected.

    ``digest`` is the content digest; ``source`` indexes the run's list of sources.
    """

    digest: str
    source: int
    row: int
    raw: Any
    images: tuple[ImageRef, ...]
    rejected: RejectedRow | None


class SpoolWriter:
    """Writes one source's folder. Use as a context manager; ``folder`` must not exist."""

    def __init__(self, folder: Path, source: int) -> None:
        self._folder = folder
        self._source = source
        self._stack = ExitStack()
        self._records: list[IO[str]] = []
        self._images: list[IO[str]] = []

    def __enter__(self) -> SpoolWriter:
        self._folder.mkdir(parents=True)
        for slot in range(SLOTS):
            for name, files in (("records", self._records), ("images", self._images)):
                path = self._folder / f"{name}-{slot:02d}.tsv"
                files.append(self._stack.enter_context(path.open("w", encoding="ascii")))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def write_record(self, digest: str, row: int, raw: Any, images: Sequence[ImageRef]) -> None:
        """Adds a readable record."""
        references = [[image.path, image.location, image.sha256] for image in images]
        self._write(digest, {"row": row, "raw": raw, "images": references})

    def write_reject(self, digest: str, rejected: RejectedRow, raw: Any) -> None:
        """Adds a rejected row; ``raw`` is what there is of it, for ``--keep-quarantined``."""
        verdict = [rejected.record_id, rejected.stage, rejected.reason]
        self._write(digest, {"row": rejected.origin.row, "raw": raw, "rejected": verdict})

    def write_image(self, image: ImageRef) -> None:
        """Adds an image to audit. The same image may be added often; readers see it once."""
        self._images[slot_of(image.sha256)].write(f"{image.sha256}\t{json.dumps(image.location)}\n")

    def _write(self, digest: str, entry: dict[str, Any]) -> None:
        line = json.dumps(entry, default=str)
        self._records[slot_of(digest)].write(f"{digest}\t{self._source}\t{line}\n")


def slot_of(digest: str) -> int:
    """The slot of a hex digest, 0 to 63."""
    return int(digest[:2], 16) >> _SLOT_SHIFT


def shard_of(digest: str, shards: int) -> int:
    """The shard of a hex digest among ``shards``, a power of two up to 2**32."""
    return int(digest[:8], 16) * shards >> _PREFIX_BITS


def slots_of(shard: int, shards: int) -> range:
    """The slots that a shard among ``shards`` takes from: whole ones, or a share of one."""
    first = shard * SLOTS // shards
    return range(first, max(first + 1, (shard + 1) * SLOTS // shards))


def shard_count(rows: int, image_bytes: int, records_per_shard: int, bytes_per_shard: int) -> int:
    """The smallest power of two that keeps the average shard within both sizes."""
    needed = max(-(-rows // records_per_shard), -(-image_bytes // bytes_per_shard), 1)
    return 1 << (needed - 1).bit_length()


def _shard_lines(spool: Path, shard: int, shards: int) -> Iterator[str]:
    for slot in slots_of(shard, shards):
        for path in sorted(spool.glob(f"*/records-{slot:02d}.tsv")):
            with path.open(encoding="ascii") as lines:
                for line in lines:
                    if shards <= SLOTS or shard_of(line[:8], shards) == shard:
                        yield line


def shard_input_digest(spool: Path, shard: int, shards: int) -> str:
    """SHA-256 over the sorted rows of a shard: equal rows in any order give the same digest."""
    digest = sha256()
    for line in sorted(_shard_lines(spool, shard, shards)):
        digest.update(line.encode())
    return digest.hexdigest()


def read_shard(spool: Path, shard: int, shards: int, uris: Sequence[str]) -> list[SpooledRow]:
    """The rows of one shard, sorted by digest, then by where they came from."""
    rows = [_parse(line, uris) for line in _shard_lines(spool, shard, shards)]
    return sorted(rows, key=lambda row: (row.digest, row.source, row.row))


def _parse(line: str, uris: Sequence[str]) -> SpooledRow:
    digest, source, text = line.split("\t", 2)
    entry = json.loads(text)
    rejected = None
    if "rejected" in entry:
        record_id, stage, reason = entry["rejected"]
        rejected = RejectedRow(record_id, Origin(uris[int(source)], entry["row"]), stage, reason)
    images = tuple(ImageRef(path, location, sha) for path, location, sha in entry.get("images", ()))
    return SpooledRow(digest, int(source), entry["row"], entry["raw"], images, rejected)


def read_images(spool: Path, slot: int) -> list[tuple[str, str]]:
    """The distinct images of one slot: (sha256, location), sorted by sha256."""
    distinct: dict[str, str] = {}
    for path in sorted(spool.glob(f"*/images-{slot:02d}.tsv")):
        with path.open(encoding="ascii") as lines:
            for line in lines:
                digest, location = line.rstrip("\n").split("\t", 1)
                distinct.setdefault(digest, json.loads(location))
    return sorted(distinct.items())


def shard_digests(spool: Path, shard: int, shards: int) -> Iterator[str]:
    """The content digest of every row of a shard, repeated for exact copies."""
    for line in _shard_lines(spool, shard, shards):
        yield line.split("\t", 1)[0]
