"""One training step and one forward pass, each a single graph for batches of every size and length."""

from typing import Any, NamedTuple

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.runtime.manifest import Task
from training.batching import Batch
from training.updates import Updates


class StepFigures(NamedTuple):
    """What a step tells, not yet fetched from the device: scalars, ``float`` fetches them.

    ``loss`` is the weighted mean loss of the batch before the step, ``norm`` the length of the gradient
    before it was clipped.
    """

    loss: Any
    norm: Any


class NetworkSteps:
    """The compiled functions around one network and what updates it.

    The signatures leave batch and time open, so nothing is traced again for a new shape
    (tensorflow/tensorflow#34025).
    """

    def __init__(self, model: keras.Model, updates: Updates | None, task: Task) -> None:
        self.model = model
        self.updates = updates
        many = task == "multilabel"
        targets = tf.TensorSpec([None, None], tf.float32) if many else tf.TensorSpec([None], tf.int32)
        ids, lengths = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)
        weights = tf.TensorSpec([None], tf.float32)
        self._row_loss = _sigmoid_loss if task == "multilabel" else _softmax_loss
        self._train = tf.function(self._train_step, input_signature=[ids, lengths, targets, weights])
        self._forward = tf.function(self._logits, input_signature=[ids, lengths])

    def train(self, batch: Batch) -> StepFigures:
        """Takes one step."""
        return StepFigures(*self._train(batch.ids, batch.lengths, batch.targets, batch.weights))

    def logits(self, ids: npt.NDArray[np.int32], lengths: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Raw outputs [batch, classes], dropout off."""
        return np.asarray(self._forward(ids, lengths))

    def _train_step(self, ids: Any, lengths: Any, targets: Any, weights: Any) -> Any:
        assert self.updates is not None
        with tf.GradientTape() as tape:
            logits = self.model({"ids": ids, "lengths": lengths}, training=True)
            losses = self._row_loss(targets, logits)
            loss = tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)
        return loss, self.updates.apply(tape.gradient(loss, self.updates.trained))

    def _logits(self, ids: Any, lengths: Any) -> Any:
        return self.model({"ids": ids, "lengths": lengths}, training=False)


def _softmax_loss(targets: Any, logits: Any) -> Any:
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)


def _sigmoid_loss(targets: Any, logits: Any) -> Any:
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits), axis=-1)
