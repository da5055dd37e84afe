"""What a plan decides by keyed hash."""

from dataclasses import replace
from hashlib import sha256

import pytest

from pipeline.config import make_config
from pipeline.plan import make_plan
from pipeline.policy_file import load_policy

DIGESTS = [sha256(str(number).encode()).hexdigest() for number in range(2000)]


@pytest.fixture(scope="module")
def plan():
    config = make_config({"input": "corpus.json", "out": "cleaned", "images": "none", "verify_sample": 0.05})
    return make_plan(config, (), load_policy("standard"))


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (0.05, 70, 130), (1.0, 2000, 2000)])
def test_a_sample_has_its_share(plan, share, low, high):
    assert low <= sum(map(replace(plan, verify_sample=share).samples, DIGESTS)) <= high


def test_a_larger_sample_holds_the_smaller_one(plan):
    larger = replace(plan, verify_sample=0.2)
    assert all(larger.samples(sha) for sha in DIGESTS if plan.samples(sha))


def test_another_seed_samples_others(plan):
    other = replace(plan, seed=7)
    assert [plan.samples(sha) for sha in DIGESTS] != [other.samples(sha) for sha in DIGESTS]


def test_the_sample_decides_what_an_image_becomes_and_the_cache_does_not(plan, tmp_path):
    assert replace(plan, verify_sample=0.1).image_digest() != plan.image_digest()
    assert replace(plan, answers=tmp_path).image_digest() == plan.image_digest()
    assert replace(plan, answers=tmp_path).shard_digest() == plan.shard_digest()
