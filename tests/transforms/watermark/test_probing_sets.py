"""Factorial cells and probe lists."""

from collections import Counter
from hashlib import sha256

import pytest

from schemas.watermark import SplitName, Variant
from transforms.watermark.design import Arm, DesignSettings, ImageFact, plan_images, shown_variant
from transforms.watermark.identities import IdentitySettings, draw_identities
from transforms.watermark.probing_sets import Pairing, factorial_cell, probe_lists, seen_identities

KEY = b"a key for tests"
IDENTITIES = {plan.identity.identity_id: plan for plan in draw_identities(IdentitySettings(20), KEY)}
FACTS = [ImageFact(digest, digest) for digest in (sha256(b"%d" % n).hexdigest() for n in range(2000))]
PLANS = plan_images(FACTS, tuple(IDENTITIES.values()), DesignSettings(), KEY)


def cells(arm, variant):
    seen = seen_identities(PLANS, IDENTITIES, arm)
    for plan in PLANS:
        yield plan, factorial_cell(plan, variant, IDENTITIES.get(plan.identity_id), arm, seen)


def test_one_half_rate_arm_holds_all_five_cells():
    arm = Arm.parse("r50")
    names = Counter(
        cell.name for variant in (Variant.MARKED, Variant.REFERENCE) for _, cell in cells(arm, variant)
    )
    assert set(names) == {
        "image_seen/identity_seen/same",
        "image_seen/identity_seen/re_paired",
        "image_seen/identity_unseen/none",
        "image_unseen/identity_seen/none",
        "image_unseen/identity_unseen/none",
    }


@pytest.mark.parametrize("name", ["r0", "r25", "r100", "shadow-1"])
def test_same_means_that_the_arm_showed_this_mark_on_this_image(name):
    arm = Arm.parse(name)
    for plan, cell in cells(arm, Variant.MARKED):
        train = plan.split is SplitName.TRAIN
        together = train and shown_variant(plan, IDENTITIES[plan.identity_id], arm) is Variant.MARKED
        assert (cell.pairing is Pairing.SAME) == together
        assert cell.image_seen == train


def test_held_out_identities_and_references_are_never_seen():
    for _, cell in cells(Arm.parse("r100"), Variant.REFERENCE):
        assert not cell.identity_seen
    for plan, cell in cells(Arm.parse("r100"), Variant.MARKED):
        assert cell.identity_seen == (plan.split is not SplitName.TEST_UNSEEN)


def test_the_clean_arm_has_seen_nobody():
    assert not seen_identities(PLANS, IDENTITIES, Arm.parse("r0"))


def test_variants_without_an_identity_have_no_cell():
    for variant in (Variant.CLEAN, Variant.SCRAMBLED, Variant.LOREM):
        assert {cell for _, cell in cells(Arm.parse("r50"), variant)} == {None}


def test_probe_lists_are_balanced_and_depend_on_no_order():
    seen, unseen = probe_lists(PLANS, KEY, 50)
    assert len(seen) == len(unseen) == 50
    assert (seen, unseen) == probe_lists(reversed(PLANS), KEY, 50)
    split_of = {plan.sha256: plan.split for plan in PLANS}
    assert {split_of[image] for image in seen} == {SplitName.TEST_SEEN}
    assert {split_of[image] for image in unseen} == {SplitName.TEST_UNSEEN}


def test_short_splits_make_short_lists_of_equal_length():
    tests = Counter(plan.split for plan in PLANS)
    seen, unseen = probe_lists(PLANS, KEY, 10**6)
    assert len(seen) == len(unseen) == min(tests[SplitName.TEST_SEEN], tests[SplitName.TEST_UNSEEN])
    assert probe_lists([], KEY) == ((), ())
