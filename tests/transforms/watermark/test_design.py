"""The design: nested rates, exact ladders, groups that stay together, and no dependence on order."""

from bisect import bisect_left
from collections import Counter, defaultdict
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from schemas.errors import ConfigError
from schemas.watermark import ImagePlan, Pool, SplitName, Variant
from transforms.keyed import Draws
from transforms.watermark.design import (
    Arm,
    DesignSettings,
    ImageFact,
    check_splits,
    count_train,
    longest_ladder,
    plan_images,
    shown_variant,
)
from transforms.watermark.identities import Coin, IdentitySettings, draw_identities, mirror_of

KEY = b"a key for tests"
IDENTITIES = draw_identities(IdentitySettings(), KEY)
PLAN_OF = {plan.identity.identity_id: plan for plan in IDENTITIES}
FACTS = [ImageFact(digest, digest) for digest in (sha256(b"%d" % n).hexdigest() for n in range(12_500))]


def planned(facts=FACTS, identities=IDENTITIES, test_share=0.2):
    return plan_images(facts, identities, DesignSettings(test_share), KEY)


def shown(plans, arm):
    return {
        plan.sha256
        for plan in plans
        if plan.split is SplitName.TRAIN
        and shown_variant(plan, PLAN_OF.get(plan.identity_id), Arm.parse(arm)) is Variant.MARKED
    }


def test_embedding_rates_leave_the_99_percent_band_for_one_key_in_a_hundred():
    ids, keys = [fact.sha256 for fact in FACTS[:10_000]], 60
    outside = Counter()
    for number in range(keys):
        draws = Draws(b"key %d" % number, "rate")
        drawn = sorted(draws.uniform(name) for name in ids)
        for rate in (0.01, 0.25, 0.5, 0.75, 0.99):
            low, high = binom.interval(0.99, 10_000, rate)
            outside[rate] += not low <= bisect_left(drawn, rate) <= high
    assert max(outside.values()) <= binom.ppf(0.9999, keys, 0.01)


def test_arms_mark_the_images_below_their_rate_so_they_are_nested():
    plans = planned(FACTS[:10_000], test_share=0)
    assert [plan.h_rate for plan in plans] == [Draws(KEY, "rate").uniform(plan.sha256) for plan in plans]
    before = set()
    for percent in (0, 1, 2.5, 10, 25, 50, 75, 99, 100):
        marked = shown(plans, f"r{percent}")
        assert marked == {plan.sha256 for plan in plans if plan.h_rate < percent / 100}
        assert before <= marked
        before = marked
    assert not shown(plans, "r0")
    assert len(before) == 10_000


def test_splits_have_their_shares():
    sizes = Counter(plan.split for plan in planned())
    for split, share in ((SplitName.TRAIN, 0.8), (SplitName.TEST_SEEN, 0.1), (SplitName.TEST_UNSEEN, 0.1)):
        low, high = binom.interval(0.99, len(FACTS), share)
        assert low <= sizes[split] <= high


def test_train_and_test1_carry_seen_identities_and_test2_unseen_ones():
    for plan in planned():
        pool = Pool.UNSEEN if plan.split is SplitName.TEST_UNSEEN else Pool.SEEN
        assert PLAN_OF[plan.identity_id].identity.pool is pool
        assert plan.reference_id == mirror_of(plan.identity_id)


def test_every_planted_identity_is_as_likely_as_any_other():
    counts = Counter(plan.identity_id for plan in planned() if plan.split is SplitName.TRAIN)
    assert len(counts) == 200
    low, high = binom.interval(0.99999, sum(counts.values()), 1 / 200)
    assert low <= min(counts.values()) <= max(counts.values()) <= high


def test_test_images_carry_identities_of_their_own_fold():
    tests = [plan for plan in planned() if plan.split is not SplitName.TRAIN]
    assert all(PLAN_OF[plan.identity_id].fold == plan.fold for plan in tests)
    assert {plan.fold for plan in tests} == set(range(5))
    assert len({plan.identity_id for plan in tests}) > 390  # of 400, with six images each on average


