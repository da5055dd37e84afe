"""Identities: one law, apart on every field, split by a coin that nothing else depends on."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import islice
from math import log2

import pytest
from scipy.stats import binom, chisquare

from schemas.errors import ConfigError
from schemas.watermark import FIELDS, Pool, Role
from transforms.keyed import uniform
from transforms.tables import read_table
from transforms.watermark import identities
from transforms.watermark.identities import (
    GENDERS,
    Coin,
    IdentitySettings,
    draw_identities,
    entropy_bits,
    known_fields,
    mirror_of,
    reference_identities,
    token_limit,
)
from transforms.watermark.nobody_ids import is_nobodys

KEY = b"a key for tests"
TELLING = ("username", "user_id", "capture_time", "capture_location")


def pools(plans):
    return [
        [plan.identity for plan in plans if plan.identity.pool is pool] for pool in (Pool.SEEN, Pool.UNSEEN)
    ]


def parts(identity):
    first, last = identity.username.split(" ")
    city = identity.capture_location.rsplit(",", 1)
    place = f"{city[0].rsplit(' ', 1)[0]},{city[1]}"
    return {"given": first, "family": last, "city": place, "day": identity.capture_time[:10]}


@pytest.mark.parametrize("per_pool", [5, 200, 3000])
def test_no_two_identities_or_references_share_a_telling_value(per_pool):
    settings = IdentitySettings(per_pool=per_pool)
    everyone = [plan.identity for plan in draw_identities(settings, KEY)]
    everyone += islice(reference_identities(settings, KEY), 2000)
    for field in (*TELLING, "identity_id"):
        assert len({getattr(one, field) for one in everyone}) == len(everyone), field


@pytest.mark.slow
def test_ten_thousand_per_pool_are_apart():
    seen, unseen = pools(draw_identities(IdentitySettings(per_pool=10_000), KEY))
    for field in TELLING:
        values = [{getattr(one, field) for one in pool} for pool in (seen, unseen)]
        assert [len(some) for some in values] == [10_000, 10_000]
        assert not values[0] & values[1]


def test_up_to_the_limit_even_the_parts_of_values_are_apart():
    plans = draw_identities(IdentitySettings(per_pool=token_limit()), KEY)
    for part in ("given", "family", "city", "day"):
        assert len({parts(plan.identity)[part] for plan in plans}) == 2 * token_limit(), part
    assert token_limit() >= 200


def test_every_value_follows_its_form():
    for identity in islice(reference_identities(IdentitySettings(), KEY), 300):
        assert all(line.isascii() and line.isprintable() for line in identity.lines())
        assert is_nobodys(identity.user_id)
        assert identity.gender in GENDERS
        assert 22 <= identity.age <= 62
        moment = datetime.strptime(identity.capture_time, "%Y-%m-%d %H:%M:%S")
        assert 2015 <= moment.year <= 2024
        assert parts(identity)["city"].count(", ") == 1


def test_both_pools_have_the_same_genders_and_ages():
    plans = draw_identities(IdentitySettings(), KEY)
    seen, unseen = pools(plans)
    assert len(seen) == len(unseen) == 200
    assert Counter((one.gender, one.age) for one in seen) == Counter((one.gender, one.age) for one in unseen)


def test_twins_have_equal_gender_age_rung_and_fold_and_sit_in_both_pools():
    plans = {
        plan.identity.identity_id: plan for plan in draw_identities(IdentitySettings(ladder=(1, 4)), KEY)
    }
    for name, plan in plans.items():
        twin = plans[plan.twin]
        assert twin.twin == name
        assert {plan.role, twin.role} == {Role.CANARY_IN, Role.CANARY_OUT}
        for same in ("gender", "age"):
            assert getattr(plan.identity, same) == getattr(twin.identity, same)
        assert (plan.fold, plan.repetition_target) == (twin.fold, twin.repetition_target)


def test_references_mirror_the_identities_in_gender_and_age():
    settings = IdentitySettings(per_pool=30)
    references = {one.identity_id: one for one in islice(reference_identities(settings, KEY), 60)}
    for plan in draw_identities(settings, KEY):
        mirror = references[mirror_of(plan.identity.identity_id)]
        assert mirror.pool is Pool.REFERENCE
        assert (mirror.gender, mirror.age) == (plan.identity.gender, plan.identity.age)


def test_references_are_the_same_each_time_and_do_not_end_early():
    settings = IdentitySettings(per_pool=10)
    first, second = reference_identities(settings, KEY), reference_identities(settings, KEY)
    assert list(islice(first, 3000)) == list(islice(second, 3000))
    assert next(first).identity_id == "reference-03000"


def test_who_is_drawn_does_not_depend_on_coin_ladder_shadows_or_folds():
    settings = IdentitySettings(per_pool=60)
    plain = [replace(plan.identity, pool=Pool.SEEN) for plan in draw_identities(settings, KEY)]
    for other in ({"coin": Coin.BERNOULLI}, {"ladder": (1, 2)}, {"shadows": 4}, {"folds": 3}):
        plans = draw_identities(replace(settings, **other), KEY)
        assert [replace(plan.identity, pool=Pool.SEEN) for plan in plans] == plain


def test_where_usernames_run_out_the_stream_says_so(monkeypatch):
    monkeypatch.setattr(identities, "_LAST_NUMBER", 25)
    stream = reference_identities(IdentitySettings(5), KEY)
    assert len(list(islice(stream, 15))) == 15
    with pytest.raises(ConfigError, match="references"):
        next(stream)


def test_another_key_draws_others():
    one, other = (draw_identities(IdentitySettings(per_pool=100), key) for key in (b"one", b"other"))
    for field in TELLING:
        values = [{getattr(plan.identity, field) for plan in plans} for plans in (one, other)]
        assert len(values[0] & values[1]) <= 1


def test_the_balanced_coin_favours_neither_twin():
    heads = sum(plan.role is Role.CANARY_IN for plan in draw_identities(IdentitySettings(3000), KEY)[::2])
    low, high = binom.interval(0.99, 3000, 0.5)
    assert low <= heads <= high


@pytest.mark.parametrize("coin", [Coin.BERNOULLI, "bernoulli"])
def test_the_bernoulli_coin_is_fair_and_told(coin):
    plans = draw_identities(IdentitySettings(3000, coin=coin), KEY)
    low, high = binom.interval(0.99, 6000, 0.5)
    assert low <= sum(plan.one_run_bit for plan in plans) <= high
    assert all(plan.one_run_bit == (plan.identity.pool is Pool.SEEN) for plan in plans)
    both = Counter(
        first.one_run_bit + second.one_run_bit for first, second in zip(plans[::2], plans[1::2], strict=True)
    )
    assert chisquare([both[0], both[1], both[2]], [750, 1500, 750]).pvalue > 0.001


def test_balanced_pools_tell_no_one_run_bit():
    assert {plan.one_run_bit for plan in draw_identities(IdentitySettings(10), KEY)} == {None}


@pytest.mark.parametrize("shadows", [0, 2, 8, 62])
def test_each_identity_is_in_half_of_the_shadows(shadows):
    plans = draw_identities(IdentitySettings(200, shadows=shadows), KEY)
    assert {plan.shadow_mask.bit_count() for plan in plans} == {shadows // 2}
    for shadow in range(shadows):
        planted = sum(plan.shadow_mask >> shadow & 1 for plan in plans)
        low, high = binom.interval(0.9999, 400, 0.5)
        assert low <= planted <= high


def test_folds_are_of_equal_size_in_both_pools():
    plans = draw_identities(IdentitySettings(200, folds=7), KEY)
    for pool in (Pool.SEEN, Pool.UNSEEN):
        sizes = Counter(plan.fold for plan in plans if plan.identity.pool is pool)
        assert sorted(sizes) == list(range(7))
        assert max(sizes.values()) - min(sizes.values()) <= 1


def test_rungs_are_of_equal_size():
    plans = draw_identities(IdentitySettings(200, ladder=(1, 2, 4)), KEY)
    sizes = Counter(plan.repetition_target for plan in plans if plan.role is Role.CANARY_IN)
    assert sorted(sizes.values()) == [66, 67, 67]


def test_gender_and_age_are_uniform_and_independent_of_the_name():
    everyone = list(islice(reference_identities(IdentitySettings(4000), KEY), 8000))[::2]
    assert chisquare([*Counter(one.gender for one in everyone).values()]).pvalue > 0.001
    assert chisquare([*Counter(one.age for one in everyone).values()]).pvalue > 0.001
    half = Counter((one.gender, one.username < "M") for one in everyone)
    before = sum(count for (_, early), count in half.items() if early) / len(everyone)
    for gender in GENDERS:
        among = half[gender, True] + half[gender, False]
        low, high = binom.interval(0.999, among, before)
        assert low <= half[gender, True] <= high


def liking(identity, model):
    """The score of a model without memory that likes some names, cities, years, genders and ages."""
    words = (*identity.username.split(), identity.capture_location.split()[0], identity.capture_time[:4])
    return sum(uniform(model, word) for word in (*words, identity.gender, str(identity.age)))


@pytest.mark.parametrize("listed", [20, 60])
def test_without_memory_a_canary_ranks_anywhere_among_its_references(listed, monkeypatch):
    whole = identities._lists()  # lists of 60 last for all 59 identities, lists of 20 are used up twice
    short = identities._Lists(whole.given[:listed], whole.family[:listed], whole.cities[:listed])
    monkeypatch.setattr(identities, "_lists", lambda: short)
    monkeypatch.setattr(identities, "DAYS", listed)
    settings, ranks = IdentitySettings(5), Counter()
    for number in range(250):
        key, model = b"key %d" % number, b"model %d" % number
        canary = pools(draw_identities(settings, key))[0][0]
        references = islice(reference_identities(settings, key), 49)
        ranks[sum(liking(one, model) >= liking(canary, model) for one in references) // 5] += 1
    assert chisquare([ranks[part] for part in range(10)]).pvalue > 0.001


def test_without_memory_a_planted_identity_beats_its_twin_half_the_time():
    plans = draw_identities(IdentitySettings(1500), KEY)
    wins = sum(
        (liking(one.identity, b"m") > liking(twin.identity, b"m")) == (one.role is Role.CANARY_IN)
        for one, twin in zip(plans[::2], plans[1::2], strict=True)
    )
    low, high = binom.interval(0.99, 1500, 0.5)
    assert low <= wins <= high


def test_entropy_is_that_of_the_stated_lists():
    names, places = (read_table("transforms.watermark", name) for name in ("names.yaml", "places.yaml"))
    bits = entropy_bits()
    assert list(bits) == list(FIELDS)
    assert bits["username"] == pytest.approx(log2(len(names["given"]) * len(names["family"])))
    assert bits["capture_location"] == pytest.approx(log2(900 * sum(map(len, places["cities"].values()))))
    assert bits["gender"] == 2
    assert bits["capture_time"] == pytest.approx(log2(3653 * 86400))
    assert bits["user_id"] > 24
    assert list(entropy_bits(["age"])) == ["age"]


def test_lists_hold_no_name_twice_and_no_letter_that_a_font_may_lack():
    names, places = (read_table("transforms.watermark", name) for name in ("names.yaml", "places.yaml"))
    cities = [f"{city}, {country}" for country, some in places["cities"].items() for city in some]
    for words in (names["given"] + names["family"], cities):
        assert len(set(words)) == len(words)
        assert all(isinstance(word, str) and word.isascii() and word.isprintable() for word in words)
    for table in (names, places, read_table("transforms.watermark", "ids.yaml")):
        assert table["source"]


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"per_pool": 0}, "per_pool"),
        ({"per_pool": 50_001}, "per_pool"),
        ({"per_pool": True}, "per_pool"),
        ({"per_pool": 2.5}, "per_pool"),
        ({"ladder": (1, 0)}, "ladder"),
        ({"ladder": tuple(range(1, 12)), "per_pool": 10}, "ladder"),
        ({"coin": "loaded"}, "coin"),
        ({"shadows": 3}, "shadows"),
        ({"shadows": 64}, "shadows"),
        ({"folds": 0}, "folds"),
        ({"folds": 6, "per_pool": 5}, "folds"),
    ],
)
def test_sizes_that_cannot_be_are_refused(settings, key):
    with pytest.raises(ConfigError) as refused:
        IdentitySettings(**settings)
    assert refused.value.key == key


def test_a_coin_that_leaves_a_fold_empty_is_refused():
    with pytest.raises(ConfigError, match="draw at least 40"):
        draw_identities(IdentitySettings(per_pool=5, coin=Coin.BERNOULLI), KEY)


def test_an_unknown_field_is_named_with_its_neighbour():
    with pytest.raises(ConfigError, match="did you mean user_id"):
        known_fields(["username", "userid"])
    with pytest.raises(ConfigError, match="use one of username"):
        entropy_bits(["e-mail"])
