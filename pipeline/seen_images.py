"""What was seen of each distinct image before anything is made of it: decoded once, sized, hashed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipeline.corpus_plan import CorpusPlan
from pipeline.image_refs import read_known_image
from pipeline.slot_files import SlotFiles
from pipeline.work_notes import WorkNotes
from schemas.errors import RejectRecord, RunFailed
from schemas.reasons import Reason, Stage
from transforms.image.open import ImageLimits, open_image
from transforms.watermark.near_duplicates import perceptual_hash


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


class LookPlan(CorpusPlan, Protocol):
    """The plan of a run that looks at every image before all else."""

    @property
    def image_limits(self) -> ImageLimits:
        """What is too large to be opened."""
        ...

    @property
    def notes(self) -> WorkNotes:
        """Who works on which image, and which are held back."""
        ...

    def look_digest(self) -> str:
        """Changes whenever what is seen of a source image could change."""
        ...


def seen_files(plan: LookPlan) -> SlotFiles:
    """Where it stands what was seen of source images."""
    return SlotFiles(plan.layout.look / plan.look_digest()[:16])


def held_back_files(plan: LookPlan) -> SlotFiles:
    """Those of ``seen_files`` that cannot be used, apart: they are few, and every shard asks for them."""
    return SlotFiles(plan.layout.look / plan.look_digest()[:16] / "held_back")


def read_seen(plan: LookPlan, slot: int) -> list[SeenImage]:
    """What was seen of the images of a slot, by digest."""
    return seen_files(plan).read(slot, SeenImage) or []


def look_at(sha: str, location: str, limits: ImageLimits) -> SeenImage:
    """What there is to see of one source image. Never raises for what an image can hold; RunFailed if it has
    changed since it was read."""
    data = read_known_image(sha, location, limits.max_bytes)
    try:
        rgb = open_image(data, limits).rgb
        look = f"{perceptual_hash(rgb):016x}"
    except RejectRecord as reject:
        return SeenImage(sha, stage=reject.stage.value, reason=reject.reason.value)
    except (MemoryError, RunFailed):
        raise
    except Exception:  # noqa: BLE001  (what breaks a decoder holds back its image only)
        return SeenImage(sha, stage=Stage.AUDIT_IMAGE.value, reason=Reason.ENGINE_FAILED.value)
    return SeenImage(sha, rgb.shape[0], rgb.shape[1], look)
