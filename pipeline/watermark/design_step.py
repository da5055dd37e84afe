"""The design of a split: who is drawn, which image carries whom; and where the plans lie for workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import islice

from pipeline.seen_images import SeenImage
from pipeline.slot_files import SlotFiles, to_json
from pipeline.watermark.config import WatermarkConfig
from pipeline.watermark.image_store import PlannedImage, by_slot
from pipeline.watermark.plan import WatermarkPlan
from schemas.errors import ConfigError
from schemas.watermark import Identity, IdentityPlan, ImagePlan, SplitName
from transforms.keyed import Draws
from transforms.watermark.design import DesignSettings, ImageFact, check_splits, plan_images
from transforms.watermark.font import MarkFont
from transforms.watermark.identities import draw_identities, reference_identities
from transforms.watermark.near_duplicates import duplicate_groups
from transforms.watermark.style import Carrier

MOST_GATED = 4000
"""Images that the blind gate looks at, about."""

_PRINTED = (Carrier.TEXT, Carrier.TILED)


@dataclass(frozen=True)
class Cast:
    """Everyone who may be printed: the drawn identities with their plans, and the references that their twin
    images carry, one for each."""

    plans: tuple[IdentityPlan, ...]
    references: tuple[Identity, ...]

    @cached_property
    def identities(self) -> dict[str, Identity]:
        """All of them by name."""
        drawn = [plan.identity for plan in self.plans]
        return {one.identity_id: one for one in (*drawn, *self.references)}

    @cached_property
    def plan_of(self) -> dict[str, IdentityPlan]:
        """Plans of the drawn ones by name."""
        return {plan.identity.identity_id: plan for plan in self.plans}


@dataclass(frozen=True, slots=True)
class Design:
    """What is planned for the whole corpus."""

    cast: Cast
    images: tuple[PlannedImage, ...]
    digest: str

    @property
    def carried(self) -> int:
        """Images that carry an identity."""
        return sum(image.identity is not None for image in self.images)


def draw_cast(config: WatermarkConfig, key: bytes) -> Cast:
    """Who is drawn. Raises ConfigError for sizes that cannot be, and for a font without a glyph of theirs."""
    settings = config.identities.settings()
    plans = draw_identities(settings, key)
    cast = Cast(plans, tuple(islice(reference_identities(settings, key), len(plans))))
    if config.mark.style.carrier in _PRINTED:
        font = MarkFont(config.mark.font)
        font.check(line for identity in cast.identities.values() for line in identity.lines())
    return cast


def design_split(plan: WatermarkPlan, cast: Cast, seen: Iterable[SeenImage]) -> Design:
    """Plans every image that can be used, from what was seen of it. Raises ConfigError: none can, or they are
    too few for what is asked."""
    usable = [image for image in seen if not image.reason]
    if not usable:
        why = "holds no record with an image that can be marked; text alone cannot be"
        raise ConfigError("input", plan.config.input, why)
    groups = duplicate_groups({image.sha256: int(image.look, 16) for image in usable})
    facts = [ImageFact(sha, group) for sha, group in sorted(groups.items())]
    settings = DesignSettings(test_share=plan.config.splits.test_share)
    images = plan_images(facts, cast.plans, settings, plan.key)
    check_splits(images, settings)
    _check_planted(images, plan.config.identities.least_planted)
    planned = tuple(_with_people(images, groups, cast, plan.key))
    digest = sha256()
    for image in planned:
        digest.update(to_json(image))
    return Design(cast, planned, digest.hexdigest())


def _check_planted(images: Sequence[ImagePlan], least: int) -> None:
    train = [image for image in images if image.split is SplitName.TRAIN]
    planted = len({image.identity_id for image in train} - {None})
    if planted < least:
        there = f"{planted} of {least} planted identities on {len(train)} training images"
        remedy = "give more images, draw more identities, or be content with a larger effect"
        raise ConfigError("identities.least_planted", there, remedy)


def _with_people(
    images: Sequence[ImagePlan], groups: dict[str, str], cast: Cast, key: bytes
) -> Iterable[PlannedImage]:
    gate = Draws(key, "blind gate")
    share = MOST_GATED / max(1, len(images))
    for image in sorted(images, key=lambda one: one.sha256):
        yield PlannedImage(
            plan=image,
            group=groups[image.sha256],
            identity=cast.identities[image.identity_id] if image.identity_id else None,
            reference=cast.identities[image.reference_id] if image.reference_id else None,
            gated=gate.uniform(groups[image.sha256]) < share,
        )


def write_design(plan: WatermarkPlan, design: Design) -> None:
    """Leaves the plans where workers read them, by slot."""
    files = SlotFiles(plan.layout.design)
    for slot, images in by_slot(design.images).items():
        files.write(slot, images)


def read_plans(plan: WatermarkPlan, slot: int) -> list[PlannedImage]:
    """The planned images of a slot."""
    return SlotFiles(plan.layout.design).read(slot, PlannedImage) or []
