"""The images that are probed, and what a watermarked split says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from schemas.errors import ConfigError
from schemas.watermark import SplitName, Variant
from schemas.watermark_columns import (
    FOLD_IDENTITY,
    FOLD_IMAGE,
    IDENTITY_ID,
    PATH,
    SOURCE_SHA256,
    SPLIT,
    VARIANT,
)


@dataclass(frozen=True, slots=True)
class ProbeSample:
    """One image to probe. ``sample_id`` is unique; ``split`` is ``test1`` (identity seen in training) or
    ``test2`` (unseen). ``image_sha256`` names what must not be shared by folds; ``fold_*`` are those of the
    split, None to draw them when probes are fitted."""

    sample_id: str
    split: SplitName
    identity_id: str
    image_sha256: str
    fold_identity: int | None = None
    fold_image: int | None = None


class SampleSource(Protocol):
    """Where samples come from."""

    def samples(self) -> Sequence[ProbeSample]:
        """All of them, in an order of their own that never changes."""

    def image(self, sample: ProbeSample) -> bytes:
        """The image file. Raises OSError if it cannot be read."""


class WatermarkSplit:
    """The output folder of ``mmscrub watermark``: its list of marked images to probe, or another variant of
    the same images (``clean``, ``scrambled`` ...) as a control.

    Raises ConfigError where the folder holds no manifest, or no image of that variant.
    """

    def __init__(self, folder: Path, variant: Variant = Variant.MARKED) -> None:
        self._folder = folder
        rows = _rows(folder / "manifest" / "probes.parquet")
        if variant is not Variant.MARKED:
            rows = _other_variant(folder, rows, variant)
        if not rows:
            raise ConfigError("split", folder, f"lists no {variant.value} image to probe")
        self._paths = {str(row[PATH]): _inside(folder, str(row[PATH])) for row in rows}
        self._samples = tuple(sorted((_sample(row) for row in rows), key=lambda one: one.sample_id))
        if len(self._paths) < len(rows):
            raise ConfigError("split", folder, "lists an image twice: write the split again")

    def samples(self) -> Sequence[ProbeSample]:
        """By path, which is opaque."""
        return self._samples

    def image(self, sample: ProbeSample) -> bytes:
        """The emitted file."""
        return self._paths[sample.sample_id].read_bytes()


def _sample(row: dict[str, Any]) -> ProbeSample:
    return ProbeSample(
        str(row[PATH]),
        SplitName(row[SPLIT]),
        str(row[IDENTITY_ID]),
        str(row[SOURCE_SHA256]),
        row.get(FOLD_IDENTITY),
        row.get(FOLD_IMAGE),
    )


def _other_variant(folder: Path, rows: list[dict[str, Any]], variant: Variant) -> list[dict[str, Any]]:
    paths = {
        row[SOURCE_SHA256]: row[PATH]
        for file in sorted((folder / "manifest").glob("images-*.parquet"))
        for row in _rows(file, [PATH, SOURCE_SHA256, VARIANT])
        if row[VARIANT] == variant.value and row[PATH]
    }
    return [
        row | {PATH: paths[row[SOURCE_SHA256]]} for row in rows if paths.get(row[SOURCE_SHA256]) is not None
    ]


def _rows(file: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows: list[dict[str, Any]] = pq.read_table(file, columns=columns).to_pylist()
    except (OSError, pa.ArrowException) as error:
        remedy = f"cannot be read ({type(error).__name__}): give the output folder of mmscrub watermark"
        raise ConfigError("split", file, remedy) from None
    missing = {PATH, SOURCE_SHA256} - set(rows[0] if rows else {PATH, SOURCE_SHA256})
    if missing:
        raise ConfigError("split", file, f"has no column {', '.join(sorted(missing))}")
    return rows


def _inside(folder: Path, path: str) -> Path:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise ConfigError("split", path, "a path that leads out of the folder")
    return folder / parts
