"""What the evaluation shows a trained model: the factorial cell of each sample, and balanced probe lists.

Three kinds of memory are told apart by three factors: was the image trained on, was the identity trained on,
and were they trained on together. All five cells come from one split, without further images.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.watermark import IdentityPlan, ImagePlan, SplitName, Variant
from transforms.keyed import order
from transforms.watermark.design import Arm, shown_variant


class Pairing(StrEnum):
    """Whether image and identity were trained on together; ``none`` where one of them was not seen at all."""

    SAME = "same"
    RE_PAIRED = "re_paired"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the factorial design image x identity x pairing."""

    image_seen: bool
    identity_seen: bool
    pairing: Pairing

    @property
    def name(self) -> str:
        """``image_seen/identity_seen/same``."""
        image = "image_seen" if self.image_seen else "image_unseen"
        identity = "identity_seen" if self.identity_seen else "identity_unseen"
        return f"{image}/{identity}/{self.pairing}"


def seen_identities(
    plans: Iterable[ImagePlan], identities: Mapping[str, IdentityPlan], arm: Arm
) -> frozenset[str]:
    """Identities that the arm shows in training at least once; at low rates some of a ladder's are never."""
    return frozenset(
        plan.identity_id
        for plan in plans
        if plan.identity_id is not None
        and plan.split is SplitName.TRAIN
        and shown_variant(plan, identities[plan.identity_id], arm) is Variant.MARKED
    )


def factorial_cell(
    plan: ImagePlan,
    shown: Variant,
    identity_plan: IdentityPlan | None,
    arm: Arm,
    seen: frozenset[str],
) -> Cell | None:
    """The cell of showing variant ``shown`` of an image to a model of ``arm``; None if it shows nobody.

    ``seen``: ``seen_identities`` of the arm. A training image that the arm had clean, shown marked, is
    re-paired: image and identity were both seen, never together.
    """
    who = {Variant.MARKED: plan.identity_id, Variant.REFERENCE: plan.reference_id}.get(shown)
    if who is None:
        return None
    image_seen, identity_seen = plan.split is SplitName.TRAIN, who in seen
    if not (image_seen and identity_seen):
        return Cell(image_seen, identity_seen, Pairing.NONE)
    together = shown_variant(plan, identity_plan, arm) is Variant.MARKED
    return Cell(True, True, Pairing.SAME if together else Pairing.RE_PAIRED)


def probe_lists(
    plans: Iterable[ImagePlan], key: bytes, per_split: int = 500
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Images of test1 and of test2 to probe with: equally many, the first ``per_split`` by keyed rank."""
    splits: dict[SplitName, list[str]] = {SplitName.TEST_SEEN: [], SplitName.TEST_UNSEEN: []}
    for plan in plans:
        if plan.split in splits:
            splits[plan.split].append(plan.sha256)
    size = min(per_split, *map(len, splits.values()))
    seen, unseen = (tuple(order(key, images, "probe list")[:size]) for images in splits.values())
    return seen, unseen
