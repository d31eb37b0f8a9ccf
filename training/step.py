"""One training step and one forward pass, each a single graph for batches of every size and length."""

from typing import Any, NamedTuple

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.runtime.manifest import Task
from training.average import WeightAverage
from training.batching import Batch
from training.losses import row_loss
from training.updates import Updates
from training.word_rows import WordRows


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

    def __init__(
        self,
        model: keras.Model,
        updates: Updates | None,
        task: Task,
        *,
        smoothing: float = 0.0,
        focusing: float = 0.0,
        soft: bool = False,
        average: WeightAverage | None = None,
    ) -> None:
        """Prepares the functions, which are traced at their first call.

        Args:
            updates: None for a network that is not trained.
            smoothing: of the labels, see ``training.losses``.
            focusing: of the loss, the same.
            soft: targets are probabilities, the same.
            average: follows the weights at every step.
        """
        self.model = model
        self.updates = updates
        self._average = average
        dense = soft or task == "multilabel"
        targets = tf.TensorSpec([None, None], tf.float32) if dense else tf.TensorSpec([None], tf.int32)
        ids, lengths = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)
        weights = tf.TensorSpec([None], tf.float32)
        self._rows = WordRows(model) if updates is not None and updates.by_rows else None
        self._row_loss = row_loss(task, smoothing, focusing, soft=soft)
        self._train = tf.function(self._train_step, input_signature=[ids, lengths, targets, weights])
        self._forward = tf.function(self._logits, input_signature=[ids, lengths])

    def train(self, batch: Batch) -> StepFigures:
        """Takes one step."""
        return StepFigures(*self._train(batch.ids, batch.lengths, batch.targets, batch.weights))

    def logits(self, ids: npt.NDArray[np.int32], lengths: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Raw outputs [batch, classes], dropout off."""
        return np.asarray(self._forward(ids, lengths))

    def _train_step(self, ids: Any, lengths: Any, targets: Any, weights: Any) -> Any:
        loss, norm = self._learn(ids, lengths, targets, weights)
        if self._average is not None:
            self._average.update()
        return loss, norm

    def _learn(self, ids: Any, lengths: Any, targets: Any, weights: Any) -> Any:
        assert self.updates is not None
        trained = self.updates.trained
        if self._rows is None:
            with tf.GradientTape() as tape:
                logits = self.model({"ids": ids, "lengths": lengths}, training=True)
                loss = self._loss(targets, logits, weights)
            return loss, self.updates.apply(tape.gradient(loss, trained))
        gathered = self._rows.gather(ids)
        with tf.GradientTape() as tape:
            tape.watch(gathered.vectors)
            loss = self._loss(targets, self._rows.logits(gathered, ids, lengths), weights)
        *gradients, by_place = tape.gradient(loss, [*trained[:-1], gathered.vectors])
        return loss, self.updates.apply([*gradients, gathered.gradient(by_place)])

    def _loss(self, targets: Any, logits: Any, weights: Any) -> Any:
        return tf.reduce_sum(self._row_loss(targets, logits) * weights) / tf.reduce_sum(weights)

    def _logits(self, ids: Any, lengths: Any) -> Any:
        return self.model({"ids": ids, "lengths": lengths}, training=False)
