"""Folds keep identities and images apart, and classes even."""

import numpy as np
import pytest

from evaluation.probes.folds import FoldKind, disjoint_folds, given_folds, sample_folds
from schemas.errors import ConfigError

KEY = b"a key"


def split(identities=30, per=6, shared_images=False, seed=0):
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(identities), per)
    where = rng.integers(0, 40, len(who)) if shared_images else np.arange(len(who))
    return [f"i{n}" for n in who], [f"m{n}" for n in where], who % 2 == 0


def check_disjoint(plan, identities, images):
    tested = np.concatenate([fold.test for fold in plan.folds])
    assert sorted(tested) == list(range(len(identities)))
    for fold in plan.folds:
        for names in (np.array(identities), np.array(images)):
            assert not set(names[fold.train]) & set(names[fold.test])


@pytest.mark.parametrize("shared", [False, True])
def test_no_identity_and_no_image_is_on_both_sides(shared):
    identities, images, labels = split(shared_images=shared)
    plan = disjoint_folds(identities, images, labels, 5, KEY)
    check_disjoint(plan, identities, images)
    assert plan.kind is (FoldKind.CROSSED if shared else FoldKind.COMPONENTS)


def test_images_shared_by_two_identities_tie_them_together():
    identities, images, labels = split()
    images[0] = images[-1]
    plan = disjoint_folds(identities, images, labels, 5, KEY)
    check_disjoint(plan, identities, images)
    assert plan.kind is FoldKind.COMPONENTS
    assert plan.stratum[0] == plan.stratum[-1]


def test_every_fold_holds_both_classes_evenly():
    identities, images, labels = split(identities=40)
    for fold in disjoint_folds(identities, images, labels, 5, KEY).folds:
        assert labels[fold.test].sum() * 2 == len(fold.test) == 48


def test_folds_follow_from_the_key_and_the_names_alone():
    identities, images, labels = split()
    one = disjoint_folds(identities, images, labels, 5, KEY).stratum
    turned = disjoint_folds(identities[::-1], images[::-1], labels[::-1], 5, KEY).stratum
    assert np.array_equal(one, turned[::-1])
    assert not np.array_equal(one, disjoint_folds(identities, images, labels, 5, b"another").stratum)


def test_folds_that_came_with_a_split_are_kept():
    identities, images, _ = split()
    by_identity = np.array([int(name[1:]) % 5 for name in identities])
    plan = given_folds(identities, images, by_identity, by_identity)
    check_disjoint(plan, identities, images)
    assert np.array_equal(plan.stratum, by_identity)
    by_image = np.array([int(name[1:]) % 4 for name in images])
    crossed = given_folds(identities, images, by_identity, by_image)
    check_disjoint(crossed, identities, images)


def test_given_folds_that_part_an_identity_are_refused():
    identities, images, _ = split()
    by_sample = np.arange(len(identities)) % 5
    with pytest.raises(ConfigError, match="fold_identity"):
        given_folds(identities, images, by_sample, by_sample)


def test_the_foil_shares_identities():
    identities, _, labels = split()
    fold = sample_folds(labels, 5, KEY).folds[0]
    names = np.array(identities)
    assert set(names[fold.test]) <= set(names[fold.train])
    assert abs(labels[fold.test].mean() - labels.mean()) < 0.02


@pytest.mark.parametrize(("count", "said"), [(1, "2 or more"), (16, "15 unseen identities")])
def test_a_number_of_folds_that_cannot_be_is_refused(count, said):
    identities, images, labels = split()
    with pytest.raises(ConfigError, match=said):
        disjoint_folds(identities, images, labels, count, KEY)
