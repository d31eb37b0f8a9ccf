"""The SavedModel with its signatures: text to answer, ids to raw outputs, and those of ``tf.Example``.

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
from training.example_signatures import example_signatures, name_methods


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
        self._names = tuple(labels)
        self._model = Untracked(model)
        self._activation = tf.sigmoid if task == "multilabel" else tf.nn.softmax
        self._task = task
        self._temperature = temperature

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def serving_default(self, text: Any) -> dict[str, Any]:
        """Probabilities and, for one label a text, the best label with its confidence."""
        probabilities = self._probabilities(text)
        if self._task != "classification":
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

    def of_examples(self) -> dict[str, Any]:
        """The signatures that take serialised ``tf.Example``."""
        return example_signatures(self._probabilities, self._names, self._task)

    # A function of its own, so that its graph stands in the file once and not in each signature.
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def _probabilities(self, text: Any) -> Any:
        ids, lengths = self.text.encode(text)
        return self._activation(self._logits(ids, lengths) / self._temperature)

    def _logits(self, ids: Any, lengths: Any) -> Any:
        return self._model.value({"ids": ids, "lengths": lengths}, training=False)


class Untracked:
    """Hides a Keras model from TensorFlow's search for things to save."""

    def __init__(self, value: keras.Model) -> None:
        self.value = value


def write_saved_model(module: ServingModule, folder: Path) -> None:
    """Writes ``saved_model.pb``, ``variables/`` and ``assets/`` into ``folder``."""
    examples = module.of_examples()
    tf.saved_model.save(
        module,
        str(folder),
        signatures={"serving_default": module.serving_default, "ids": module.ids} | examples,
        options=tf.saved_model.SaveOptions(experimental_custom_gradients=False),
    )
    name_methods(folder, list(examples))
