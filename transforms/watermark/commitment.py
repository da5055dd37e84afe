"""Commit before training, reveal after: what makes a p-value one that a third party can accept.

Before training the owner publishes one digest. It fixes the key, the settings, the secret manifest and every
emitted file, and tells nothing of them. After training the key and the manifest are revealed, and anyone can
recompute the digest and everything that it fixed. A draw that was fixed before training cannot have been
chosen to suit the model, which is what a sound rank test needs (arXiv 2409.19798).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import scrypt, sha256
from typing import Any

from schemas.errors import ConfigError

SCHEME = "mmscrub-watermark-commitment/1"
_DIGEST = "digest"
_HEX_LENGTH = 64
# About 50 ms and 16 MiB a guess: a short secret cannot be searched by the billion.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


@dataclass(frozen=True, slots=True)
class Listing:
    """A set of files: how many, and the SHA-256 of its sorted lines ``sha256  path``, each with a newline,
    as ``sha256sum`` writes them."""

    files: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is published before training. ``key``: slow digest of the key, salted with ``settings``, which is
    the digest of the settings. ``secrets`` and ``files``: SHA-256 by path relative to OUT, of the manifest
    that stays secret and of what is emitted beside the images. ``images``: all image files. ``digest``: of
    all the rest; publishing this one line fixes everything."""

    scheme: str
    key: str
    settings: str
    secrets: Mapping[str, str]
    files: Mapping[str, str]
    images: Listing
    digest: str

    def to_json(self) -> bytes:
        """The commitment as a file."""
        return (json.dumps(asdict(self), indent=2, sort_keys=True) + "\n").encode()


def commit(
    key: bytes,
    settings: Mapping[str, Any],
    *,
    secrets: Mapping[str, str],
    files: Mapping[str, str],
    images: Iterable[tuple[str, str]],
) -> Commitment:
    """Fixes everything. ``settings``: JSON values. ``images``: (path, SHA-256) in any order."""
    settings_digest = digest_settings(settings)
    unsigned = Commitment(
        SCHEME,
        digest_key(key, settings_digest),
        settings_digest,
        dict(sorted(secrets.items())),
        dict(sorted(files.items())),
        list_files(images),
        "",
    )
    return replace(unsigned, digest=digest_commitment(unsigned))


def digest_key(key: bytes, salt: str) -> str:
    """A digest from which a key cannot be searched cheaply, and for which no second key is known."""
    # Hashed first: scrypt takes a long password and its SHA-256 for the same.
    return scrypt(sha256(b"key\0" + key).digest(), salt=f"{SCHEME}\0{salt}".encode(), **_SCRYPT).hex()


def digest_settings(settings: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of settings."""
    return sha256(_canonical(settings)).hexdigest()


def list_files(files: Iterable[tuple[str, str]]) -> Listing:
    """The listing of (path, SHA-256) pairs, in whatever order they come."""
    lines = sorted(f"{digest}  {path}\n" for path, digest in files)
    whole = sha256()
    for line in lines:
        whole.update(line.encode("utf-8", "surrogateescape"))
    return Listing(len(lines), whole.hexdigest())


def digest_commitment(commitment: Commitment) -> str:
    """The digest to publish: of everything else in it."""
    body = asdict(commitment)
    del body[_DIGEST]
    return sha256(_canonical(body)).hexdigest()


def same_digest(left: str, right: str) -> bool:
    """Whether two digests in hex are the same, whatever their case."""
    return hmac.compare_digest(left.strip().lower().encode(), right.strip().lower().encode())


def read_commitment(content: bytes, name: str) -> Commitment:
    """The commitment in a file. Raises ConfigError, which tells ``name``, for anything else; whether its
    digest is right is for the verifier to say."""
    try:
        body = json.loads(content)
        found = Commitment(
            scheme=body["scheme"],
            key=_digest(body["key"]),
            settings=_digest(body["settings"]),
            secrets=_digests(body["secrets"]),
            files=_digests(body["files"]),
            images=Listing(_count(body["images"]["files"]), _digest(body["images"]["sha256"])),
            digest=_digest(body[_DIGEST]),
        )
    except (ValueError, LookupError, TypeError, RecursionError):
        raise ConfigError("commitment", name, "is no commitment of a watermarked split") from None
    if found.scheme != SCHEME:
        raise ConfigError("commitment", name, f"is of another scheme than {SCHEME}")
    return found


def _canonical(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _digest(value: object) -> str:
    if not isinstance(value, str) or len(value) != _HEX_LENGTH or int(value, 16) < 0:
        raise ValueError
    return value


def _digests(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError
    return {path: _digest(digest) for path, digest in value.items()}


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value
