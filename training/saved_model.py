"""The SavedModel with its two signatures: text to answer, and ids to raw outputs.

The graph holds core TensorFlow ops and plain variables only, so TensorFlow Serving and a Python without Keras
load it. Names of inputs and outputs are pinned (keras-team/keras#19458).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from models.runtime.manifest import Task
from models.text.graph import GraphText


class ServingModule(tf.Module):
    """A network with its text rule, labels and temperature in front and behind."""

    def __init__(
        self, model: keras.Model, text: GraphText, labels: Sequence[str], task: Task, temperature: float
    ) -> None:
        super().__init__(name="engram")
        # The variables, not the Keras model: tracking the model would put Keras' own classes into the file.
        self.weights = [variable.value for variable in model.variables]
        self.text = text
        self.labels = tf.constant(list(labels))
        self._model = _Untracked(model)
        self._activation = tf.sigmoid if task == "multilabel" else tf.nn.softmax
        self._single_label = task == "classification"
        self._temperature = temperature

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def serving_default(self, text: Any) -> dict[str, Any]:
        """Probabilities and, for one label a text, the best label with its confidence."""
        ids, lengths = self.text.encode(text)
        probabilities = self._activation(self._logits(ids, lengths) / self._temperature)
        if not self._single_label:
            return {"probabilities": probabilities}
        return {
            "probabilities": probabilities,
            "label": tf.gather(self.labels, tf.argmax(probabilities, axis=1)),
            "confidence": tf.reduce_max(probabilities, axis=1),
        }

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None], tf.int32, name="ids"),
            tf.TensorSpec([None], tf.int32, name="lengths"),
        ]
    )
    def ids(self, ids: Any, lengths: Any) -> dict[str, Any]:
        """Raw outputs: no temperature, no threshold."""
        return {"logits": self._logits(ids, lengths)}

    def _logits(self, ids: Any, lengths: Any) -> Any:
        return self._model.value({"ids": ids, "lengths": lengths}, training=False)


class _Untracked:
    """Hides a Keras model from TensorFlow's search for things to save."""

    def __init__(self, value: keras.Model) -> None:
        self.value = value


def write_saved_model(module: ServingModule, folder: Path) -> None:
    """Writes ``saved_model.pb``, ``variables/`` and ``assets/`` into ``folder``."""
    tf.saved_model.save(
        module,
        str(folder),
        signatures={"serving_default": module.serving_default, "ids": module.ids},
        options=tf.saved_model.SaveOptions(experimental_custom_gradients=False),
    )
