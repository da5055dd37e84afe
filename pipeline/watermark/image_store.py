"""What was planned and made of each distinct image, as files between the jobs.

What is planned lies by slot, as it is read in one go; what was made by image, as records ask for it.
None of it holds a pixel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.layout import write_atomically
from pipeline.slot_files import adapter_of, to_json
from pipeline.spool import SLOTS, slot_of
from pipeline.work_notes import WorkNotes
from schemas.watermark import Identity, ImagePlan, MarkedVariant, Variant
from transforms.watermark.blind_features import BlindFeatures

GATED = (Variant.CLEAN, Variant.MARKED, Variant.REFERENCE)
"""The twins that the blind gate looks at."""


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


class MadeImages(WorkNotes):
    """What came of each image, below ``folder``, and who is working on which."""

    def load(self, sha: str) -> MadeImage | None:
        """What came of an image; None if nothing did yet."""
        try:
            made: MadeImage = adapter_of(MadeImage).validate_json(self._made(sha).read_bytes())
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
