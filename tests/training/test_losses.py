"""Each loss against its formula in NumPy."""

import numpy as np
import pytest

from training.losses import row_loss

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]], np.float32)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_one_label_a_text(smoothing: float) -> None:
    truth = np.eye(3)[[0, 2]] * (1 - smoothing) + smoothing / 3
    expected = -(truth * log_softmax(LOGITS)).sum(axis=1)
    found = row_loss("classification", smoothing)(np.array([0, 2], np.int32), LOGITS)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_any_number_of_labels(smoothing: float) -> None:
    targets = np.array([[1, 0, 1], [0, 0, 0]], np.float32)
    soft, p = targets * (1 - smoothing) + smoothing / 2, 1 / (1 + np.exp(-LOGITS))
    expected = -(soft * np.log(p) + (1 - soft) * np.log(1 - p)).mean(axis=1)
    np.testing.assert_allclose(row_loss("multilabel", smoothing)(targets, LOGITS), expected, rtol=1e-5)
