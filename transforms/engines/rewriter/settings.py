"""Settings of instruction models."""

from __future__ import annotations

from dataclasses import dataclass

CONFIG_KEY = "engines.rewriter"
API_KEY_VARIABLE = "MMSCRUB_REWRITER_KEY"


@dataclass(frozen=True, slots=True)
class RewriterSettings:
    """``timeout_seconds`` and ``attempts`` per request; the key of an endpoint stands in the environment
    variable ``api_key_variable``; ``requests_at_once`` bounds open requests and texts per batch."""

    timeout_seconds: float = 60.0
    attempts: int = 3
    api_key_variable: str = API_KEY_VARIABLE
    requests_at_once: int = 4
    seed: int = 0
