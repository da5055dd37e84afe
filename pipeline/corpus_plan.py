"""What every kind of run says of its corpus, so that reading and sharding it is written once."""

from __future__ import annotations

from typing import Protocol

from pipeline.layout import Layout
from pipeline.partition import PartitionSettings
from pipeline.readers.source import Source


class ShardedPlan(Protocol):
    """The plan of a run, whatever its kind."""

    @property
    def layout(self) -> Layout:
        """Where the output lies."""
        ...

    @property
    def shards(self) -> int:
        """How many units of work the run has; 0 before that is known."""
        ...


class CorpusPlan(ShardedPlan, Protocol):
    """The plan of a run over a corpus."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files of the input."""
        ...

    def partition_settings(self) -> PartitionSettings:
        """What reading a source needs."""
        ...

    def shard_digest(self) -> str:
        """Changes whenever the bytes of a shard could change for the same rows."""
        ...
