"""The experimental design: which split an image falls in, whom it carries, and which arm shows the mark.

Split and fold are drawn per group of near duplicates, rate and identity per image, all from keyed hashes.
So without a ladder the plan of an image depends on nothing but its own digest, its group, the identities and
the key: images may come in any order and in any number of parts. A ladder gives exact counts and needs all
images at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import regex

from schemas.errors import ConfigError
from schemas.watermark import IdentityPlan, ImagePlan, Pool, SplitName, Variant
from transforms.keyed import Draws, order
from transforms.watermark.identities import mirror_of

_ARM: Final = regex.compile(r"(?:r(?P<percent>[0-9]{1,3}(?:\.[0-9]{1,4})?)|shadow-(?P<shadow>[0-9]{1,2}))")


@dataclass(frozen=True, slots=True)
class DesignSettings:
    """``test_share``: expected share of images (by groups) in the two test splits together, half each.

    Raises:
        ConfigError: not a number in [0, 1).
    """

    test_share: float = 0.2

    def __post_init__(self) -> None:
        number = isinstance(self.test_share, int | float) and not isinstance(self.test_share, bool)
        if not number or not 0 <= self.test_share < 1:
            raise ConfigError("test_share", self.test_share, "give a share from 0 to below 1")


@dataclass(frozen=True, slots=True)
class ImageFact:
    """What the design must know of a distinct image: its digest and the name of its near-duplicate group."""

    sha256: str
    group: str


@dataclass(frozen=True, slots=True)
class Arm:
    """One training set over the same images: a rate (all identities, images with ``h_rate`` below it) or a
    shadow (full rate, half of the identities). Exactly one of the two is set."""

    name: str
    rate: float | None = None
    shadow: int | None = None

    @classmethod
    def parse(cls, text: str, shadows: int | None = None) -> Self:
        """``r25``, ``r2.5`` (percent) or ``shadow-3``. ``shadows``: how many there are, where that is known.

        Raises:
            ConfigError: neither of the two, a rate above 100, a shadow that the design does not have.
        """
        found = _ARM.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ConfigError("arms", text, "write r0 to r100 (percent of images) or shadow-0, shadow-1, …")
        if found["shadow"]:
            shadow = int(found["shadow"])
            if shadows is not None and shadow >= shadows:
                has = f"shadow-0 to shadow-{shadows - 1}" if shadows else "no shadow arms"
                raise ConfigError("arms", text, f"the design has {has}; raise shadows")
            return cls(f"shadow-{shadow}", shadow=shadow)
        percent = float(found["percent"])
        if percent > 100:
            raise ConfigError("arms", text, "a rate is at most r100")
        return cls(f"r{percent:g}", rate=percent / 100)


def plan_images(
    facts: Iterable[ImageFact], identities: Sequence[IdentityPlan], settings: DesignSettings, key: bytes
) -> list[ImagePlan]:
    """One plan per distinct image, by digest. About 10 s for a million images.

    Train images carry planted identities: with a ladder each identity exactly as many images as its rung says
    and the rest nobody's, else one drawn for each image. Test images carry a seen (test1) or unseen (test2)
    identity of their own fold, so probe folds are disjoint in image and identity at once.

    Raises:
        ConfigError: too few training images for the ladder; one image in two groups; no identity to plant.
    """
    groups = _groups_of(facts)
    identities = sorted(identities, key=lambda plan: plan.identity.identity_id)
    there = _by_fold(identities)
    places = _Places(settings, key, len(there[Pool.SEEN]))
    split_of = {image: places.of(group) for image, group in groups.items()}
    train = [image for image, (split, _) in split_of.items() if split is SplitName.TRAIN]
    carried = _carried(train, identities, key)
    rates, tests = Draws(key, "rate"), Draws(key, "test identity")
    plans = []
    for image in sorted(groups):
        split, fold = split_of[image]
        if split is SplitName.TRAIN:
            who = carried.get(image)
        else:
            among = there[Pool.SEEN if split is SplitName.TEST_SEEN else Pool.UNSEEN][fold]
            who = among[tests.below(len(among), image)]
        mirror = None if who is None else mirror_of(who)
        plans.append(ImagePlan(image, split, rates.uniform(image), who, mirror, fold))
    return plans


def count_train(facts: Iterable[ImageFact], settings: DesignSettings, key: bytes) -> int:
    """How many distinct images fall in the training split, whoever the identities are."""
    places = _Places(settings, key, 1)
    return sum(places.of(group)[0] is SplitName.TRAIN for group in _groups_of(facts).values())


def longest_ladder(ladder: Sequence[int], per_pool: int, train_images: int) -> tuple[int, ...]:
    """The lowest rungs, as many as there are training images for; with the Bernoulli coin about so many."""
    rungs = sorted(ladder)
    for count in range(min(len(rungs), per_pool), 0, -1):
        full, more = divmod(per_pool, count)
        if full * sum(rungs[:count]) + sum(rungs[:more]) <= train_images:
            return tuple(rungs[:count])
    return ()


def check_splits(plans: Iterable[ImagePlan], settings: DesignSettings) -> None:
    """Refuses a whole corpus that leaves a split without images.

    Raises:
        ConfigError: names the number of images that is enough in all but one of a million cases.
    """
    there = {plan.split for plan in plans}
    wanted = set(SplitName) if settings.test_share else {SplitName.TRAIN}
    if wanted <= there:
        return
    smallest = min(settings.test_share / 2 or 1.0, 1 - settings.test_share)
    enough = next(count for count in range(1, 10**9) if (1 - smallest) ** count < 1e-6)
    missing = ", ".join(sorted(wanted - there))
    raise ConfigError(
        "images",
        f"none in {missing}",
        f"give about {enough:,} images that are no near duplicates, or set test_share to 0",
    )


def shown_variant(plan: ImagePlan, identity_plan: IdentityPlan | None, arm: Arm) -> Variant:
    """Which file of the image the arm shows. Test images are always marked; ``identity_plan`` is that of
    ``plan.identity_id``.

    Raises:
        ValueError: it is somebody else's.
    """
    if plan.identity_id != (identity_plan.identity.identity_id if identity_plan else None):
        raise ValueError("the plan of another identity")
    if identity_plan is None:
        return Variant.CLEAN
    if plan.split is not SplitName.TRAIN:
        return Variant.MARKED
    if arm.shadow is not None:
        return Variant.MARKED if identity_plan.shadow_mask >> arm.shadow & 1 else Variant.CLEAN
    return Variant.MARKED if arm.rate is not None and plan.h_rate < arm.rate else Variant.CLEAN


class _Places:
    """Split and fold of a group of near duplicates."""

    def __init__(self, settings: DesignSettings, key: bytes, folds: int) -> None:
        self._splits, self._folds_drawn = Draws(key, "split"), Draws(key, "image fold")
        self._test_seen, self._test = settings.test_share / 2, settings.test_share
        self._folds = folds

    def of(self, group: str) -> tuple[SplitName, int]:
        place = self._splits.uniform(group)
        split = SplitName.TRAIN
        if place < self._test:
            split = SplitName.TEST_SEEN if place < self._test_seen else SplitName.TEST_UNSEEN
        return split, self._folds_drawn.below(self._folds, group)


def _groups_of(facts: Iterable[ImageFact]) -> dict[str, str]:
    groups: dict[str, str] = {}
    for fact in facts:
        if groups.setdefault(fact.sha256, fact.group) != fact.group:
            raise ConfigError("group", fact.sha256, "an image is in one group of near duplicates")
    return groups


def _by_fold(identities: Sequence[IdentityPlan]) -> Mapping[Pool, Sequence[Sequence[str]]]:
    """Names of each pool by fold."""
    folds = 1 + max((plan.fold for plan in identities), default=0)
    there: dict[Pool, list[list[str]]] = defaultdict(lambda: [[] for _ in range(folds)])
    for plan in identities:
        there[plan.identity.pool][plan.fold].append(plan.identity.identity_id)
    for pool in (Pool.SEEN, Pool.UNSEEN):
        if not all(there[pool]):
            raise ConfigError(
                "per_pool",
                len(identities) // 2,
                f"a fold of {pool} has no identity; draw more or use fewer folds",
            )
    return there


def _carried(train: Sequence[str], identities: Sequence[IdentityPlan], key: bytes) -> dict[str, str]:
    """Whom each training image carries; images without an entry carry nobody."""
    planted = [plan for plan in identities if plan.identity.pool is Pool.SEEN]
    names = [plan.identity.identity_id for plan in planted]
    if not any(plan.repetition_target for plan in planted):
        draws = Draws(key, "train identity")
        return {image: names[draws.below(len(names), image)] for image in train}
    needed = sum(plan.repetition_target for plan in planted)
    if needed > len(train):
        rungs = sorted({plan.repetition_target for plan in planted})
        fits = ", ".join(map(str, longest_ladder(rungs, len(planted), len(train))))
        raise ConfigError(
            "ladder",
            f"{needed:,} training images needed, {len(train):,} there",
            "give more images, fewer identities, a smaller test_share or a shorter ladder"
            + (f" ([{fits}] fits)" if fits else ""),
        )
    slots = (name for name, plan in zip(names, planted, strict=True) for _ in range(plan.repetition_target))
    return dict(zip(order(key, train, "ladder"), slots, strict=False))