@pytest.mark.parametrize("coin", list(Coin))
def test_the_ladder_is_exact(coin):
    ladder = tuple(2**step for step in range(6))
    identities = draw_identities(IdentitySettings(ladder=ladder, coin=coin), KEY)
    plans = planned(identities=identities)
    counts = Counter(plan.identity_id for plan in plans if plan.split is SplitName.TRAIN)
    planted = [plan for plan in identities if plan.identity.pool is Pool.SEEN]
    for plan in planted:
        assert counts.pop(plan.identity.identity_id) == plan.repetition_target
    assert set(counts) == {None}
    assert {plan.repetition_target for plan in planted} == set(ladder)


def test_images_that_the_ladder_leaves_over_are_clean_in_every_arm():
    identities = draw_identities(IdentitySettings(ladder=(1,)), KEY)
    left = [plan for plan in planned(identities=identities) if plan.identity_id is None]
    assert left
    assert all(plan.reference_id is None and plan.split is SplitName.TRAIN for plan in left)
    assert {shown_variant(plan, None, Arm.parse("r100")) for plan in left} == {Variant.CLEAN}


def test_a_ladder_says_how_many_images_it_needs_and_what_would_fit():
    identities = draw_identities(IdentitySettings(ladder=tuple(2**step for step in range(10))), KEY)
    there = count_train(FACTS, DesignSettings(), KEY)
    with pytest.raises(ConfigError, match=rf"20,460 training images needed, {there:,} there.*64, 128\] fits"):
        planned(identities=identities)
    with pytest.raises(ConfigError, match=r"fewer identities, a smaller test_share or a shorter ladder$"):
        planned(FACTS[:20], identities)


@pytest.mark.parametrize(
    ("train", "rungs"), [(0, 0), (199, 0), (200, 1), (299, 1), (300, 2), (1240, 5), (20_459, 9), (20_460, 10)]
)
def test_the_longest_ladder_that_fits(train, rungs):
    ladder = tuple(2**step for step in range(10))
    assert longest_ladder(ladder, 200, train) == ladder[:rungs]


def test_the_longest_ladder_always_fits():
    for per_pool in (5, 13, 50):
        for train in (10, 40, 200, 999):
            ladder = longest_ladder((1, 2, 4, 8, 16), per_pool, train)
            drawn = draw_identities(IdentitySettings(per_pool, ladder=ladder), KEY)
            assert sum(plan.repetition_target for plan in drawn) / 2 <= train


facts_lists = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), unique_by=lambda pair: pair[0]).map(
    lambda pairs: [ImageFact(f"image {image}", f"group {group}") for image, group in pairs]
)


@settings(max_examples=60, deadline=None)
@given(
    facts_lists.flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts))), st.integers(0, 40)
)
def test_plans_depend_on_neither_order_nor_parts_nor_copies(both, cut):
    facts, shuffled = both
    whole = planned(facts)
    assert planned(shuffled) == whole
    assert planned([*facts, *shuffled]) == whole
    parts = planned(shuffled[:cut]) + planned(shuffled[cut:])
    assert sorted(parts, key=lambda plan: plan.sha256) == whole


@settings(max_examples=20, deadline=None)
@given(st.permutations(FACTS[:120]))
def test_a_ladder_depends_on_no_order(shuffled):
    identities = draw_identities(IdentitySettings(10, ladder=(1, 2, 4)), KEY)
    assert planned(shuffled, identities) == planned(FACTS[:120], identities)


@settings(max_examples=60, deadline=None)
@given(facts_lists)
def test_near_duplicates_never_cross_splits_or_folds(facts):
    group_of = {fact.sha256: fact.group for fact in facts}
    places = defaultdict(set)
    for plan in planned(facts):
        places[group_of[plan.sha256]].add((plan.split, plan.fold))
    assert all(len(some) == 1 for some in places.values())


