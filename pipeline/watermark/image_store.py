"""What was seen, planned and made of each distinct image, as files between the jobs.

What is seen and planned lies by slot, as it is read in one go; what was made by image, as records ask for it.
None of it holds a pixel.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from pipeline.layout import write_atomically
from pipeline.spool import SLOTS, slot_of
from pipeline.work_notes import WorkNotes
from schemas.watermark import Identity, ImagePlan, MarkedVariant, Variant
from transforms.watermark.blind_features import BlindFeatures

T = TypeVar("T")

GATED = (Variant.CLEAN, Variant.MARKED, Variant.REFERENCE)
"""The twins that the blind gate looks at."""


@dataclass(frozen=True, slots=True)
class SeenImage:
    """One source image as the first job saw it, upright: its size in pixels and its perceptual hash as hex.
    ``stage`` and ``reason`` are empty if it can be used."""

    sha256: str
    height: int = 0
    width: int = 0
    look: str = ""
    stage: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """The plan of an image with all that marking it needs: the identities of its twins, and whether the blind
    gate looks at it. ``group``: images that look the same share it."""

    plan: ImagePlan
    group: str
    identity: Identity | None
    reference: Identity | None
    gated: bool


@dataclass(frozen=True, slots=True)
class MadeFile:
    """One emitted file: its path below OUT, and its blind numbers if the gate looks at them."""

    path: str
    made: MarkedVariant
    features: BlindFeatures | None = None


@dataclass(frozen=True, slots=True)
class MadeImage:
    """What came of one planned image. ``made_for`` says for which plan and settings it is good;
    ``twin_group`` is its opaque name. ``stage`` and ``reason`` are empty if it may be emitted."""

    planned: PlannedImage
    made_for: str
    twin_group: str = ""
    files: tuple[MadeFile, ...] = ()
    stage: str = ""
    reason: str = ""

    @property
    def sha256(self) -> str:
        """Of the source image."""
        return self.planned.plan.sha256


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(value: object) -> bytes:
    """A dataclass of this module as JSON. Infinities stay what they are: a white mark on white changes no
    pixel."""
    plain = _adapter(cast(Hashable, type(value))).dump_python(value)
    return json.dumps(plain, separators=(",", ":")).encode()


class SlotFiles:
    """Values by slot below ``folder``: one JSON line each, in one file per slot."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, slot: int, values: Iterable[object]) -> None:
        """Writes a slot whole."""
        lines = b"".join(to_json(value) + b"\n" for value in values)
        write_atomically(self._path(slot), lines, durable=False)

    def read(self, slot: int, kind: type[T]) -> list[T] | None:
        """The values of a slot; None if it is not written."""
        try:
            lines = self._path(slot).read_bytes().splitlines()
        except FileNotFoundError:
            return None
        return [_adapter(cast(Hashable, kind)).validate_json(line) for line in lines]

    def read_all(self, kind: type[T]) -> Iterator[T]:
        """The values of all slots."""
        for slot in range(SLOTS):
            yield from self.read(slot, kind) or ()

    def _path(self, slot: int) -> Path:
        return self._folder / f"slot-{slot:02d}.jsonl"


class MadeImages(WorkNotes):
    """What came of each image, below ``folder``, and who is working on which."""

    def load(self, sha: str) -> MadeImage | None:
        """What came of an image; None if nothing did yet."""
        try:
            made: MadeImage = _adapter(MadeImage).validate_json(self._made(sha).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        return made

    def save(self, made: MadeImage) -> None:
        """Keeps what came of an image. Its files must be there."""
        write_atomically(self._made(made.sha256), to_json(made), durable=False)

    def _made(self, sha: str) -> Path:
        return self._folder / sha[:2] / f"{sha}.json"


def by_slot(images: Iterable[PlannedImage]) -> dict[int, list[PlannedImage]]:
    """Planned images by slot, sorted by digest; every slot is there."""
    slots: dict[int, list[PlannedImage]] = {slot: [] for slot in range(SLOTS)}
    for image in sorted(images, key=lambda one: one.plan.sha256):
        slots[slot_of(image.plan.sha256)].append(image)
    return slots
