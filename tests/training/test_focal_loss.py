import numpy as np
import pytest
import tensorflow as tf

from models.runtime.decoding import sigmoid, softmax
from training.losses import focal_loss

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-3.0, 4.0, 1.0]], dtype=np.float32)


@pytest.mark.parametrize("focusing", [0.0, 1.0, 2.5])
def test_one_label_a_text_equals_its_formula(focusing: float) -> None:
    targets = np.array([0, 2, 0], dtype=np.int32)
    p = softmax(LOGITS)[np.arange(3), targets]
    found = focal_loss("classification", focusing)(tf.constant(targets), tf.constant(LOGITS))
    np.testing.assert_allclose(found, -np.log(p) * (1 - p) ** focusing, rtol=1e-5)


@pytest.mark.parametrize("focusing", [0.0, 2.0])
def test_multilabel_equals_its_formula(focusing: float) -> None:
    targets = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 0]], dtype=np.float32)
    p = np.where(targets == 1, sigmoid(LOGITS), 1 - sigmoid(LOGITS))
    found = focal_loss("multilabel", focusing)(tf.constant(targets), tf.constant(LOGITS))
    np.testing.assert_allclose(found, (-np.log(p) * (1 - p) ** focusing).mean(axis=1), rtol=1e-5)


def test_the_gradient_is_finite_where_the_answer_is_certain() -> None:
    logits = tf.constant([[200.0, -200.0], [-200.0, 200.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = tf.reduce_sum(focal_loss("classification", 2.0)(tf.constant([0, 0]), logits))
    assert np.isfinite(tape.gradient(loss, logits)).all()
