"""Lists and digests the files of a split that its commitment speaks of."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from pipeline.watermark.layout import WatermarkLayout


@dataclass(frozen=True, slots=True)
class Output:
    """Paths below OUT, relative to it: of the secret files, of the images, of the other emitted files."""

    secrets: tuple[str, ...]
    images: tuple[str, ...]
    files: tuple[str, ...]


def list_output(layout: WatermarkLayout) -> Output:
    """Every file and every link below the folders of manifest, images, arms and data, and the summary with
    what the gates said. Card and quarantine are no part of what a model is trained on."""
    parts = layout.llava_parts
    secrets = [path for path in _files_below(layout.secrets) if not path.is_relative_to(parts)]
    emitted = [path for folder in (layout.llava, layout.qwen, layout.data) for path in _files_below(folder)]
    if os.path.lexists(layout.summary):
        emitted.append(layout.summary)
    return Output(
        _names(layout, secrets), _names(layout, _files_below(layout.images)), _names(layout, emitted)
    )


def _names(layout: WatermarkLayout, paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(sorted(path.relative_to(layout.root).as_posix() for path in paths))


def digests_of(layout: WatermarkLayout, names: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 of these files by path; a link or what cannot be read has the digest of nothing, ``""``."""
    return {name: digest_file(layout.root / name) for name in names}


def digest_file(path: Path) -> str:
    """SHA-256 of a regular file as hex; ``""`` for anything else and for what cannot be read."""
    if path.is_symlink() or not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _files_below(root: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(root):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        yield from (here / name for name in (*names, *links))
