"""One step: its loss is what the rows, their weights and their targets say."""

import keras
import numpy as np
import pytest

from models.networks.build import build_network
from models.networks.spec import Head, NetworkSpec
from training.batching import Batch
from training.config import TrainingConfig
from training.step import NetworkSteps
from training.updates import Updates


def plain_network(classes: int, head: Head = "softmax") -> keras.Model:
    """Without dropout, so that a step's loss is that of its logits."""
    sizes = {"embedding_size": 4, "units": 4, "embedding_dropout": 0.0, "dropout": 0.0}
    return build_network(NetworkSpec(9, classes, head, cell="simple_rnn", **sizes), 1)


def nothing_learned(model: keras.Model) -> Updates:
    return Updates(TrainingConfig(optimizer="sgd", momentum=0.0, learning_rate=1e-30), model, 9)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def test_row_weights_change_the_loss() -> None:
    """tensorflow/tensorflow#33550: weights must not be dropped in silence."""
    model = plain_network(2)
    ids, targets = np.array([[4, 3], [5, 2], [6, 2]], np.int32), np.array([1, 0, 0], np.int32)
    lengths, rows = np.full(3, 2, np.int32), np.arange(3)
    steps = NetworkSteps(model, nothing_learned(model), "classification")
    losses = -log_softmax(steps.logits(ids, lengths))[rows, targets]
    for weights in ([1, 1, 1], [4, 0.5, 0.5], [0, 0, 2]):
        loss, _ = steps.train(Batch(ids, lengths, targets, np.array(weights, np.float32), rows))
        assert float(loss) == pytest.approx(np.average(losses, weights=weights), abs=1e-6)
    assert np.ptp(losses) > 1e-3


def test_multilabel_loss_is_the_mean_cross_entropy_of_all_labels() -> None:
    model = plain_network(3, head="sigmoid")
    ids, lengths = np.array([[4, 3], [5, 2]], np.int32), np.full(2, 2, np.int32)
    targets = np.array([[1, 0, 1], [0, 0, 0]], np.float32)
    steps = NetworkSteps(model, nothing_learned(model), "multilabel")
    p = 1 / (1 + np.exp(-steps.logits(ids, lengths)))
    expected = -np.log(np.where(targets == 1, p, 1 - p)).mean()
    loss, _ = steps.train(Batch(ids, lengths, targets, np.ones(2, np.float32), np.arange(2)))
    assert float(loss) == pytest.approx(expected, abs=1e-6)
