"""Worked numbers of the lectures that a reply is made of."""

import keras
import numpy as np
import pytest

from models.runtime.decoding import probabilities

pytestmark = pytest.mark.lecture


def test_softmax_of_three_scores() -> None:
    """The deck cuts these to two digits."""
    logits, expected = np.array([[2.0, 1.0, 0.0]], np.float32), [0.66524, 0.24473, 0.09003]
    np.testing.assert_allclose(probabilities("classification", logits, 1.0)[0], expected, atol=5e-6)
    np.testing.assert_allclose(np.asarray(keras.layers.Softmax()(logits))[0], expected, atol=5e-6)


def test_softmax_is_no_plain_division_but_that_of_logarithms_is() -> None:
    """[2, 1, 1] divided by its sum is [.5, .25, .25]; its softmax is e^2, e, e divided by theirs."""
    scores = np.array([[2.0, 1.0, 1.0]], np.float32)
    for logits, expected in (
        (scores, [0.57612, 0.21194, 0.21194]),
        (np.log(scores), [0.5, 0.25, 0.25]),
    ):
        np.testing.assert_allclose(probabilities("classification", logits, 1.0)[0], expected, atol=5e-6)
        np.testing.assert_allclose(np.asarray(keras.layers.Softmax()(logits))[0], expected, atol=5e-6)
