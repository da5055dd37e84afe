"""Radioactive data: the p-value of a cosine."""

import numpy as np
import pytest

from evaluation.memorisation.draws import generator
from evaluation.memorisation.radioactive import aligned_weights, cosine_p_values, radioactive_p_value


def test_the_p_value_agrees_with_random_directions():
    directions = generator("sphere").normal(size=(200_000, 16))
    cosines = directions[:, 0] / np.linalg.norm(directions, axis=1)
    for c in (-0.3, 0.0, 0.2, 0.5):
        share = (cosines >= c).mean()
        assert cosine_p_values([c], 16)[0] == pytest.approx(share, abs=0.004)


def test_in_three_dimensions_it_is_the_cap_of_the_sphere():
    # Archimedes: the area above c is (1 - c) / 2
    assert cosine_p_values([-1, -0.5, 0, 0.5, 1], 3).tolist() == pytest.approx([1, 0.75, 0.5, 0.25, 0])


def test_a_large_cosine_in_many_dimensions_is_very_unlikely():
    assert 0 < cosine_p_values([0.3], 2_048)[0] < 1e-40


def test_classes_are_combined():
    carriers = np.eye(4, 64)
    leaning = generator("weights").normal(size=(4, 64)) + 6 * carriers
    assert radioactive_p_value(leaning, carriers) < 1e-4
    assert radioactive_p_value(carriers, carriers) == 0
    assert radioactive_p_value(generator("plain").normal(size=(4, 64)), carriers) > 0.01


def test_weights_come_back_from_another_feature_space():
    draws = generator("align")
    marking, turn = draws.normal(size=(200, 8)), draws.normal(size=(8, 12))
    weights = draws.normal(size=(3, 12))
    logits = (marking @ turn) @ weights.T
    aligned = aligned_weights(weights, marking, marking @ turn)
    assert np.allclose(marking @ aligned.T, logits)


@pytest.mark.parametrize(("cosine", "dimension"), [([1.5], 8), ([0.5], 1), ([np.nan], 8)])
def test_impossible_cosines_are_refused(cosine, dimension):
    with pytest.raises(ValueError, match="cosine"):
        cosine_p_values(cosine, dimension)


def test_directions_without_length_and_other_shapes_are_refused():
    with pytest.raises(ValueError, match="directions"):
        radioactive_p_value(np.zeros((1, 4)), np.ones((1, 4)))
    with pytest.raises(ValueError, match="shape"):
        radioactive_p_value(np.ones((1, 4)), np.ones((2, 4)))
    with pytest.raises(ValueError, match="fit"):
        aligned_weights(np.ones((1, 4)), np.ones((5, 3)), np.ones((6, 4)))
