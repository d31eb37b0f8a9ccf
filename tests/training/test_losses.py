"""Each loss against its formula in NumPy."""

import math

import numpy as np
import pytest
import tensorflow as tf

from models.runtime.decoding import sigmoid, softmax
from models.runtime.manifest import Task
from training.losses import focal_loss, row_loss

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]], np.float32)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_one_label_a_text(smoothing: float) -> None:
    truth = np.eye(3)[[0, 2]] * (1 - smoothing) + smoothing / 3
    expected = -(truth * log_softmax(LOGITS)).sum(axis=1)
    found = row_loss("classification", smoothing)(np.array([0, 2], np.int32), LOGITS)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_one_label_a_text_learned_as_probabilities(smoothing: float) -> None:
    targets = np.array([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5]], np.float32)
    expected = -((targets * (1 - smoothing) + smoothing / 3) * log_softmax(LOGITS)).sum(axis=1)
    found = row_loss("classification", smoothing, soft=True)(targets, LOGITS)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_any_number_of_labels(smoothing: float) -> None:
    targets = np.array([[1, 0, 1], [0, 0, 0]], np.float32)
    soft, p = targets * (1 - smoothing) + smoothing / 2, 1 / (1 + np.exp(-LOGITS))
    expected = -(soft * np.log(p) + (1 - soft) * np.log(1 - p)).mean(axis=1)
    np.testing.assert_allclose(row_loss("multilabel", smoothing)(targets, LOGITS), expected, rtol=1e-5)


MORE_LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-3.0, 4.0, 1.0]], dtype=np.float32)


@pytest.mark.parametrize("focusing", [0.0, 1.0, 2.5])
def test_focal_loss_of_one_label_a_text(focusing: float) -> None:
    targets = np.array([0, 2, 0], dtype=np.int32)
    p = softmax(MORE_LOGITS)[np.arange(3), targets]
    found = focal_loss("classification", focusing)(tf.constant(targets), tf.constant(MORE_LOGITS))
    np.testing.assert_allclose(found, -np.log(p) * (1 - p) ** focusing, rtol=1e-5)


@pytest.mark.parametrize("focusing", [0.0, 2.0])
def test_focal_loss_of_any_number_of_labels(focusing: float) -> None:
    targets = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 0]], dtype=np.float32)
    p = np.where(targets == 1, sigmoid(MORE_LOGITS), 1 - sigmoid(MORE_LOGITS))
    found = focal_loss("multilabel", focusing)(tf.constant(targets), tf.constant(MORE_LOGITS))
    np.testing.assert_allclose(found, (-np.log(p) * (1 - p) ** focusing).mean(axis=1), rtol=1e-5)


@pytest.mark.parametrize("focusing", [0.25, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("task", ["classification", "multilabel"])
def test_the_focal_gradient_is_finite_where_the_answer_is_certain(task: Task, focusing: float) -> None:
    """A certain right answer has no slope; a certain wrong one has that of the cross-entropy."""
    truth = [0, 0] if task == "classification" else [[1.0, 0.0], [1.0, 0.0]]
    logits = tf.constant([[200.0, -200.0], [-200.0, 200.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = tf.reduce_sum(focal_loss(task, focusing)(tf.constant(truth), logits))
    slope = [-1.0, 1.0] if task == "classification" else [-0.5, 0.5]
    np.testing.assert_allclose(tape.gradient(loss, logits), [[0.0, 0.0], slope], atol=1e-6)


@pytest.mark.parametrize("focusing", [0.25, 0.5, 3.0])
def test_the_focal_gradient_is_that_of_the_formula(focusing: float) -> None:
    logit = 4.0
    logits = tf.constant([[logit, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = tf.reduce_sum(focal_loss("classification", focusing)(tf.constant([0]), logits))
    p = 1 / (1 + math.exp(-logit))
    rest = 1 / (1 + math.exp(logit))
    expected = -(rest ** (focusing + 1)) + focusing * rest**focusing * p * math.log1p(-rest)
    np.testing.assert_allclose(tape.gradient(loss, logits)[0, 0], expected, rtol=1e-4)
