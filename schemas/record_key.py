"""The identity of a record: a keyed digest of its canonical content. ``id`` is not unique, this is.

The digest is keyed because it is published: without the key, somebody who guesses the removed words
could confirm the guess by hashing. Give a secret key (``hash_key_file``) where that matters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

KEY_HEX_LENGTH = 32


def derive_key(seed: int, secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose, from the run's seed and the user's secret (may be empty)."""
    return blake2b(f"{purpose}\x1f{seed}\x1f".encode() + secret, digest_size=32).digest()


def canonical_json(raw: Mapping[str, Any]) -> str:
    """One spelling for equal content: sorted keys, no spaces, ASCII escapes."""
    return json.dumps(raw, sort_keys=True, separators=(",", ":"), default=str)


def content_digest(canonical: str, key: bytes) -> str:
    """128-bit keyed digest as 32 hex digits."""
    return blake2b(canonical.encode(), key=key, digest_size=KEY_HEX_LENGTH // 2).hexdigest()


def record_key(digest: str, occurrence: int) -> str:
    """``occurrence`` counts exact copies of the same content, from 0."""
    return f"{digest}.{occurrence}"
