"""How far a worker is: plain counts that its reporter thread reads. Never content."""

from __future__ import annotations

from collections import Counter
from threading import Lock


class Progress:
    """Counts of this process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()

    def add(self, **counts: int) -> None:
        """Adds to named counts, e.g. ``add(records=64)``."""
        with self._lock:
            self._counts.update(counts)

    def take(self) -> dict[str, int]:
        """The counts since the last call."""
        with self._lock:
            taken = dict(self._counts)
            self._counts.clear()
        return taken


PROGRESS = Progress()
