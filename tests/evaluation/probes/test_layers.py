"""Probes find what was planted, find nothing where nothing is, and their p-values hold what they promise."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from evaluation.probes.folds import codes, disjoint_folds
from evaluation.probes.layers import Probed, StudySettings, difference, probe_model
from evaluation.probes.linear_probe import LayerProbe, ProbeSettings
from evaluation.probes.measures import auc_of_columns, max_t, permuted_labels
from schemas.errors import ConfigError
from tests.evaluation.probes.made_features import MadeFeatures, made

QUICK = StudySettings(permutations=99, draws=200, controls=1)


def study(seed, settings=QUICK, **made_of):
    return probe_model(*made(seed, **made_of), settings, f"key {seed}".encode())


def test_identity_without_memory_fools_the_sample_split_alone():
    found = [study(seed, identity=1.0, identities=50, images=8, dims=300).layers[0] for seed in range(6)]
    accuracies = [one.accuracy.value for one in found]
    assert 0.47 < np.mean(accuracies) < 0.53
    assert min(one.sample_split for one in found) > 0.8
    assert max(abs(one.selectivity) for one in found) < 0.1
    assert sum(one.accuracy.low < 0.5 < one.accuracy.high for one in found) >= 5
    assert sum(one.p < 0.05 for one in found) <= 1


def test_folds_of_the_split_that_are_not_even_do_not_push_accuracy_below_chance():
    accuracies = []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        labels, names = np.arange(28) < 14, [f"unit-{number}" for number in range(28)]
        folds = rng.integers(0, 5, 28)
        plan = Probed(labels, names, names, folds, folds).plan(5, b"key")
        scores = LayerProbe(rng.normal(size=(28, 16)), plan, ProbeSettings()).held_out(labels).logit
        accuracies.append(np.mean((scores > 0) == labels))
    assert 0.465 < np.mean(accuracies) < 0.535


@pytest.mark.parametrize("shared_images", [False, True])
def test_a_planted_direction_is_found_in_its_layer(shared_images):
    features, probed = made(3, identity=0.5, memory=1.0, layers=4, planted=2)
    if shared_images:
        images = [f"image-{number % 37}" for number in range(len(probed.images))]
        probed = Probed(probed.labels, probed.identities, images)
    found = probe_model(features, probed, QUICK, b"key")
    assert found.family.p == 0.01
    assert [one.p < 0.05 for one in found.layers] == [False, False, True, False]
    assert found.layers[2].auc.low > 0.6
    assert found.layers[2].accuracy.low > 0.55
    assert found.family.null_high < found.layers[2].auc.value


def smallest_p(seed):
    features, probed = made(seed, identity=0.7, identities=12, images=3, dims=8, layers=4)
    key = b"%d" % seed
    plan = probed.plan(4, key)
    relabelled = permuted_labels(probed.labels, codes(probed.identities), plan, 39, key)
    labels = np.column_stack([probed.labels, relabelled])
    areas = [
        auc_of_columns(LayerProbe(features.layer(at), plan, ProbeSettings()).permuted(labels), labels, plan)
        for at in range(4)
    ]
    return max_t(np.array(areas)[:, 0], np.array(areas)[:, 1:]).p


def test_the_largest_of_many_layers_is_called_a_find_at_the_rate_that_was_asked_for():
    found = np.array([smallest_p(seed) for seed in range(400)])
    assert 0.025 < np.mean(found <= 0.05) < 0.085
    assert 0.43 < np.mean(found <= 0.5) < 0.57


def test_rotated_features_give_the_same_probe_as_scikit_learn_on_the_plain_ones():
    features, probed = made(1, identities=15, images=4, dims=200, memory=0.8)
    plan = disjoint_folds(probed.identities, probed.images, probed.labels, 3, b"key")
    layer = features.layer(0).astype(np.float64)
    found = LayerProbe(layer, plan, ProbeSettings(cost=200.0)).held_out(probed.labels).logit
    for fold in plan.folds:
        scaler = StandardScaler().fit(layer[fold.train])
        plain = LogisticRegression(C=1.0, max_iter=5000, tol=1e-8)
        plain.fit(scaler.transform(layer[fold.train]), probed.labels[fold.train])
        wanted = plain.decision_function(scaler.transform(layer[fold.test]))
        assert np.allclose(found[fold.test], wanted, atol=0.02)


def test_what_all_models_tell_is_no_difference_and_what_one_learned_is():
    features, probed = made(5, identity=0.5, layers=3)
    _, remembered = features, made(5, identity=0.5, layers=3, memory=1.0, planted=1)[0]
    control = probe_model(features, probed, QUICK, b"key")
    tuned = probe_model(remembered, probed, QUICK, b"key")
    none = difference(control, control, 200, b"key")
    assert none.family.p == 1.0
    assert all(one.auc.low == one.auc.high == 0 for one in none.layers)
    found = difference(tuned, control, 200, b"key")
    assert found.layers[1].p == 0.01
    assert found.layers[1].accuracy.low > 0


def test_models_on_other_samples_are_not_compared():
    one, other = study(1, identities=10), study(1, identities=12)
    with pytest.raises(ConfigError, match="same split"):
        difference(one, other, 10, b"key")


def test_the_online_code_is_short_where_there_is_memory_and_no_shorter_than_chance_without():
    settings = StudySettings(permutations=1, draws=1, controls=0, blocks=5)
    assert study(2, settings, memory=2.0).layers[0].bits < 0.6
    assert study(2, settings, identity=1.0).layers[0].bits > 0.95


def test_the_cost_is_chosen_by_inner_folds():
    features, probed = made(4, memory=1.0)
    settings = StudySettings(ProbeSettings(inner_costs=(1e-9, 1.0)), permutations=9, draws=50, controls=0)
    assert probe_model(features, probed, settings, b"key").layers[0].accuracy.value > 0.6


def test_constant_features_are_at_chance_and_break_nothing():
    _, probed = made(1, identities=10)
    found = probe_model(MadeFeatures([np.ones((len(probed.labels), 4))]), probed, QUICK, b"key")
    assert found.layers[0].auc.value == 0.5
    assert found.family.p == 1.0


def test_features_that_are_no_numbers_are_refused():
    features, probed = made(1, identities=10)
    features.layer(0)[3, 2] = np.nan
    with pytest.raises(ConfigError, match="NaN"):
        probe_model(features, probed, QUICK, b"key")


@pytest.mark.parametrize(
    ("labels", "folds"),
    [([True] * 8, [0, 1] * 4), ([True] * 7 + [False], [0, 1] * 4), ([True, False] * 4, [0] * 8)],
)
def test_one_class_or_one_fold_is_refused(labels, folds):
    names = [f"unit-{number}" for number in range(8)]
    probed = Probed(np.array(labels), names, names, np.array(folds), np.array(folds))
    with pytest.raises(ConfigError):
        probe_model(MadeFeatures([np.ones((8, 2))]), probed, QUICK, b"key")


def test_an_identity_with_two_labels_is_refused():
    with pytest.raises(ConfigError, match="one label"):
        Probed(np.array([True, False]), ["a", "a"], ["x", "y"])
