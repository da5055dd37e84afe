"""When a failing model stops the run: one request that fails costs itself, a broken model everything."""

from __future__ import annotations

from schemas.errors import RunFailed

MOST_FAILURES = 20
"""Requests in a row that may fail before an engine counts as broken: each costs its full time limit."""


class FailureStreak:
    """Counts failures in a row of the engine that the config key ``key`` chose."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._failures = 0

    @property
    def broken(self) -> bool:
        """True after ``MOST_FAILURES`` in a row."""
        return self._failures >= MOST_FAILURES

    def note(self, *, failed: bool) -> None:
        """Counts one outcome."""
        self._failures = self._failures + 1 if failed else 0

    def check(self) -> None:
        """Raises RunFailed if the engine is broken."""
        if self.broken:
            raise RunFailed(f"{self._key}: {MOST_FAILURES} requests in a row failed; run again to go on")