def test_order_of_identities_does_not_matter():
    assert planned(FACTS[:500], tuple(reversed(IDENTITIES))) == planned(FACTS[:500])


def test_an_image_in_two_groups_is_refused():
    with pytest.raises(ConfigError, match="group"):
        planned([ImageFact("a", "a"), ImageFact("a", "b")])


def test_identities_without_a_held_out_one_are_refused():
    planted = [plan for plan in IDENTITIES if plan.identity.pool is Pool.SEEN]
    for identities in ((), planted):
        with pytest.raises(ConfigError, match="per_pool"):
            planned(FACTS[:5], identities)


def test_shadows_show_the_marks_of_their_half():
    plans = planned(FACTS[:2000])
    for shadow in range(8):
        marked = shown(plans, f"shadow-{shadow}")
        for plan in plans:
            if plan.split is SplitName.TRAIN:
                bit = PLAN_OF[plan.identity_id].shadow_mask >> shadow & 1
                assert (plan.sha256 in marked) == bool(bit)


@pytest.mark.parametrize("arm", ["r0", "r50", "shadow-0"])
def test_test_images_are_marked_in_every_arm(arm):
    tests = [plan for plan in planned(FACTS[:500]) if plan.split is not SplitName.TRAIN]
    assert {shown_variant(plan, PLAN_OF[plan.identity_id], Arm.parse(arm)) for plan in tests} == {
        Variant.MARKED
    }


def test_an_image_at_the_rate_itself_is_clean():
    someone = next(iter(PLAN_OF.values()))
    name = someone.identity.identity_id
    plan = ImagePlan("image", SplitName.TRAIN, 0.25, name, mirror_of(name), 0)
    variants = [shown_variant(plan, someone, Arm.parse(arm)) for arm in ("r0", "r25", "r25.0001", "r100")]
    assert variants == [Variant.CLEAN, Variant.CLEAN, Variant.MARKED, Variant.MARKED]


def test_the_plan_of_another_identity_is_a_mistake():
    plan = planned(FACTS[:5])[0]
    other = next(one for one in IDENTITIES if one.identity.identity_id != plan.identity_id)
    for wrong in (None, other):
        with pytest.raises(ValueError, match="another identity"):
            shown_variant(plan, wrong, Arm.parse("r100"))


@pytest.mark.parametrize(
    ("text", "name", "rate", "shadow"),
    [
        ("r0", "r0", 0, None),
        ("r25", "r25", 0.25, None),
        ("r2.50", "r2.5", 0.025, None),
        ("r100", "r100", 1, None),
        ("shadow-3", "shadow-3", None, 3),
    ],
)
def test_arms_are_parsed(text, name, rate, shadow):
    assert Arm.parse(text, 8) == Arm(name, rate, shadow)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25",
        "r",
        "r-1",
        "r101",
        "r1e2",
        "r٣",
        "rNaN",
        "shadow-",
        "shadow-8",
        "shadow--1",
        "R25",
        None,
        25,
        "r5\n",
    ],
)
def test_other_arms_are_refused(text):
    with pytest.raises(ConfigError, match="arms"):
        Arm.parse(text, 8)


@pytest.mark.parametrize("share", [-0.1, 1, float("nan"), float("inf"), "half", True, None])
def test_shares_that_cannot_be_are_refused(share):
    with pytest.raises(ConfigError, match="test_share"):
        DesignSettings(share)


def test_a_corpus_that_leaves_a_split_empty_is_told_how_many_images_it_needs():
    check_splits(planned(FACTS[:500]), DesignSettings())
    check_splits(planned(FACTS[:1], test_share=0), DesignSettings(0))
    with pytest.raises(ConfigError, match=r"none in test1.*about 132 images"):
        check_splits(
            [plan for plan in planned(FACTS[:500]) if plan.split is not SplitName.TEST_SEEN], DesignSettings()
        )
    with pytest.raises(ConfigError, match="none in train"):
        check_splits([], DesignSettings(0))
