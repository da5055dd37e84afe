"""Reads a folder of images as a corpus: every file that is named as an image is a record of which nothing is
said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.readers.source import RawRow, Source
from schemas.columns import CONVERSATIONS, FROM, ID, IMAGE, VALUE
from schemas.errors import ConfigError

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic",
     ".heif", ".jxl", ".jp2"}
)  # fmt: skip
"""Also of forms that are not decoded: such a file goes to quarantine and is not passed over."""

_TOKEN = "<image>"
_RUN = ".mmscrub"


def read_image_folder(source: Source) -> Iterator[RawRow]:
    """One row per image file anywhere below the folder, in the order of their paths, relative to it.

    Hidden files and folders and outputs of other runs are passed over, links to folders not followed. Raises
    ConfigError if the folder cannot be listed.
    """
    for row, path in enumerate(image_paths_below(Path(source.uri))):
        yield RawRow(row, _record(path))


def image_paths_below(folder: Path) -> list[str]:
    """Paths of the image files below ``folder``, relative to it, sorted. Raises ConfigError."""
    found: list[str] = []

    def fail(error: OSError) -> None:
        remedy = f"cannot be listed ({error.strerror or type(error).__name__})"
        raise ConfigError("images", str(folder), remedy) from None

    for place, folders, names in os.walk(folder, onerror=fail):
        here = Path(place)
        folders[:] = [name for name in folders if name[0] != "." and not (here / name / _RUN).is_dir()]
        below = PurePosixPath(here.relative_to(folder).as_posix())
        found += [str(below / name) for name in names if is_image_name(name)]
    return sorted(found)


def is_image_name(name: str) -> bool:
    """True for a file name that is not hidden and ends as an image's."""
    return name[0] != "." and PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES


def _record(path: str) -> dict[str, Any]:
    turns = [{FROM: "human", VALUE: _TOKEN}, {FROM: "gpt", VALUE: ""}]
    return {ID: path, IMAGE: path, CONVERSATIONS: turns}


def folder_digest(source: Source) -> str:
    """SHA-256 over the paths and sizes of a folder's images; what is in them, every shard says."""
    root = Path(source.uri)
    digest = sha256()
    for path in image_paths_below(root):
        file = root / path
        size = file.stat().st_size if file.is_file() else -1
        digest.update(f"{len(os.fsencode(path))} ".encode() + os.fsencode(path) + f" {size}\n".encode())
    return digest.hexdigest()
