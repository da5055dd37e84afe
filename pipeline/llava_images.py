"""Names of the images that ``--llava-images`` writes beside the drop-in LLaVA JSON.

A file keeps its path. An image that stood inside its source gets its digest in the name: two sources, or two
rows, may give one name to different images.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.outcome import Outcome
from pipeline.parse_images import map_image_paths

_LONGEST_PART = 200
"""Bytes of one part of a path; file systems end at 255."""
_DIGEST_CHARACTERS = 16


def export_names(outcome: Outcome, blobs: Path) -> dict[str, str]:
    """The path below ``llava/images`` of every embedded image of a record, by its path in the record.
    ``blobs`` is where the run keeps the bytes of embedded images."""
    if outcome.record is None:
        return {}
    return {
        ref.path: _with_digest(ref.path, result.cleaned_sha256 or result.sha256)
        for ref, result in zip(outcome.record.images, outcome.images, strict=False)
        if Path(ref.location).is_relative_to(blobs)
    }


def with_export_names(raw: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """``raw`` with its images under their exported names."""
    return map_image_paths(raw, lambda path: names.get(path, path)) if names else raw


def _with_digest(path: str, digest: str) -> str:
    pure = PurePosixPath(path)
    if not pure.name or any(len(part.encode()) > _LONGEST_PART for part in pure.parts) or len(path) > 1000:
        return digest
    return str(pure.with_name(f"{pure.stem}-{digest[:_DIGEST_CHARACTERS]}{pure.suffix}"))
