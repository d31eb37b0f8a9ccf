"""Worked numbers of the lectures that a reply is made of."""

import keras
import numpy as np
import pytest

from models.runtime.decoding import probabilities

pytestmark = pytest.mark.lecture


def test_softmax_of_three_scores() -> None:
    """The deck cuts these to two digits; plain division by the sum is something else."""
    logits, expected = np.array([[2.0, 1.0, 0.0]], np.float32), [0.66524, 0.24473, 0.09003]
    np.testing.assert_allclose(probabilities("classification", logits, 1.0)[0], expected, atol=5e-6)
    np.testing.assert_allclose(np.asarray(keras.layers.Softmax()(logits))[0], expected, atol=5e-6)
    scores = np.array([2.0, 1.0, 1.0])
    np.testing.assert_array_equal(scores / scores.sum(), [0.5, 0.25, 0.25])
    assert probabilities("classification", scores[None].astype(np.float32), 1.0)[0, 0] > 0.57
