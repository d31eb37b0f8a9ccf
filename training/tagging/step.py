"""One training step and one forward pass of a tagging network, each one graph for batches of all sizes."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.networks.heads.crf import log_likelihood, viterbi
from training.average import WeightAverage
from training.batching import Batch
from training.step import NetworkSteps, StepFigures
from training.tagging.encode import FIRST_CHARACTER, ID, TAG
from training.updates import Updates
from training.word_rows import WordRows

Ints = npt.NDArray[np.int32]


class TaggingSteps(NetworkSteps):
    """The compiled functions around one tagging network and what updates it.

    A batch holds [batch, time, n] numbers, see ``training.tagging.encode``; its targets are the intents.

    Args:
        model: built by ``models.networks.tagger``.
        updates: None for a network that is not trained.
        intent_weight: of the intent's loss beside that of the tags.
        average: follows the weights at every step.
    """

    def __init__(
        self,
        model: keras.Model,
        updates: Updates | None,
        *,
        intent_weight: float = 1.0,
        average: WeightAverage | None = None,
    ) -> None:
        self.model, self.updates, self._average = model, updates, average
        self._intent_weight = intent_weight
        self._rows = WordRows(model) if updates is not None and updates.by_rows else None
        numbers, lengths = tf.TensorSpec([None, None, None], tf.int32), tf.TensorSpec([None], tf.int32)
        weights = tf.TensorSpec([None], tf.float32)
        self._train = tf.function(self._train_step, input_signature=[numbers, lengths, lengths, weights])
        self._answer = tf.function(self._answers, input_signature=[numbers, lengths, lengths])

    def train(self, batch: Batch) -> StepFigures:
        """Takes one step."""
        return StepFigures(*self._train(batch.ids, batch.lengths, batch.targets, batch.weights))

    def answers(self, batch: Batch) -> tuple[Ints, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """What the network says with dropout off.

        Returns:
            the best tags [batch, time], the intents' raw outputs [batch, intents] (no column without any),
            and the loss of each row against its tags and intent [batch].
        """
        tags, intents, losses = self._answer(batch.ids, batch.lengths, batch.targets)
        return np.asarray(tags), np.asarray(intents), np.asarray(losses)

    def _learn(self, ids: Any, lengths: Any, targets: Any, weights: Any) -> Any:
        assert self.updates is not None
        trained = self.updates.trained
        inputs = self._inputs(ids, lengths)
        if self._rows is None:
            with tf.GradientTape() as tape:
                outputs = self.model(inputs, training=True)
                loss = self._mean(self._losses(outputs, ids, lengths, targets), weights)
            return loss, self.updates.apply(tape.gradient(loss, trained))
        gathered = self._rows.gather(inputs["ids"])
        with tf.GradientTape() as tape:
            tape.watch(gathered.vectors)
            outputs = self._rows.outputs(gathered, inputs)
            loss = self._mean(self._losses(outputs, ids, lengths, targets), weights)
        *gradients, by_place = tape.gradient(loss, [*trained[:-1], gathered.vectors])
        return loss, self.updates.apply([*gradients, gathered.gradient(by_place)])

    def _inputs(self, numbers: Any, lengths: Any) -> dict[str, Any]:
        inputs = {"ids": numbers[:, :, ID], "lengths": lengths}
        for tensor in self.model.inputs:
            if tensor.name == "characters":
                inputs["characters"] = tf.ensure_shape(numbers[:, :, FIRST_CHARACTER:], tensor.shape)
        return inputs

    def _losses(self, outputs: Any, numbers: Any, lengths: Any, intents: Any) -> Any:
        """Of each row: minus the log-likelihood of its tags, and the weighted cross-entropy of its intent."""
        found = -log_likelihood(outputs["emissions"], outputs["transitions"], numbers[:, :, TAG], lengths)
        if "intent_logits" in outputs:
            known = tf.maximum(intents, 0)
            of_intent = tf.nn.sparse_softmax_cross_entropy_with_logits(known, outputs["intent_logits"])
            found += self._intent_weight * tf.where(intents >= 0, of_intent, 0.0)
        return found

    def _answers(self, numbers: Any, lengths: Any, intents: Any) -> Any:
        outputs = self.model(self._inputs(numbers, lengths), training=False)
        tags = viterbi(outputs["emissions"], outputs["transitions"], lengths)
        nothing = tf.zeros([tf.shape(lengths)[0], 0])
        return (
            tags,
            outputs.get("intent_logits", nothing),
            self._losses(outputs, numbers, lengths, intents),
        )

    @staticmethod
    def _mean(losses: Any, weights: Any) -> Any:
        return tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)
