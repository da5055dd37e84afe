"""Settings of instruction models, and when a failing one stops the run."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import RunFailed

CONFIG_KEY = "engines.rewriter"
API_KEY_VARIABLE = "MMSCRUB_REWRITER_KEY"
MOST_FAILURES = 20
"""Requests in a row that may fail before the engine counts as broken: each costs its full time limit."""


@dataclass(frozen=True, slots=True)
class RewriterSettings:
    """``timeout_seconds`` and ``attempts`` per request; the key of an endpoint stands in the environment
    variable ``api_key_variable``; ``requests_at_once`` bounds open requests and texts per batch."""

    timeout_seconds: float = 60.0
    attempts: int = 3
    api_key_variable: str = API_KEY_VARIABLE
    requests_at_once: int = 4
    seed: int = 0


class FailureStreak:
    """Counts failures in a row: one text that fails falls back to the rules, a broken engine ends the run."""

    def __init__(self) -> None:
        self._failures = 0

    def note(self, *, failed: bool) -> None:
        """Raises RunFailed at the twentieth failure in a row."""
        self._failures = self._failures + 1 if failed else 0
        if self._failures >= MOST_FAILURES:
            raise RunFailed(f"{CONFIG_KEY}: {MOST_FAILURES} requests in a row failed; run again to go on")
