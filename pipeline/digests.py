"""What decides the bytes of an output beside its settings: the code, and the libraries under it."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from schemas.errors import RunFailed

_LIBRARIES = ("faker", "numpy", "opencv-python-headless", "onnxruntime", "phonenumbers", "pillow", "pyarrow",
              "python-stdnum", "rapidocr", "spacy")  # fmt: skip


@cache
def library_versions() -> dict[str, str]:
    """Versions of the libraries whose behaviour reaches the output bytes."""
    return {name: _version(name) for name in _LIBRARIES}


def _version(name: str) -> str:
    """Of a library, or of the build of it for a GPU that may stand in its place."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{metadata.version(f'{name}-gpu')}-gpu"


@cache
def code_digest() -> str:
    """SHA-256 over every code and rule file that decides the output."""
    digest = sha256()
    for package in ("schemas", "transforms", "pipeline"):
        root = Path(str(resources.files(package)))
        for path in sorted([*root.rglob("*.py"), *root.rglob("*.yaml")]):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def check_same_code(made_by: str) -> None:
    """Raises RunFailed if the code on disk is no longer that with the digest ``made_by``."""
    if made_by != code_digest():
        raise RunFailed("mmscrub was changed while the run was going: run again")


def digest_of(content: Any) -> str:
    """SHA-256 of plain content as JSON."""
    return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
