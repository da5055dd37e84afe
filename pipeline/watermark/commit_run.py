"""Lists what a run left in OUT, and commits to it. The commitment is written last but for the manifest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from pipeline.layout import write_atomically
from pipeline.watermark.layout import WatermarkLayout
from pipeline.watermark.revealed import read_manifest
from schemas.watermark_columns import OUT_SHA256, PATH
from transforms.watermark.commitment import Commitment, commit


@dataclass(frozen=True, slots=True)
class Output:
    """Paths of all files below OUT, relative to it: the secret ones, the images, the others."""

    secrets: tuple[str, ...]
    images: tuple[str, ...]
    files: tuple[str, ...]


def commit_output(layout: WatermarkLayout, key: bytes, settings: Mapping[str, Any]) -> Commitment:
    """Writes ``commitment.json`` for what stands in OUT and returns it.

    Call it when all else is written but ``manifest.json``, whose ``settings`` are given here as they will
    stand there. Images are taken as the manifest of images has them; every other file is read.
    """
    output = list_output(layout)
    rows = read_manifest(layout, (PATH, OUT_SHA256))
    made = commit(
        key,
        settings,
        secrets=digests_of(layout, output.secrets),
        files=digests_of(layout, output.files),
        images=((row[PATH], row[OUT_SHA256]) for row in rows if row[PATH] is not None),
    )
    write_atomically(layout.commitment, made.to_json())
    return made


def list_output(layout: WatermarkLayout) -> Output:
    """Every file and link below OUT. Left out are the work folder, the commitment itself, and what speaks
    about the run: ``manifest.json`` (its settings are committed to), ``run.json`` and the card."""
    about = {layout.commitment, layout.manifest, layout.run, layout.card}
    secrets, images, files = [], [], []
    for path in _files_below(layout.root):
        if path in about or path.is_relative_to(layout.work):
            continue
        name = path.relative_to(layout.root).as_posix()
        if path.is_relative_to(layout.secrets):
            if not path.is_relative_to(layout.llava_parts):
                secrets.append(name)
        elif path.is_relative_to(layout.images):
            images.append(name)
        else:
            files.append(name)
    return Output(tuple(sorted(secrets)), tuple(sorted(images)), tuple(sorted(files)))


def digests_of(layout: WatermarkLayout, names: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 of these files by path; a link or what cannot be read has the digest of nothing, ``""``."""
    return {name: digest_file(layout.root / name) for name in names}


def digest_file(path: Path) -> str:
    """SHA-256 of a file as hex; ``""`` for a link and for what cannot be read."""
    if path.is_symlink():
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
