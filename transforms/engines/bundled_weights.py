"""Weights that ship with the package: every file is checked against its recorded digest before it is used."""

from __future__ import annotations

import hashlib
from pathlib import Path

from schemas.errors import ConfigError

DIGESTS_FILE = "SHA256SUMS"
"""In the folder of the weights; one ``<sha256>  <relative path>`` line per file, as sha256sum writes it."""

_REMEDY = "the installed weights are damaged or incomplete; reinstall mmscrub"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, lower hex. Raises OSError if it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def combined_sha256(digests: dict[str, str]) -> str:
    """One digest over many files: SHA-256 of their sha256sum lines in name order, lower hex."""
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()


def folder_sha256(folder: Path) -> str:
    """The combined digest of every file below ``folder``."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return combined_sha256({path.relative_to(folder).as_posix(): file_sha256(path) for path in files})


def verified_sha256(folder: Path, key: str) -> str:
    """Checks the files of ``folder`` against its SHA256SUMS; returns the combined digest.

    ``key`` is the configuration key that chose the engine. Raises ConfigError, which names the key and the
    file, if the list or a file is missing or a digest differs.
    """
    try:
        listing = (folder / DIGESTS_FILE).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(key, DIGESTS_FILE, _REMEDY) from error
    recorded = {
        name: digest for digest, name in (line.split("  ", 1) for line in listing.splitlines() if line)
    }
    for name, digest in sorted(recorded.items()):
        try:
            actual = file_sha256(folder / name)
        except OSError as error:
            raise ConfigError(key, name, _REMEDY) from error
        if actual != digest:
            raise ConfigError(key, name, _REMEDY)
    return combined_sha256(recorded)
