"""Which refusal stands in for an answer: chosen by a keyed hash, so the same record refuses the same way."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

PURPOSE = "refusal"


def choose_refusal(refusals: Sequence[str], key: str, turn: int) -> str:
    """One of ``refusals`` for turn ``turn`` of the record ``key``. Raises ValueError if there is none."""
    if not refusals:
        raise ValueError("the policy refuses but has no refusal sentence")
    digest = hashlib.blake2b(f"{PURPOSE}\x00{key}\x00{turn}".encode(), digest_size=8).digest()
    return refusals[int.from_bytes(digest, "big") % len(refusals)]


def is_refusal(text: str, refusals: Sequence[str]) -> bool:
    """True if the answer already is one of the policy's refusals."""
    return text.strip() in refusals
